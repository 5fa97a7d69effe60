/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the application shows to Python, for the editors of those who write plugins: completion, the types of
 * arguments, and errors before anything runs.
 */
#ifndef QI_STUBS_H
#define QI_STUBS_H

#include <qi/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Writes type stubs of the package `qi`, and of all that qi.host has now, into a folder.
 *
 * `folder` is made if it is not there; what libqi has written there before is replaced. It then holds `qi/`, with stubs of
 * the package, of the objects that are registered (their classes with properties, signals, slots, invokable methods and
 * enumerations, and the classes that these give and take) and of the exposed functions with signatures and docstrings.
 * Give it to authors of plugins: as `typings` in the folder of a plugin it is where Pyright and VS Code look, for mypy it
 * is named as mypy_path, and `qi-run plugin run --host=FOLDER` makes stand-ins of it. Objects of classes that are no
 * QObjects, which plugins have shown, are Any.
 *
 * It looks at classes and calls nothing of the application's. Call it when all is registered, for example for an option of
 * the application's command line. Thread: GUI. Fails: QI_ERR_ARGUMENT (`folder` is NULL or empty), QI_ERR_ENCODING,
 * QI_ERR_PYTHON (a file cannot be written; the message names it), QI_ERR_HANDLE, QI_ERR_NOT_RUNNING,
 * QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD, QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_stubs_write(qi_runtime *runtime, const char *folder);

#ifdef __cplusplus
}
#endif

#endif /* QI_STUBS_H */
