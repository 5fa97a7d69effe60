/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections: a relay of Qt's side, a slot of Python's side, and what ends the two.
 *
 * A qi_connection has the live connection's reference, the handle's, and those of calls that look into it. All but
 * `connected` and the count is touched on the GUI thread, with the GIL held, so a handle may be released
 * in any thread: by then either the live connection still holds the rest, or it has let it go.
 *
 * Every way to end goes through end(), once, and the owner's is one of them. It ends what waits and leaves the
 * tasks alone: the slot has a watch of its own on the owner, and lives until the last of its tasks has ended.
 */
#include <Python.h>

#include <stdatomic.h>
#include <stdlib.h>

#include <qi/connection.h>

#include "python/alive.h"
#include "python/arguments.h"
#include "python/border.h"
#include "python/target.h"
#include "signals/connection_p.h"
#include "signals/connections.h"
#include "signals/link.h"
#include "core/handles.h"
#include "qt/owner.h"
#include "qt/bridge.h"
#include "python/gate.h"
#include "python/scope.h"
#include "signals/slot.h"
#include "core/sized.h"
#include "core/status.h"
#include "python/visit.h"

static qi_connection *connections; /* those that live; GUI thread, GIL */
static size_t connection_count;

/* For the table of handles. */
static void keep(void *connection)
{
    atomic_fetch_add(&((qi_connection *)connection)->references, 1);
}

static void drop(qi_connection *connection)
{
    if (atomic_fetch_sub(&connection->references, 1) != 1)
        return;
    qip_qt_guard_free(connection->owner_guard);
    free(connection);
}

const qi_connection *qip_connections_first(void)
{
    return connections;
}

static void link_connection(qi_connection *connection)
{
    connection->next = connections;
    if (connections)
        connections->previous = connection;
    connections = connection;
    connection_count++;
}

size_t qip_connections_count(void)
{
    return connection_count;
}

static void unlink_connection(qi_connection *connection)
{
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        connections = connection->next;
    if (connection->next)
        connection->next->previous = connection->previous;
    connection->previous = connection->next = NULL;
    connection_count--;
}

/* GUI thread, GIL held. May drop the last reference to the connection. */
static void end(qi_connection *connection)
{
    if (!atomic_exchange(&connection->connected, false))
        return;
    qip_slot *slot = connection->slot;

    unlink_connection(connection);
    qip_owner_release(connection->owner);
    qip_qt_relay_close(connection->relay);
    connection->owner = NULL;
    connection->relay = NULL;
    connection->slot = NULL;
    qip_overlap_forget(slot);
    Py_DECREF(slot);
    drop(connection);
}

/* The relay has ended by itself; where it was for a single shot, its only call is still to come. */
static void relay_ended(void *data)
{
    if (!qip_interp_alive())
        return;
    qip_visit visit = qip_python_enter();

    end(data);
    qip_python_leave(visit);
}

static void owner_gone(void *data)
{
    end(data);
}

/* -- connecting --------------------------------------------------------------------------------------------------- */

/* What one qi_asyncslot_connect() has found out so far. */
typedef struct plan {
    qi_object *sender;
    const qi_connection_options *options;
    int signal;
    int parameters;
    char *signal_name;
    const char *target;
    PyObject *callable;
    PyObject *keywords;               /* NULL: there are none */
    qi_callable *held;                /* the handle of it; NULL: `target` names it */
    void *sender_guard, *owner_guard; /* the latter NULL where there is no owner */
} plan;

static int guard(plan *plan)
{
    qi_object *owner = plan->options->owner;

    plan->sender_guard = qip_qt_guard_new(plan->sender);
    plan->owner_guard = owner ? qip_qt_guard_new(owner) : NULL;
    return plan->sender_guard && (plan->owner_guard || !owner)
               ? QI_OK
               : qip_fail(QI_ERR_MEMORY, "out of memory");
}

static bool is_there(const void *guard)
{
    qi_object *object = qip_qt_guard_object(guard);
    return object && !qip_qt_is_dying(object);
}

/* Looking the target up, and what it takes, has run Python code, which may have done anything. */
static int check_again(const qi_runtime *runtime, const plan *plan)
{
    int status = qip_runtime_check_gui(runtime);

    if (status == QI_OK &&
        (!is_there(plan->sender_guard) || (plan->owner_guard && !is_there(plan->owner_guard))))
        status = qip_fail(QI_ERR_DEAD_OBJECT,
                          "the sender or the owner was destroyed while \"%s\" was looked up",
                          plan->target);
    return status;
}

/* The callable does not take what it would be given: TypeError is set. */
static int fail_unfit(const plan *plan)
{
    (void)qip_fail_python(NULL);
    qi_error *raised = qip_error_copy(qi_last_error());
    int status = plan->keywords
                     ? qip_fail(QI_ERR_TYPE,
                                "\"%s\" cannot be called by %s with these keyword arguments: %s",
                                plan->target, plan->signal_name, raised ? raised->message : "")
                     : qip_fail(QI_ERR_TYPE,
                                "\"%s\" cannot be a slot: it has a keyword-only parameter "
                                "without a default, which no signal can give",
                                plan->target);
    qip_error_free(raised);
    return status;
}

static int check_slot(const plan *plan)
{
    qip_signature takes;

    if (!(plan->options->flags & QI_CONNECTION_FLAG_ALLOW_PLAIN)) {
        int status = qip_callable_check_coroutine(plan->callable, plan->target,
                                                  "QI_CONNECTION_FLAG_ALLOW_PLAIN");
        if (status < 0)
            return status;
    }
    if (qip_signature_read_beside(plan->callable, plan->keywords, &takes) < 0)
        return PyErr_ExceptionMatches(PyExc_TypeError) ? fail_unfit(plan)
                                                       : qip_fail_python(plan->target);
    if (takes.least > plan->parameters)
        return qip_fail(QI_ERR_TYPE,
                        "\"%s\" wants %d argument%s, but %s gives %d; give the others a default",
                        plan->target, takes.least, takes.least == 1 ? "" : "s", plan->signal_name,
                        plan->parameters);
    return QI_OK;
}

static qip_slot *new_slot(const plan *plan)
{
    qip_slot_spec spec = {
        .callable = plan->callable,
        .keywords = plan->keywords,
        .task_name = plan->options->task_name,
        .signal = plan->signal_name,
        .target = plan->target,
        .overlap = plan->options->overlap,
        .queue_limit = plan->options->queue_limit,
        .allow_plain = plan->options->flags & QI_CONNECTION_FLAG_ALLOW_PLAIN,
    };
    qip_slot *slot = qip_slot_new(&spec);

    if (!slot)
        qip_fail_python(plan->target);
    else if (!plan->options->callable || !slot->context) /* what the host names is not the caller's */
        Py_XSETREF(slot->context, qip_scope_of_callable(plan->callable));
    return slot;
}

/* Both the connection and its slot end with their owner. */
static int watch_owner(qi_connection *connection, const plan *plan)
{
    qi_object *owner = plan->options->owner;

    if (!owner)
        return QI_OK;
    connection->owner_guard = qip_qt_guard_retain(plan->owner_guard);
    connection->owner = qip_owner_watch(owner, owner_gone, connection);
    if (!connection->owner)
        return qip_fail(QI_ERR_MEMORY, "out of memory");
    return qip_slot_own(connection->slot, owner) < 0 ? qip_fail_python(plan->target) : QI_OK;
}

/* Without the references of its parts yet: one, the live connection's, and connected. */
static int open_connection(qi_connection *connection, const plan *plan)
{
    const qi_connection_options *options = plan->options;

    connection->slot = new_slot(plan);
    if (!connection->slot)
        return qi_last_error()->status;
    int status = check_again(connection->runtime, plan);
    if (status == QI_OK)
        status = watch_owner(connection, plan);
    if (status < 0)
        return status;
    qip_qt_relay_spec spec = {
        .sender = plan->sender,
        .signal = plan->signal,
        .callable = (PyObject *)connection->slot,
        .max_arguments = connection->slot->takes.most,
        .queued = options->delivery == QI_DELIVERY_QUEUED,
        .single_shot = options->flags & QI_CONNECTION_FLAG_SINGLE_SHOT,
        .ended = relay_ended,
        .data = connection,
    };
    connection->relay = qip_qt_relay_open(&spec);
    return connection->relay ? QI_OK : qi_last_error()->status;
}

static int make(qi_runtime *runtime, const plan *plan, qi_connection **out)
{
    qi_connection *connection = calloc(1, sizeof *connection);

    if (!connection)
        return qip_fail(QI_ERR_MEMORY, "out of memory");
    atomic_init(&connection->references, 1);
    atomic_init(&connection->connected, true);
    connection->runtime = runtime;
    connection->id = qip_connection_next_id();
    int status = open_connection(connection, plan);
    if (status == QI_OK && out && (status = qip_handle_add(connection, QIP_HANDLE_CONNECTION)) < 0)
        qip_qt_relay_close(connection->relay);
    if (status < 0) {
        qip_owner_release(connection->owner);
        qip_qt_guard_free(connection->owner_guard);
        Py_XDECREF(connection->slot);
        free(connection);
        return status;
    }
    link_connection(connection);
    if (out) {
        atomic_fetch_add(&connection->references, 1);
        *out = connection;
    }
    return QI_OK;
}

static qip_arguments named_arguments(const qi_connection_options *options)
{
    return (qip_arguments){NULL, 0, options->kwargs, options->kwarg_count};
}

static int find(qi_runtime *runtime, plan *plan, const char *signal, const char *target)
{
    int status = qip_qt_find_signal(plan->sender, signal, &plan->signal);

    if (status < 0)
        return status;
    plan->parameters = qip_qt_signal_parameter_count(plan->sender, plan->signal);
    plan->signal_name = qip_qt_signal_name(plan->sender, plan->signal);
    if (!plan->signal_name)
        return qip_fail(QI_ERR_MEMORY, "out of memory");
    plan->callable = qip_callable_take(runtime, target, plan->held, &plan->target);
    if (!plan->callable)
        return qi_last_error()->status;
    if (plan->options->kwarg_count) {
        const qip_arguments arguments = named_arguments(plan->options);
        plan->keywords = qip_arguments_named(&arguments, &status);
    }
    return status == QI_OK ? check_slot(plan) : status;
}

static int check_options(const qi_connection_options *options)
{
    const unsigned known = QI_CONNECTION_FLAG_ALLOW_PLAIN | QI_CONNECTION_FLAG_SINGLE_SHOT;

    if (options->flags & ~known)
        return qip_fail(QI_ERR_ARGUMENT, "qi_connection_options has unknown flags: 0x%x",
                        options->flags);
    if ((unsigned)options->overlap > QI_OVERLAP_LATEST)
        return qip_fail(QI_ERR_ARGUMENT, "%d is no qi_overlap", options->overlap);
    if ((unsigned)options->delivery > QI_DELIVERY_QUEUED)
        return qip_fail(QI_ERR_ARGUMENT, "%d is no qi_delivery", options->delivery);
    const qip_arguments named = named_arguments(options);
    int status = qip_arguments_check(&named);
    return status == QI_OK && options->task_name
               ? qip_check_text(options->task_name, "the tasks' name")
               : status;
}

/* On success `*held` is held, or NULL where `target` names the slot. */
static int check_call(const qi_object *sender, const char *signal, const char *target,
                      const qi_connection_options *options, qi_callable **held)
{
    int status = QI_OK;

    if (!sender)
        status = qip_fail(QI_ERR_ARGUMENT, "`sender` is NULL; there is no signal to connect");
    if (status == QI_OK)
        status = qip_check_text(signal, "the signal");
    if (status == QI_OK)
        status = check_options(options);
    if (status == QI_OK &&
        (qip_qt_is_dying(sender) || (options->owner && qip_qt_is_dying(options->owner))))
        status = qip_fail(QI_ERR_DEAD_OBJECT,
                          "the sender or the owner is being destroyed; connect it while it lives");
    return status == QI_OK ? qip_callable_hold(target, options->callable, held) : status;
}

int qi_asyncslot_connect(qi_runtime *runtime, qi_object *sender, const char *signal,
                         const char *target, const qi_connection_options *given, qi_connection **out)
{
    qi_connection_options options;
    qi_callable *held;
    int status = qip_runtime_check_gui(runtime);

    if (out)
        *out = NULL;
    qi_connection_options_init(&options);
    if (status == QI_OK && given)
        status = qip_sized_read(&options, sizeof options, given, "qi_connection_options");
    if (status == QI_OK)
        status = check_call(sender, signal, target, &options, &held);
    if (status < 0)
        return status;

    plan plan = {.sender = sender, .options = &options, .held = held};
    qip_visit visit = qip_python_enter();
    status = guard(&plan);
    if (status == QI_OK)
        status = find(runtime, &plan, signal, target);
    if (status == QI_OK)
        status = make(runtime, &plan, out);
    Py_XDECREF(plan.callable);
    Py_XDECREF(plan.keywords);
    qip_callable_drop(held);
    qip_python_leave(visit);
    qip_qt_guard_free(plan.sender_guard);
    qip_qt_guard_free(plan.owner_guard);
    free(plan.signal_name);
    return status;
}

/* -- ending --------------------------------------------------------------------------------------------------------- */

int qi_connection_disconnect(qi_connection *connection)
{
    if (!connection)
        return QI_OK;
    int status = qip_handle_take(connection, QIP_HANDLE_CONNECTION, "connection", keep);
    if (status < 0)
        return status;
    if (!qip_runtime_on_gui_thread()) {
        drop(connection);
        return qip_fail(QI_ERR_WRONG_THREAD,
                        "qi_connection_disconnect() belongs to the GUI thread");
    }
    if (atomic_load(&connection->connected) && qip_interp_alive()) {
        qip_visit visit = qip_python_enter();
        end(connection);
        qip_python_leave(visit);
    }
    /* NOLINTBEGIN(clang-analyzer-unix.Malloc): the analyzer does not follow the count of references. */
    qi_connection_release(connection);
    drop(connection);
    /* NOLINTEND(clang-analyzer-unix.Malloc) */
    return QI_OK;
}

bool qi_connection_is_connected(const qi_connection *connection)
{
    if (!qip_handle_take_quietly(connection, QIP_HANDLE_CONNECTION, keep))
        return false;
    bool connected = atomic_load(&connection->connected);
    drop((qi_connection *)connection);
    return connected;
}

int64_t qi_connection_id(const qi_connection *connection)
{
    if (!qip_handle_take_quietly(connection, QIP_HANDLE_CONNECTION, keep))
        return 0;
    const int64_t id = connection->id;
    drop((qi_connection *)connection);
    return id;
}

qi_connection *qi_connection_retain(qi_connection *connection)
{
    return qip_handle_retain(connection, QIP_HANDLE_CONNECTION, "connection", keep) < 0 ? NULL
                                                                                        : connection;
}

void qi_connection_release(qi_connection *connection)
{
    if (qip_handle_give_up(connection, QIP_HANDLE_CONNECTION))
        drop(connection);
}

void qip_connections_cut(qi_runtime *runtime)
{
    qi_connection *next;

    for (qi_connection *connection = connections; connection; connection = next) {
        next = connection->next;
        if (connection->runtime == runtime) {
            end(connection);
            next = connections; /* Beware: arguments that waited may run code when they go */
        }
    }
}

void qip_connections_cut_scope(PyObject *scope)
{
    qi_connection *next;

    for (qi_connection *connection = connections; connection; connection = next) {
        next = connection->next;
        if (connection->slot && qip_scope_is(connection->slot->context, scope)) {
            end(connection);
            next = connections;
        }
    }
}
