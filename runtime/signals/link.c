/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `_qi.Connection`: a callable of Python, connected to a signal through a proxy.
 *
 * The connection is itself what the relay calls; it adds the object of a bound method, which it holds only
 * weakly. All connections that live are in the dict `kept.links`, in the order in which
 * they were made, so they need no other owner. Each way to end goes through qip_link_close(), once:
 *   disconnect() here or of the signal      the sender is destroyed (the relay tells)
 *   the object of a bound method goes       the runtime shuts down (qip_links_cut)
 *
 * link_connect.c is connect() and disconnect(), and connectable.c what may be connected to what.
 *
 * What asyncslot() makes is not called as others are: it is told the signal, for its reports.
 *
 * Thread: GUI. Only the object of a bound method may go in another thread; the end is posted then.
 */
#include "python/gate.h"
#include "signals/link.h"

#include <structmember.h>

#include "python/border.h"
#include "python/compat.h"
#include "python/scope.h"
#include "python/signature.h"
#include "signals/connectable.h"
#include "signals/link_p.h"
#include "signals/slot.h"
#include "core/status.h"
#include "python/visit.h"
#include "signals/setup.h"
#include "python/module.h"

static struct {
    PyObject *type;  /* _qi.Connection */
    PyObject *links; /* those that are connected, as keys */
} kept;

bool qip_link_check(PyObject *object)
{
    return Py_IS_TYPE(object, (PyTypeObject *)kept.type);
}

int64_t qip_connection_next_id(void)
{
    static int64_t last;

    return ++last;
}

PyObject *qip_links_list(void)
{
    return PyDict_Keys(kept.links);
}

static PyObject *target_of(PyObject *callable)
{
    if (qip_slot_check(callable))
        return Py_XNewRef(qip_slot_target((qip_slot *)callable));
    return qip_signature_target(callable);
}

PyObject *qip_link_target(PyObject *callable)
{
    if (!kept.type)
        return qip_signature_target(callable);
    if (Py_TYPE(callable) != (PyTypeObject *)kept.type || !qip_as_link(callable)->callable)
        return target_of(callable);
    qip_link *link = qip_as_link(callable);
    PyObject *receiver = link->slot_signal && link->receiver ? qip_weakref_get(link->receiver) : NULL;
    PyObject *called = Py_NewRef(receiver && qip_slot_check(receiver) ? receiver : link->callable);
    PyObject *target = target_of(called);
    Py_DECREF(called);
    Py_XDECREF(receiver);
    return target;
}

void qip_link_close(qip_link *link)
{
    qip_qt_relay *relay = link->relay;

    if (!relay)
        return;
    link->relay = NULL;
    if (kept.links && PyDict_DelItem(kept.links, (PyObject *)link) < 0)
        PyErr_Clear();
    qip_qt_relay_close(relay);
    Py_CLEAR(link->callable);
    Py_CLEAR(link->receiver);
    Py_CLEAR(link->sender);
    Py_CLEAR(link->slot_signal);
    Py_CLEAR(link->context);
}

static void close_in_gui_thread(void *data)
{
    if (!Py_IsInitialized() || qip_gate_is_foreign())
        return;
    qip_visit visit = qip_python_enter();
    qip_link_close(data);
    Py_DECREF((PyObject *)data);
    qip_python_leave(visit);
}

/* The application ends before that. */
static void let_go(void *data)
{
    if (!Py_IsInitialized() || qip_gate_is_foreign())
        return;
    qip_visit visit = qip_python_enter();
    Py_DECREF((PyObject *)data);
    qip_python_leave(visit);
}

/* The relay tells that the sender was destroyed. */
static void sender_gone(void *data)
{
    qip_visit visit = qip_python_enter();
    Py_INCREF((PyObject *)data);
    qip_link_close(data);
    Py_DECREF((PyObject *)data);
    qip_python_leave(visit);
}

/* The weak reference's callback: the object of the bound method has gone. */
static PyObject *receiver_gone(PyObject *self, PyObject *Py_UNUSED(reference))
{
    Py_INCREF(self);
    if (!qip_qt_has_application() || qip_qt_on_application_thread())
        qip_link_close(qip_as_link(self));
    else if (qip_qt_post_owned(close_in_gui_thread, let_go, self) == QI_OK)
        Py_RETURN_NONE; /* the reference travels with the job */
    Py_DECREF(self);
    Py_RETURN_NONE;
}

static PyMethodDef receiver_gone_def = {"receiver_gone", receiver_gone, METH_O, NULL};

/* -- an emission ------------------------------------------------------------------------------------- */

/* `signal` and `callable` are the link's, held by the caller: the call may close the link. */
static PyObject *call(PyObject *signal, PyObject *callable, PyObject *const *arguments, size_t flagged)
{
    return signal && qip_slot_check(callable)
               ? qip_slot_emit((qip_slot *)callable, signal, arguments, flagged)
               : PyObject_Vectorcall(callable, arguments, flagged, NULL);
}

/* The relay lends the place before the arguments, where the object of a bound method goes. */
static PyObject *call_method(PyObject *signal, PyObject *function, PyObject *receiver,
                             PyObject *const *arguments, size_t flagged)
{
    if (signal && qip_slot_check(receiver)) /* the wrapper of a bound method */
        return qip_slot_emit((qip_slot *)receiver, signal, arguments, flagged);
    PyObject **stack = (PyObject **)arguments - 1;
    PyObject *lent = stack[0];

    stack[0] = receiver;
    PyObject *result = call(signal, function, stack, (size_t)PyVectorcall_NARGS(flagged) + 1);
    stack[0] = lent;
    return result;
}

/* A direct connection may be called in any thread, but connections end in the GUI thread. */
static void end_single_shot(qip_link *link)
{
    link->fired = true;
    if (!qip_qt_has_application() || qip_qt_on_application_thread())
        qip_link_close(link);
    else if (qip_qt_post_owned(close_in_gui_thread, let_go, link) == QI_OK)
        Py_INCREF(link); /* for the job, which cannot have run yet: it wants the GIL */
}

static PyObject *link_call(PyObject *self, PyObject *const *arguments, size_t flagged, PyObject *names)
{
    qip_link *link = qip_as_link(self);

    if (!(flagged & PY_VECTORCALL_ARGUMENTS_OFFSET) || names || !link->callable)
        return PyErr_Format(PyExc_TypeError, "a Connection is called by its signal only");
    if (link->fired)
        Py_RETURN_NONE;
    PyObject *callable = Py_NewRef(link->callable), *signal = Py_XNewRef(link->slot_signal), *result;
    const bool is_method = link->receiver;
    PyObject *receiver = is_method ? qip_weakref_get(link->receiver) : NULL;
    PyObject *entered = link->context ? qip_scope_enter(link->context)
                                      : qip_scope_enter_application();

    if (link->single_shot)
        end_single_shot(link);
    if (is_method) {
        result = receiver ? call_method(signal, callable, receiver, arguments, flagged)
                          : Py_NewRef(Py_None);
        Py_XDECREF(receiver);
    } else {
        result = call(signal, callable, arguments, flagged);
    }
    qip_scope_leave(entered);
    Py_XDECREF(signal);
    Py_DECREF(callable);
    return result;
}

/* -- making one -------------------------------------------------------------------------------------- */

static int name_signal(qip_link *link, PyObject *callable, qi_object *sender, int signal)
{
    if (!qip_slot_behind(callable))
        return 0;
    char *name = qip_qt_signal_name(sender, signal);
    link->slot_signal = name ? PyUnicode_FromString(name) : PyErr_NoMemory();
    free(name);
    return link->slot_signal ? 0 : -1;
}

static int set_callable(qip_link *link, PyObject *callable)
{
    if (Py_IS_TYPE(callable, (PyTypeObject *)qip_bound.signal)) {
        link->callable = PyObject_GetAttrString(callable, "emit");
        return link->callable ? 0 : -1;
    }
    if (!PyMethod_Check(callable)) {
        link->callable = Py_NewRef(callable);
        return 0;
    }
    PyObject *gone = PyCFunction_New(&receiver_gone_def, (PyObject *)link);
    link->receiver = gone ? PyWeakref_NewRef(PyMethod_GET_SELF(callable), gone) : NULL;
    Py_XDECREF(gone);
    if (link->receiver) {
        link->callable = Py_NewRef(PyMethod_GET_FUNCTION(callable));
        return 0;
    }
    if (!PyErr_ExceptionMatches(PyExc_TypeError))
        return -1;
    PyErr_Clear(); /* an object without weak references, so the method itself is kept */
    link->callable = Py_NewRef(callable);
    return 0;
}

static int open_link(qip_link *link, qip_signal *signal, qi_object *sender, int most, int type)
{
    qip_qt_relay_spec spec = {
        .sender = sender,
        .signal = signal->index,
        .callable = (PyObject *)link,
        .max_arguments = most,
        .queued = (type & 3) == QIP_CONNECTION_QUEUED,
        .direct = (type & 3) == QIP_CONNECTION_DIRECT,
        .blocking = (type & 3) == QIP_CONNECTION_BLOCKING,
        .ended = sender_gone,
        .data = link,
    };

    if (PyDict_SetItem(kept.links, (PyObject *)link, Py_None) < 0)
        return -1;
    link->relay = qip_qt_relay_open(&spec);
    if (link->relay)
        return 0;
    qip_raise_status(qi_last_error());
    PyObject *raised = qip_take_exception();
    if (PyDict_DelItem(kept.links, (PyObject *)link) < 0)
        PyErr_Clear();
    qip_give_exception(raised);
    return -1;
}

qip_link *qip_link_new(qip_signal *signal, qi_object *sender, const qip_link_spec *spec)
{
    PyTypeObject *type = (PyTypeObject *)kept.type;
    qip_link *link = (qip_link *)type->tp_alloc(type, 0);

    if (!link)
        return NULL;
    link->vectorcall = link_call;
    link->id = qip_connection_next_id();
    link->sender = Py_NewRef((PyObject *)signal->proxy);
    link->signal = qip_qt_original_signal(sender, signal->index);
    link->single_shot = spec->type & QIP_CONNECTION_SINGLE_SHOT;
    link->context = qip_slot_behind(spec->callable) ? NULL : qip_scope_keep();
    if (name_signal(link, spec->callable, sender, signal->index) == 0 &&
        set_callable(link, spec->callable) == 0 &&
        open_link(link, signal, sender, spec->most, spec->type) == 0)
        return link;
    Py_CLEAR(link->receiver); /* its callback refers to the link */
    Py_DECREF(link);
    return NULL;
}

/* -- all of them ------------------------------------------------------------------------------------- */

size_t qip_links_count(void)
{
    return kept.links ? (size_t)PyDict_GET_SIZE(kept.links) : 0;
}

void qip_links_cut(void)
{
    PyObject *links = kept.links ? PyDict_Keys(kept.links) : NULL;

    if (!links) {
        PyErr_Clear();
        return;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(links); i++)
        qip_link_close(qip_as_link(PyList_GET_ITEM(links, i)));
    Py_DECREF(links);
}

/* -- the type ---------------------------------------------------------------------------------------- */

bool qip_link_may_end(void)
{
    if (!qip_qt_has_application() || qip_qt_on_application_thread())
        return true;
    PyErr_SetString(PyExc_RuntimeError, "signals are connected and disconnected in the GUI thread; "
                                        "loop.call_soon_threadsafe() gets you there");
    return false;
}

static PyObject *link_disconnect(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    if (!qip_link_may_end())
        return NULL;
    qip_link_close(qip_as_link(self));
    Py_RETURN_NONE;
}

static int link_bool(PyObject *self)
{
    return qip_as_link(self)->relay != NULL;
}

static PyObject *link_connected(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(link_bool(self));
}

static PyObject *link_repr(PyObject *self)
{
    qip_link *link = qip_as_link(self);

    if (!link->relay)
        return PyUnicode_FromString("<qi.Connection, ended>");
    /* Whoever is asked for its text may end the connection. */
    PyObject *sender = Py_NewRef(link->sender), *callable = Py_NewRef(link->callable);
    PyObject *text = PyUnicode_FromFormat("<qi.Connection of %R with %R>", sender, callable);
    Py_DECREF(callable);
    Py_DECREF(sender);
    return text;
}

static int link_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(qip_as_link(self)->callable);
    Py_VISIT(qip_as_link(self)->receiver);
    Py_VISIT(qip_as_link(self)->sender);
    Py_VISIT(qip_as_link(self)->context);
    return 0;
}

static int link_clear(PyObject *self)
{
    Py_CLEAR(qip_as_link(self)->callable);
    Py_CLEAR(qip_as_link(self)->receiver);
    Py_CLEAR(qip_as_link(self)->sender);
    Py_CLEAR(qip_as_link(self)->slot_signal);
    Py_CLEAR(qip_as_link(self)->context);
    return 0;
}

static void link_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);

    PyObject_GC_UnTrack(self);
    (void)link_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef link_methods[] = {
    {"disconnect", link_disconnect, METH_NOARGS,
     "disconnect($self, /)\n--\n\nEnds the connection; does nothing if it has ended."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef link_getset[] = {
    {"connected", link_connected, NULL, "whether the connection lives", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMemberDef link_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(qip_link, vectorcall), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot link_slots[] = {
    {Py_tp_doc, "A callable that is connected to a signal. True while it is."},
    {Py_tp_dealloc, link_dealloc},
    {Py_tp_traverse, link_traverse},
    {Py_tp_clear, link_clear},
    {Py_tp_repr, link_repr},
    {Py_nb_bool, link_bool},
    {Py_tp_call, PyVectorcall_Call},
    {Py_tp_methods, link_methods},
    {Py_tp_getset, link_getset},
    {Py_tp_members, link_members},
    {0, NULL},
};

static PyType_Spec link_spec = {
    .name = "_qi.Connection",
    .basicsize = sizeof(qip_link),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL |
             Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = link_slots,
};

int qip_link_setup(PyObject *module)
{
    qip_module_keep(kept);
    kept.links = PyDict_New();
    kept.type = PyType_FromModuleAndSpec(module, &link_spec, NULL);
    if (!kept.links || !kept.type)
        return -1;
    return PyModule_AddType(module, (PyTypeObject *)kept.type);
}
