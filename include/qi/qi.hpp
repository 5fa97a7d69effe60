/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All of libqi's C++ API, for Qt applications: C++17, and coroutines where the compiler has C++20.
 *
 * It lies over the C API of <qi/qi.h>, all of which it has, and both may be used side by side. It needs
 * QtCore, never Python's headers; it works without exceptions and without Qt's keywords.
 */
#ifndef QI_QI_HPP
#define QI_QI_HPP

#include <qi/qi.h>

#include <qi/qt.hpp>
#include <qi/result.hpp>
#include <qi/text.hpp>
#include <qi/types.hpp>
#include <qi/target.hpp>
#include <qi/arguments.hpp>
#include <qi/call.hpp>
#include <qi/value.hpp>
#include <qi/task.hpp>
#include <qi/future.hpp>
#include <qi/coroutine.hpp>
#include <qi/connect.hpp>
#include <qi/signal.hpp>
#include <qi/expose.hpp>
#include <qi/promise.hpp>
#include <qi/awaitable.hpp>
#include <qi/convert.hpp>
#include <qi/buffer.hpp>
#include <qi/config.hpp>
#include <qi/listener.hpp>
#include <qi/runtime.hpp>
#include <qi/scope.hpp>
#include <qi/builder.hpp>
#include <qi/waiting.hpp>
#include <qi/when.hpp>
#include <qi/stream.hpp>
#include <qi/output.hpp>
#include <qi/events.hpp>
#include <qi/audit.hpp>
#include <qi/monitor.hpp>
#include <qi/plugins.hpp>
#include <qi/debugger.hpp>
#include <qi/doctor.hpp>

#endif /* QI_QI_HPP */
