/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Timers: a function of the host that is called in the GUI thread once some time has passed, once or again and again.
 *
 *     static void save(qi_timer *timer, void *document) { … }
 *     …
 *     qi_timer *autosave;
 *     qi_timer_start(runtime, 60000, 60000, save, document, NULL, &autosave);   // every minute
 *     …
 *     qi_timer_release(autosave);
 *
 * They are Qt's timers, for hosts that are written in C: event loops of dialogs call them, too, and they need no Python. A
 * timer never fires early; when the thread is busy it fires late, and the times that a repeating one has missed are
 * not made up for.
 */
#ifndef QI_TIMER_H
#define QI_TIMER_H

#include <qi/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qi_timer qi_timer;

/*
 * Called when the time has come. It may call any function, and restart, stop or release the timer. `timer` is borrowed for
 * the call, and NULL where qi_timer_start() was asked for no handle. Thread: GUI, without the GIL.
 */
typedef void (*qi_timer_fn)(qi_timer *timer, void *user);

/**
 * Makes a timer and starts it: `call` is called after `after_ms` milliseconds, and then every `repeat_ms`; 0: once.
 *
 * With `after_ms` 0 it is called when the events that wait now have been handled. `user` is kept until the timer ends; then
 * `destroy`, which may be NULL, is called with it. A timer ends when it is released, and when the runtime begins to shut
 * down, whatever it waits for. One that has stopped, or fired once, can be started again: it ends no sooner for that.
 *
 * `*out` is owned: release it with qi_timer_release(). NULL for no handle: it ends by itself when it has fired once, and
 * where it repeats, with the runtime.
 *
 * Thread: GUI. Fails: QI_ERR_ARGUMENT (no function), QI_ERR_RANGE (more than INT_MAX milliseconds), QI_ERR_HANDLE,
 * QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN, QI_ERR_NO_APPLICATION, QI_ERR_WRONG_THREAD, QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_timer_start(qi_runtime *runtime, unsigned after_ms, unsigned repeat_ms,
                                       qi_timer_fn call, void *user, qi_destroy_fn destroy,
                                       qi_timer **out);

/**
 * Starts a timer anew, whether it runs or not: what it has waited so far does not count.
 *
 * Thread: GUI. Fails: QI_ERR_HANDLE, QI_ERR_WRONG_THREAD, QI_ERR_RANGE, QI_ERR_NOT_RUNNING (its runtime has ended, or
 * is ending).
 */
QI_API int qi_timer_restart(qi_timer *timer, unsigned after_ms, unsigned repeat_ms);

/**
 * Stops a timer, which can be started again. One that does not run stays as it is.
 *
 * Thread: GUI. Fails: QI_ERR_HANDLE, QI_ERR_WRONG_THREAD.
 */
QI_API int qi_timer_stop(qi_timer *timer);

/** Tells whether a timer waits for its time; false for NULL and foreign pointers. Thread: any. */
QI_API bool qi_timer_is_active(const qi_timer *timer);

/**
 * Ends a timer and releases the handle. NULL is allowed.
 *
 * `destroy` is called before this returns, or, where it is called inside of the timer's own call, when that has returned.
 * Also allowed when the runtime has shut down, which has ended the timer: the handle is released then.
 * Thread: GUI. Fails: QI_ERR_HANDLE, QI_ERR_WRONG_THREAD.
 */
QI_API int qi_timer_release(qi_timer *timer);

#ifdef __cplusplus
}
#endif

#endif /* QI_TIMER_H */
