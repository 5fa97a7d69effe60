/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Namespaces for scripts, modules, and source with an `await` at its top level.
 *
 * qi_exec() and qi_eval() know one namespace, that of `__main__`. A scope is another one, which shares no names with it:
 * for each document, say, or for each formula, with the values that it works on.
 *
 *     qi_scope *scope;
 *     if (qi_scope_new(rt, &scope) == QI_OK) {
 *         qi_value width = qi_real(2.5), area;
 *         qi_scope_set(scope, "width", &width);
 *         if (qi_scope_eval(scope, formula, strlen(formula), &area) == QI_OK) …
 *         qi_scope_release(scope);
 *     }
 *
 * A scope is a module of Python, empty but for the built-in names, and named "__scope_1__" and so on. It is no sandbox:
 * its code may import what it likes.
 */
#ifndef QI_SCOPE_H
#define QI_SCOPE_H

#include <qi/task.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qi_scope qi_scope;

/**
 * Makes a namespace that is empty but for Python's built-in names.
 *
 * `*out` is owned: release it with qi_scope_release(). It can be used until the runtime is shut down.
 * Thread: GUI. Fails: QI_ERR_ARGUMENT, QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD,
 * QI_ERR_PYTHON, QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_scope_new(qi_runtime *runtime, qi_scope **out);

/**
 * Sets a name of a scope to a value, which is copied. `name` must be an identifier of Python.
 *
 * Thread: GUI. Fails: QI_ERR_ARGUMENT, QI_ERR_ENCODING, QI_ERR_TYPE, QI_ERR_DEAD_OBJECT, QI_ERR_HANDLE,
 * QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD, QI_ERR_PYTHON, QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_scope_set(qi_scope *scope, const char *name, const qi_value *value);

/**
 * Reads what a name of a scope is set to. `*out` is owned: release it with qi_value_clear().
 *
 * Thread: GUI. Fails: as qi_scope_set(), and QI_ERR_NOT_FOUND, with near names.
 */
QI_NODISCARD QI_API int qi_scope_get(qi_scope *scope, const char *name, qi_value *out);

/**
 * Takes a name out of a scope, as `del` does. Thread: GUI.
 * Fails: QI_ERR_NOT_FOUND, with near names, QI_ERR_ARGUMENT, QI_ERR_ENCODING, QI_ERR_HANDLE, QI_ERR_NOT_RUNNING,
 * QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD, QI_ERR_MEMORY.
 */
QI_API int qi_scope_unset(qi_scope *scope, const char *name);

/** Runs `size` bytes of Python source in a scope: see qi_exec_n(). Thread: GUI. Fails: as qi_exec_n(). */
QI_NODISCARD QI_API int qi_scope_exec(qi_scope *scope, const char *source, size_t size,
                                      const char *filename);

/** Evaluates an expression of `size` bytes in a scope: see qi_eval_n(). Thread: GUI. Fails: as qi_eval_n(). */
QI_NODISCARD QI_API int qi_scope_eval(qi_scope *scope, const char *expression, size_t size,
                                      qi_value *out);

/**
 * Releases a scope and, once its functions and objects are gone, what is in it. Tasks of its go on. NULL is allowed.
 * Thread: any.
 */
QI_API void qi_scope_release(qi_scope *scope);

/**
 * Runs Python source in which `await` may stand at the top level, as a task.
 *
 * The source runs before the call returns, up to its first suspension, in `scope`, or in `__main__` where that is NULL.
 * The task's result is the value of the last statement, where that is an expression, else none. `source` has `size`
 * bytes, and `filename` is as in qi_exec(); it is the task's name where the options give none. `options` and `out` are
 * as in qi_run_task(), and `kwargs` and `callable` of the options have no use here. The scope may be released meanwhile.
 *
 * Thread: any; elsewhere than on the GUI thread as qi_run_task() says. Fails: as qi_run_task(). A syntax error is not a
 * failure of this call but the task's result, as is every other exception.
 */
QI_NODISCARD QI_API int qi_exec_async(qi_runtime *runtime, qi_scope *scope, const char *source,
                                      size_t size, const char *filename,
                                      const qi_task_options *options, qi_task **out);

/**
 * Imports a module, "shop.orders" say, unless that was done before, and gives it.
 *
 * `*out` is of QI_KIND_PYTHON, for qi_value_attribute() and qi_value_call(), and owned: release it with
 * qi_value_clear(). NULL only imports.
 * Thread: GUI. Fails: QI_ERR_NOT_FOUND (no such module; the message lists near names), QI_ERR_PYTHON (its body raised),
 * QI_ERR_ARGUMENT, QI_ERR_ENCODING, QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD,
 * QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_import(qi_runtime *runtime, const char *module, qi_value *out);

#ifdef __cplusplus
}
#endif

#endif /* QI_SCOPE_H */
