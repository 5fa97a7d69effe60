/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finds the Python installation and looks whether it is whole, before CPython is started.
 *
 * Before, because CPython that fails half-way (no `encodings` in the prefix is the classic) cannot be
 * started a second time in that process; and with its own words a user cannot tell which path was wrong.
 * What is checked is what CPython itself looks for: the standard library of exactly this version under
 * the prefix, and for a virtual environment its pyvenv.cfg and the interpreter that it was made from.
 */
#include <Python.h> /* for its version numbers only */

#include "python/location.h"

#include <dirent.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/conf_file.h"
#include "core/status.h"

#define TEXT_OF(x) #x
#define TEXT(x)    TEXT_OF(x)
#define VERSION    TEXT(PY_MAJOR_VERSION) "." TEXT(PY_MINOR_VERSION)
#define ZIP_NAME   "python" TEXT(PY_MAJOR_VERSION) TEXT(PY_MINOR_VERSION) ".zip"

static char *format(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

/* Allocated text, or NULL. */
static char *format(const char *pattern, ...)
{
    char *text = NULL;
    va_list arguments;

    va_start(arguments, pattern);
    if (vasprintf(&text, pattern, arguments) < 0)
        text = NULL;
    va_end(arguments);
    return text;
}

static int no_memory(void)
{
    return qip_fail(QI_ERR_MEMORY, "out of memory for the paths of Python");
}

/* The path from the root, symbolic links kept: that of a virtual environment's python must not be
 * followed. */
static char *absolute(const char *path)
{
    char folder[PATH_MAX];

    if (path[0] == '/' || !getcwd(folder, sizeof folder))
        return strdup(path);
    return format("%s/%s", folder, path);
}

static bool exists(const char *folder, const char *rest, int mode)
{
    char *path = format("%s/%s", folder, rest);
    bool found = path && access(path, mode) == 0;

    free(path);
    return found;
}

static bool has_library(const char *prefix)
{
    /* NOLINTNEXTLINE(misc-redundant-expression): where the folder is called lib, two of them are the same. */
    return exists(prefix, QI_PYTHON_PLATLIBDIR "/python" VERSION "/encodings/__init__.py", R_OK) ||
           exists(prefix, "lib/python" VERSION "/encodings/__init__.py", R_OK) ||
           exists(prefix, "lib/python" VERSION "/encodings/__init__.pyc", R_OK) || /* compiled only */
           exists(prefix, QI_PYTHON_PLATLIBDIR "/" ZIP_NAME, R_OK);
}

/* The name of a standard library of another version in that prefix, as "python3.9"; owned, or NULL. */
static char *other_version(const char *prefix)
{
    char *path = format("%s/%s", prefix, QI_PYTHON_PLATLIBDIR), *found = NULL;
    DIR *folder = path ? opendir(path) : NULL;

    free(path);
    if (!folder)
        return NULL;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the folder is open for this function alone. */
    for (struct dirent *entry; !found && (entry = readdir(folder)) != NULL;) {
        int minor, end = 0;
        if (sscanf(entry->d_name, "python3.%d%n", &minor, &end) == 1 && !entry->d_name[end] &&
            strcmp(entry->d_name, "python" VERSION) != 0)
            found = strdup(entry->d_name);
    }
    closedir(folder);
    return found;
}

static int no_library(const char *prefix, const char *who)
{
    char *other = other_version(prefix);
    int status;

    if (other)
        status = qip_fail(QI_ERR_INTERPRETER,
                          "%s is %s, which holds %s, but this libqi runs Python " VERSION, who,
                          prefix, other);
    else
        status = qip_fail(QI_ERR_INTERPRETER,
                          "%s is %s, where the standard library of Python " VERSION
                          " is missing: there is no %s/" QI_PYTHON_PLATLIBDIR "/python" VERSION
                          "/encodings",
                          who, prefix, prefix);
    free(other);
    return status;
}

/* The interpreter of a prefix or virtual environment; owned, or NULL. */
static char *find_program(const char *prefix)
{
    static const char *const names[] = {"bin/python" VERSION, "bin/python3", "bin/python"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (exists(prefix, names[i], X_OK))
            return format("%s/%s", prefix, names[i]);
    }
    return NULL;
}

/* -- the four places ----------------------------------------------------------------------------- */

static int find_in_home(qip_location *location, const char *path, const char *who)
{
    location->home = absolute(path);
    if (!location->home)
        return no_memory();
    if (!has_library(location->home))
        return no_library(location->home, who);
    location->program = find_program(location->home);
    return QI_OK;
}

/* What qi.conf beside libqi says; location->home stays NULL where there is none. */
static int find_as_shipped(qip_location *location)
{
    qip_conf conf;
    int status = qip_conf_read(&conf);

    if (status == QI_OK && conf.home) {
        char *who = format("the home that %s names", conf.file);
        status = who ? find_in_home(location, conf.home, who) : no_memory();
        free(who);
    }
    qip_conf_free(&conf);
    return status;
}

/* What libqi was built with. Without its interpreter, as where only libpython is installed, the prefix
 * must be said. */
static int find_built_with(qip_location *location)
{
    if (!has_library(QI_PYTHON_PREFIX))
        return no_library(QI_PYTHON_PREFIX, "the Python that libqi was built with");
    if (access(QI_PYTHON_EXECUTABLE, X_OK) == 0)
        location->program = strdup(QI_PYTHON_EXECUTABLE);
    else
        location->home = strdup(QI_PYTHON_PREFIX);
    return location->program || location->home ? QI_OK : no_memory();
}

typedef struct venv_facts {
    char home[PATH_MAX];    /* the folder of the interpreter that it was made from */
    char version[PATH_MAX]; /* as "3.11.2"; empty where nothing is said */
} venv_facts;

static bool read_facts(const char *venv, venv_facts *facts)
{
    char *path = format("%s/pyvenv.cfg", venv);
    FILE *file = path ? fopen(path, "re") : NULL;
    char line[PATH_MAX + 64], key[64], value[PATH_MAX];

    _Static_assert(PATH_MAX >= 4096, "the widths in sscanf below are those of Linux");
    free(path);
    memset(facts, 0, sizeof *facts);
    if (!file)
        return false;
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, " %63[^= \t] = %4095[^\r\n]", key, value) != 2)
            continue;
        if (strcmp(key, "home") == 0)
            snprintf(facts->home, sizeof facts->home, "%s", value);
        else if (strcmp(key, "version") == 0 || strcmp(key, "version_info") == 0)
            snprintf(facts->version, sizeof facts->version, "%s", value);
    }
    fclose(file);
    return true;
}

/* The prefix two levels above a program, symbolic links followed, as CPython does; owned, or NULL. */
static char *prefix_of(const char *program)
{
    char *real = realpath(program, NULL);

    for (int level = 0; real && level < 2; level++) {
        char *slash = strrchr(real, '/');
        if (slash)
            *slash = '\0';
    }
    return real;
}

static bool venv_has_library(const venv_facts *facts, const char *program)
{
    char *base = format("%s/..", facts->home);
    bool found = facts->home[0] && base && has_library(base);

    free(base);
    if (found)
        return true;
    base = prefix_of(program);
    found = base && has_library(base);
    free(base);
    return found;
}

static int check_venv(const char *venv, const char *program)
{
    venv_facts facts;

    if (!read_facts(venv, &facts))
        return qip_fail(QI_ERR_INTERPRETER,
                        "%s is no virtual environment: there is no file %s/pyvenv.cfg", venv, venv);
    if (facts.version[0] && strncmp(facts.version, VERSION ".", strlen(VERSION ".")) != 0)
        return qip_fail(
            QI_ERR_INTERPRETER,
            "the virtual environment %s is one of Python %s, but this libqi runs " VERSION, venv,
            facts.version);
    if (!program)
        return qip_fail(
            QI_ERR_INTERPRETER,
            "the virtual environment %s has no interpreter: %s/bin/python is missing, or "
            "leads to one that was removed",
            venv, venv);
    if (!venv_has_library(&facts, program))
        return qip_fail(
            QI_ERR_INTERPRETER,
            "the virtual environment %s was made from the Python in %s, where the standard "
            "library of Python " VERSION " is missing",
            venv, facts.home[0] ? facts.home : "a place that its pyvenv.cfg does not name");
    return QI_OK;
}

static int find_in_venv(qip_location *location, const char *path)
{
    char *venv = absolute(path);

    if (!venv)
        return no_memory();
    location->program = find_program(venv);
    int status = check_venv(venv, location->program);
    free(venv);
    return status;
}

/* ------------------------------------------------------------------------------------------------ */

static int find(qip_location *location, const qi_config *config)
{
    if (config->home)
        return find_in_home(location, config->home, "the configured home");
    if (config->venv)
        return find_in_venv(location, config->venv);
    const int status = find_as_shipped(location);
    return status != QI_OK || location->home ? status : find_built_with(location);
}

int qip_location_find(qip_location *location, const qi_config *config)
{
    memset(location, 0, sizeof *location);
    int status = find(location, config);
    if (status == QI_OK) {
        const char *wanted = config->executable ? config->executable : location->program;
        location->executable = strdup(wanted ? wanted : "");
        if (!location->executable)
            status = no_memory();
    }
    if (status != QI_OK)
        qip_location_free(location);
    return status;
}

void qip_location_free(qip_location *location)
{
    free(location->home);
    free(location->program);
    free(location->executable);
    memset(location, 0, sizeof *location);
}
