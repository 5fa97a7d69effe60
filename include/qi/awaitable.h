/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Objects of the application that Python awaits: a request, a device, a job of the host's own. Once its class is
 * registered, an object that Python sees is awaited as it is:
 *
 *     static int look(qi_object *object, const qi_emission *emission, qi_value *result, void *user)
 *     {
 *         struct job *job = job_of(object);
 *         if (!job->finished)
 *             return QI_ERR_PENDING;
 *         *result = qi_int(job->total);
 *         return job->failed ? qi_fail(QI_ERR_STATE, job->why) : QI_OK;
 *     }
 *     …
 *     static const char *const signal_names[] = {"finished", "failed"};
 *     qi_awaitable awaitable;
 *     qi_awaitable_init(&awaitable);
 *     awaitable.class_name = "Job";
 *     awaitable.signal_names = signal_names;
 *     awaitable.signal_count = 2;
 *     awaitable.look = look;
 *     qi_awaitable_register(&awaitable);
 *
 *     total = await qi.host.job              # in Python
 *
 * Of QtCore, libqi knows QTimer, QProcess and QIODevice by itself, and futures. C++ has qi::registerAwaitable() in
 * <qi/awaitable.hpp>, and the types of QtNetwork and QtDBus in <qi/network.hpp> and <qi/dbus.hpp>.
 */
#ifndef QI_AWAITABLE_H
#define QI_AWAITABLE_H

#include <qi/base.h>
#include <qi/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An emission after which an object is looked at. Borrowed for the call. */
typedef struct qi_emission {
    size_t size;
    int number; /* of the signal, counted as in `signal_names` */
} qi_emission;

/*
 * Says what an object has come to: QI_OK and `*result`; QI_ERR_PENDING, to be asked again at the next emission; or
 * another negative status, which raises the exception that suits it, as for qi_function_fn, with the message that
 * qi_fail() or a call of libqi which failed has left. `emission` is what has just come; NULL: somebody begins to
 * await the object. `*result` is as in qi_function_fn. Called in the thread where the object lives, inside the
 * emission if that is there, without the GIL.
 */
typedef int (*qi_awaitable_look_fn)(qi_object *object, const qi_emission *emission,
                                    qi_value *result, void *user);

/* Asks an object to end, as nobody awaits it any more: the task that did was cancelled. It is called in the thread where
 * the object lives, without the GIL. */
typedef void (*qi_awaitable_cancel_fn)(qi_object *object, void *user);

/* How objects of a class are awaited. Fill it with qi_awaitable_init(), then set what you need. Texts are copied. */
typedef struct qi_awaitable {
    size_t size; /* set by qi_awaitable_init() */
    /* The class as its meta-object names it, namespaces included. Classes that are derived from it are awaited as well;
     * of several that are registered the one nearest to the object's counts. */
    const char *class_name;
    /* The signals after which an object is to be looked at: names, or names with parameter types where there are
     * overloads, as in qi_asyncslot_connect(). */
    const char *const *signal_names;
    size_t signal_count; /* one at least */
    /* NULL: each emission is an end, for those who await it then, and its arguments are the result: None, the one, or a
     * tuple of several. */
    qi_awaitable_look_fn look;
    qi_awaitable_cancel_fn cancel; /* NULL: an object goes on where whoever awaits it is cancelled */
    void *user;                    /* for both; kept until `destroy` is called */
    qi_destroy_fn destroy; /* called with `user`, in any thread, when it was unregistered or replaced and nobody awaits
                            * an object by it any more; NULL: there is nothing to do */
} qi_awaitable;

/** Fills the structure with the defaults described at its fields. NULL is allowed. Thread: any. */
static inline void qi_awaitable_init(qi_awaitable *awaitable)
{
    if (!awaitable)
        return;
    memset(awaitable, 0, sizeof *awaitable);
    awaitable->size = sizeof *awaitable;
}

/**
 * Lets Python await the objects of a class, in place of what the class had before.
 *
 * The structure is copied. Register before Python sees objects of the class: one that it holds already stays as it was.
 * It may be done before the runtime starts, and stays for the process; where it fails, `destroy` is not called.
 * QFutureWatchers are awaited as their futures, whatever is registered.
 *
 * Thread: any. Fails: QI_ERR_ARGUMENT (no class, no signal, or a text that is NULL or empty), QI_ERR_ENCODING,
 * QI_ERR_ABI, QI_ERR_STATE (the process is ending), QI_ERR_MEMORY.
 */
QI_API int qi_awaitable_register(const qi_awaitable *awaitable);

/**
 * Takes a class out again. Who awaits an object of it goes on; awaiting another one raises TypeError, unless a class
 * above it is registered, or libqi knows it by itself.
 *
 * Thread: any. Fails: QI_ERR_NOT_FOUND (no class of that name is registered), QI_ERR_ARGUMENT, QI_ERR_ENCODING.
 */
QI_API int qi_awaitable_unregister(const char *class_name);

#ifdef __cplusplus
}
#endif

#endif /* QI_AWAITABLE_H */
