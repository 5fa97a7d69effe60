/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The runtime: one Python interpreter and one asyncio loop, guests of a running Qt application.
 *
 *     qi_config config;
 *     qi_config_init(&config);
 *     config.module_paths = paths;              // where the modules are
 *     config.module_path_count = 1;
 *     qi_runtime *runtime;
 *     if (qi_runtime_init(&config, &runtime) != QI_OK)
 *         fputs(qi_last_error()->message, stderr);
 *
 * qi_runtime_init() needs a QCoreApplication and may be called before exec() or while it runs. From then
 * on asyncio.get_running_loop() answers in all Python code on the GUI thread, and Qt's own event loop
 * drives the coroutines; there is nothing to pump. The GUI thread does not hold the GIL outside of
 * libqi's calls, so threads of Python run while Qt waits or paints.
 *
 * The states of a runtime, and what moves it on:
 *
 *     (none) --qi_runtime_init--> RUNNING --qi_runtime_shutdown, or aboutToQuit--> CLOSING --> CLOSED
 *
 * There is one interpreter a process, and at most one runtime at a time. After CLOSED, qi_runtime_init()
 * makes a new runtime in the same interpreter: a fresh loop, and fresh modules for everything that was
 * imported from the configured module paths. CPython itself is not restarted, because extension modules
 * do not survive that.
 */
#ifndef QI_RUNTIME_H
#define QI_RUNTIME_H

#include <qi/base.h>
#include <qi/value.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qi_runtime qi_runtime;

/* What asyncio does while host or plugin code runs a Qt event loop inside a callback or coroutine. */
typedef enum qi_nested {
    QI_NESTED_RUN = 0, /* everything goes on, as in the outer event loop */
    QI_NESTED_HOLD = 1 /* asyncio holds still until the inner loop ends, except inside qi.modal() */
} qi_nested;

typedef enum qi_log_level {
    QI_LOG_DEBUG = 0,
    QI_LOG_INFO = 1,
    QI_LOG_WARNING = 2,
    QI_LOG_ERROR = 3
} qi_log_level;

/* What an exception that nobody awaits belonged to; any member may be NULL. */
typedef struct qi_origin {
    size_t size;        /* as qi_origin_init() sets it */
    const char *task;   /* the task's name */
    const char *signal; /* "Class::signal(types)" of the emission that started it */
    const char *target; /* "module:callable" of the slot or task */
    const char *plugin; /* the id of the plugin whose code it is */
} qi_origin;

/** Fills an origin, for qi_error_report(): nothing is known. Thread: any. */
static inline void qi_origin_init(qi_origin *origin)
{
    memset(origin, 0, sizeof *origin);
    origin->size = sizeof *origin;
}

/*
 * The host's callbacks. `user` is the pointer that stands beside them in qi_config. They are called
 * without the GIL. A log or output callback may be called from any thread, the callbacks of the two output
 * streams and the listeners of <qi/output.h> one at a time; the error and shutdown callbacks are called on
 * the GUI thread, except that an exception in another thread of Python is reported on that thread. They may
 * call any function that their thread may call.
 */

/* A message. Borrowed for the call, like all that it points at. */
typedef struct qi_log_record {
    size_t size;
    int level;          /* a qi_log_level */
    const char *source; /* who says it: "qi", or the name of a logger */
    const char *text;   /* of one line or more */
    const char *plugin; /* the id of the plugin whose code says it; NULL: none, or unknown */
} qi_log_record;

typedef void (*qi_log_fn)(const qi_log_record *record, void *user);

/* Gets an exception that no caller will ever see. `error` and `origin` are borrowed for the call. */
typedef void (*qi_error_fn)(const qi_error *error, const qi_origin *origin, void *user);

/* Where a line of output comes from. */
enum {
    QI_OUTPUT_STDOUT = 1,
    QI_OUTPUT_STDERR = 2,
    QI_OUTPUT_LOG = 3 /* what goes to the callbacks `log` and `error`, for listeners only */
};

/* One line of output, without its newline. Borrowed for the call, like all that it points at. */
typedef struct qi_output_line {
    size_t size;
    const char *text; /* UTF-8, `length` bytes, followed by a NUL */
    size_t length;
    int stream; /* QI_OUTPUT_… */
    const char *plugin; /* the id of the plugin whose code has written it; NULL: code of the application, or of a
                         * thread that nobody can tell the origin of. What is typed into a script console has
                         * an origin that begins with ">", which no plugin's id does. */
} qi_output_line;

typedef void (*qi_output_fn)(const qi_output_line *line, void *user);

/* What qi_output_listen(), qi_plugins_listen() and qi_events_listen() give out. */
typedef struct qi_listener qi_listener;

/**
 * Ends what a listener hears, and releases the handle. NULL is allowed.
 *
 * Afterwards its function is not called any more: a call that another thread has begun is waited for. Its `destroy` has
 * been called on return, or, where it is released inside of a listener's call, when that has returned. Also allowed while
 * the runtime shuts down, and when it is CLOSED, which ends all listening: the handle is released then.
 * Thread: GUI. Fails: QI_ERR_HANDLE, QI_ERR_WRONG_THREAD.
 */
QI_API int qi_listener_release(qi_listener *listener);

/* What a shutdown found and did. Borrowed for the call, like all that it points at. */
typedef struct qi_shutdown_report {
    size_t size;
    bool clean;             /* nothing had to be left behind */
    size_t tasks_cancelled; /* tasks that were alive and ended when asked to */
    size_t tasks_left;      /* tasks that did not end in time, code that had to be interrupted, */
    const char *const *task_names;   /*   and steps that failed: what and where, one line each */
    size_t threads_left;             /* executor threads that did not end in time, */
    const char *const *thread_names; /* and what they run, one line each */
    unsigned milliseconds;           /* how long it took */
} qi_shutdown_report;

typedef void (*qi_shutdown_fn)(const qi_shutdown_report *report, void *user);

/**
 * Reports an error as one that no caller will ever see: to the runtime's error callback, or to the log.
 *
 * For code that was asked for a result in the application's place, and finds that nobody wants it. `error`
 * and `origin` are copied, so that qi_last_error() may be given; `origin` may be NULL. Without a runtime, Qt's log gets it.
 * Thread: GUI. Fails: QI_ERR_ARGUMENT (there is no message, or the status is not negative), QI_ERR_ABI (one of the two
 * has no size: see qi_error_init()), QI_ERR_MEMORY, QI_ERR_WRONG_THREAD.
 */
QI_API int qi_error_report(const qi_error *error, const qi_origin *origin);

/*
 * How a runtime is started. Always fill it with qi_config_init() first, then set what you need: a field
 * left alone means what its comment says of 0 and NULL. Everything is copied by qi_runtime_init(),
 * except for the `user` pointers, which are kept until the runtime is CLOSED; then each `…_destroy` is called.
 */
typedef struct qi_config {
    size_t size; /* set by qi_config_init(); tells the library which version of this struct it reads */
    unsigned version; /* set by qi_config_init(): QI_VERSION_HEX of the headers that the host was compiled with */

    /* -- the interpreter ------------------------------------------------------------------------ */

    /* Of the paths here a relative one begins at the folder of the program, as QCoreApplication::applicationDirPath()
     * names it, and never at the one in which somebody has started it, which may be anybody's: what Python finds there
     * runs. An empty one is QI_ERR_ARGUMENT. */

    /* Prefix of a Python installation (its lib/pythonX.Y holds the standard library).
     * NULL: the one that the file qi.conf beside libqi names, else the one that libqi was built with. Do not set together
     * with `venv`.
     * qi.conf belongs to a folder that is shipped, and `qi-run bundle` writes it: a line `home = ..`, where a relative path begins
     * at that file. It is looked for in the folder of the file that libqi was loaded from, links followed, whatever
     * the current folder and the environment are, and has to belong to root or to whom that folder belongs. What is wrong with
     * it is QI_ERR_INTERPRETER. */
    const char *home;
    /* Folder of a virtual environment (it holds pyvenv.cfg), whose packages are then importable.
     * NULL: none. */
    const char *venv;
    /* Folders that are put at the front of sys.path, in this order: whatever is there can be imported. No folder of
     * plugins may be one of them, see qi_plugins_start(). NULL: none. */
    const char *const *module_paths;
    size_t module_path_count;
    /* What sys.argv is, argv[0] included. NULL: [program_name]. */
    const char *const *argv;
    size_t argc;
    /* Name of the program, for messages of Python. NULL: QCoreApplication's applicationName. */
    const char *program_name;
    /* The interpreter that sys.executable names, as multiprocessing and debuggers start it.
     * NULL: that of `venv` or `home`, else the one that libqi was built with; never the host's own
     * program and never whatever `python3` comes first on PATH. */
    const char *executable;
    /* Honour PYTHON* environment variables and the user's site-packages, as python3 does. Nothing is imported from the
     * current folder all the same, nor by what multiprocessing starts: sys.flags.safe_path is set, and empty entries of
     * PYTHONPATH, which would be that folder, are taken out of the process's environment. Relative ones stay.
     * false: isolated; neither these nor the current folder have any effect. */
    bool use_environment;

    /* -- the loop ------------------------------------------------------------------------------- */

    /* How many microseconds Python callbacks may take turns before Qt gets its own; one callback is never
     * cut short. It is a quarter while the user does something or windows are painted, and twice as
     * long when Qt has had nothing to do for a second. At most 1000000. 0: 2000. */
    unsigned slice_us;
    /* What happens to asyncio in nested Qt event loops. 0: QI_NESTED_RUN. */
    int nested; /* a qi_nested */
    /* How many Qt event loops may be nested inside each other with asyncio running in all of them;
     * further ones are reported, and asyncio holds still in them. At most 10000. 0: 64. */
    unsigned nested_limit;
    /* asyncio's debug mode: slow callbacks, calls from wrong threads, where coroutines came from.
     * false: off. */
    bool debug;

    /* -- signals of the operating system --------------------------------------------------------- */

    /* Ctrl+C raises KeyboardInterrupt in the Python code that runs on the GUI thread. The end of the runtime puts
     * back what was there, unless the host has changed it meanwhile. false: SIGINT stays as the host has set it. */
    bool handle_sigint;

    /* -- the host's callbacks -------------------------------------------------------------------- */

    /* Messages of libqi and of Python's `logging` that no handler of its own takes; they steer no terminal.
     * NULL: the logging category "qi" of Qt. */
    qi_log_fn log;
    void *log_user;
    qi_destroy_fn log_destroy;
    /* Exceptions that nobody awaits. NULL: they are logged with QI_LOG_ERROR. */
    qi_error_fn error;
    void *error_user;
    qi_destroy_fn error_destroy;
    /* What is written to sys.stdout and sys.stderr, line by line. NULL: the streams of the process;
     * where these are closed, the output is dropped without an error. */
    qi_output_fn out;
    void *out_user;
    qi_destroy_fn out_destroy;
    qi_output_fn err;
    void *err_user;
    qi_destroy_fn err_destroy;

    /* -- shutting down --------------------------------------------------------------------------- */

    /* Called at the end of each shutdown. NULL: what was left behind is logged as a warning. */
    qi_shutdown_fn on_shutdown;
    void *on_shutdown_user;
    qi_destroy_fn on_shutdown_destroy;
    /* Do not shut down by itself when the application emits aboutToQuit. false: it does. */
    bool keep_on_quit;
    /* Milliseconds that tasks which waited for aboutToQuit have for their own clean-up. 0: 2000. */
    unsigned grace_ms;
    /* Milliseconds that tasks have to end once they are cancelled. 0: 2000. */
    unsigned cancel_ms;
    /* Milliseconds that threads of the default executor have to end. 0: 1000. */
    unsigned executor_ms;
} qi_config;

/** Fills a configuration with the defaults described at its fields. NULL is allowed. Thread: any. */
static inline void qi_config_init(qi_config *config)
{
    if (!config)
        return;
    memset(config, 0, sizeof *config);
    config->size = sizeof *config;
    config->version = QI_VERSION_HEX;
}

/**
 * Starts Python, if nobody has yet, and installs an asyncio loop in the application's event loop.
 *
 * `config` is copied; NULL means all defaults. `*out` is owned by the application until the runtime is
 * shut down; a handle of a runtime that is CLOSED stays valid to be asked and refused. Where another
 * part of the process has initialised Python before, libqi attaches to that interpreter: `home`, `venv`,
 * `executable`, `argv` and `use_environment` have no effect then, and it is never finalised. Such a host
 * may hold the GIL or not; afterwards it stands as before. SIGPIPE is ignored from then on, unless the
 * host has set something else, since a peer that hangs up must be an exception and not the end.
 *
 * Thread: that of the QCoreApplication; it becomes the GUI thread.
 * Fails: QI_ERR_NO_APPLICATION, QI_ERR_WRONG_THREAD, QI_ERR_STATE (a runtime runs already, the interpreter
 * has been finalised, or this is a child of fork() of a process with a runtime), QI_ERR_ABI
 * (`config` was not filled by qi_config_init(), or by that of a libqi which is newer than this one), QI_ERR_INTERPRETER (no standard library in `home`, a qi.conf that is not believed or understood, no
 * pyvenv.cfg in `venv`, another Python version; the message names the path), also for a Python that is newer
 * than the newest which this libqi knows, or free-threaded, unless the environment has QI_UNTESTED_PYTHON=1;
 * QI_ERR_ARGUMENT, QI_ERR_ENCODING, QI_ERR_PYTHON, QI_ERR_MEMORY. It never aborts the process, leaves no
 * runtime behind where it fails, and may be called again with a better configuration. What it cannot change is an
 * interpreter that has started: if the first call got so far and found asyncio missing in `home`, say, another
 * `home`, `venv` or `use_environment` comes too late, which is QI_ERR_INTERPRETER, and needs another process.
 */
QI_NODISCARD QI_API int qi_runtime_init(const qi_config *config, qi_runtime **out);

/* Flags of qi_runtime_shutdown(). */
enum {
    QI_SHUTDOWN_FLAG_FINALIZE = 1 /* end the interpreter too; it cannot be started again in this process */
};

/**
 * Ends a runtime in stages, each with its deadline, and reports who held it up.
 *
 * The stages: new calls are refused; connections are cut; tasks that wait for the application's
 * aboutToQuit finish their clean-up; all other tasks are cancelled and awaited; asynchronous generators are
 * closed; the default executor ends; the loop closes. asyncio runs in its native mode meanwhile, without
 * Qt's event loop, so this works when exec() has returned. What does not end in time is left behind,
 * named in the report, and never resumed. The deadlines hold whatever Python code has done to the loop, to asyncio or to
 * the interpreter, and for code that does not give the thread back, which is interrupted: all stages together take
 * `grace_ms`, `cancel_ms` and `executor_ms`, what plugins' ends may take, and at most a second more. Unless the configuration says otherwise, all this happens by
 * itself when the application emits aboutToQuit; a call after that does nothing and returns QI_OK.
 *
 * `flags` is 0 or QI_SHUTDOWN_FLAG_FINALIZE. An interpreter to which libqi attached, in which threads were
 * left behind or do not leave within 200 ms, or to which the caller returns (a host's callback, or a member of a
 * QObject that Python calls), is not finalised. Threads that call libqi meanwhile are refused; those that call CPython
 * themselves must have ended. Called from inside a coroutine, it begins when the loop's current callbacks have
 * returned, and returns QI_OK at once.
 *
 * In a child of fork() it does nothing and returns QI_OK: the runtime is the parent's.
 *
 * Thread: GUI. Fails: QI_ERR_HANDLE, QI_ERR_WRONG_THREAD, QI_ERR_SHUTTING_DOWN (called again from a
 * clean-up that it runs), QI_ERR_NOT_RUNNING (the host has finalised its interpreter before), QI_ERR_TIMEOUT (the runtime is CLOSED, something was left behind; the message
 * names it).
 */
QI_API int qi_runtime_shutdown(qi_runtime *runtime, unsigned flags);

/* The states of a runtime. */
enum {
    QI_RUNTIME_STATE_NONE = 0, /* not a runtime's handle */
    QI_RUNTIME_STATE_RUNNING,
    QI_RUNTIME_STATE_CLOSING,
    QI_RUNTIME_STATE_CLOSED
};

/** Returns the state of a runtime; QI_RUNTIME_STATE_NONE for NULL and foreign pointers. Thread: any. */
QI_API int qi_runtime_state(const qi_runtime *runtime);

/** Returns the process's runtime from the end of qi_runtime_init() on, while it is RUNNING or CLOSING, else NULL; a
 * child of fork() has none. Borrowed. Thread: any. */
QI_API qi_runtime *qi_runtime_current(void);

/**
 * Changes how long Python callbacks may take turns before Qt gets its own: see `slice_us` in qi_config.
 *
 * `microseconds` from 1 to 1000000; 0 sets the default. Thread: GUI.
 * Fails: QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD, QI_ERR_RANGE.
 */
QI_API int qi_runtime_set_slice(qi_runtime *runtime, unsigned microseconds);

/**
 * Reads how long Python callbacks may take turns before Qt gets its own, in microseconds, as it was set last.
 *
 * Thread: GUI. Fails: as qi_runtime_set_slice() without QI_ERR_RANGE, and QI_ERR_ARGUMENT (`out` is NULL).
 */
QI_NODISCARD QI_API int qi_runtime_get_slice(qi_runtime *runtime, unsigned *out);

/**
 * Switches asyncio's debug mode on or off: see `debug` in qi_config.
 *
 * What was begun before is told of as far as that was noted then: where a coroutine was made is known of new ones only.
 * Thread: GUI. Fails: QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD, QI_ERR_PYTHON.
 */
QI_API int qi_runtime_set_debug(qi_runtime *runtime, bool on);

/** Reads whether asyncio's debug mode is on, which Python code may have switched, too. Thread: GUI.
 * Fails: as qi_runtime_set_debug(), and QI_ERR_ARGUMENT (`out` is NULL). */
QI_NODISCARD QI_API int qi_runtime_get_debug(qi_runtime *runtime, bool *out);

/* Called once, on the GUI thread, without the GIL. It may call any function. */
typedef void (*qi_post_fn)(void *user);

/**
 * Calls a function of the host in the GUI thread's event loop, after the events that wait there already.
 *
 * For worker threads that have something for the window, or for functions that want the GUI thread. Calls that one thread
 * posts come in their order. `user` is kept until the function has returned; then `destroy`, which may be NULL, is called with it, also where
 * the runtime or the application ends before, and `call` is not called.
 *
 * Thread: any. Fails: QI_ERR_ARGUMENT (no function), QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN,
 * QI_ERR_NO_APPLICATION, QI_ERR_MEMORY.
 */
QI_API int qi_runtime_post(qi_runtime *runtime, qi_post_fn call, void *user, qi_destroy_fn destroy);

/**
 * Shows a QObject to Python as qi.host.<name>.
 *
 * The object is watched, not kept: once it is destroyed, the name raises ReferenceError and may be used
 * again. An object under the same name is replaced. `name` must be an identifier of Python.
 *
 * Thread: GUI. Fails: QI_ERR_ARGUMENT, QI_ERR_STATE, QI_ERR_HANDLE, QI_ERR_NOT_RUNNING,
 * QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD, QI_ERR_ENCODING, QI_ERR_DEAD_OBJECT, QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_object_register(qi_runtime *runtime, const char *name, qi_object *object);

/** Takes a name out of qi.host. Thread: GUI. Fails: as qi_object_register(), and QI_ERR_NOT_FOUND. */
QI_API int qi_object_unregister(qi_runtime *runtime, const char *name);

/**
 * Runs Python source as a module's body would be, in the namespace of `__main__`.
 *
 * `filename` is what tracebacks show, with the right lines; NULL means "<string>". A top-level `await`
 * is not allowed: qi_exec_async() runs such source. On the GUI thread SystemExit is reported as an error of
 * type SystemExit and does not end the process.
 *
 * Thread: GUI. Fails: QI_ERR_PYTHON (a syntax error or an exception), QI_ERR_ARGUMENT, QI_ERR_ENCODING,
 * QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD.
 */
QI_NODISCARD QI_API int qi_exec(qi_runtime *runtime, const char *source, const char *filename);

/**
 * The same for source of `size` bytes. A NUL among them is QI_ERR_ENCODING: Python cannot read it, and what follows would
 * be lost. NULL with size 0 is the empty source. Thread: GUI. Fails: as qi_exec().
 */
QI_NODISCARD QI_API int qi_exec_n(qi_runtime *runtime, const char *source, size_t size,
                                  const char *filename);

/** Runs a file of Python source: qi_exec() with its text. Thread: GUI. Fails: as qi_exec(), and QI_ERR_NOT_FOUND. */
QI_NODISCARD QI_API int qi_exec_file(qi_runtime *runtime, const char *path);

/**
 * Evaluates one Python expression in the namespace of `__main__`.
 *
 * `*out` is owned: release it with qi_value_clear(). NULL drops the result.
 * Thread: GUI. Fails: as qi_exec().
 */
QI_NODISCARD QI_API int qi_eval(qi_runtime *runtime, const char *expression, qi_value *out);

/**
 * The same for an expression of `size` bytes, among which a NUL is QI_ERR_ENCODING, as in qi_exec_n().
 * Thread: GUI. Fails: as qi_exec().
 */
QI_NODISCARD QI_API int qi_eval_n(qi_runtime *runtime, const char *expression, size_t size,
                                  qi_value *out);

#ifdef __cplusplus
}
#endif

#endif /* QI_RUNTIME_H */
