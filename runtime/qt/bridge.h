/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the C rooms ask of Qt: objects, signals, and the GUI thread. Implemented in qt/, callable from C.
 * Names are qip_qt_*.
 */
#ifndef QIP_QT_BRIDGE_H
#define QIP_QT_BRIDGE_H

#include <qi/base.h>
#include <qi/value.h>

#include "core/host.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _object PyObject; /* as Python.h declares it */
struct qip_user;                 /* core/users.h */

/* -- the host of loops (qt/qt_host.cpp) ---------------------------------------------------------------- */

/* A qip_host_factory: wants a QCoreApplication; a thread that Qt does not know gets an event dispatcher. */
qip_host *qip_host_new_qt(const qip_host_client *client, const char **why);

/* -- the application (qt/application.cpp) ------------------------------------------------------- */

bool qip_qt_has_application(void);
bool qip_qt_on_application_thread(void);
/* applicationName and applicationFilePath, UTF-8; owned: free(). */
char *qip_qt_application_name(void);

/* How many event loops run inside each other in the calling thread. Thread: any. */
int qip_qt_event_loops(void);
/* QCoreApplication::exec(); takes the application's thread. GIL: not held. */
int qip_qt_exec(void);
/* Makes all event loops of the calling thread return. */
void qip_qt_exit(int code);
/* Whether the application's own exec() is under way, and not only an event loop of somebody's. Thread: any. */
bool qip_qt_application_runs(void);
/* What qip_qt_exit() has ended is left: event loops of this thread may run again. Without it Qt refuses them
 * until the next exec() of the application. Does nothing inside an event loop. GIL: does not matter. */
void qip_qt_exit_is_over(void);
/* Holds back the application's signals, or lets them go again: exec() emits aboutToQuit whenever it
 * returns, also where the application shall go on. Thread: the application's. */
void qip_qt_hush_application(bool hushed);
/* A QEventLoop of the calling thread's. new(): NULL with an exception; GIL: held. exec() wants it not held. */
void *qip_qt_event_loop_new(void);
void qip_qt_event_loop_exec(void *event_loop);
void qip_qt_event_loop_quit(void *event_loop);
void qip_qt_event_loop_free(void *event_loop);
/* Handles the events of the calling thread that wait now, deferred deletions included, after waiting for one
 * at most so many milliseconds, 0: not at all. Whether there was any. GIL: not held. */
bool qip_qt_process_events(unsigned milliseconds);
/* An application of libqi's own, where nobody has made one: false if there is one. Dropping it destroys
 * it if it is that one; the thread is the one that made it. GIL: not held. */
bool qip_qt_make_application(void);
void qip_qt_drop_application(void);

typedef void (*qip_qt_job_fn)(void *data);

/* Runs `job` in the GUI thread's event loop, without the GIL. Thread: any. QI_OK, or QI_ERR_NO_APPLICATION or
 * QI_ERR_MEMORY with a record: it will never run. */
int qip_qt_post(qip_qt_job_fn job, void *data);
/* The same, and where the application ends before the job is run, `drop` is called in its place. */
int qip_qt_post_owned(qip_qt_job_fn job, qip_qt_job_fn drop, void *data);

/* Calls the `destroy` of the host's in the GUI thread, now or by its event loop; in the calling thread where there is no
 * application. Thread: any. GIL: does not matter. Beware: runs the host's code. */
void qip_qt_end_user(struct qip_user *user);

/* A timer that calls `job` in the GUI thread's event loop, without the GIL. NULL with a record. Thread: GUI. */
typedef struct qip_qt_timer qip_qt_timer;
qip_qt_timer *qip_qt_timer_new(qip_qt_job_fn job, void *data);
/* Once, or again and again; in place of what it waits for. */
void qip_qt_timer_start(qip_qt_timer *timer, unsigned milliseconds, bool repeats);
void qip_qt_timer_stop(qip_qt_timer *timer);
/* Also in its job. */
void qip_qt_timer_free(qip_qt_timer *timer);

/* Calls `job` when the application has emitted aboutToQuit, after all slots of others, before exec()
 * returns.
 * Returns a token for qip_qt_off_quit(); NULL with a record. */
void *qip_qt_on_quit(qip_qt_job_fn job, void *data);
void qip_qt_off_quit(void *token);

/* Writes to Qt's logging category "qi". Thread: any. */
void qip_qt_log(int level, const char *source, const char *text);

/* -- watching QObjects (qt/watch.cpp) ----------------------------------------------------------- */

/* Whether the object's destructor has come so far that nobody will be told of its end any more: it emits
 * destroyed(), or deletes its children. Thread: the object's. */
bool qip_qt_is_dying(const qi_object *object);

/* A weak pointer that any thread may hold: qip_qt_guard_object() answers NULL once the object is gone. */
void *qip_qt_guard_new(qi_object *object);
void *qip_qt_guard_retain(void *guard);
qi_object *qip_qt_guard_object(const void *guard);
void qip_qt_guard_free(void *guard);

/* Calls `job` once, when `object` is destroyed, in the thread that destroys it, which may or may not hold
 * the GIL; the job takes it if it needs it. qip_qt_unwatch() ends the watch and must be called exactly
 * once for each watch, before or after, also from inside the job. It does not wait for a job that another
 * thread has begun, but tells who came first: true, `job` is never called; false, its call has begun or is
 * over, and what `data` points at must stay until then. */
void *qip_qt_watch(qi_object *object, qip_qt_job_fn job, void *data);
bool qip_qt_unwatch(void *watch);

/* -- calls into another thread (qt/courier.cpp) --------------------------------------------------- */

/* One that lives in the calling thread; NULL with an exception. Owned: qip_qt_courier_free(), in any thread. */
typedef struct qip_qt_courier qip_qt_courier;
qip_qt_courier *qip_qt_courier_new(void);
/* Has callable(*args) called by that thread's event loop; exceptions are reported. 0, or -1 with an exception.
 * Thread: any. GIL: held. */
int qip_qt_courier_send(qip_qt_courier *courier, PyObject *callable, PyObject *args);
void qip_qt_courier_free(qip_qt_courier *courier);

/* -- work that Python asks of the host (qt/work.cpp) ---------------------------------------------- */

typedef struct qip_qt_work_class {
    void (*run)(void *data);        /* without the GIL; may throw what C++ throws */
    bool (*has_failed)(void *data); /* once it has run */
    PyObject *(*outcome)(void *data); /* the result, a new reference, or NULL with an exception. GIL: held */
    qip_qt_job_fn drop;               /* any thread, with the GIL or without */
} qip_qt_work_class;

/* Runs work in the thread where `object` lives (NULL: the application) and waits for its end. 0, or -1 with an
 * exception set: it was not run, or threw. Takes `data`. GIL: held, and released inside. */
int qip_qt_work_perform(qi_object *object, const qip_qt_work_class *work, void *data);
/* Has it run in a thread of the global pool. A new HostFuture of what comes out; NULL with an exception set.
 * Takes `data`. */
PyObject *qip_qt_work_on_pool(const qip_qt_work_class *work, void *data);

/* An outcome that comes later, of whatever thread; and the new HostFuture that tells it. NULL with an exception. */
typedef struct qip_qt_promise qip_qt_promise;
qip_qt_promise *qip_qt_promise_new(PyObject **future);
/* Tells what `data` has come to, once. Takes `data`. Thread: any. GIL: does not matter. */
void qip_qt_promise_end(qip_qt_promise *promise, const qip_qt_work_class *work, void *data);
/* Frees it; where nothing was told, as if it had been cancelled. */
void qip_qt_promise_drop(qip_qt_promise *promise);
/* Thread: any. GIL: does not matter. */
bool qip_qt_promise_is_cancelled(const qip_qt_promise *promise);
/* QI_OK or QI_ERR_MEMORY. */
int qip_qt_promise_report(qip_qt_promise *promise, int value, int maximum, const char *text);

/* -- objects in Python (qt/proxies.cpp, foreign.cpp) ---------------------------------------------- */

/* The proxy of a QObject, the same one as long as it lives; None for NULL. New reference. GIL: held. */
PyObject *qip_qt_wrap(qi_object *object);
/* The same of a guard's object, which may live in another thread and end meanwhile: NULL with ReferenceError set. */
PyObject *qip_qt_wrap_guarded(void *guard);
/* The QObject of a proxy (or of a PyQt6/PySide6 wrapper); NULL with TypeError or ReferenceError set. */
qi_object *qip_qt_unwrap(PyObject *proxy);
bool qip_qt_is_proxy(PyObject *object);
/* The guard of a proxy, borrowed; NULL for other objects, and for the proxy of one that had been destroyed before. */
void *qip_qt_proxy_guard(PyObject *object);
/* A qi.Buffer of memory of the host's, which is released with it. New reference; NULL with an exception. Takes `buffer`. */
PyObject *qip_qt_share_buffer(qi_buffer *buffer);
/* Whether what PyQt6 or PySide6 wraps as QMetaObject.Connection has not ended: 1, 0, or -1 with TypeError. GIL: held. */
int qip_qt_is_connected(PyObject *connection);

/* -- signals (qt/relay.cpp) ----------------------------------------------------------------------- */

/* Whether the object lives in the calling thread. */
bool qip_qt_lives_here(const qi_object *object);

/* Finds a signal by name or by name with parameter types. QI_OK and its method index, or
 * QI_ERR_NOT_FOUND with near names, or QI_ERR_AMBIGUOUS with the overloads. GIL: not needed. */
int qip_qt_find_signal(qi_object *sender, const char *signal, int *index);
/* "Class::signal(types)", owned: free(); NULL with a record. And how many parameters it has. */
char *qip_qt_signal_name(qi_object *sender, int index);
int qip_qt_signal_parameter_count(qi_object *sender, int index);

typedef struct qip_qt_relay qip_qt_relay;

typedef struct qip_qt_relay_spec {
    qi_object *sender;
    int signal;         /* method index */
    PyObject *callable; /* kept; called on the GUI thread with the converted arguments */
    int max_arguments;  /* pass at most so many; -1: all */
    bool queued;        /* always through the event queue */
    bool single_shot;   /* disconnect at the first emission, before the call */
    bool direct;        /* in the thread that emits, instead of the GUI thread */
    bool blocking;      /* in the GUI thread, while the thread that emits waits */
    /* Called once when the relay ends by itself (sender destroyed, or single shot done), on the GUI
     * thread, without the GIL; not after qip_qt_relay_close(). May be NULL. */
    qip_qt_job_fn ended;
    void *data;
} qip_qt_relay_spec;

/*
 * Connects. An exception that the callable raises goes to qip_report_exception() with the signal's name.
 * The result of the callable is dropped. Returns NULL with the thread's error record set.
 * The relay is owned: qip_qt_relay_close() disconnects and frees it, also after `ended`, also from inside
 * its own callable. Thread: GUI. GIL: held.
 */
qip_qt_relay *qip_qt_relay_open(const qip_qt_relay_spec *spec);
void qip_qt_relay_close(qip_qt_relay *relay);

/* What a relay is about, borrowed from it: a guard of its sender, "Class::signal(types)", and how many emissions have come.
 * GIL: held. */
void *qip_qt_relay_sender(const qip_qt_relay *relay);
const char *qip_qt_relay_signal(const qip_qt_relay *relay);
uint64_t qip_qt_relay_emissions(const qip_qt_relay *relay);

/* -- plugins (qt/plugin_services.cpp) ------------------------------------------------------------- */

/* What pyshim/qi/plugin asks of Qt; `settings_file` may be NULL. Owned; NULL with a record. GIL: does not matter. */
qi_object *qip_qt_plugin_services_new(const char *settings_file);
void qip_qt_plugin_services_free(qi_object *services);

#ifdef __cplusplus
}
#endif

#endif
