/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Listening to what Python prints, with its origin: for consoles and log windows inside the application.
 *
 * The callbacks `out` and `err` of qi_config say where output goes *instead* of the streams of the
 * process, and there is one of each. Listeners come on top: any number of them, at any time, and the
 * output goes on to where it went before. While there is none, nothing is paid for them.
 */
#ifndef QI_OUTPUT_H
#define QI_OUTPUT_H

#include <qi/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Lets a function hear each line that Python writes to sys.stdout and sys.stderr, and each that goes to the
 * log or tells of an exception which nobody awaits, from now on.
 *
 * It is called without the GIL, from any thread, one call at a time, and may call any function that its thread may
 * call, qi_listener_release() included. Until it returns, other threads that print wait, so one that shows a dialog or waits
 * for a thread holds them up; only while libqi waits in it, as in qi_task_wait() or for a function of another thread's, are
 * they let in. `user` is kept until the listener is released or the runtime is CLOSED; then
 * `destroy`, which may be NULL, is called with it. A line that is not finished yet is heard when its end comes, at the
 * latest at the shutdown. Streams that somebody has put in the place of sys.stdout (contextlib.redirect_stdout, a test
 * framework) are theirs and not heard.
 *
 * `*out` is owned: release it with qi_listener_release(). NULL for no handle: it listens until the runtime is CLOSED.
 * Thread: GUI. Fails: QI_ERR_ARGUMENT (no function), QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN,
 * QI_ERR_WRONG_THREAD, QI_ERR_PYTHON, QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_output_listen(qi_runtime *runtime, qi_output_fn listener, void *user,
                                         qi_destroy_fn destroy, qi_listener **out);

#ifdef __cplusplus
}
#endif

#endif /* QI_OUTPUT_H */
