/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Starts CPython, once a process, or joins one that the host has started.
 *
 * An interpreter that is ours is isolated unless the host wants otherwise, leaves the locale and all
 * signals alone, and runs in UTF-8 mode. It outlives the runtime: after a shutdown the next runtime
 * finds it here. The calling thread keeps its Python thread state until the process ends, since Qt's
 * events come back to it again and again; only the GIL comes and goes.
 */
#include "python/interp.h"

#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/border.h"
#include "python/compat.h"
#include "python/known.h"
#include "python/location.h"
#include "python/mend.h"
#include "python/package.h"
#include "core/environment.h"
#include "core/loaded.h"
#include "core/pulse.h"
#include "python/module.h"
#include "python/single.h"
#include "core/status.h"

typedef struct place {
    char *home, *venv; /* as the interpreter that is ours was configured */
} place;

static atomic_bool ours;
static bool registered; /* `_qi` is among the built-in modules */
static place started_in;

static _Thread_local unsigned drops; /* that were not taken back yet */

bool qip_interp_is_ours(void)
{
    return atomic_load_explicit(&ours, memory_order_relaxed);
}

PyThreadState *qip_gil_drop(void)
{
    if (!qip_interp_alive() || !PyGILState_Check())
        return NULL;
    drops++;
    PyThreadState *thread = PyEval_SaveThread();
    if ((void *)thread == qip_pulse_thread()) /* without the GIL, which is gone */
        qip_pulse_out();
    return thread;
}

void qip_gil_take(PyThreadState *thread)
{
    if (!thread)
        return;
    PyEval_RestoreThread(thread);
    drops--;
    if ((void *)thread == qip_pulse_thread())
        qip_pulse_back();
}

bool qip_gil_is_awaited(void)
{
    return drops > 0;
}

/* -- starting one of our own --------------------------------------------------------------------- */

static int fail_status(PyStatus status)
{
    return qip_fail(QI_ERR_INTERPRETER, "Python does not start: %s%s%s",
                    status.func ? status.func : "", status.func ? ": " : "",
                    status.err_msg ? status.err_msg : "it wants to exit at once");
}

#if defined(__SANITIZE_ADDRESS__)
#define CHECKS_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CHECKS_MEMORY 1
#endif
#endif

static PyStatus preinitialize(const qi_config *config)
{
    PyPreConfig pre;

    if (config->use_environment)
        PyPreConfig_InitPythonConfig(&pre);
    else
        PyPreConfig_InitIsolatedConfig(&pre);
    pre.utf8_mode = 1;
    pre.configure_locale = 0; /* the locale is the host's */
    pre.coerce_c_locale = 0;
    pre.parse_argv = 0;
#ifdef CHECKS_MEMORY
    /* Python's own arenas would hide its objects from the sanitizer, and what only they refer to. */
    pre.allocator = PYMEM_ALLOCATOR_MALLOC;
#endif
    return Py_PreInitialize(&pre);
}

static PyStatus set_argv(PyConfig *py, const qi_config *config, const char *name)
{
    /* Python changes neither the array nor the strings. */
    if (config->argc)
        return PyConfig_SetBytesArgv(py, (Py_ssize_t)config->argc, (char *const *)config->argv);
    char *const alone[] = {(char *)name};
    return PyConfig_SetBytesArgv(py, 1, alone);
}

/*
 * The interpreter that Python is to take itself for: a whole path, whether there is one or not. Left alone Python would look for
 * one on PATH, and where there is none either, site.py would find a virtual environment by way of the current folder.
 */
static PyStatus set_program(PyConfig *py, const qip_location *location)
{
    char path[PATH_MAX];

    if (location->program)
        return PyConfig_SetBytesString(py, &py->executable, location->program);
    if (snprintf(path, sizeof path, "%s/bin/python%d.%d", location->home, PY_MAJOR_VERSION,
                 PY_MINOR_VERSION) >= (int)sizeof path)
        return PyStatus_Error("the path of its home is too long");
    PyStatus status = PyConfig_SetBytesString(py, &py->executable, path);
    if (!PyStatus_Exception(status))
        status = PyConfig_SetBytesString(py, &py->base_executable, path);
    return status;
}

static PyStatus configure(PyConfig *py, const qi_config *config, const qip_location *location)
{
    const char *name = config->program_name;
    PyStatus status = PyConfig_SetBytesString(py, &py->program_name, name);

    py->parse_argv = 0;
    py->install_signal_handlers = 0;
    py->configure_c_stdio = 0;
    py->pathconfig_warnings = 0;
    /* What the standard library starts by `python -c`, as multiprocessing does, gets this on its command line, and would
     * import from the current folder without. An isolated interpreter has it anyway. */
    py->safe_path = 1;
    /* Bindings print what leaves a slot by PyErr_Print(), which ends the process for SystemExit, or waits for
     * Python's threads first; with this it does neither, and sys.excepthook gets that exception as any other. */
    py->inspect = 1;
    if (!qip_environment_knows_home())
        py->user_site_directory = 0; /* it would be below "~" in the current folder */
    if (!PyStatus_Exception(status))
        status = set_argv(py, config, name);
    if (!PyStatus_Exception(status) && location->home)
        status = PyConfig_SetBytesString(py, &py->home, location->home);
    if (!PyStatus_Exception(status))
        status = set_program(py, location);
    return status;
}

static int initialize(const qi_config *config, const qip_location *location)
{
    if (config->use_environment && qip_environment_forget_empty_places() != QI_OK)
        return qip_fail(QI_ERR_MEMORY, "out of memory for PYTHONPATH");
    PyStatus status = preinitialize(config);
    if (PyStatus_Exception(status))
        return fail_status(status);

    PyConfig py;
    if (config->use_environment)
        PyConfig_InitPythonConfig(&py);
    else
        PyConfig_InitIsolatedConfig(&py);
    status = configure(&py, config, location);
    if (!PyStatus_Exception(status))
        status = Py_InitializeFromConfig(&py);
    PyConfig_Clear(&py);
    return PyStatus_Exception(status) ? fail_status(status) : QI_OK;
}

static int set_executable(const qip_location *location)
{
    PyObject *text = PyUnicode_DecodeFSDefault(location->executable);

    int failed = !text || PySys_SetObject("executable", text) < 0;
    if (!failed && !location->program) /* see set_program() */
        failed = PySys_SetObject("_base_executable", text) < 0;
    Py_XDECREF(text);
    return failed ? qip_fail_python("setting sys.executable") : QI_OK;
}

/*
 * A write to a socket whose other end is gone must be an error, not the end of the process. Python
 * ignores SIGPIPE for that reason, Qt Network does so, and libqi does it where the host has not
 * decided otherwise; with `install_signal_handlers` off Python leaves it alone.
 */
static void ignore_broken_pipes(void)
{
    struct sigaction action;

    if (sigaction(SIGPIPE, NULL, &action) == 0 && !(action.sa_flags & SA_SIGINFO) &&
        action.sa_handler == SIG_DFL) {
        action.sa_handler = SIG_IGN;
        sigaction(SIGPIPE, &action, NULL);
    }
}

static int start_our_own(const qi_config *config)
{
    qip_location location;
    int status = qip_location_find(&location, config);

    if (status != QI_OK)
        return status;
    /* Extension modules look for Python's API among the symbols of all. Who has loaded libqi for itself alone, as a
     * plugin of Qt that links it, has loaded libpython so, too. */
    qip_loaded_show((const void *)&Py_GetVersion);
    qip_single_embeds();
    if (!registered && PyImport_AppendInittab("_qi", PyInit__qi) < 0) {
        qip_location_free(&location);
        return qip_fail(QI_ERR_MEMORY, "out of memory for the module _qi");
    }
    registered = true;
    status = initialize(config, &location);
    if (status == QI_OK) {
        atomic_store_explicit(&ours, true, memory_order_relaxed);
        started_in.home = config->home ? strdup(config->home) : NULL;
        started_in.venv = config->venv ? strdup(config->venv) : NULL;
        ignore_broken_pipes();
        status = set_executable(&location);
    }
    qip_location_free(&location);
    return status;
}

/* -- one that runs already ----------------------------------------------------------------------- */

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* A runtime of an earlier configuration may have started it; what cannot be changed any more must fit. */
static int check_place(const qi_config *config)
{
    if (!qip_interp_is_ours() ||
        (same(config->home, started_in.home) && same(config->venv, started_in.venv)))
        return QI_OK;
    const char *where = started_in.home ? started_in.home : started_in.venv;
    return qip_fail(
        QI_ERR_INTERPRETER,
        "Python runs in this process already, from %s; a process cannot change to another "
        "home or virtual environment",
        where ? where : "the place that libqi was built with");
}

static int check_version(void)
{
    char text[QIP_KNOWN_TEXT];

    if (!qip_known_is_fit(text))
        return qip_fail(QI_ERR_INTERPRETER, "%s", text);
    if (Py_Version >> 16 == PY_VERSION_HEX >> 16)
        return QI_OK;
    return qip_fail(QI_ERR_INTERPRETER,
                    "Python %lu.%lu is loaded in this process, but this libqi was built for %d.%d",
                    Py_Version >> 24, (Py_Version >> 16) & 0xff, PY_MAJOR_VERSION, PY_MINOR_VERSION);
}

/* Makes `_qi` importable where it is too late to name it among the built-in modules. */
static int add_extension(void)
{
    PyObject *modules = PyImport_GetModuleDict(), *spec = NULL, *module = NULL;
    int there = qip_single_imported((PyModuleDef *)PyInit__qi());

    if (there)
        return there < 0 ? -1 : 0;
    qip_single_embeds();
    PyObject *machinery = PyImport_ImportModule("importlib.machinery");
    if (machinery)
        spec = PyObject_CallMethod(machinery, "ModuleSpec", "sO", "_qi", Py_None);
    if (spec)
        module = PyModule_FromDefAndSpec((PyModuleDef *)PyInit__qi(), spec);
    int failed = !module || PyObject_SetAttrString(module, "__spec__", spec) < 0 ||
                 PyMapping_SetItemString(modules, "_qi", module) < 0;
    if (!failed && PyModule_ExecDef(module, PyModule_GetDef(module)) < 0) {
        PyObject *raised = qip_take_exception();
        PyMapping_DelItemString(modules, "_qi");
        qip_give_exception(raised);
        failed = 1;
    }
    Py_XDECREF(module);
    Py_XDECREF(spec);
    Py_XDECREF(machinery);
    return failed ? -1 : 0;
}

static int refresh_argv(const qi_config *config)
{
    size_t count = config->argc ? config->argc : 1;
    const char *const *texts = config->argc ? config->argv : &config->program_name;
    PyObject *list = PyList_New((Py_ssize_t)count);

    for (size_t i = 0; list && i < count; i++) {
        PyObject *text = PyUnicode_FromString(texts[i]);
        if (!text) {
            Py_CLEAR(list);
            break;
        }
        PyList_SET_ITEM(list, (Py_ssize_t)i, text);
    }
    int failed = !list || PySys_SetObject("argv", list) < 0;
    Py_XDECREF(list);
    return failed ? -1 : 0;
}

/* What an interpreter that was started earlier still needs. */
static int join(const qi_config *config)
{
    if (PyInterpreterState_Get() != PyInterpreterState_Main())
        return qip_fail(QI_ERR_INTERPRETER,
                        "the calling thread is in a subinterpreter; libqi runs only "
                        "in the main one");
    if (qip_interp_is_ours()) {
        if (refresh_argv(config) < 0)
            return qip_fail_python("setting sys.argv");
    } else {
        static bool noted;
        ignore_broken_pipes();
        if (!noted)
            noted = Py_AtExit(qip_interp_note_end) == 0;
        if (add_extension() < 0)
            return qip_fail_python("adding the module _qi to the running interpreter");
    }
    return QI_OK;
}

/* ------------------------------------------------------------------------------------------------ */

int qip_interp_start(const qi_config *config, qip_interp_entry *entry)
{
    int status;

    if (qip_interp_has_ended())
        return qip_fail(QI_ERR_STATE,
                        "the interpreter of this process was finalised; CPython cannot be "
                        "started again in it");
    bool runs = Py_IsInitialized();
    entry->held = runs && PyGILState_Check();
    status = check_version();
    if (status != QI_OK)
        return status;
    if (runs) {
        status = check_place(config);
        if (status != QI_OK)
            return status;
        (void)PyGILState_Ensure(); /* never released: the thread state stays, see above */
        status = join(config);
    } else {
        status = start_our_own(config);
        runs = Py_IsInitialized();
    }
    if (status == QI_OK && ours)
        qip_mend();
    if (status == QI_OK && qip_package_install() < 0)
        status = qip_fail_python("installing the package qi");
    if (status != QI_OK && runs)
        qip_interp_leave(entry);
    return status;
}

void qip_interp_leave(const qip_interp_entry *entry)
{
    if (!entry->held)
        (void)PyEval_SaveThread(); /* PyGILState_Ensure() finds it again */
}

static bool is_alone(void)
{
    PyThreadState *own = PyThreadState_Get();
    PyThreadState *first = PyInterpreterState_ThreadHead(PyThreadState_GetInterpreter(own));

    return first == own && !PyThreadState_Next(own);
}

bool qip_interp_begin_end(void)
{
    return qip_interp_close(is_alone);
}

bool qip_interp_finalize(void)
{
    if (!is_alone()) {
        qip_interp_reopen();
        return false;
    }
    qip_interp_note_end();
    (void)Py_FinalizeEx(); /* fails where buffered output cannot be written, of which it has told */
    return true;
}
