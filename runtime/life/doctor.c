/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi_doctor_examine(): what is known of Python and the configuration before anything is started. qt/doctor.cpp makes
 * the report of it, and has an interpreter run qi._life.examine for the rest.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <qi/doctor.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/border.h"
#include "core/callout.h"
#include "core/conf_file.h"
#include "core/config.h"
#include "core/loaded.h"
#include "core/paths.h"
#include "python/location.h"
#include "python/package.h"
#include "qt/doctor.h"
#include "python/gate.h"
#include "python/single.h"
#include "core/sized.h"
#include "core/status.h"
#include "life/setup.h"

#define SCRIPT "qi._life.examine"

#define TEXT_OF(x) #x
#define TEXT(x)    TEXT_OF(x)

typedef struct findings {
    qi_config config; /* a copy of its own */
    qip_location location;
    qip_conf conf; /* what is beside libqi */
    char *library, *libpython, *wrong;
    char runs[32], runs_fully[32];
    const char *const *asked; /* the folders of the options; its own */
    const char **folders;     /* and those of the configuration: borrowed texts */
    size_t folder_count;
} findings;

/* -- what is asked for --------------------------------------------------------------------------- */

/* What the running runtime was started with, or the defaults. */
static int copy_current(qi_config *own)
{
    if (!qip_callout_begin())
        return qip_config_copy(own, NULL);
    qi_runtime *runtime = qip_runtime_current(); /* it is not CLOSED meanwhile */
    int status = qip_config_copy(own, runtime ? &runtime->config : NULL);
    qip_callout_end();
    return status;
}

static int collect_folders(findings *found, const qi_doctor_options *options)
{
    size_t own = found->config.module_path_count, count = own + options->plugin_folder_count;
    int status = qip_paths_whole(options->plugin_folders, options->plugin_folder_count,
                                 "an entry of plugin_folders", &found->asked);

    if (status != QI_OK || !count)
        return status;
    found->folders = malloc(count * sizeof *found->folders);
    if (!found->folders)
        return qip_fail(QI_ERR_MEMORY, "out of memory for the names of folders");
    for (size_t i = 0; i < count; i++)
        found->folders[i] = i < own ? found->config.module_paths[i] : found->asked[i - own];
    found->folder_count = count;
    return QI_OK;
}

/* -- what is found ------------------------------------------------------------------------------- */

/* Not by Py_GetVersion(), which writes its text anew each time, in whatever thread. */
static void find_versions(findings *found)
{
    const unsigned long number = Py_Version, level = (number >> 4) & 0xf;
    char suffix[8] = "";

    if (level != 0xf)
        snprintf(suffix, sizeof suffix, "%s%u",
                 level == 0xa   ? "a"
                 : level == 0xb ? "b"
                                : "rc",
                 (unsigned)(number & 0xf));
    snprintf(found->runs, sizeof found->runs, "%lu.%lu", number >> 24, (number >> 16) & 0xff);
    snprintf(found->runs_fully, sizeof found->runs_fully, "%u.%u.%u%s", (unsigned)(number >> 24),
             (unsigned)((number >> 16) & 0xff), (unsigned)((number >> 8) & 0xff), suffix);
}

/* Where Python would be started from; what is wrong with that stays in `wrong`, and is no failure. */
static int find_location(findings *found)
{
    const int status = qip_location_find(&found->location, &found->config);

    if (status == QI_ERR_INTERPRETER)
        found->wrong = strdup(qi_last_error()->message);
    if (status != QI_OK && !found->wrong)
        return status;
    if (!found->config.home && !found->config.venv)
        (void)qip_conf_read(&found->conf); /* how that fails is told in `wrong` */
    return QI_OK;
}

static int find(findings *found, const qi_doctor_options *options)
{
    int status = options->config ? qip_config_copy(&found->config, options->config)
                                 : copy_current(&found->config);
    if (status == QI_OK)
        status = collect_folders(found, options);
    if (status == QI_OK)
        status = find_location(found);
    find_versions(found);
    found->library = qip_loaded_at((const void *)&qi_doctor_examine);
    found->libpython = qip_loaded_at((const void *)&Py_GetVersion);
    return status;
}

static void let_go(findings *found)
{
    qip_location_free(&found->location);
    qip_conf_free(&found->conf);
    free(found->folders);
    free((void *)found->asked);
    free(found->library);
    free(found->libpython);
    free(found->wrong);
    qip_config_free(&found->config);
}

static int examine(const findings *found, const char *program, bool embeds, qi_value *out)
{
    size_t size;
    const char *script = qip_package_source(SCRIPT, &size);
    const qip_doctor_facts facts = {
        .library = found->library,
        .libpython = found->libpython,
        .built = TEXT(PY_MAJOR_VERSION) "." TEXT(PY_MINOR_VERSION),
        .runs = found->runs,
        .runs_fully = found->runs_fully,
        .running = Py_IsInitialized(),
        .embeds = embeds,
        .environment = found->config.use_environment,
        .home = found->config.home,
        .venv = found->config.venv,
        .conf = found->conf.file,
        .wrong = found->wrong,
        .program = program,
        .executable = found->location.executable,
        .folders = found->folders,
        .folder_count = found->folder_count,
        .script = script,
        .script_size = size,
    };

    return qip_doctor_examine(&facts, out);
}

int qi_doctor_examine(const qi_doctor_options *given, qi_value *out)
{
    qi_doctor_options options;
    findings found = {0};
    int status = QI_OK;

    qi_doctor_options_init(&options);
    if (!out)
        return qip_fail(QI_ERR_ARGUMENT, "out is NULL, so there is no place for the report");
    if (given)
        status = qip_sized_read(&options, sizeof options, given, "qi_doctor_options");
    if (status == QI_OK)
        status = find(&found, &options);
    /* Where the configured place is wrong, the interpreter that libqi knows tells of the rest. */
    const char *program = found.wrong ? QI_PYTHON_EXECUTABLE : found.location.program;
    if (status == QI_OK)
        status = examine(&found, program, true, out);
    let_go(&found);
    return status;
}

/* -- for Python ---------------------------------------------------------------------------------- */

/* An interpreter that nobody embeds is what it is: nothing was configured, and nothing is looked for. */
static int examine_stock(const char *executable, const qi_doctor_options *options, qi_value *out)
{
    findings found = {.location = {.program = strdup(executable), .executable = strdup(executable)}};

    qi_config_init(&found.config);
    int status = collect_folders(&found, options);

    find_versions(&found);
    found.config.use_environment = true;
    found.library = qip_loaded_at((const void *)&qi_doctor_examine);
    found.libpython = qip_loaded_at((const void *)&Py_GetVersion);
    if (status == QI_OK)
        status = examine(&found, found.location.program, false, out);
    let_go(&found);
    return status;
}

/* `_qi._doctor(executable, folder…)`: the report as JSON. */
static PyObject *doctor(PyObject *Py_UNUSED(self), PyObject *const *args, Py_ssize_t count)
{
    const char *texts[64];
    qi_doctor_options options;
    qi_value report;
    int status;

    for (Py_ssize_t i = 0; i < count && i < 64; i++) {
        if (!(texts[i] = PyUnicode_AsUTF8(args[i])))
            return NULL;
    }
    if (count < 1 || count > 64) {
        PyErr_SetString(PyExc_ValueError, "at most 63 folders can be examined at a time");
        return NULL;
    }
    qi_doctor_options_init(&options);
    options.plugin_folders = texts + 1;
    options.plugin_folder_count = (size_t)count - 1;
    Py_BEGIN_ALLOW_THREADS
    status = qip_single_is_extension() ? examine_stock(texts[0], &options, &report)
                                       : qi_doctor_examine(&options, &report);
    Py_END_ALLOW_THREADS
    if (status != QI_OK)
        return qip_raise_status(qi_last_error());
    const qi_value *json = qi_value_get(&report, "json");
    PyObject *text = PyUnicode_FromStringAndSize(json->as.text.data, (Py_ssize_t)json->as.text.size);
    qi_value_clear(&report);
    return text;
}

int qip_doctor_setup(PyObject *module)
{
    static PyMethodDef functions[] = {
        {"_doctor", (PyCFunction)(void (*)(void))doctor, METH_FASTCALL,
         PyDoc_STR("Examines libqi's surroundings; the report as JSON.")},
        {NULL, NULL, 0, NULL},
    };

    return PyModule_AddFunctions(module, functions);
}
