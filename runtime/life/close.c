/* SPDX-License-Identifier: BSD-3-Clause */
/* The last step of the end: what qi_runtime_init() has begun is undone, in the order of its dependencies. */
#include "life/life.h"

#include "life/deadline.h"
#include "life/unheard.h"
#include "core/callout.h"
#include "core/users.h"
#include "objects/events.h"
#include "plugins/audit.h"
#include "plugins/plugin.h"
#include "python/output.h"
#include "python/sigint.h"
#include "python/stream.h"
#include "python/visit.h"
#include "qt/bridge.h"
#include "watch/interrupt.h"
#include "watch/watchdog.h"

enum { CALLBACKS_END_MS = 300 };

void qip_runtime_close(qi_runtime *runtime)
{
    qip_runtime_own *own = runtime->own;

    qip_watchdog_close();
    qip_pulse_close();
    if (runtime->loop)
        qip_sigint_release(runtime->loop);
    PyObject *result = own->embed ? PyObject_CallMethod(own->embed, "stop", "O",
                                                        runtime->loop ? runtime->loop : Py_None)
                                  : NULL;
    if (PyErr_Occurred())
        PyErr_WriteUnraisable(NULL);
    Py_XDECREF(result);
    qip_unheard_take_hook();
    qip_audit_forget();
    Py_CLEAR(runtime->loop);
    Py_CLEAR(own->stages);
    Py_CLEAR(own->embed);
    qip_plugins_close();
    qip_streams_flush();
    qip_streams_remove();
    qip_deadline_close(); /* it interrupts by the signal that goes next */
    qip_interrupt_close();
    qip_qt_off_quit(own->on_quit);
    own->on_quit = NULL;

    PyThreadState *thread = PyEval_SaveThread();
    qip_output_forget();
    qip_events_forget();
    if (!qip_callout_close(CALLBACKS_END_MS))
        qip_users_forget(); /* a callback of the host's outlives this, and so does its `user` */
    qip_gate_close(runtime);
    PyEval_RestoreThread(thread);
}
