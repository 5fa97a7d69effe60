/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All of libqi's C API. Read the headers in this order: it is the order in which a host needs them.
 *
 * None of them includes Python's or Qt's headers or uses a word that Qt's macros take away, so they may
 * stand before or after any header of Qt, in C99 and in C++. <qi/qt.hpp>, which is not among them, is for
 * C++ applications that want to tell libqi about types of their own.
 */
#ifndef QI_QI_H
#define QI_QI_H

#include <qi/base.h>
#include <qi/value.h>
#include <qi/builder.h>
#include <qi/buffer.h>
#include <qi/runtime.h>
#include <qi/callback.h>
#include <qi/timer.h>
#include <qi/event.h>
#include <qi/task.h>
#include <qi/call.h>
#include <qi/scope.h>
#include <qi/output.h>
#include <qi/connection.h>
#include <qi/audit.h>
#include <qi/debugger.h>
#include <qi/doctor.h>
#include <qi/expose.h>
#include <qi/awaitable.h>
#include <qi/stubs.h>
#include <qi/plugin.h>
#include <qi/monitor.h>
#ifndef QI_NO_DEPRECATED
#include <qi/deprecated.h>
#endif

#endif /* QI_QI_H */
