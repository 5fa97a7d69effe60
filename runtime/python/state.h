/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The state of the extension module `_qi`: its types, and the objects of the standard library that the
 * C code calls. One list names them all, so that traverse and clear can forget none.
 *
 * A room that adds a type writes qip_<room>_setup(), which makes the type, stores it here and adds it to
 * the module; module.c calls them all in order.
 */
#ifndef QIP_PYTHON_STATE_H
#define QIP_PYTHON_STATE_H

#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

/* X(name) for every owned reference. The comment says what it is or where it comes from. */
#define QIP_STATE_OBJECTS(X)                                                                       \
    /* loop.c, handle.c */                                                                         \
    X(loop_type)            /* _qi.Loop */                                                         \
    X(handle_type)          /* _qi.Handle */                                                       \
    X(timer_handle_type)    /* _qi.TimerHandle */                                                  \
    X(ready_type)           /* the view of the ready queue */                                      \
    X(scheduled_type)       /* the view of the timers */                                           \
    X(asyncio_handle)       /* asyncio.events.Handle */                                            \
    X(asyncio_timer_handle) /* asyncio.events.TimerHandle */                                       \
    X(threadsafe_handle)    /* asyncio.events._ThreadSafeHandle, 3.14+; else NULL */               \
    X(future_type)          /* asyncio.Future */                                                   \
    X(task_type)            /* asyncio.Task */                                                     \
    X(cancelled_error)      /* asyncio.CancelledError */                                           \
    X(current_task)         /* asyncio.tasks.current_task, 3.14+; else NULL */                     \
    X(current_tasks)        /* asyncio.tasks._current_tasks, until 3.13; else NULL */              \
    X(context_word)         /* "context", interned */                                              \
    X(task_keywords)        /* ("loop", "name"), and so on: eager.c */                             \
    X(task_keywords_context)                                                                       \
    X(future_keywords) /* ("loop",) */                                                             \
    /* transport.c */                                                                              \
    X(transport_type)     /* _qi.StreamTransport */                                                \
    X(selector_events)    /* the module asyncio.selector_events */                                 \
    X(stock_transport)    /* its _SelectorSocketTransport */                                       \
    X(stock_accept)       /* its BaseSelectorEventLoop._accept_connection */                       \
    X(stock_accept2)      /* and _accept_connection2 */                                            \
    X(transport_socket)   /* asyncio.trsock.TransportSocket */                                     \
    X(buffered_protocol)  /* asyncio.BufferedProtocol */                                           \
    X(set_result_softly)  /* asyncio.futures._set_result_unless_cancelled */                       \
    X(socket_class)       /* socket.socket */                                                      \
    X(socket_fileno)      /* _socket.socket.fileno */                                              \
    X(name_data_received) /* "data_received", and so on: names of methods that are called a lot */ \
    X(name_get_buffer)                                                                             \
    X(name_buffer_updated)                                                                         \
    X(name_call_soon)                                                                              \
    /* proxy.c */                                                                                  \
    X(object_type)      /* _qi.Object: the proxy of a QObject */                                   \
    X(signal_type)      /* _qi.Signal: a signal of one object */                                   \
    X(method_type)      /* _qi.Method: a slot or invokable of one object */                        \
    X(variant_type)     /* _qi.Variant: a QVariant of a type that Python has nothing for */        \
    X(gadget_type)      /* _qi.Gadget: a Variant whose type has properties and methods */          \
    X(model_type)       /* _qi.Model: the proxy of a QAbstractItemModel */                         \
    X(watcher_type)     /* _qi.FutureWatcher: the proxy of a QFutureWatcher */                     \
    X(index_type)       /* _qi.Index: a place in a model */                                        \
    X(host_future_type) /* _qi.HostFuture: a QFuture of the host's */                              \
    X(buffer_type)      /* _qi.Buffer: memory that is shared with the host */                      \
    X(link_type)        /* _qi.Connection: a callable connected to a signal */                     \
    X(links)            /* the set of those that are connected */                                  \
    X(host_names)       /* qi.host: dict of names to capsules that hold guards */                  \
    X(qt_cache)         /* dict of what qt/ makes once: classes of enumerations, and so on */      \
    /* function.c, expose.c */                                                                     \
    X(host_function_type) /* _qi.HostFunction */                                                   \
    X(host_functions)     /* qi.host: dict of dotted names to functions of the host's */           \
    /* slot.c */                                                                                   \
    X(slot_type)        /* _qi.Slot: a coroutine function with an overlap policy */                \
    X(pending_type)     /* the done-callback of a task that libqi launched */                      \
    X(get_running_loop) /* asyncio.events._get_running_loop */                                     \
    /* progress.c */                                                                               \
    X(progress_variable) /* a ContextVar: whom qi.progress() tells */                              \
    /* stream.c */                                                                                 \
    X(writer_type) /* _qi.LineWriter: sys.stdout and sys.stderr */                                 \
    /* scope.c */                                                                                  \
    X(scope_variable) /* the ContextVar that says which plugin code runs for */                    \
    X(plugins)        /* dict: id of an active plugin -> (what targets name, its Context) */

typedef struct qip_state {
#define QIP_STATE_MEMBER(name) PyObject *name;
    QIP_STATE_OBJECTS(QIP_STATE_MEMBER)
#undef QIP_STATE_MEMBER
} qip_state;

/* The state of the one `_qi` module of this process, or NULL before it was imported. GIL: held. */
qip_state *qip_state_get(void);

/* The rooms' setup functions, in the order in which module.c calls them. 0, or -1 with an exception. */
int qip_handle_setup(PyObject *module, qip_state *state);
int qip_loop_setup(PyObject *module, qip_state *state);
int qip_transport_setup(PyObject *module, qip_state *state);
int qip_proxy_setup(PyObject *module, qip_state *state);
int qip_slot_setup(PyObject *module, qip_state *state);
int qip_stream_setup(PyObject *module, qip_state *state);
int qip_courier_setup(PyObject *module, qip_state *state);
int qip_report_setup(PyObject *module, qip_state *state);
int qip_application_setup(PyObject *module, qip_state *state);
int qip_leave_setup(PyObject *module, qip_state *state);
int qip_function_setup(PyObject *module, qip_state *state);
int qip_expose_setup(PyObject *module, qip_state *state);
int qip_progress_setup(PyObject *module, qip_state *state);
int qip_copies_setup(PyObject *module, qip_state *state);
int qip_counters_setup(PyObject *module, qip_state *state);
int qip_inspect_setup(PyObject *module, qip_state *state);
int qip_interrupt_setup(PyObject *module, qip_state *state);
int qip_watchdog_setup(PyObject *module, qip_state *state);
int qip_scope_setup(PyObject *module, qip_state *state);
int qip_doctor_setup(PyObject *module, qip_state *state);
int qip_plugin_events_setup(PyObject *module, qip_state *state);

/* PyInit__qi, for PyImport_AppendInittab and for an interpreter that runs already. */
PyMODINIT_FUNC PyInit__qi(void);

#ifdef __cplusplus
}
#endif

#endif
