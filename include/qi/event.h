/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events: what Python code tells the host by name, and whoever listens in C hears.
 *
 *     static void loaded(const qi_event *event, void *window)
 *     {
 *         const char *path;
 *         if (event->count == 1 && qi_value_to_text(&event->args[0], &path, NULL) == QI_OK) …
 *     }
 *     …
 *     qi_events_listen(runtime, "document.loaded", loaded, window, NULL, NULL);
 *
 * and in Python:
 *
 *     qi.host.emit("document.loaded", "/home/ann/letter.odt", size=4711)
 *
 * An event has no answer, any number of listeners, none included, and need not be declared. Where Python wants an answer,
 * the host registers a function: <qi/expose.h>.
 */
#ifndef QI_EVENT_H
#define QI_EVENT_H

#include <qi/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What Python tells. Borrowed for the call, like all that it points at. */
typedef struct qi_event {
    size_t size;
    const char *name;
    const qi_value *args; /* the positional arguments, `count` of them */
    size_t count;
    const qi_entry *kwargs; /* the keyword arguments, whose keys are texts */
    size_t kwarg_count;
    const char *plugin; /* the id of the plugin whose code tells it; NULL: none, or unknown */
} qi_event;

/* Thread: GUI, without the GIL. It may call any function. */
typedef void (*qi_event_fn)(const qi_event *event, void *user);

/**
 * Lets a function hear the events of a name that Python emits from now on; NULL as the name: all of them.
 *
 * In the GUI thread it is called before qi.host.emit() returns, those that listen longest first. What another thread of
 * Python emits is queued to the GUI thread, in the order of that thread; it is dropped where the runtime ends before. The
 * names are compared as they are: there are no patterns. What a listener throws in C++ is reported, and the others are
 * called all the same.
 *
 * `name` is copied. `user` is kept until the listener is released or the runtime is CLOSED; then `destroy`, which may be
 * NULL, is called with it. `*out` is owned: release it with qi_listener_release(). NULL for no handle: it listens until the
 * runtime is CLOSED.
 * Thread: GUI. Fails: QI_ERR_ARGUMENT (no function, or an empty name), QI_ERR_ENCODING, QI_ERR_HANDLE,
 * QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD, QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_events_listen(qi_runtime *runtime, const char *name, qi_event_fn listener,
                                         void *user, qi_destroy_fn destroy, qi_listener **out);

#ifdef __cplusplus
}
#endif

#endif /* QI_EVENT_H */
