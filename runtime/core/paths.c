/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/paths.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/status.h"

/* As QCoreApplication::applicationDirPath(), but before there is an application. */
static int find_program_folder(char folder[PATH_MAX], const char *what)
{
    ssize_t length = readlink("/proc/self/exe", folder, PATH_MAX - 1);

    if (length <= 0)
        return qip_fail(QI_ERR_STATE,
                        "%s is relative, and where the program is cannot be told (/proc/self/exe: "
                        "%s): give the whole path",
                        what, strerror(errno));
    folder[length] = '\0';
    *strrchr(folder, '/') = '\0';
    return QI_OK;
}

static int check_texts(const char *const *paths, size_t count, const char *what)
{
    if (count && !paths)
        return qip_fail(QI_ERR_ARGUMENT, "%s is NULL although its count is %zu", what, count);
    for (size_t i = 0; i < count; i++) {
        int status = qip_check_text(paths[i], what);
        if (status != QI_OK)
            return status;
        if (!*paths[i])
            return qip_fail(QI_ERR_ARGUMENT,
                            "%s is empty, which would be the folder in which the program was "
                            "started; the program's own is \".\"",
                            what);
    }
    return QI_OK;
}

/* Bytes that the whole path takes, with its end. */
static size_t size_of(const char *folder, const char *path)
{
    return (*path == '/' ? 0 : strlen(folder) + 1) + strlen(path) + 1;
}

/* Returns the place behind it. */
static char *put(char *place, const char *folder, const char *path)
{
    if (*path != '/')
        place = stpcpy(stpcpy(place, folder), "/");
    return stpcpy(place, path) + 1;
}

int qip_paths_whole(const char *const *paths, size_t count, const char *what, const char *const **out)
{
    char folder[PATH_MAX] = "";
    size_t size = count * sizeof *paths;
    int status = check_texts(paths, count, what);

    *out = NULL;
    for (size_t i = 0; status == QI_OK && !*folder && i < count; i++)
        if (*paths[i] != '/')
            status = find_program_folder(folder, what);
    if (status != QI_OK || !count)
        return status;
    for (size_t i = 0; i < count; i++)
        size += size_of(folder, paths[i]);
    char **list = malloc(size);
    if (!list)
        return qip_fail(QI_ERR_MEMORY, "out of memory for %s", what);
    char *place = (char *)(list + count);
    for (size_t i = 0; i < count; i++) {
        list[i] = place;
        place = put(place, folder, paths[i]);
    }
    *out = (const char *const *)list;
    return QI_OK;
}

int qip_path_whole(const char *path, const char *what, char **out)
{
    const char *const *list = NULL;
    int status = path ? qip_paths_whole(&path, 1, what, &list) : QI_OK;

    *out = list ? strdup(*list) : NULL;
    free((void *)list);
    if (status == QI_OK && path && !*out)
        return qip_fail(QI_ERR_MEMORY, "out of memory for %s", what);
    return status;
}
