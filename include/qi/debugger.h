/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Debuggers that attach to the running application: Python's own pdb over a socket that only this user and root can
 * open, or debugpy, to which VS Code and others speak.
 *
 * Beware: debugpy asks nobody who they are. While it listens, every user of the machine can connect to its port and
 * run code in this process, as the user whom it belongs to. So it is never chosen but by its name.
 *
 * While code stands at a breakpoint, the thread that runs it is held; in the GUI thread that holds the window,
 * too, and the watchdog is quiet. While nobody has attached, nothing is held. A debugger can do all that
 * the application can: offer this to developers, not by default.
 */
#ifndef QI_DEBUGGER_H
#define QI_DEBUGGER_H

#include <qi/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Lets a debugger attach to this process, and returns at once.
 *
 * `backend` is "pdb", or NULL for the same; or "debugpy", with the risk that is told above. `port` is the one on
 * which debugpy listens, at 127.0.0.1; 0: any that is free. pdb has none. `*out` is owned: release it
 * with qi_value_clear(); NULL where nobody wants to know. It is a map: "backend" ("debugpy" or "pdb"), "host",
 * "port" (int), "path" (of pdb's socket), and "text", which says all that to the user. Called again, it
 * returns where it listens already. No second copy of the application is launched: debugpy's helper is run
 * by the interpreter that sys.executable names.
 *
 * Thread: GUI. Fails: QI_ERR_PYTHON (no such backend, or it is not installed; a port without debugpy, or one that is
 * taken; there is no interpreter to run debugpy's helper, or no folder that other users cannot write to),
 * QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD, QI_ERR_RANGE (no port),
 * QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_debugger_listen(qi_runtime *runtime, const char *backend, unsigned port,
                                           qi_value *out);

/**
 * Ends what qi_debugger_listen() began: pdb's socket goes, and a session of it ends. If nothing listens, nothing happens.
 *
 * Thread: GUI. Fails: QI_ERR_STATE (debugpy listens, which cannot be told to end), QI_ERR_PYTHON, QI_ERR_HANDLE,
 * QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD.
 */
QI_API int qi_debugger_stop(qi_runtime *runtime);

/** Returns whether a debugger has attached. Thread: GUI; false where the runtime does not run. */
QI_API bool qi_debugger_is_attached(qi_runtime *runtime);

#ifdef __cplusplus
}
#endif

#endif /* QI_DEBUGGER_H */
