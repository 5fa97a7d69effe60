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

/* Where a line comes from. */
enum {
    QI_OUTPUT_STDOUT = 1,
    QI_OUTPUT_STDERR = 2,
    QI_OUTPUT_LOG = 3 /* what goes to the callbacks `log` and `error` of qi_config, tracebacks too */
};

/*
 * Gets one line of output, without its newline; `size` bytes of UTF-8, followed by a NUL. `plugin` is the
 * id of the plugin whose code has written it; NULL for code of the application, and for threads that
 * nobody can tell the origin of. What is typed into a script console has an origin that begins with ">",
 * which no plugin's id does. All are borrowed for the call. Called without the GIL, from any thread, one
 * call at a time. It may call any function that its thread may call, qi_output_unlisten() included.
 */
typedef void (*qi_output_listener_fn)(const char *line, size_t size, int stream, const char *plugin,
                                      void *user);

/**
 * Lets a function hear each line that Python writes to sys.stdout and sys.stderr, and each that goes to the
 * log or tells of an exception which nobody awaits, from now on.
 *
 * `user` is kept until qi_output_unlisten() or until the runtime is CLOSED. A line that is not finished yet
 * is heard when its end comes, at the latest at the shutdown. Streams that somebody has put in the
 * place of sys.stdout (contextlib.redirect_stdout, a test framework) are theirs and not heard.
 *
 * Thread: GUI. Fails: QI_ERR_ARGUMENT (no function, or one that listens already with the same `user`),
 * QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD, QI_ERR_PYTHON,
 * QI_ERR_MEMORY.
 */
QI_API int qi_output_listen(qi_runtime *runtime, qi_output_listener_fn listener, void *user);

/**
 * Ends what qi_output_listen() began with the same function and `user`.
 *
 * Afterwards the function is not called any more: a call that another thread has begun is waited for.
 * Also allowed while the runtime shuts down. Thread: GUI. Fails: QI_ERR_NOT_FOUND (it does not listen),
 * QI_ERR_HANDLE, QI_ERR_NOT_RUNNING (and nobody listens any more), QI_ERR_WRONG_THREAD.
 */
QI_API int qi_output_unlisten(qi_runtime *runtime, qi_output_listener_fn listener, void *user);

#ifdef __cplusplus
}
#endif

#endif /* QI_OUTPUT_H */
