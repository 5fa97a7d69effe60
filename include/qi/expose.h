/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Functions of the application that Python calls: qi.host.<name>(…).
 *
 *     static int price(const qi_value *args, size_t count, qi_value *result, void *user)
 *     {
 *         if (args[1].as.integer < 1)
 *             return qi_fail(QI_ERR_ARGUMENT, "nobody sells fewer than one");
 *         *result = qi_real(look_up(user, args[0].as.text.data) * args[1].as.integer);
 *         return QI_OK;
 *     }
 *     …
 *     qi_function function;
 *     qi_function_init(&function);
 *     function.call = price;
 *     function.user = market;
 *     function.signature = "(symbol: str, count: int = 1) -> float";
 *     function.doc = "What so many shares of a company cost.";
 *     qi_function_register(runtime, "desk.price", &function);
 *
 * Python then has qi.host.desk.price("ACME", count=3), whose help() and inspect.signature() tell the rest.
 * Applications in C++ have a more comfortable way in <qi/expose.hpp>.
 */
#ifndef QI_EXPOSE_H
#define QI_EXPOSE_H

#include <qi/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A function of the application. `args` are as many values as the signature has parameters, in its order,
 * those that the caller left out by their defaults; they are borrowed for the call. `*result` is none to
 * begin with; what is put there is taken over if it is an owning value, else copied when the function
 * returns, so it must not point at the function's own variables: qi_value_copy() helps. A negative status
 * raises the exception that suits it (QI_ERR_TYPE: TypeError, QI_ERR_ARGUMENT: ValueError, QI_ERR_RANGE:
 * OverflowError, QI_ERR_NOT_FOUND: LookupError, most others: RuntimeError), with the message that qi_fail(),
 * or a call of libqi which failed, has left. Called without the GIL.
 */
typedef int (*qi_function_fn)(const qi_value *args, size_t count, qi_value *result, void *user);

/* What a function that answers later is given: an answer that is still to come. */
typedef struct qi_promise qi_promise;

/*
 * A function that answers later, for work that ends in a callback: a request, a device, a thread of the host's. The call
 * in Python returns a qi.HostFuture at once, which a coroutine awaits. `args` are as in qi_function_fn, borrowed for the
 * call. `promise` is the function's own: it ends by one qi_promise_resolve() or qi_promise_reject(), in any thread,
 * in the call or after it. Called without the GIL.
 */
typedef void (*qi_function_later_fn)(const qi_value *args, size_t count, qi_promise *promise,
                                     void *user);

/* Flags of qi_function. */
enum {
    /* The function runs in a thread of QThreadPool::globalInstance(), and the call returns a
     * qi.HostFuture at once, which a coroutine awaits. Without this flag it runs in the GUI thread; a
     * call from another thread of Python's is queued there and waited for. */
    QI_FUNCTION_FLAG_POOL = 1
};

/* What is exposed. Fill it with qi_function_init(), then set what you need. Texts are copied. */
typedef struct qi_function {
    size_t size; /* set by qi_function_init() */
    qi_function_fn call;
    void *user; /* kept until `destroy` was called */
    /* Called once when nobody can call the function any more: it was taken out or replaced, its owner was
     * destroyed, or the runtime has shut down, and no call of it is under way. On the GUI thread, without
     * the GIL. NULL: there is nothing to do. It is not called where qi_function_register() failed. */
    qi_destroy_fn destroy;
    /* Parameters and result, as Python writes them between `def name` and the colon: names, annotations,
     * defaults; "/" and "*" may stand among them, and "*args" at the end. An argument for a parameter that
     * is annotated as int, float, str, bytes, bool, list or dict, with "| None" or without, arrives as a
     * value of that kind, or the call raises TypeError; a float may be given as an int, bytes as any
     * buffer, a list as a tuple. Other annotations are for the reader. NULL: any number of arguments,
     * without names. */
    const char *signature;
    const char *doc;  /* __doc__; NULL: none */
    qi_object *owner; /* the function ends with this QObject, whose thread it runs in; calls raise
                       * ReferenceError then. NULL: nobody owns it */
    unsigned flags;   /* QI_FUNCTION_FLAG_…; 0: none */
    qi_function_later_fn call_later; /* in place of `call`; not with QI_FUNCTION_FLAG_POOL */
} qi_function;

/** Fills a function with the defaults described at its fields. NULL is allowed. Thread: any. */
static inline void qi_function_init(qi_function *function)
{
    if (!function)
        return;
    memset(function, 0, sizeof *function);
    function->size = sizeof *function;
}

/**
 * Shows a function to Python as qi.host.<name>.
 *
 * `name` is an identifier of Python, or several with dots between: "desk.price" is qi.host.desk.price, and
 * qi.host.desk lists what is below it. A function under the same name is replaced; whoever still has the old
 * one gets ReferenceError. All end with the runtime.
 *
 * Thread: GUI. Fails: QI_ERR_ARGUMENT (no such name is possible, or the signature is none that Python could
 * read; the message says where), QI_ERR_STATE (there is an object of that name, or a function in whose place
 * others would stand), QI_ERR_DEAD_OBJECT (the owner), QI_ERR_ABI, QI_ERR_ENCODING, QI_ERR_HANDLE,
 * QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD, QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_function_register(qi_runtime *runtime, const char *name,
                                             const qi_function *function);

/**
 * Ends a promise with a result, and releases it.
 *
 * `result` is copied; NULL, or none, is None. Whoever awaits it in Python gets it in the GUI thread's event loop. Where Python has
 * cancelled the call, nobody does, and that is no failure.
 * Thread: any. Fails: QI_ERR_HANDLE, and as qi_value_copy(): then the promise is rejected with that, and released.
 */
QI_API int qi_promise_resolve(qi_promise *promise, const qi_value *result);

/**
 * Ends a promise with a failure, and releases it: the exception that suits `status` is raised, as for qi_function_fn.
 *
 * `message` is copied; NULL: the text of the status. Thread: any. Fails: QI_ERR_HANDLE, QI_ERR_ARGUMENT (a status that is not
 * negative: then nothing has happened).
 */
QI_API int qi_promise_reject(qi_promise *promise, int status, const char *message);

/** Whether Python has cancelled the call, so that the work can be left; false for NULL and foreign pointers. Thread: any. */
QI_API bool qi_promise_is_cancelled(const qi_promise *promise);

/**
 * Tells how far the work is: the future's `progress` in Python. `maximum` 0: nobody knows how many steps there are.
 *
 * `text` is copied, and may be NULL. Thread: any. Fails: QI_ERR_HANDLE, QI_ERR_ENCODING, QI_ERR_RANGE (beyond an int, or below 0).
 */
QI_API int qi_promise_report(qi_promise *promise, int64_t value, int64_t maximum, const char *text);

/**
 * Takes a function out of qi.host. Calls of it that are under way go on.
 *
 * Thread: GUI. Fails: QI_ERR_NOT_FOUND, QI_ERR_ARGUMENT, QI_ERR_ENCODING, QI_ERR_HANDLE, QI_ERR_NOT_RUNNING,
 * QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD.
 */
QI_API int qi_function_unregister(qi_runtime *runtime, const char *name);

/**
 * Sets the calling thread's error record, for callbacks of the application that fail.
 *
 * `message` is copied. Returns `status`, or QI_ERR_ARGUMENT where that is not negative, so that `return
 * qi_fail(…)` reads well. Thread: any.
 */
QI_API int qi_fail(int status, const char *message);

/** The same with a message that is formatted as by printf(). Thread: any. Fails: with `status`. */
QI_API int qi_failf(int status, const char *format, ...) QI_PRINTF(2, 3);

/**
 * Fails with an error that was kept from before: its status, message, type and traceback, all copied.
 *
 * For callbacks that pass on what another call has told them, as `end->error` of a task. Returns the error's
 * status. Thread: any. Fails also: QI_ERR_ARGUMENT (NULL, no message, or a status that is not negative), QI_ERR_ABI.
 */
QI_API int qi_fail_again(const qi_error *error);

#ifdef __cplusplus
}
#endif

#endif /* QI_EXPOSE_H */
