/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a host may configure: checked where it comes in, so that no other room meets a NULL, a wrong
 * size or text that is not UTF-8. The lists of strings are copied into one block each.
 */
#include "core/config.h"

#include <stdlib.h>
#include <string.h>

#include "core/paths.h"
#include "core/sized.h"
#include "core/status.h"

enum {
    DEFAULT_SLICE_US = 2000,
    LONGEST_SLICE_US = 1000000,
    DEFAULT_NESTED_LIMIT = 64,
    HIGHEST_NESTED_LIMIT = 10000,
    DEFAULT_GRACE_MS = 2000,
    DEFAULT_CANCEL_MS = 2000,
    DEFAULT_EXECUTOR_MS = 1000,
};

/* -- checks -------------------------------------------------------------------------------------- */

static int check_optional(const char *text, const char *what)
{
    return text ? qip_check_text(text, what) : QI_OK;
}

static int check_list(const char *const *texts, size_t count, const char *what)
{
    if (count && !texts)
        return qip_fail(QI_ERR_ARGUMENT, "%s is NULL although its count is %zu", what, count);
    for (size_t i = 0; i < count; i++) {
        int status = qip_check_text(texts[i], what);
        if (status != QI_OK)
            return status;
    }
    return QI_OK;
}

static int check(const qi_config *config)
{
    int status = check_optional(config->program_name, "the configuration's program_name");

    if (status == QI_OK)
        status = check_list(config->argv, config->argc, "an entry of the configuration's argv");
    if (status != QI_OK)
        return status;
    if (config->home && config->venv)
        return qip_fail(QI_ERR_ARGUMENT,
                        "home and venv are both set: a virtual environment says itself "
                        "which installation it belongs to, so set only venv");
    if (config->nested != QI_NESTED_RUN && config->nested != QI_NESTED_HOLD)
        return qip_fail(QI_ERR_ARGUMENT, "nested is %d, which is no value of qi_nested",
                        config->nested);
    if (config->slice_us > LONGEST_SLICE_US)
        return qip_fail(QI_ERR_ARGUMENT, "slice_us is %u; the longest is %d", config->slice_us,
                        LONGEST_SLICE_US);
    if (config->nested_limit > HIGHEST_NESTED_LIMIT)
        return qip_fail(QI_ERR_ARGUMENT, "nested_limit is %u; the highest is %d",
                        config->nested_limit, HIGHEST_NESTED_LIMIT);
    return QI_OK;
}

/* What the headers promised to the program that this library has to keep. */
static int check_version(unsigned headers)
{
    if (!headers)
        return qip_fail(
            QI_ERR_ABI,
            "the configuration does not say for which libqi: fill it with qi_config_init()");
    if (headers >> 16 == QI_VERSION_MAJOR && headers <= QI_VERSION_HEX)
        return QI_OK;
    return qip_fail(
        QI_ERR_ABI,
        "the program was compiled with the headers of libqi %u.%u.%u, and runs with "
        "libqi " QI_VERSION_STRING
        ": install that version or a later one of the same major version, or compile it again",
        headers >> 16, headers >> 8 & 0xff, headers & 0xff);
}

/* -- copies -------------------------------------------------------------------------------------- */

static bool copy_text(const char **own, const char *text)
{
    *own = text ? strdup(text) : NULL;
    return *own || !text;
}

/* The array of pointers and the strings after it, in one block. */
static bool copy_list(const char *const **own, const char *const *texts, size_t count)
{
    size_t size = count * sizeof *texts;

    *own = NULL;
    if (!count)
        return true;
    for (size_t i = 0; i < count; i++)
        size += strlen(texts[i]) + 1;
    char **list = malloc(size);
    if (!list)
        return false;
    char *place = (char *)(list + count);
    for (size_t i = 0; i < count; i++) {
        list[i] = place;
        place = stpcpy(place, texts[i]) + 1;
    }
    *own = (const char *const *)list;
    return true;
}

static void forget_pointers(qi_config *own)
{
    own->home = own->venv = own->executable = own->program_name = NULL;
    own->module_paths = own->argv = NULL;
}

/* Whole ones: see paths.h. */
static int copy_paths(qi_config *own, const qi_config *given)
{
    const struct {
        const char *path, *name, **own;
    } paths[] = {
        {given->home, "the configuration's home", &own->home},
        {given->venv, "the configuration's venv", &own->venv},
        {given->executable, "the configuration's executable", &own->executable},
    };
    int status = QI_OK;

    for (size_t i = 0; status == QI_OK && i < sizeof paths / sizeof *paths; i++)
        status = qip_path_whole(paths[i].path, paths[i].name, (char **)paths[i].own);
    if (status != QI_OK)
        return status;
    return qip_paths_whole(given->module_paths, given->module_path_count,
                           "an entry of the configuration's module_paths", &own->module_paths);
}

static void use_defaults(qi_config *own)
{
    own->slice_us = own->slice_us ? own->slice_us : DEFAULT_SLICE_US;
    own->nested_limit = own->nested_limit ? own->nested_limit : DEFAULT_NESTED_LIMIT;
    own->grace_ms = own->grace_ms ? own->grace_ms : DEFAULT_GRACE_MS;
    own->cancel_ms = own->cancel_ms ? own->cancel_ms : DEFAULT_CANCEL_MS;
    own->executor_ms = own->executor_ms ? own->executor_ms : DEFAULT_EXECUTOR_MS;
}

int qip_config_copy(qi_config *own, const qi_config *config)
{
    qi_config given;
    int status = QI_OK;

    qi_config_init(own);
    qi_config_init(&given);
    if (config)
        status = qip_sized_read(&given, sizeof given, config, "qi_config");
    if (status == QI_OK)
        status = check_version(given.version);
    if (status == QI_OK)
        status = check(&given);
    if (status != QI_OK)
        return status;

    *own = given;
    forget_pointers(own);
    status = copy_paths(own, &given);
    if (status == QI_OK && !(copy_text(&own->program_name, given.program_name) &&
                             copy_list(&own->argv, given.argv, given.argc)))
        status = qip_fail(QI_ERR_MEMORY, "out of memory for the configuration");
    if (status != QI_OK)
        qip_config_free(own);
    else
        use_defaults(own);
    return status;
}

void qip_config_free(qi_config *own)
{
    free((char *)own->home);
    free((char *)own->venv);
    free((char *)own->program_name);
    free((char *)own->executable);
    free((void *)own->module_paths);
    free((void *)own->argv);
    qi_config_init(own);
}
