/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Audit: the host hears what Python code is about to do, and may forbid it.
 *
 * Python raises an audit event before it opens a file, starts a process, connects a socket, imports a
 * module, compiles code, and so on; docs.python.org has the table of them. One callback of the host's
 * gets each with its arguments and the plugin in whose name the code runs, to write a log or to veto.
 *
 * Beware: this is no sandbox. A plugin runs in the process of the application, with all its rights, and
 * has ways around every hook. It tells what well-meant code does, and stops what happens by mistake.
 */
#ifndef QI_AUDIT_H
#define QI_AUDIT_H

#include <qi/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What Python code is about to do. Borrowed for the call, like all that it points at. */
typedef struct qi_audit_event {
    size_t size;
    const char *name; /* as "open" */
    const char *arguments; /* as Python writes them: "('/etc/hosts', 'r', 524288)": texts, numbers and their containers
                            * in full up to 64 kB in all, other objects by their type, since asking them could run
                            * code of the plugin's */
    const char *plugin; /* the id of the plugin whose code runs: that of the task, timer or connection, or else of the
                            * nearest function on the stack that a plugin defines; NULL: other code, libqi's included */
} qi_audit_event;

/*
 * Hears of one event before it happens. Return true to let it happen; false raises PermissionError in the
 * code that asked for it.
 *
 * Thread: the one that runs the code, which need not be the GUI thread, and more than one at a time. The
 * GIL is not held. A call may do anything, also run Python and Qt's event loop: events of what runs
 * meanwhile reach the callback as well, and are vetoed by themselves once 16 calls are nested.
 */
typedef bool (*qi_audit_fn)(const qi_audit_event *event, void *user);

/**
 * Sets the callback that gets Python's audit events, in place of the one before. NULL: none.
 *
 * There is one, and not a list of listeners, since it gives answers. `user` is kept until the runtime is CLOSED, since
 * another thread may be in a call when the callback is replaced; then `destroy`, which may be NULL, is called with it.
 * While there is none, an event costs a look at a variable; before the first one was ever set it
 * costs nothing. The end of the runtime unsets it.
 *
 * Thread: GUI. Fails: QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD, QI_ERR_MEMORY,
 * QI_ERR_PYTHON or QI_ERR_STATE (an audit hook that Python has already refuses further ones).
 */
QI_NODISCARD QI_API int qi_audit_set(qi_runtime *runtime, qi_audit_fn audit, void *user,
                                     qi_destroy_fn destroy);

#ifdef __cplusplus
}
#endif

#endif /* QI_AUDIT_H */
