/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Plugins: folders with a manifest and Python code, which the user enables, and which can be disabled again.
 *
 *     qi_plugins_config config;
 *     qi_plugins_config_init(&config);
 *     config.application_folders = folders;      // each holds the folders of plugins
 *     config.application_folder_count = 1;
 *     config.consent = ask_the_user;
 *     config.event = show_what_happened;
 *     qi_plugins_start(runtime, &config);
 *
 * A plugin is a folder, whose name is its id, with a file plugin.toml that is read without running anything. It is
 * off until qi_plugin_enable() is called for it; from then on it is started by each qi_plugins_start(), until it is
 * disabled. Before any of its code runs, its files are checked, and the user is asked by the consent callback:
 * the first time, and whenever the files are others than those that the user has agreed to.
 *
 *     DISCOVERED, DISABLED --enable--> LOADING --> ACTIVE --disable--> LOADING --> DISABLED
 *                                         |           |
 *                                         |           +-- too many errors --> FAILED
 *                                         +-- activate() fails, or takes too long --> FAILED
 *                                         +-- a check or the user says no --> BLOCKED
 *
 * What waits for disks, looking for plugins, checking and hashing their files, compiling them, is done in threads of
 * libqi's own: the window goes on meanwhile, however slow the disk and however large the plugin. So functions that
 * need it are tasks, or end before it does and tell of the rest by events.
 *
 * Everything that a plugin makes, its tasks, timers, connections and actions, belongs to it and is undone when it
 * is disabled. A plugin is no prisoner, though: its code can do all that the application can.
 *
 * What is not said of a function: it wants qi_plugins_start() to have been called (else QI_ERR_STATE), belongs to the
 * GUI thread, and fails also with QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD,
 * QI_ERR_MEMORY, and with QI_ERR_NOT_FOUND for an id that no plugin has. All may be called from the callbacks.
 */
#ifndef QI_PLUGIN_H
#define QI_PLUGIN_H

#include <qi/expose.h>
#include <qi/runtime.h>
#include <qi/task.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The states of a plugin. */
enum {
    QI_PLUGIN_STATE_UNKNOWN = 0, /* there is no such plugin */
    QI_PLUGIN_STATE_DISCOVERED,  /* found, and never enabled */
    QI_PLUGIN_STATE_DISABLED,    /* off */
    QI_PLUGIN_STATE_LOADING,     /* being started, or being ended: the reason says which */
    QI_PLUGIN_STATE_ACTIVE,      /* on */
    QI_PLUGIN_STATE_FAILED, /* off, since its code failed: the reason and the traceback say how */
    QI_PLUGIN_STATE_BLOCKED /* off, since a check or the user said no before any of its code ran */
};

/** Returns a state's name in small letters, as "active". Static, never NULL. Thread: any. */
QI_API const char *qi_plugin_state_name(int state);

/* The kinds of events of plugins. */
enum {
    QI_PLUGIN_EVENT_ADDED = 0, /* a plugin was found */
    QI_PLUGIN_EVENT_REMOVED,   /* its folder is gone */
    QI_PLUGIN_EVENT_STATE,     /* from `before` to `state` */
    QI_PLUGIN_EVENT_ACTIONS,   /* its actions, or what they show, have changed */
    QI_PLUGIN_EVENT_SETTING,   /* the setting `detail` has another value */
    QI_PLUGIN_EVENT_ERROR,     /* an exception that nobody awaits: `reason` is the message */
    QI_PLUGIN_EVENT_PROGRESS, /* its files are being checked: `reason` and `progress` say how far that is */
    QI_PLUGIN_EVENT_SEARCHED, /* a search for plugins is over, and all that it found was told of; the id is "" */
    QI_PLUGIN_EVENT_STOPPED /* qi_plugins_stop() has ended all, and there are none to be asked about; the id is "" */
};

/* What happened to a plugin. Borrowed for the call, like all that it points at. */
typedef struct qi_plugin_event {
    size_t size;
    int kind; /* QI_PLUGIN_EVENT_… */
    const char *id;
    int state, before;     /* QI_PLUGIN_STATE_…; the same where they have not changed */
    const char *reason;    /* of the state, or an error's message; NULL: none */
    const char *traceback; /* NULL: none */
    const char *detail;    /* the key of a setting; NULL: none */
    double progress;       /* from 0 to 1: how much of its files has been checked; -1: not known */
} qi_plugin_event;

/* Thread: GUI, without the GIL. */
typedef void (*qi_plugin_event_fn)(const qi_plugin_event *event, void *user);

/* What the user is asked. Borrowed for the call, like all that it points at. */
typedef struct qi_plugin_consent {
    size_t size;
    const char *id, *name, *version;
    const char *folder; /* its absolute path */
    const char *hash;   /* of all its files: SHA-256, in hexadecimal digits */
    /* "new"; "changed": its files, since the user agreed; "elsewhere": the user has agreed to one of this id in another
     * folder, which `files_changed` names. */
    const char *reason;
    const char *const *files_changed; /* "changed: shop.py", "added: …", "removed: …", "and 9 more", "agreed to: …" */
    size_t count; /* of these */
} qi_plugin_consent;

/*
 * Returns true if the user agrees that the plugin's code runs. It may show a dialog with an event loop of its own:
 * it is called outside of asyncio's callbacks, and asyncio goes on meanwhile. Thread: GUI, without the GIL.
 */
typedef bool (*qi_plugin_consent_fn)(const qi_plugin_consent *consent, void *user);

/*
 * The same for a host that answers later, from a window of its own or a coroutine: it returns at once and ends the promise
 * by qi_promise_resolve(), in any thread; true is a yes, anything else and qi_promise_reject() a no. `promise` is the
 * function's own. qi_promise_is_cancelled() tells that nobody waits any more, as when the plugin was disabled. Thread: GUI,
 * without the GIL.
 */
typedef void (*qi_plugin_consent_later_fn)(const qi_plugin_consent *consent, qi_promise *promise,
                                           void *user);

/*
 * How plugins are found and kept. Fill it with qi_plugins_config_init(), then set what you need. Everything is copied,
 * except for the `user` pointers, which are kept until the runtime is CLOSED; then each `…_destroy` is called.
 */
typedef struct qi_plugins_config {
    size_t size; /* set by qi_plugins_config_init() */

    /* Of the paths here a relative one begins at the folder of the program, as those of qi_config do. */

    /* Folders that hold folders of plugins, those of the application first: of two plugins with the same id
     * the first one found counts. NULL: none. */
    const char *const *application_folders;
    size_t application_folder_count;
    /* NULL: "plugins" in the places that QStandardPaths::AppDataLocation names, the user's and those of the system;
     * "": none. */
    const char *user_folder, *system_folder;
    /* INI file for what the user has enabled and set; what the user has agreed to is kept beside it.
     * NULL: the QSettings of the application. */
    const char *settings_file;
    /* Folder in which each plugin may have one for its data. NULL: "plugin-data" in AppDataLocation. */
    const char *data_folder;

    unsigned activate_ms;   /* that activate() may take; 0: 10000 */
    unsigned deactivate_ms; /* that deactivate(), and the end of its tasks, may take each; 0: 5000 */
    unsigned storm_limit;   /* a plugin with so many errors, 0: 20, */
    unsigned storm_ms;      /* within so many milliseconds, 0: 10000, is FAILED */
    /* Bytes that the Python code of a plugin may hold; one with more is FAILED. Counted is what it gets from Python's
     * allocators while it runs in the plugin's name, and not what libraries get from the system by themselves, as the
     * arrays of numpy and mmap. The count costs Python's allocations a little. 0: not watched. */
    size_t memory_limit;
    bool watch_files; /* reload an active plugin, and retry a failed one, when its files change */

    qi_plugin_consent_fn consent; /* NULL: no, unless the user has agreed before */
    void *consent_user;
    qi_destroy_fn consent_destroy;
    qi_plugin_event_fn event; /* NULL: none */
    void *event_user;
    qi_destroy_fn event_destroy;
    qi_plugin_consent_later_fn consent_later; /* in place of `consent`, with the same `consent_user` */
} qi_plugins_config;

/** Fills a configuration with the defaults described at its fields. NULL is allowed. Thread: any. */
static inline void qi_plugins_config_init(qi_plugins_config *config)
{
    if (!config)
        return;
    memset(config, 0, sizeof *config);
    config->size = sizeof *config;
}

/**
 * Begins to look for plugins, and starts those that the user has enabled, in the order of their ids, in the event loop:
 * first those that the user has agreed to, which do not wait for the end of the search.
 *
 * It does not wait for disks: the search goes on in a thread. Its end is told by QI_PLUGIN_EVENT_ADDED for each plugin, then
 * QI_PLUGIN_EVENT_SEARCHED, from the event loop, or from the first function that needs to know: a function that asks for
 * a plugin waits for the end of the search, and no events are handled meanwhile, if it is qi_plugins_list() during the
 * first search, or the id is not known yet. qi_plugin_enable(), _disable(), _reload() and _withdraw() never wait: their
 * tasks do. A host with a window asks when QI_PLUGIN_EVENT_SEARCHED has come, or qi_plugins_searching() says no.
 * A plugin whose files take long to check does not keep the next ones from starting.
 *
 * `config` is copied; NULL means all defaults. A shutdown of the runtime ends active plugins first, the one that was
 * started last before the others, and they are enabled again the next time.
 * A folder of plugins that is an entry of sys.path is QI_ERR_ARGUMENT: what is merely dropped there would be imported by its
 * name, without anybody's consent. One that is so by way of symlinks is listed as a plugin that cannot be used, and not searched.
 * Fails: QI_ERR_STATE if it was called before, QI_ERR_ABI, QI_ERR_ARGUMENT, QI_ERR_ENCODING, QI_ERR_PYTHON.
 */
QI_NODISCARD QI_API int qi_plugins_start(qi_runtime *runtime, const qi_plugins_config *config);

/**
 * Ends all plugins, the one that was started last first, and all that qi_plugins_start() began, which may be called again
 * once QI_PLUGIN_EVENT_STOPPED was told. What the user has enabled stays enabled.
 *
 * It always comes to its end: the configuration's `deactivate_ms` holds for each step of each plugin's end. The task's
 * result is a list of maps, each as qi_plugin_describe() has it, of those that were on: their "report" says what was left
 * behind. `options` may be NULL, and its `callable` is not used; `out` is as that of qi_run_task(). A task that is cancelled,
 * or whose `timeout_ms` is over, does not wait for the end any more, which comes all the same.
 *
 * From the call on, functions that ask for a plugin fail with QI_ERR_STATE. The configuration's callbacks are called until
 * the end, and their `destroy` comes when the runtime is CLOSED; listeners of qi_plugins_listen() go on listening. It may be
 * called by a plugin, which is ended like the others. Fails also as qi_run_task(), and with QI_ERR_STATE where it was called
 * before and has not ended.
 */
QI_NODISCARD QI_API int qi_plugins_stop(qi_runtime *runtime, const qi_task_options *options,
                                        qi_task **out);

/**
 * Looks for plugins again: new ones are DISCOVERED, those whose folder is gone are disabled and removed.
 *
 * It only begins that, as qi_plugins_start() does; what is known already is answered as it was until
 * QI_PLUGIN_EVENT_SEARCHED is told.
 */
QI_API int qi_plugins_rescan(qi_runtime *runtime);

/** Tells whether a search for plugins goes on; false also where there are no plugins. Never waits. Thread: GUI. */
QI_API bool qi_plugins_searching(qi_runtime *runtime);

/**
 * Has one more callback told of events, before or after qi_plugins_start().
 *
 * `user` is kept until the listener is released or the runtime is CLOSED; then `destroy`, which may be NULL, is called with
 * it. `*out` is owned: release it with qi_listener_release(). NULL for no handle: it listens until the runtime is CLOSED.
 * Fails: QI_ERR_ARGUMENT (no function).
 */
QI_NODISCARD QI_API int qi_plugins_listen(qi_runtime *runtime, qi_plugin_event_fn event, void *user,
                                          qi_destroy_fn destroy, qi_listener **out);

/**
 * Describes all plugins, a list of maps ordered by name, each as qi_plugin_describe() has it. Waits for the first search, as
 * qi_plugins_found() does not.
 *
 * `*out` is owned: release it with qi_value_clear().
 */
QI_NODISCARD QI_API int qi_plugins_list(qi_runtime *runtime, qi_value *out);

/**
 * As qi_plugins_list(), but never waits: during a search it describes the plugins that QI_PLUGIN_EVENT_ADDED has told of, those
 * that the user has agreed to among the first. For what a window shows meanwhile.
 *
 * `*out` is owned: release it with qi_value_clear().
 */
QI_NODISCARD QI_API int qi_plugins_found(qi_runtime *runtime, qi_value *out);

/**
 * Describes one plugin, a map. All values are texts, unless another type stands beside them:
 *
 *     id, name, version, description, homepage, license, folder
 *     authors          (list)
 *     source           "application", "user" or "system"
 *     state            as qi_plugin_state_name() has it
 *     reason           why it is in that state, ""
 *     traceback        of the error that it failed with, ""
 *     progress         (float, none if it is not known) from 0 to 1: how much of its files has been checked
 *     enabled          (bool) the user wants it
 *     consented        (bool) the user has agreed to it; whether its files are still those is looked at when it is
 *                      enabled
 *     problems         (list) what is wrong with its manifest
 *     settings         (list of maps) key, title, description, type ("bool", "int", "float", "text", "choice", "path",
 *                      "color", "list"), default, value, minimum, maximum (none: no limit), choices (list),
 *                      multiline (bool)
 *     actions          (list of maps) name, text, tooltip, shortcut; menu (a path, as "Tools/Export"), icon (the path of a
 *                      file of the plugin's, or a name of the icon theme's, ""), toolbar (bool: it wants to stand in
 *                      one), overlap ("concurrent", "drop", "queue", "restart" or "latest": what a trigger does while it
 *                      runs already, as qi_overlap has it), enabled, checkable, checked (bools)
 *     contributes      (map) as the manifest has it
 *     dependencies     (list of maps) name, specifier, installed (a version, ""), problem ("")
 *     tasks, connections, errors  (ints) that it has, errors since it was started
 *     report           (map, none if it has not been ended yet) what the last end left behind: clean (bool); tasks,
 *                      connections, timers, modules, threads, descriptors, objects, processes, and state, which is what
 *                      it had changed of the process and whether that was put back (lists of texts)
 *
 * `*out` is owned: release it with qi_value_clear().
 */
QI_NODISCARD QI_API int qi_plugin_describe(qi_runtime *runtime, const char *id, qi_value *out);

/**
 * Returns the state of a plugin; QI_PLUGIN_STATE_UNKNOWN if there is none, or the call fails. Waits for a search that goes
 * on if the id is not known. Thread: GUI.
 */
QI_API int qi_plugin_state(qi_runtime *runtime, const char *id);

/**
 * Starts a plugin, now and with each qi_plugins_start(). One that is on already stays as it is.
 *
 * Its files are checked and hashed in a thread, then the user is asked, then its modules are compiled in a thread, and
 * imported. What was hashed is what is imported: a file that has changed meanwhile is refused. QI_PLUGIN_EVENT_PROGRESS and
 * the task's progress (in kB) tell how far it is; qi_plugin_disable() ends that at once.
 *
 * The task's result is the map of qi_plugin_describe(): its "state" says what came of it. `options` may be NULL, and its
 * `callable` is not used; `out` is as that of qi_run_task(). Fails also as qi_run_task(). An id that turns out to be
 * no plugin's at the end of a search that goes on makes the task fail.
 */
QI_NODISCARD QI_API int qi_plugin_enable(qi_runtime *runtime, const char *id,
                                         const qi_task_options *options, qi_task **out);

/**
 * Ends a plugin, now and until it is enabled again. One that is being started is stopped.
 *
 * May be called from the plugin's own code, which is then ended once it has returned. As qi_plugin_enable() for the
 * rest; the map's "report" says what was left behind.
 */
QI_NODISCARD QI_API int qi_plugin_disable(qi_runtime *runtime, const char *id,
                                          const qi_task_options *options, qi_task **out);

/**
 * Ends a plugin and starts it again, with its code as it now is; one that is off is started. What the plugin has in
 * `ctx.state` is kept. As qi_plugin_enable() for the rest.
 */
QI_NODISCARD QI_API int qi_plugin_reload(qi_runtime *runtime, const char *id,
                                         const qi_task_options *options, qi_task **out);

/**
 * Disables a plugin and forgets that the user has agreed to it: when it is enabled again, the user is asked as for
 * a new one. As qi_plugin_enable() for the rest; the task fails if that cannot be noted.
 */
QI_NODISCARD QI_API int qi_plugin_withdraw(qi_runtime *runtime, const char *id,
                                           const qi_task_options *options, qi_task **out);

/**
 * Reads a setting of a plugin, also of one that is off.
 *
 * `*out` is owned: release it with qi_value_clear(). Fails: QI_ERR_NOT_FOUND also for the key, with near names.
 */
QI_NODISCARD QI_API int qi_plugin_get_setting(qi_runtime *runtime, const char *id, const char *key,
                                              qi_value *out);

/**
 * Sets a setting of a plugin, stores it, and tells the plugin. NULL as the value, or none, resets it.
 *
 * Fails: QI_ERR_TYPE or QI_ERR_RANGE if the value is not what the manifest declares; the message says what would
 * fit. QI_ERR_DEAD_OBJECT (in the value), QI_ERR_NOT_FOUND also for the key.
 */
QI_NODISCARD QI_API int qi_plugin_set_setting(qi_runtime *runtime, const char *id, const char *key,
                                              const qi_value *value);

/**
 * Runs an action that an active plugin has registered, as a task of the plugin's; one that is checkable changes its state
 * first.
 *
 * A coroutine runs, before the call returns, up to its first suspension, and can be watched, cancelled and waited for; a
 * plain function has returned when the call does. The task's result is what the action returns. It ends with the plugin at
 * the latest. Of an action that says what is done while it runs already (its "overlap"), the task may wait for its turn; one
 * whose turn will not come has been cancelled.
 *
 * `options` may be NULL; its `callable` and `kwargs` are not used, nor QI_TASK_FLAG_ALLOW_PLAIN among its `flags`. `out` is as
 * that of qi_run_task(). An exception is no failure of the call but the task's result; without a handle and without `done` it
 * is reported under the plugin's name. Fails also as qi_run_task(): QI_ERR_NOT_FOUND also for the action, QI_ERR_STATE if
 * the plugin is not active or the action is disabled.
 */
QI_NODISCARD QI_API int qi_plugin_trigger(qi_runtime *runtime, const char *id, const char *action,
                                          const qi_task_options *options, qi_task **out);

#ifdef __cplusplus
}
#endif

#endif /* QI_PLUGIN_H */
