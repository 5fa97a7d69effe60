/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What may say where Python is must be nobody's but theirs who may replace libqi itself. So the file is looked for in one
 * place, the folder of the file that this code was loaded from, which neither the current folder nor a variable can
 * change, and believed if it belongs to whom that folder belongs to, or to root: in a folder as /tmp others may make files.
 *
 *     # libqi's Python is the folder above.
 *     home = ..
 */
#define _GNU_SOURCE
#include "core/conf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/loaded.h"
#include "core/status.h"

enum { LONGEST_LINE = PATH_MAX + 64 };

static int no_memory(void)
{
    return qip_fail(QI_ERR_MEMORY, "out of memory for the path of qi.conf");
}

/* -- opening ------------------------------------------------------------------------------------- */

/* The open file, or NULL: with `*status` QI_OK, where there is none. */
static FILE *open_trusted(const char *path, const char *folder, int *status)
{
    /* A pipe of that name would be waited for. */
    const int number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat file, place;

    if (number < 0 && (errno == ENOENT || errno == ENOTDIR))
        return NULL;
    if (number < 0 || fstat(number, &file) < 0 || stat(folder, &place) < 0)
        *status = qip_fail(QI_ERR_INTERPRETER, "%s, which says where Python is, cannot be read: %s",
                           path, strerror(errno));
    else if (!S_ISREG(file.st_mode))
        *status = qip_fail(QI_ERR_INTERPRETER, "%s, which says where Python is, is no file", path);
    else if (file.st_uid != 0 && file.st_uid != place.st_uid)
        *status = qip_fail(QI_ERR_INTERPRETER,
                           "%s is not believed: it belongs to user %u, and its folder to user %u",
                           path, (unsigned)file.st_uid, (unsigned)place.st_uid);
    FILE *opened = *status == QI_OK ? fdopen(number, "r") : NULL;
    if (number >= 0 && !opened)
        close(number);
    if (!opened && *status == QI_OK)
        *status = no_memory();
    return opened;
}

/* -- reading ------------------------------------------------------------------------------------- */

/* Cuts blanks at both ends. */
static char *trimmed(char *text)
{
    text += strspn(text, " \t\r\n");
    for (size_t size = strlen(text); size && strchr(" \t\r\n", text[size - 1]); size--)
        text[size - 1] = '\0';
    return text;
}

/* What a line says of `home`; NULL where it is empty or a comment. */
static int read_line(char *line, const char *path, unsigned number, const char **value)
{
    char *key = trimmed(line), *sign = strchr(key, '=');

    *value = NULL;
    if (!*key || *key == '#')
        return QI_OK;
    if (sign) {
        *sign = '\0';
        *value = trimmed(sign + 1);
    }
    if (sign && **value && strcmp(trimmed(key), "home") == 0)
        return QI_OK;
    return qip_fail(
        QI_ERR_INTERPRETER,
        "%s, line %u: there is only `home = FOLDER`, the prefix of a Python installation", path,
        number);
}

static int read_home(FILE *file, const char *path, char **home)
{
    char line[LONGEST_LINE];
    const char *value;

    for (unsigned number = 1; fgets(line, sizeof line, file); number++) {
        const int status = read_line(line, path, number, &value);
        if (status != QI_OK)
            return status;
        if (value) {
            free(*home);
            *home = strdup(value);
            if (!*home)
                return no_memory();
        }
    }
    if (*home)
        return QI_OK;
    return qip_fail(QI_ERR_INTERPRETER, "%s has no line `home = FOLDER`", path);
}

/* From the root, without "..", where the folder is there. */
static char *whole(const char *home, const char *folder)
{
    char *joined = NULL;

    if (home[0] == '/')
        joined = strdup(home);
    else if (asprintf(&joined, "%s/%s", folder, home) < 0)
        joined = NULL;
    char *real = joined ? realpath(joined, NULL) : NULL;
    if (!real)
        return joined; /* what is missing there, who looks for it tells */
    free(joined);
    return real;
}

static int read_from(qip_conf *conf, const char *folder)
{
    int status = QI_OK;
    char *path = NULL, *home = NULL;

    if (asprintf(&path, "%s/qi.conf", folder) < 0)
        return no_memory();
    FILE *file = open_trusted(path, folder, &status);
    if (!file && status == QI_OK) {
        free(path);
        return QI_OK;
    }
    conf->file = path;
    if (status == QI_OK)
        status = read_home(file, path, &home);
    if (file)
        fclose(file);
    if (status == QI_OK && !(conf->home = whole(home, folder)))
        status = no_memory();
    free(home);
    return status;
}

int qip_conf_read(qip_conf *conf)
{
    char *folder = qip_loaded_folder((const void *)&qip_conf_read);

    memset(conf, 0, sizeof *conf);
    if (!folder) /* nobody can tell where that is, so nothing is beside it */
        return QI_OK;
    const int status = read_from(conf, folder);
    free(folder);
    return status;
}

void qip_conf_free(qip_conf *conf)
{
    free(conf->file);
    free(conf->home);
    memset(conf, 0, sizeof *conf);
}
