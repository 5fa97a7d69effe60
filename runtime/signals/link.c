/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `_qi.Connection`: a callable of Python, connected to a signal through a proxy.
 *
 * The connection is itself what the relay calls; it adds the object of a bound method, which it holds only
 * weakly. All connections that live are in the dict `kept.links`, in the order in which
 * they were made, so they need no other owner. Each way to end goes through close_link(), once:
 *   disconnect() here or of the signal      the sender is destroyed (the relay tells)
 *   the object of a bound method goes       the runtime shuts down (qip_links_cut)
 *
 * What asyncslot() makes is not called as others are: it is told the signal, for its reports.
 *
 * Thread: GUI. Only the object of a bound method may go in another thread; the end is posted then.
 */
#include "signals/link.h"

#include <structmember.h>

#include "python/compat.h"
#include "objects/proxy_p.h"
#include "python/scope.h"
#include "python/signature.h"
#include "signals/slot.h"
#include "core/status.h"
#include "python/visit.h"
#include "signals/setup.h"
#include "python/module.h"

typedef struct qip_link {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    PyObject *callable; /* the function alone where `receiver` is set */
    PyObject *receiver; /* weak reference to a bound method's object; NULL: the callable is kept whole */
    qip_qt_relay *relay;   /* NULL: ended */
    PyObject *sender;      /* the proxy */
    PyObject *slot_signal; /* the signal's name, where a `_qi.Slot` is called; else NULL */
    PyObject *context; /* of the plugin that has connected it; NULL: nobody's, or a slot's affair */
    bool single_shot;  /* ends with the first emission, before the call */
    bool fired;        /* a single shot that was, though it may not have ended yet */
    int signal;        /* without clones, so that equal ones compare equal */
} qip_link;

static struct {
    PyObject *type;  /* _qi.Connection */
    PyObject *links; /* those that are connected, as keys */
} kept;

static qip_link *as_link(PyObject *object)
{
    return (qip_link *)object;
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
    if (Py_TYPE(callable) != (PyTypeObject *)kept.type || !as_link(callable)->callable)
        return target_of(callable);
    qip_link *link = as_link(callable);
    PyObject *receiver = link->slot_signal && link->receiver ? qip_weakref_get(link->receiver) : NULL;
    PyObject *target = target_of(receiver && qip_slot_check(receiver) ? receiver : link->callable);
    Py_XDECREF(receiver);
    return target;
}

/* Beware: forgetting a callable may run any code of Python. The caller holds a reference to the link. */
static void close_link(qip_link *link)
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
    if (!Py_IsInitialized())
        return;
    qip_visit visit = qip_python_enter();
    close_link(data);
    Py_DECREF((PyObject *)data);
    qip_python_leave(visit);
}

/* The application ends before that. */
static void let_go(void *data)
{
    if (!Py_IsInitialized())
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
    close_link(data);
    Py_DECREF((PyObject *)data);
    qip_python_leave(visit);
}

/* The weak reference's callback: the object of the bound method has gone. */
static PyObject *receiver_gone(PyObject *self, PyObject *Py_UNUSED(reference))
{
    Py_INCREF(self);
    if (!qip_qt_has_application() || qip_qt_on_application_thread())
        close_link(as_link(self));
    else if (qip_qt_post_owned(close_in_gui_thread, let_go, self))
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
        close_link(link);
    else if (qip_qt_post_owned(close_in_gui_thread, let_go, link))
        Py_INCREF(link); /* for the job, which cannot have run yet: it wants the GIL */
}

static PyObject *link_call(PyObject *self, PyObject *const *arguments, size_t flagged, PyObject *names)
{
    qip_link *link = as_link(self);

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

/* -- connecting -------------------------------------------------------------------------------------- */

static bool is_type(PyObject *object, PyObject *type)
{
    return Py_TYPE(object) == (PyTypeObject *)type;
}

/* A slot or signal of another object: takes as many arguments as one of its forms does. */
static int proxy_signature(PyObject *callable, int parameters, qip_signature *out)
{
    qip_proxy *proxy;
    PyObject *name;

    if (is_type(callable, qip_bound.method)) {
        proxy = ((qip_method *)callable)->proxy;
        name = ((qip_method *)callable)->name;
    } else {
        proxy = ((qip_signal *)callable)->proxy;
        name = ((qip_signal *)callable)->name;
    }
    qi_object *object = qip_proxy_live(proxy);
    if (!object)
        return -1;
    out->least = out->most = qip_qt_accepts(object, name, parameters);
    if (out->most < 0) {
        PyErr_Format(PyExc_TypeError, "no form of %R takes %d arguments or fewer", callable,
                     parameters);
        return -1;
    }
    return 0;
}

static int refuse_coroutine(PyObject *callable)
{
    PyErr_Format(PyExc_TypeError,
                 "%R is a coroutine function, and calling it runs nothing; connect "
                 "qi.asyncslot(it) instead",
                 callable);
    return -1;
}

/* What asyncslot() has made: a slot, a bound method of one, or one as the method of an object. */
static qip_slot *slot_behind(PyObject *callable)
{
    PyObject *method = PyMethod_Check(callable) ? callable : NULL;

    if (method && qip_slot_check(PyMethod_GET_SELF(method)))
        return (qip_slot *)PyMethod_GET_SELF(method);
    if (method)
        callable = PyMethod_GET_FUNCTION(method);
    return qip_slot_check(callable) ? (qip_slot *)callable : NULL;
}

static int read_signature(PyObject *callable, qip_signature *takes)
{
    qip_slot *slot = slot_behind(callable);

    if (!slot || (PyMethod_Check(callable) && PyMethod_GET_SELF(callable) != (PyObject *)slot))
        return qip_signature_read(callable, takes);
    *takes = slot->takes;
    return 0;
}

/* -- connection types -------------------------------------------------------------------------------- */

enum { DIRECT = 1, QUEUED = 2, BLOCKING = 3, UNIQUE = 0x80, SINGLE_SHOT = 0x100 };

/* The number of a Qt::ConnectionType, in *out. -1 with an exception. */
static int read_type(PyObject *object, int *out)
{
    PyObject *number = PyIndex_Check(object) ? Py_NewRef(object)
                                             : PyObject_GetAttrString(object, "value");
    long type = number && PyIndex_Check(number) ? PyLong_AsLong(number) : -1;

    Py_XDECREF(number);
    if (type >= 0 && !(type & ~(3L | UNIQUE | SINGLE_SHOT))) {
        *out = (int)type;
        return 0;
    }
    PyErr_Clear();
    PyErr_Format(
        type == -1 ? PyExc_TypeError : PyExc_ValueError,
        "%R is no qi.ConnectionType; there is Auto, Direct, Queued and BlockingQueued, with "
        "Unique and SingleShot to be added",
        object);
    return -1;
}

/* A thread that waits for itself waits forever. */
static int check_type(int type, qi_object *sender)
{
    if ((type & 3) != BLOCKING || !qip_qt_lives_here(sender))
        return 0;
    PyErr_Format(
        PyExc_RuntimeError,
        "a BlockingQueued connection would wait for itself: the %s lives in the GUI thread, "
        "where it is answered; take Auto or Queued",
        qip_qt_class_name(sender));
    return -1;
}

/* What the callable takes; -1 with TypeError if it cannot be a slot of this signal. */
static int check_callable(PyObject *callable, qi_object *sender, int signal, qip_signature *takes)
{
    int parameters = qip_qt_signal_parameter_count(sender, signal);
    qip_slot *slot;

    if (is_type(callable, qip_bound.method) || is_type(callable, qip_bound.signal))
        return proxy_signature(callable, parameters, takes);
    if (!PyCallable_Check(callable)) {
        PyErr_Format(PyExc_TypeError, "a callable expected, got %s", Py_TYPE(callable)->tp_name);
        return -1;
    }
    int coroutine = qip_signature_is_coroutine(callable);
    if (coroutine)
        return coroutine < 0 ? -1 : refuse_coroutine(callable);
    if (read_signature(callable, takes) < 0)
        return -1;
    if (takes->least <= parameters)
        return 0;
    slot = slot_behind(callable);
    PyObject *shown = slot ? Py_XNewRef(qip_slot_target(slot)) : PyObject_Repr(callable);
    char *name = qip_qt_signal_name(sender, signal);
    if (shown)
        PyErr_Format(PyExc_TypeError, "%U wants %d arguments, but %s gives %d", shown, takes->least,
                     name ? name : "the signal", parameters);
    free(name);
    Py_XDECREF(shown);
    return -1;
}

static int name_signal(qip_link *link, PyObject *callable, qi_object *sender, int signal)
{
    if (!slot_behind(callable))
        return 0;
    char *name = qip_qt_signal_name(sender, signal);
    link->slot_signal = name ? PyUnicode_FromString(name) : PyErr_NoMemory();
    free(name);
    return link->slot_signal ? 0 : -1;
}

static int set_callable(qip_link *link, PyObject *callable)
{
    if (is_type(callable, qip_bound.signal)) {
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
        .queued = (type & 3) == QUEUED,
        .direct = (type & 3) == DIRECT,
        .blocking = (type & 3) == BLOCKING,
        .ended = sender_gone,
        .data = link,
    };

    if (PyDict_SetItem(kept.links, (PyObject *)link, Py_None) < 0)
        return -1;
    link->relay = qip_qt_relay_open(&spec);
    if (link->relay)
        return 0;
    int status = qi_last_error()->status;
    PyErr_SetString(status == QI_ERR_TYPE ? PyExc_TypeError : PyExc_RuntimeError,
                    qi_last_error()->message);
    PyObject *raised = qip_take_exception();
    if (PyDict_DelItem(kept.links, (PyObject *)link) < 0)
        PyErr_Clear();
    qip_give_exception(raised);
    return -1;
}

/* -- which connection is meant -------------------------------------------------------------------------- */

/* Comparing is Python code, which may end the connection. */
static int equal(PyObject *one, PyObject *other)
{
    Py_INCREF(one);
    int result = PyObject_RichCompareBool(one, other, Py_EQ);
    Py_DECREF(one);
    return result;
}

static int calls(qip_link *link, PyObject *callable)
{
    if (is_type(callable, qip_bound.signal))
        return PyObject_HasAttrString(link->callable, "__self__") &&
               PyCFunction_Check(link->callable) &&
               PyObject_RichCompareBool(PyCFunction_GET_SELF(link->callable), callable, Py_EQ);
    if (!link->receiver)
        return equal(link->callable, callable);
    if (!PyMethod_Check(callable) || PyMethod_GET_FUNCTION(callable) != link->callable)
        return 0;
    PyObject *receiver = qip_weakref_get(link->receiver);
    int same = receiver == PyMethod_GET_SELF(callable);
    Py_XDECREF(receiver);
    return same;
}

static int matches(qip_link *link, qip_signal *signal, int original, PyObject *callable)
{
    if (!link->relay || link->sender != (PyObject *)signal->proxy ||
        (original >= 0 && link->signal != original))
        return 0;
    if (!callable || callable == Py_None || callable == (PyObject *)link)
        return 1;
    return is_type(callable, kept.type) ? 0 : calls(link, callable);
}

/* The connection of a signal with a callable; NULL: there is none, or an exception is set. New reference. */
static PyObject *find_link(qip_signal *signal, PyObject *callable)
{
    qi_object *sender = qip_proxy_live(signal->proxy);
    int original = sender ? qip_qt_original_signal(sender, signal->index) : -1, match = 0;
    PyObject *links = PyDict_Keys(kept.links), *found = NULL;

    for (Py_ssize_t i = 0; links && match == 0 && i < PyList_GET_SIZE(links); i++) {
        match = matches(as_link(PyList_GET_ITEM(links, i)), signal, original, callable);
        if (match > 0)
            found = Py_NewRef(PyList_GET_ITEM(links, i));
    }
    Py_XDECREF(links);
    return found;
}

/* What a connection is to be. */
typedef struct wanted {
    PyObject *callable;
    int type; /* as Qt::ConnectionType has it */
} wanted;

static qip_link *new_link(qip_signal *signal, qi_object *sender, const wanted *want, int most)
{
    PyTypeObject *type = (PyTypeObject *)kept.type;
    qip_link *link = (qip_link *)type->tp_alloc(type, 0);

    if (!link)
        return NULL;
    link->vectorcall = link_call;
    link->sender = Py_NewRef((PyObject *)signal->proxy);
    link->signal = qip_qt_original_signal(sender, signal->index);
    link->single_shot = want->type & SINGLE_SHOT;
    link->context = slot_behind(want->callable) ? NULL : qip_scope_keep();
    if (name_signal(link, want->callable, sender, signal->index) == 0 &&
        set_callable(link, want->callable) == 0 &&
        open_link(link, signal, sender, most, want->type) == 0)
        return link;
    Py_CLEAR(link->receiver); /* its callback refers to the link */
    Py_DECREF(link);
    return NULL;
}

PyObject *qip_link_connect(qip_signal *signal, PyObject *callable, PyObject *type)
{
    qi_object *sender = qip_proxy_live(signal->proxy);
    wanted want = {.callable = callable};
    qip_signature takes;

    if (!sender)
        return NULL;
    if (signal->index < 0) {
        int index;
        const char *name = PyUnicode_AsUTF8(signal->name);
        if (name && qip_qt_find_signal(sender, name, &index) != QI_OK)
            PyErr_SetString(PyExc_TypeError, qi_last_error()->message);
        return NULL;
    }
    if (type && read_type(type, &want.type) < 0)
        return NULL;
    /* Beware: asking for the type, and for the signature, may have run Python code. */
    sender = qip_proxy_live(signal->proxy);
    if (!sender || check_callable(callable, sender, signal->index, &takes) < 0)
        return NULL;
    sender = qip_proxy_live(signal->proxy);
    if (!sender || check_type(want.type, sender) < 0)
        return NULL;
    if (want.type & UNIQUE) {
        PyObject *same = find_link(signal, callable);
        if (same || PyErr_Occurred())
            return same;
        sender = qip_proxy_live(signal->proxy); /* comparing is Python code, too */
    }
    return sender ? (PyObject *)new_link(signal, sender, &want, takes.most) : NULL;
}

/* -- disconnecting ----------------------------------------------------------------------------------- */

static bool may_disconnect(void)
{
    if (!qip_qt_has_application() || qip_qt_on_application_thread())
        return true;
    PyErr_SetString(PyExc_RuntimeError, "signals are connected and disconnected in the GUI thread; "
                                        "loop.call_soon_threadsafe() gets you there");
    return false;
}

Py_ssize_t qip_link_disconnect(qip_signal *signal, PyObject *callable)
{
    qi_object *sender = qip_proxy_live(signal->proxy);
    int original = sender && signal->index >= 0 ? qip_qt_original_signal(sender, signal->index) : -1;
    Py_ssize_t count = 0;

    if (!sender || !may_disconnect())
        return -1;
    PyObject *links = PyDict_Keys(kept.links);
    for (Py_ssize_t i = 0; links && i < PyList_GET_SIZE(links); i++) {
        qip_link *link = as_link(PyList_GET_ITEM(links, i));
        int match = matches(link, signal, original, callable);
        if (match < 0) {
            Py_DECREF(links);
            return -1;
        }
        if (match) {
            close_link(link);
            count++;
        }
    }
    Py_XDECREF(links);
    return links ? count : -1;
}

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
        close_link(as_link(PyList_GET_ITEM(links, i)));
    Py_DECREF(links);
}

/* -- the type ---------------------------------------------------------------------------------------- */

static PyObject *link_disconnect(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    if (!may_disconnect())
        return NULL;
    close_link(as_link(self));
    Py_RETURN_NONE;
}

static int link_bool(PyObject *self)
{
    return as_link(self)->relay != NULL;
}

static PyObject *link_connected(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(link_bool(self));
}

static PyObject *link_repr(PyObject *self)
{
    qip_link *link = as_link(self);

    if (!link->relay)
        return PyUnicode_FromString("<qi.Connection, ended>");
    return PyUnicode_FromFormat("<qi.Connection of %R with %R>", link->sender, link->callable);
}

static int link_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(as_link(self)->callable);
    Py_VISIT(as_link(self)->receiver);
    Py_VISIT(as_link(self)->sender);
    Py_VISIT(as_link(self)->context);
    return 0;
}

static int link_clear(PyObject *self)
{
    Py_CLEAR(as_link(self)->callable);
    Py_CLEAR(as_link(self)->receiver);
    Py_CLEAR(as_link(self)->sender);
    Py_CLEAR(as_link(self)->slot_signal);
    Py_CLEAR(as_link(self)->context);
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

/* -- by plugin --------------------------------------------------------------------------------------- */

static bool is_of_scope(qip_link *link, PyObject *scope)
{
    if (qip_scope_is(link->context, scope))
        return true;
    PyObject *receiver = link->receiver ? qip_weakref_get(link->receiver) : NULL;
    PyObject *slot = receiver && qip_slot_check(receiver)               ? receiver
                     : link->callable && qip_slot_check(link->callable) ? link->callable
                                                                        : NULL;
    bool same = slot && qip_scope_is(((qip_slot *)slot)->context, scope);
    Py_XDECREF(receiver);
    return same;
}

static PyObject *scope_links(PyObject *Py_UNUSED(module), PyObject *scope)
{
    PyObject *links = PyDict_Keys(kept.links), *found = PyList_New(0);

    for (Py_ssize_t i = 0; links && found && i < PyList_GET_SIZE(links); i++) {
        PyObject *link = PyList_GET_ITEM(links, i);
        if (is_of_scope(as_link(link), scope) && PyList_Append(found, link) < 0)
            Py_CLEAR(found);
    }
    if (!links)
        Py_CLEAR(found);
    Py_XDECREF(links);
    return found;
}

/* For bindings whose connections do not tell. */
static PyObject *is_connected(PyObject *Py_UNUSED(module), PyObject *address)
{
    void *connection = PyLong_AsVoidPtr(address);

    if (!connection)
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_False);
    return PyBool_FromLong(qip_qt_is_connected(connection));
}

static PyObject *connections(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyDict_Keys(kept.links);
}

static PyMethodDef functions[] = {
    {"_scope_links", scope_links, METH_O, "The living connections that a Scope's code has made."},
    {"_connections", connections, METH_NOARGS, "All connections that live, the oldest first."},
    {"_is_connected", is_connected, METH_O,
     "Whether the QMetaObject::Connection at an address lives."},
    {NULL, NULL, 0, NULL},
};

int qip_link_setup(PyObject *module)
{
    qip_module_keep(kept);
    kept.links = PyDict_New();
    kept.type = PyType_FromModuleAndSpec(module, &link_spec, NULL);
    if (!kept.links || !kept.type || PyModule_AddFunctions(module, functions) < 0)
        return -1;
    return PyModule_AddType(module, (PyTypeObject *)kept.type);
}
