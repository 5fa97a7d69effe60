/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls of the application's code for which somebody else has to answer: a layer over libqi, as <qi/qi.hpp> is one,
 * calls several functions in the place of one callback, and none may keep the others from being called.
 */
#ifndef QI_CALLBACK_H
#define QI_CALLBACK_H

#include <qi/base.h>
#include <qi/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Code of the application. */
typedef void (*qi_callback_fn)(void *user);

/**
 * Calls a function; what it throws in C++ ends here, and is reported to the error callback, as QI_ERR_STATE.
 *
 * So it is where the caller is compiled without exceptions as well. `what` names the function in the report, as in
 * "then()", and `origin` says what it belongs to; both are borrowed for the call, and `origin` may be NULL.
 * Thread: any; the report is made in the same. Fails: QI_ERR_ARGUMENT (there is nothing to call), QI_ERR_STATE (it threw),
 * QI_ERR_ABI.
 */
QI_API int qi_callback_run(const char *what, qi_callback_fn run, void *user, const qi_origin *origin);

#ifdef __cplusplus
}
#endif

#endif /* QI_CALLBACK_H */
