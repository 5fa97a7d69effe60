/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the dynamic loader knows of this process. A process may hold two copies of a library, each with its
 * own state, and nothing but their addresses tells which one a piece of code uses.
 *
 * A path only names what is loaded already; nothing here loads anything.
 */
#define _GNU_SOURCE
#include "core/loaded.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct paths {
    char **items;
    size_t count;
} paths;

static void add(paths *found, const char *path)
{
    if (found->count && strcmp(found->items[found->count - 1], path) == 0)
        return; /* one more segment of the same file */
    char **grown = realloc(found->items, (found->count + 1) * sizeof *grown);
    if (!grown)
        return;
    found->items = grown;
    found->items[found->count] = strdup(path);
    found->count += found->items[found->count] != NULL;
}

/* The files with that beginning that are mapped; a line of the table ends with the path. */
static paths mapped(const char *prefix)
{
    FILE *table = fopen("/proc/self/maps", "re");
    paths found = {NULL, 0};
    char *line = NULL;
    size_t room = 0;

    while (table && getline(&line, &room, table) > 0) {
        char *path = strchr(line, '/');
        if (!path)
            continue;
        path[strcspn(path, "\n")] = '\0';
        if (strncmp(strrchr(path, '/') + 1, prefix, strlen(prefix)) == 0)
            add(&found, path);
    }
    free(line);
    if (table)
        fclose(table);
    return found;
}

/* The path of the file that is mapped there; owned, or NULL. */
static char *mapped_at(const void *address)
{
    FILE *table = fopen("/proc/self/maps", "re");
    char *line = NULL, *found = NULL;
    size_t room = 0;

    while (table && !found && getline(&line, &room, table) > 0) {
        char *path = strchr(line, '/');
        uintptr_t begin, end;
        if (!path || sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &begin, &end) != 2 ||
            (uintptr_t)address < begin || (uintptr_t)address >= end)
            continue;
        path[strcspn(path, "\n")] = '\0';
        found = strdup(path);
    }
    free(line);
    if (table)
        fclose(table);
    return found;
}

/* Names may go through links; two that lead to the same file are the same. */
static bool is_same_file(const char *one, const char *other)
{
    char first[PATH_MAX], second[PATH_MAX];

    if (strcmp(one, other) == 0)
        return true;
    return realpath(one, first) && realpath(other, second) && strcmp(first, second) == 0;
}

static bool defines(const char *path, const char *symbol)
{
    void *address;
    char *provider = qip_loaded_provider(path, symbol, &address);
    bool itself = provider && is_same_file(provider, path);

    free(provider);
    return itself;
}

char *qip_loaded_find(const char *prefix, const char *symbol, const char *except)
{
    paths found = mapped(prefix);
    char *result = NULL;

    for (size_t i = 0; i < found.count; i++) {
        if (!result && !(except && is_same_file(found.items[i], except)) &&
            defines(found.items[i], symbol))
            result = found.items[i];
        else
            free(found.items[i]);
    }
    free(found.items);
    return result;
}

char *qip_loaded_provider(const char *path, const char *symbol, void **address)
{
    void *object = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);

    *address = object ? dlsym(object, symbol) : NULL;
    if (object)
        dlclose(object); /* gives back the reference only: it stays loaded */
    return *address ? qip_loaded_at(*address) : NULL;
}

char *qip_loaded_at(const void *address)
{
    Dl_info info;

    if (!dladdr(address, &info) || !info.dli_fname)
        return NULL;
    char *path = realpath(info.dli_fname, NULL);
    return path ? path : strdup(info.dli_fname);
}

void qip_loaded_show(const void *address)
{
    Dl_info info;

    if (dladdr(address, &info) && info.dli_fname)
        (void)dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_GLOBAL); /* NULL for a program */
}

/* The loader's own names may be relative to a folder that was the current one, and that of a program is what its caller
 * says. Where /proc is not mounted, an absolute one of a library is what is left. */
char *qip_loaded_folder(const void *address)
{
    char *path = mapped_at(address);
    Dl_info info;
    struct link_map *object = NULL;

    if (!path && dladdr1(address, &info, (void **)&object, RTLD_DL_LINKMAP) &&
        object->l_name[0] == '/')
        path = realpath(object->l_name, NULL);
    if (path) {
        char *slash = strrchr(path, '/');
        slash[slash == path] = '\0'; /* that of the root stays */
    }
    return path;
}
