/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The names that functions and constants had before the API was put in order. Each still works, with a warning of the
 * compiler that says what to write instead, and all go with the next minor version. docs/guide/renamed.md has the
 * table, and what has changed its shape and so cannot go on under the old name.
 */
#ifndef QI_DEPRECATED_H
#define QI_DEPRECATED_H

#include <qi/connection.h>
#include <qi/doctor.h>
#include <qi/expose.h>
#include <qi/monitor.h>
#include <qi/plugin.h>
#include <qi/runtime.h>
#include <qi/task.h>

#ifdef __cplusplus
extern "C" {
#endif

QI_DEPRECATED("use qi_object_register()")
static inline int qi_host_register(qi_runtime *runtime, const char *name, qi_object *object)
{
    return qi_object_register(runtime, name, object);
}

QI_DEPRECATED("use qi_object_unregister()")
static inline int qi_host_unregister(qi_runtime *runtime, const char *name)
{
    return qi_object_unregister(runtime, name);
}

QI_DEPRECATED("use qi_function_register()")
static inline int qi_expose(qi_runtime *runtime, const char *name, const qi_function *function)
{
    return qi_function_register(runtime, name, function);
}

QI_DEPRECATED("use qi_function_unregister()")
static inline int qi_unexpose(qi_runtime *runtime, const char *name)
{
    return qi_function_unregister(runtime, name);
}

QI_DEPRECATED("use qi_runtime_interrupt()")
static inline int qi_interrupt(qi_runtime *runtime, const char *reason)
{
    return qi_runtime_interrupt(runtime, reason);
}

QI_DEPRECATED("use qi_doctor_examine()")
static inline int qi_doctor(const qi_doctor_options *options, qi_value *out)
{
    return qi_doctor_examine(options, out);
}

QI_DEPRECATED("use qi_tuple()")
static inline int qi_value_tuple(const qi_value *items, size_t count, qi_value *out)
{
    const qi_value tuple = qi_tuple(items, count);
    return qi_value_copy(out, &tuple);
}

QI_DEPRECATED("use qi_plugin_describe()")
static inline int qi_plugin_info(qi_runtime *runtime, const char *id, qi_value *out)
{
    return qi_plugin_describe(runtime, id, out);
}

QI_DEPRECATED("use qi_plugin_get_setting()")
static inline int qi_plugin_setting(qi_runtime *runtime, const char *id, const char *key,
                                    qi_value *out)
{
    return qi_plugin_get_setting(runtime, id, key, out);
}

QI_DEPRECATED("use qi_plugin_state()")
static inline int qi_plugin_state_of(qi_runtime *runtime, const char *id)
{
    return qi_plugin_state(runtime, id);
}

QI_DEPRECATED("use qi_tasks_cancel()")
static inline int qi_task_cancel_id(qi_runtime *runtime, int64_t id)
{
    return qi_tasks_cancel(runtime, id);
}

#if defined(__GNUC__) || defined(__clang__)
#define QI_DEPRECATED_CONSTANT(instead) QI_DEPRECATED(instead)
#else
#define QI_DEPRECATED_CONSTANT(instead)
#endif

enum {
    QI_TASK_INVALID QI_DEPRECATED_CONSTANT("use QI_TASK_STATE_INVALID") = QI_TASK_STATE_INVALID,
    QI_TASK_PENDING QI_DEPRECATED_CONSTANT("use QI_TASK_STATE_PENDING") = QI_TASK_STATE_PENDING,
    QI_TASK_DONE QI_DEPRECATED_CONSTANT("use QI_TASK_STATE_DONE") = QI_TASK_STATE_DONE,
    QI_TASK_FAILED QI_DEPRECATED_CONSTANT("use QI_TASK_STATE_FAILED") = QI_TASK_STATE_FAILED,
    QI_TASK_CANCELLED QI_DEPRECATED_CONSTANT("use QI_TASK_STATE_CANCELLED") = QI_TASK_STATE_CANCELLED
};

enum {
    QI_RUNTIME_NONE QI_DEPRECATED_CONSTANT("use QI_RUNTIME_STATE_NONE") = QI_RUNTIME_STATE_NONE,
    QI_RUNTIME_RUNNING QI_DEPRECATED_CONSTANT("use QI_RUNTIME_STATE_RUNNING") = QI_RUNTIME_STATE_RUNNING,
    QI_RUNTIME_CLOSING QI_DEPRECATED_CONSTANT("use QI_RUNTIME_STATE_CLOSING") = QI_RUNTIME_STATE_CLOSING,
    QI_RUNTIME_CLOSED QI_DEPRECATED_CONSTANT("use QI_RUNTIME_STATE_CLOSED") = QI_RUNTIME_STATE_CLOSED
};

enum {
    QI_PLUGIN_UNKNOWN QI_DEPRECATED_CONSTANT("use QI_PLUGIN_STATE_UNKNOWN") = QI_PLUGIN_STATE_UNKNOWN,
    QI_PLUGIN_DISCOVERED QI_DEPRECATED_CONSTANT(
        "use QI_PLUGIN_STATE_DISCOVERED") = QI_PLUGIN_STATE_DISCOVERED,
    QI_PLUGIN_DISABLED QI_DEPRECATED_CONSTANT("use QI_PLUGIN_STATE_DISABLED") = QI_PLUGIN_STATE_DISABLED,
    QI_PLUGIN_LOADING QI_DEPRECATED_CONSTANT("use QI_PLUGIN_STATE_LOADING") = QI_PLUGIN_STATE_LOADING,
    QI_PLUGIN_ACTIVE QI_DEPRECATED_CONSTANT("use QI_PLUGIN_STATE_ACTIVE") = QI_PLUGIN_STATE_ACTIVE,
    QI_PLUGIN_FAILED QI_DEPRECATED_CONSTANT("use QI_PLUGIN_STATE_FAILED") = QI_PLUGIN_STATE_FAILED,
    QI_PLUGIN_BLOCKED QI_DEPRECATED_CONSTANT("use QI_PLUGIN_STATE_BLOCKED") = QI_PLUGIN_STATE_BLOCKED
};

enum {
    QI_PLUGIN_ADDED QI_DEPRECATED_CONSTANT("use QI_PLUGIN_EVENT_ADDED") = QI_PLUGIN_EVENT_ADDED,
    QI_PLUGIN_REMOVED QI_DEPRECATED_CONSTANT("use QI_PLUGIN_EVENT_REMOVED") = QI_PLUGIN_EVENT_REMOVED,
    QI_PLUGIN_STATE QI_DEPRECATED_CONSTANT("use QI_PLUGIN_EVENT_STATE") = QI_PLUGIN_EVENT_STATE,
    QI_PLUGIN_ACTIONS QI_DEPRECATED_CONSTANT("use QI_PLUGIN_EVENT_ACTIONS") = QI_PLUGIN_EVENT_ACTIONS,
    QI_PLUGIN_SETTING QI_DEPRECATED_CONSTANT("use QI_PLUGIN_EVENT_SETTING") = QI_PLUGIN_EVENT_SETTING,
    QI_PLUGIN_ERROR QI_DEPRECATED_CONSTANT("use QI_PLUGIN_EVENT_ERROR") = QI_PLUGIN_EVENT_ERROR,
    QI_PLUGIN_PROGRESS QI_DEPRECATED_CONSTANT("use QI_PLUGIN_EVENT_PROGRESS") = QI_PLUGIN_EVENT_PROGRESS,
    QI_PLUGIN_SEARCHED QI_DEPRECATED_CONSTANT("use QI_PLUGIN_EVENT_SEARCHED") = QI_PLUGIN_EVENT_SEARCHED
};

enum {
    QI_TASK_ALLOW_PLAIN QI_DEPRECATED_CONSTANT(
        "use QI_TASK_FLAG_ALLOW_PLAIN") = QI_TASK_FLAG_ALLOW_PLAIN,
    QI_CONNECT_ALLOW_PLAIN QI_DEPRECATED_CONSTANT(
        "use QI_CONNECTION_FLAG_ALLOW_PLAIN") = QI_CONNECTION_FLAG_ALLOW_PLAIN,
    QI_CONNECT_SINGLE_SHOT QI_DEPRECATED_CONSTANT(
        "use QI_CONNECTION_FLAG_SINGLE_SHOT") = QI_CONNECTION_FLAG_SINGLE_SHOT,
    QI_EXPOSE_POOL QI_DEPRECATED_CONSTANT("use QI_FUNCTION_FLAG_POOL") = QI_FUNCTION_FLAG_POOL,
    QI_SHUTDOWN_FINALIZE QI_DEPRECATED_CONSTANT("use QI_SHUTDOWN_FLAG_FINALIZE") = QI_SHUTDOWN_FLAG_FINALIZE
};

#ifdef __cplusplus
}
#endif

#endif /* QI_DEPRECATED_H */
