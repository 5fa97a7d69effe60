/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The plugins' C API: a front to pyshim/qi/plugin, which does the work.
 *
 * A call goes to a function of qi.plugin._host, which answers with a status and the result or the message; what it
 * raises is a fault that the caller hears of as QI_ERR_PYTHON. Work that takes time is a task. It is launched
 * outside of any plugin's Context: a plugin that disables itself through the host must not take the work with it.
 */
#include <Python.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/border.h"
#include "python/convert.h"
#include "python/call.h"
#include "python/gate.h"
#include "plugins/plugin.h"
#include "plugins/setup.h"
#include "qt/bridge.h"
#include "core/listeners.h"
#include "core/paths.h"
#include "core/sized.h"
#include "core/status.h"
#include "core/users.h"
#include "python/visit.h"
#include "tasks/tasks.h"

static const char own_module[] = "qi.plugin._host";

static qi_listener *configured; /* the configuration's `event`; NULL: none */
static qi_object *services;     /* of the runtime whose plugins are started; NULL: they are not */

enum {
    DEFAULT_ACTIVATE_MS = 10000,
    DEFAULT_DEACTIVATE_MS = 5000,
    DEFAULT_STORM_LIMIT = 20,
    DEFAULT_STORM_MS = 10000
};

const char *qi_plugin_state_name(int state)
{
    static const char *const names[] = {
        [QI_PLUGIN_STATE_UNKNOWN] = "unknown",   [QI_PLUGIN_STATE_DISCOVERED] = "discovered",
        [QI_PLUGIN_STATE_DISABLED] = "disabled", [QI_PLUGIN_STATE_LOADING] = "loading",
        [QI_PLUGIN_STATE_ACTIVE] = "active",     [QI_PLUGIN_STATE_FAILED] = "failed",
        [QI_PLUGIN_STATE_BLOCKED] = "blocked",
    };

    return (unsigned)state < sizeof names / sizeof *names ? names[state] : names[0];
}

/* -- calling Python ------------------------------------------------------------------------------- */

static int check(const qi_runtime *runtime)
{
    int status = qip_runtime_check_gui(runtime);

    if (status == QI_OK && !services)
        return qip_fail(QI_ERR_STATE, "there are no plugins yet; call qi_plugins_start() first");
    return status;
}

static int check_id(const qi_runtime *runtime, const char *id)
{
    int status = check(runtime);

    return status == QI_OK ? qip_check_text(id, "the plugin's id") : status;
}

/* Turns (status, result or message) into the status, and the result into *out, a new reference. Takes `answer`. */
static int read_object(PyObject *answer, const char *what, PyObject **out)
{
    PyObject *payload = NULL;
    int status = QI_ERR_INTERNAL;

    *out = NULL;
    if (!answer || !PyArg_ParseTuple(answer, "iO", &status, &payload))
        status = qip_fail_python(what);
    else if (status == QI_OK)
        *out = Py_NewRef(payload);
    else
        qip_fail(status, "%s",
                 PyUnicode_Check(payload) && PyUnicode_AsUTF8(payload) ? PyUnicode_AsUTF8(payload)
                                                                       : qi_status_text(status));
    PyErr_Clear();
    Py_XDECREF(answer);
    return status;
}

/* The same with the result as a value, where `out` is not NULL. */
static int read_answer(PyObject *answer, const char *what, qi_value *out)
{
    PyObject *payload;
    int status = read_object(answer, what, &payload);

    if (status == QI_OK && out && qip_value_from_python(payload, out) < 0)
        status = qip_fail_python(what);
    Py_XDECREF(payload);
    return status;
}

/* -- starting ------------------------------------------------------------------------------------- */

static int check_config(const qi_plugins_config *config)
{
    if (config->consent && config->consent_later)
        return qip_fail(QI_ERR_ARGUMENT, "consent and consent_later are set; one of them is asked");
    return QI_OK;
}

/* The paths of a configuration, whole ones, which the library has to itself. */
typedef struct places {
    const char *const *application;
    char *user, *system, *settings, *data;
} places;

static void forget_places(places *own)
{
    free((void *)own->application);
    free(own->user);
    free(own->system);
    free(own->settings);
    free(own->data);
}

/* "" is no folder at all. */
static int find_place(const char *path, const char *what, char **own)
{
    if (!path || *path)
        return qip_path_whole(path, what, own);
    *own = strdup("");
    return *own ? QI_OK : qip_fail(QI_ERR_MEMORY, "out of memory for %s", what);
}

/* Lets `config` name paths of *own's in place of the host's: see paths.h. */
static int find_places(qi_plugins_config *config, places *own)
{
    int status = qip_paths_whole(config->application_folders, config->application_folder_count,
                                 "an entry of application_folders", &own->application);
    if (status == QI_OK)
        status = find_place(config->user_folder, "user_folder", &own->user);
    if (status == QI_OK)
        status = find_place(config->system_folder, "system_folder", &own->system);
    if (status == QI_OK)
        status = qip_path_whole(config->settings_file, "settings_file", &own->settings);
    if (status == QI_OK)
        status = qip_path_whole(config->data_folder, "data_folder", &own->data);
    config->application_folders = own->application;
    config->user_folder = own->user;
    config->system_folder = own->system;
    config->settings_file = own->settings;
    config->data_folder = own->data;
    return status;
}

static PyObject *folder_list(const qi_plugins_config *config)
{
    PyObject *list = PyList_New(0);

    for (size_t i = 0; list && i < config->application_folder_count; i++) {
        PyObject *path = PyUnicode_FromString(config->application_folders[i]);
        if (!path || PyList_Append(list, path) < 0)
            Py_CLEAR(list);
        Py_XDECREF(path);
    }
    return list;
}

static unsigned or_default(unsigned value, unsigned otherwise)
{
    return value ? value : otherwise;
}

/* What qi.plugin.manager.Manager.start() gets. New reference. */
static PyObject *config_to_python(const qi_plugins_config *config)
{
    PyObject *folders = folder_list(config), *proxy = folders ? qip_qt_wrap(services) : NULL;

    if (!proxy) {
        Py_XDECREF(folders);
        return NULL;
    }
    return Py_BuildValue(
        "{sN sN sz sz sz sz sd sd sI sd sn sO}", "services", proxy, "application_folders", folders,
        "user_folder", config->user_folder, "system_folder", config->system_folder, "settings_file",
        config->settings_file, "data_folder", config->data_folder, "activate_seconds",
        or_default(config->activate_ms, DEFAULT_ACTIVATE_MS) / 1000.0, "deactivate_seconds",
        or_default(config->deactivate_ms, DEFAULT_DEACTIVATE_MS) / 1000.0, "storm_limit",
        or_default(config->storm_limit, DEFAULT_STORM_LIMIT), "storm_seconds",
        or_default(config->storm_ms, DEFAULT_STORM_MS) / 1000.0, "memory_limit",
        (Py_ssize_t)config->memory_limit, "watch_files", config->watch_files ? Py_True : Py_False);
}

/* Asked before anything else: what the manager imports would come from such a folder. GIL: held. */
static int check_importable(const qi_plugins_config *config)
{
    PyObject *folders = folder_list(config);
    const char *others[] = {config->user_folder, config->system_folder};

    for (size_t i = 0; folders && i < sizeof others / sizeof *others; i++) {
        PyObject *path = others[i] && *others[i] ? PyUnicode_FromString(others[i]) : NULL;
        if (path && PyList_Append(folders, path) < 0)
            Py_CLEAR(folders);
        Py_XDECREF(path);
    }
    PyObject *problem = folders ? qip_call_python("qi._python.importable", "problem", "(O)", folders)
                                : NULL;
    Py_XDECREF(folders);
    const char *text = problem && PyUnicode_Check(problem) ? PyUnicode_AsUTF8(problem) : NULL;
    int status = text      ? qip_fail(QI_ERR_ARGUMENT, "%s", text)
                 : problem ? QI_OK
                           : qip_fail_python("looking at the folders of plugins");
    Py_XDECREF(problem);
    return status;
}

/* GIL: held. */
static int start(const qi_plugins_config *config)
{
    int status = check_importable(config);
    if (status != QI_OK)
        return status;
    PyObject *options = config_to_python(config), *answer = NULL;

    if (options)
        answer = qip_call_python(own_module, "start", "(O)", options);
    Py_XDECREF(options);
    return read_answer(answer, "starting the plugins", NULL);
}

/* Whose `user` is kept for a configuration's callbacks. */
typedef struct held_callbacks {
    qip_kept consent, event;
} held_callbacks;

/* The configuration's callbacks: told from here on, and their `user` kept until the runtime is CLOSED. */
static int hold_callbacks(const qi_plugins_config *config, held_callbacks *held)
{
    int status = qip_users_keep(config->consent_user, config->consent_destroy, &held->consent);

    if (status != QI_OK)
        return status;
    status = qip_users_keep(config->event_user, config->event_destroy, &held->event);
    if (status == QI_OK && config->event &&
        (status = qip_plugin_events_add(config->event, config->event_user, NULL, &configured)) !=
            QI_OK)
        qip_users_unkeep(held->event);
    if (status != QI_OK)
        qip_users_unkeep(held->consent);
    return status;
}

/* As if they had never been held. */
static void let_callbacks_go(const held_callbacks *held)
{
    if (configured)
        (void)qip_listener_release(configured);
    configured = NULL;
    qip_users_unkeep(held->event);
    qip_users_unkeep(held->consent);
}

/* With paths that are whole. */
static int start_at(const qi_plugins_config *config)
{
    held_callbacks held;

    services = qip_qt_plugin_services_new(config->settings_file);
    if (!services)
        return qi_last_error()->status;
    qip_visit visit = qip_python_enter();
    qip_plugin_events_configure(config);
    int status = hold_callbacks(config, &held);
    if (status == QI_OK && (status = start(config)) != QI_OK)
        let_callbacks_go(&held);
    if (status != QI_OK) {
        static const qi_plugins_config none = {0};
        qip_plugin_events_configure(&none); /* whom it would ask stays the caller's */
        qip_qt_plugin_services_free(services);
        services = NULL;
    }
    qip_python_leave(visit);
    return status;
}

int qi_plugins_start(qi_runtime *runtime, const qi_plugins_config *given)
{
    qi_plugins_config config;
    places own = {0};
    int status = qip_runtime_check_gui(runtime);

    qi_plugins_config_init(&config);
    if (status == QI_OK && given)
        status = qip_sized_read(&config, sizeof config, given, "qi_plugins_config");
    if (status == QI_OK && services)
        status = qip_fail(QI_ERR_STATE, "the plugins of this runtime are started already");
    if (status == QI_OK)
        status = check_config(&config);
    if (status == QI_OK)
        status = find_places(&config, &own);
    if (status == QI_OK)
        status = start_at(&config);
    forget_places(&own);
    return status;
}

/* The launch, in a Context in which no plugin's code runs; `id` may be NULL. GIL: held. */
static int launch(qi_runtime *runtime, const char *target, const qi_value *id,
                  const qi_task_options *options, qi_task **out)
{
    PyObject *context = PyContext_New();

    if (!context || PyContext_Enter(context) < 0) {
        Py_XDECREF(context);
        return qip_fail_python("launching a task");
    }
    int status = qi_run_task(runtime, target, id, id ? 1 : 0, options, out);
    if (PyContext_Exit(context) < 0)
        PyErr_WriteUnraisable(context);
    Py_DECREF(context);
    return status;
}

/* The manager has ended all, and forgotten them. Beware: a listener may start plugins again, or end the runtime. */
static PyObject *stopped(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    qi_listener *listener = configured;
    qi_object *used = services;

    configured = NULL;
    services = NULL;
    qip_plugin_events_configure(NULL);
    qip_plugin_events_stopped();
    if (listener)
        (void)qip_listener_release(listener);
    qip_qt_plugin_services_free(used);
    Py_RETURN_NONE;
}

int qip_plugins_setup(PyObject *module)
{
    static PyMethodDef methods[] = {
        {"_plugins_stopped", stopped, METH_NOARGS,
         "_plugins_stopped()\n--\n\nAll plugins have ended, and may be started anew."},
        {NULL, NULL, 0, NULL},
    };

    return PyModule_AddFunctions(module, methods);
}

int qi_plugins_stop(qi_runtime *runtime, const qi_task_options *options, qi_task **out)
{
    if (out)
        *out = NULL;
    int status = check(runtime);
    if (status != QI_OK)
        return status;
    qip_visit visit = qip_python_enter();
    status = read_answer(qip_call_python(own_module, "may_stop", "()"), "ending the plugins", NULL);
    if (status == QI_OK)
        status = launch(runtime, "qi.plugin._host:stop", NULL, options, out);
    qip_python_leave(visit);
    return status;
}

void qip_plugins_close(void)
{
    qip_plugin_events_clear();
    if (configured)
        (void)qip_listener_release(configured);
    configured = NULL;
    qip_qt_plugin_services_free(services);
    services = NULL;
}

int qi_plugins_rescan(qi_runtime *runtime)
{
    int status = check(runtime);

    if (status != QI_OK)
        return status;
    qip_visit visit = qip_python_enter();
    status = read_answer(qip_call_python(own_module, "rescan", "()"), "looking for plugins", NULL);
    qip_python_leave(visit);
    return status;
}

bool qi_plugins_searching(qi_runtime *runtime)
{
    qi_value answer = qi_none();

    if (check(runtime) != QI_OK)
        return false;
    qip_visit visit = qip_python_enter();
    int status = read_answer(qip_call_python(own_module, "searching", "()"), "asking for a search",
                             &answer);
    qip_python_leave(visit);
    return status == QI_OK && answer.kind == QI_KIND_BOOL && answer.as.boolean;
}

/* -- listening ------------------------------------------------------------------------------------ */

int qi_plugins_listen(qi_runtime *runtime, qi_plugin_event_fn event, void *user,
                      qi_destroy_fn destroy, qi_listener **out)
{
    int status = qip_runtime_check_gui(runtime);

    if (out)
        *out = NULL;
    if (status == QI_OK && !event)
        status = qip_fail(QI_ERR_ARGUMENT, "`event` is NULL; there is nobody to be told");
    if (status != QI_OK)
        return status;
    qip_visit visit = qip_python_enter();
    status = qip_plugin_events_add(event, user, destroy, out);
    qip_python_leave(visit);
    return status;
}

/* -- asking --------------------------------------------------------------------------------------- */

static int no_out(void)
{
    return qip_fail(QI_ERR_ARGUMENT, "`out` is NULL; it is needed for the answer");
}

static int list_by(const char *function, qi_runtime *runtime, qi_value *out)
{
    int status = check(runtime);

    if (status != QI_OK || !out)
        return status != QI_OK ? status : no_out();
    qip_visit visit = qip_python_enter();
    status = read_answer(qip_call_python(own_module, function, "()"), "listing the plugins", out);
    qip_python_leave(visit);
    return status;
}

int qi_plugins_list(qi_runtime *runtime, qi_value *out)
{
    return list_by("list_all", runtime, out);
}

int qi_plugins_found(qi_runtime *runtime, qi_value *out)
{
    return list_by("list_found", runtime, out);
}

int qi_plugin_describe(qi_runtime *runtime, const char *id, qi_value *out)
{
    int status = check_id(runtime, id);

    if (status != QI_OK || !out)
        return status != QI_OK ? status : no_out();
    qip_visit visit = qip_python_enter();
    status = read_answer(qip_call_python(own_module, "info", "(s)", id), "describing a plugin", out);
    qip_python_leave(visit);
    return status;
}

int qi_plugin_state(qi_runtime *runtime, const char *id)
{
    qi_value state = qi_none();

    if (check_id(runtime, id) != QI_OK)
        return QI_PLUGIN_STATE_UNKNOWN;
    qip_visit visit = qip_python_enter();
    int status = read_answer(qip_call_python(own_module, "state_of", "(s)", id),
                             "asking for a plugin's state", &state);
    qip_python_leave(visit);
    return status == QI_OK ? (int)state.as.integer : QI_PLUGIN_STATE_UNKNOWN;
}

/* -- changing ------------------------------------------------------------------------------------- */

static int change(qi_runtime *runtime, const char *id, const char *target,
                  const qi_task_options *options, qi_task **out)
{
    if (out)
        *out = NULL;
    int status = check_id(runtime, id);
    if (status != QI_OK)
        return status;
    qip_visit visit = qip_python_enter();
    status = read_answer(qip_call_python(own_module, "knows", "(s)", id), id, NULL);
    if (status == QI_OK) {
        const qi_value argument = qi_text(id);
        status = launch(runtime, target, &argument, options, out);
    }
    qip_python_leave(visit);
    return status;
}

int qi_plugin_enable(qi_runtime *runtime, const char *id, const qi_task_options *options,
                     qi_task **out)
{
    return change(runtime, id, "qi.plugin._host:enable", options, out);
}

int qi_plugin_disable(qi_runtime *runtime, const char *id, const qi_task_options *options,
                      qi_task **out)
{
    return change(runtime, id, "qi.plugin._host:disable", options, out);
}

int qi_plugin_reload(qi_runtime *runtime, const char *id, const qi_task_options *options,
                     qi_task **out)
{
    return change(runtime, id, "qi.plugin._host:reload", options, out);
}

int qi_plugin_withdraw(qi_runtime *runtime, const char *id, const qi_task_options *options,
                       qi_task **out)
{
    return change(runtime, id, "qi.plugin._host:withdraw", options, out);
}

/* -- settings and actions ------------------------------------------------------------------------- */

int qi_plugin_get_setting(qi_runtime *runtime, const char *id, const char *key, qi_value *out)
{
    int status = check_id(runtime, id);

    if (status == QI_OK)
        status = qip_check_text(key, "the setting's key");
    if (status != QI_OK || !out)
        return status != QI_OK ? status : no_out();
    qip_visit visit = qip_python_enter();
    status = read_answer(qip_call_python(own_module, "setting", "(ss)", id, key),
                         "reading a setting", out);
    qip_python_leave(visit);
    return status;
}

int qi_plugin_set_setting(qi_runtime *runtime, const char *id, const char *key, const qi_value *value)
{
    int status = check_id(runtime, id);
    const qi_value none = qi_none();

    if (status == QI_OK)
        status = qip_check_text(key, "the setting's key");
    if (status != QI_OK)
        return status;
    qip_visit visit = qip_python_enter();
    PyObject *converted = qip_value_to_python(value ? value : &none);
    status = converted ? read_answer(qip_call_python(own_module, "set_setting", "(ssN)", id, key,
                                                     converted),
                                     "changing a setting", NULL)
                       : qip_fail_conversion();
    qip_python_leave(visit);
    return status;
}

/* "orders: send", owned: free(). NULL with the record set. */
static char *name_of_action(const char *id, const char *action)
{
    const size_t size = strlen(id) + strlen(action) + 3;
    char *name = malloc(size);

    if (name)
        snprintf(name, size, "%s: %s", id, action);
    else
        qip_fail(QI_ERR_MEMORY, "out of memory for a task");
    return name;
}

/* Launches what the manager has given for an action. GIL: held. */
static int launch_action(qi_runtime *runtime, const char *id, const char *action, PyObject *runner,
                         const qi_task_options *options, qi_task **out)
{
    char *name = name_of_action(id, action);
    int status = name ? qip_task_run_object(runtime, runner, QI_TASK_FLAG_ALLOW_PLAIN, name,
                                            options, out)
                      : qi_last_error()->status;

    free(name);
    PyObject *noted = qip_call_python(own_module, "action_began", "(s)", id);
    PyErr_Clear();
    Py_XDECREF(noted);
    return status;
}

int qi_plugin_trigger(qi_runtime *runtime, const char *id, const char *action,
                      const qi_task_options *options, qi_task **out)
{
    PyObject *runner = NULL;

    if (out)
        *out = NULL;
    int status = check_id(runtime, id);
    if (status == QI_OK)
        status = qip_check_text(action, "the action's name");
    if (status != QI_OK)
        return status;
    qip_visit visit = qip_python_enter();
    status = read_object(qip_call_python(own_module, "begin_action", "(ss)", id, action),
                         "running an action", &runner);
    if (status == QI_OK)
        status = launch_action(runtime, id, action, runner, options, out);
    Py_XDECREF(runner);
    qip_python_leave(visit);
    return status;
}

/* -- errors --------------------------------------------------------------------------------------- */

bool qip_plugins_error(const char *plugin, const qi_error *error)
{
    if (!services || !Py_IsInitialized())
        return true;
    qip_visit visit = qip_python_enter();
    PyObject *answer = qip_call_python(own_module, "noted", "(ssz)", plugin, error->message,
                                       error->traceback);
    bool shown = answer != Py_False;
    PyErr_Clear();
    Py_XDECREF(answer);
    qip_python_leave(visit);
    return shown;
}
