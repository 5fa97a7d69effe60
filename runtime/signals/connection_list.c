/* SPDX-License-Identifier: BSD-3-Clause */
/* qi_connections_list(): what is known of each connection that lives. GUI thread, GIL held. */
#include <Python.h>

#include <qi/builder.h>

#include "core/status.h"
#include "python/border.h"
#include "python/gate.h"
#include "python/scope.h"
#include "python/visit.h"
#include "signals/connectable.h"
#include "signals/connection_p.h"
#include "signals/link.h"
#include "signals/link_p.h"

/* What a row of the list is made of. The references are borrowed. */
typedef struct facts {
    int64_t id;
    const qip_qt_relay *relay;
    const qip_slot *slot; /* NULL: it is no slot that is called */
    const void *owner;    /* a guard; NULL: none */
    PyObject *target;     /* NULL: unknown */
    PyObject *context;    /* of the plugin; NULL: none */
    const char *language;
} facts;

static void put(qi_builder *rows, const char *key, qi_value value)
{
    qi_builder_key(rows, qi_text(key));
    qi_builder_add(rows, value);
}

static void put_text(qi_builder *rows, const char *key, PyObject *text)
{
    const char *utf8 = text && PyUnicode_Check(text) ? PyUnicode_AsUTF8(text) : NULL;

    PyErr_Clear(); /* a name with lone surrogates is told as none */
    put(rows, key, qi_text(utf8));
}

/* By its guard, since the object may die in another thread at any moment. */
static void put_object(qi_builder *rows, const char *key, const void *guard)
{
    qi_value object = qi_qobject(qip_qt_guard_object(guard));

    if (object.kind == QI_KIND_OBJECT)
        object.as.object.guard = (void *)guard;
    put(rows, key, object);
}

static int64_t count_running(const qip_slot *slot)
{
    int64_t running = 0;

    for (const qip_pending *each = slot ? slot->running.first : NULL; each; each = each->next)
        running++;
    return running;
}

static void put_row(qi_builder *rows, const facts *known)
{
    const qip_slot *slot = known->slot;
    PyObject *plugin = qip_scope_plugin_of(known->context);

    qi_builder_begin_map(rows);
    put(rows, "id", qi_int(known->id));
    put(rows, "signal", qi_text(qip_qt_relay_signal(known->relay)));
    put_object(rows, "sender", qip_qt_relay_sender(known->relay));
    put_text(rows, "target", known->target);
    put_object(rows, "owner", known->owner);
    put_text(rows, "plugin", plugin);
    put(rows, "language", qi_text(known->language));
    put(rows, "emissions", qi_int((int64_t)qip_qt_relay_emissions(known->relay)));
    put(rows, "launched", qi_int(slot ? (int64_t)slot->launched : 0));
    put(rows, "running", qi_int(count_running(slot)));
    put(rows, "waiting", qi_int(slot ? (int64_t)slot->waiting_count : 0));
    qi_builder_end(rows);
    Py_XDECREF(plugin);
}

/* Of C; those that were made first first, which is the end of their list. */
static void put_connections(qi_builder *rows)
{
    const qi_connection *each = qip_connections_first();

    while (each && each->next)
        each = each->next;
    for (; each; each = each->previous) {
        qip_slot *slot = each->slot;
        const facts known = {
            each->id,      each->relay, slot, each->owner_guard, qip_slot_target(slot),
            slot->context, "c"};
        PyErr_Clear();
        put_row(rows, &known);
    }
}

/* What a link calls: a slot where it calls that, or the wrapper of a bound method. New reference, or NULL. */
static qip_slot *slot_of(const qip_link *link)
{
    PyObject *receiver = link->receiver ? qip_weakref_get(link->receiver) : NULL;
    PyObject *slot = receiver && qip_slot_check(receiver)
                         ? receiver
                         : (PyObject *)qip_slot_behind(link->callable);

    Py_XINCREF(slot);
    Py_XDECREF(receiver);
    return (qip_slot *)slot;
}

/* The link is held. Beware: what tells its target may be code of Python's, which may end it. */
static void put_link(qi_builder *rows, qip_link *link)
{
    PyObject *target = qip_link_target((PyObject *)link);

    PyErr_Clear();
    if (link->relay) {
        qip_slot *slot = slot_of(link);
        PyObject *context = link->context || !slot ? link->context : slot->context;
        const facts known = {link->id, link->relay, slot, NULL, target, context, "python"};
        put_row(rows, &known);
        Py_XDECREF(slot);
    }
    Py_XDECREF(target);
}

static int put_links(qi_builder *rows)
{
    PyObject *links = qip_links_list();

    if (!links)
        return qip_fail_python("listing the connections");
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(links); i++) {
        qip_link *link = qip_as_link(PyList_GET_ITEM(links, i));
        if (link->relay) /* it may have ended meanwhile */
            put_link(rows, link);
    }
    Py_DECREF(links);
    return QI_OK;
}

static int list(qi_value *out)
{
    qi_builder *rows;
    int status = qi_builder_new(&rows);

    if (status != QI_OK)
        return status;
    qi_builder_begin_list(rows);
    put_connections(rows);
    status = put_links(rows);
    qi_builder_end(rows);
    if (status == QI_OK)
        status = qi_builder_finish(rows, out);
    qi_builder_release(rows);
    return status;
}

int qi_connections_list(qi_runtime *runtime, qi_value *out)
{
    int status = qip_runtime_check_gui(runtime);

    if (status == QI_OK && !out)
        status = qip_fail(QI_ERR_ARGUMENT, "`out` is NULL; it is needed for the list");
    if (status != QI_OK)
        return status;
    qip_visit visit = qip_python_enter();
    status = list(out);
    qip_python_leave(visit);
    return status;
}
