/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calling Python and having the answer when the call returns; and what a host may ask of an object that is opaque to it.
 *
 *     qi_value args[] = {qi_text("EURUSD")}, price;
 *     qi_entry named[] = {{qi_text("side"), qi_text("buy")}};
 *     if (qi_call(rt, "quotes:best", args, 1, named, 1, &price) == QI_OK) …
 *
 * A coroutine function has no answer yet when it returns: qi_run_task() launches those. All functions here run code of
 * Python's before they return, take the GIL inside, and hand an exception on as the failure of the call.
 */
#ifndef QI_CALL_H
#define QI_CALL_H

#include <qi/task.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Calls a plain function, or whatever can be called, and gives what it returns.
 *
 * `target` is as in qi_run_task(). `args` are `count` positional arguments, and `kwargs` `kwarg_count` keyword arguments,
 * whose keys are texts; all are borrowed for the call. `*out` is owned: release it with qi_value_clear(). NULL drops the
 * result. A failure leaves it as it was.
 *
 * Thread: GUI. Re-entrant: yes. Fails: QI_ERR_PYTHON (it raised, which the record has with its traceback, or the import
 * did), QI_ERR_NOT_FOUND (no such module or attribute; the message lists near names), QI_ERR_TYPE (a coroutine function,
 * for which there is qi_run_task(); it cannot be called; a keyword that is no text; an argument of an unknown kind),
 * QI_ERR_ARGUMENT (also for a keyword that is there twice), QI_ERR_ENCODING, QI_ERR_DEAD_OBJECT, QI_ERR_CANCELLED (it
 * raised asyncio.CancelledError), QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD,
 * QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_call(qi_runtime *runtime, const char *target, const qi_value *args,
                                size_t count, const qi_entry *kwargs, size_t kwarg_count,
                                qi_value *out);

/** The same for a callable that was looked up once, or that Python has given. Thread: GUI. Fails: as qi_call(). */
QI_NODISCARD QI_API int qi_callable_call_values(const qi_callable *callable, const qi_value *args,
                                                size_t count, const qi_entry *kwargs,
                                                size_t kwarg_count, qi_value *out);

/**
 * Calls a method of a value, or the value itself where `method` is NULL: qi_call() for what is in the hands of the host.
 *
 * `value` is of any kind, as Python has it: the methods of a text are those of str.
 * Thread: GUI. Fails: as qi_call(); QI_ERR_NOT_FOUND where it has no such method.
 */
QI_NODISCARD QI_API int qi_value_call(const qi_value *value, const char *method,
                                      const qi_value *args, size_t count, const qi_entry *kwargs,
                                      size_t kwarg_count, qi_value *out);

/**
 * Reads an attribute of a value, as getattr() of Python does; `name` has no dots.
 *
 * `*out` is owned: release it with qi_value_clear(). A failure leaves it as it was.
 * Thread: GUI. Fails: QI_ERR_NOT_FOUND (with near names), QI_ERR_PYTHON (a property raised), QI_ERR_ARGUMENT,
 * QI_ERR_ENCODING, QI_ERR_TYPE, QI_ERR_DEAD_OBJECT, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD,
 * QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_value_attribute(const qi_value *value, const char *name, qi_value *out);

/**
 * Gives the items of a set, of a generator, or of anything else that can be iterated over, as a list.
 *
 * Of a map these are the keys. An iterator is used up, and one without an end does not return. `*out` is owned: release
 * it with qi_value_clear(). Thread: GUI. Fails: as qi_value_attribute(); QI_ERR_TYPE where there is nothing to iterate.
 */
QI_NODISCARD QI_API int qi_value_items(const qi_value *value, qi_value *out);

/**
 * Gives the text that str() of Python makes of a value; qi_value_call() of "__repr__" gives its repr().
 *
 * Lone surrogates are written as escapes. `*out` is an owned text: release it with qi_value_clear().
 * Thread: GUI. Fails: as qi_value_attribute().
 */
QI_NODISCARD QI_API int qi_value_text(const qi_value *value, qi_value *out);

/**
 * Asks an asynchronous iterator for its next item, as a task: an asynchronous generator that qi_call() has given, say.
 *
 * The task's result is a list: of the one item, or of none where the iterator has come to its end. It runs, before the call
 * returns, up to its first suspension. `options` may be NULL, and its `callable` and `kwargs` are not used; `out` is as that
 * of qi_run_task(). Cancelling the task cancels what the iterator waits for, which ends a generator. One that is given up
 * before its end is closed in the event loop once nobody has it any more.
 *
 * Thread: GUI. Fails: as qi_run_task(), and QI_ERR_TYPE where it is no asynchronous iterator.
 */
QI_NODISCARD QI_API int qi_value_next(qi_runtime *runtime, const qi_value *iterator,
                                      const qi_task_options *options, qi_task **out);

#ifdef __cplusplus
}
#endif

#endif /* QI_CALL_H */
