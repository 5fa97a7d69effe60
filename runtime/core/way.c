/* SPDX-License-Identifier: BSD-3-Clause */
/* See way.h. */
#include "core/way.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MOST_LINKS = 40, /* as the kernel has it */
};

/* In a sticky folder, as /tmp, nobody moves what is another's. */
static bool is_open(const struct stat *facts)
{
    const bool is_strange = facts->st_uid != 0 && facts->st_uid != geteuid();
    const bool is_sticky = S_ISDIR(facts->st_mode) && (facts->st_mode & S_ISVTX);
    const bool is_written = facts->st_mode & (S_IWGRP | S_IWOTH);

    return is_strange || (is_written && !is_sticky && !S_ISLNK(facts->st_mode));
}

/* Where one goes on behind a symlink: its target, and what was left of the path. False: it is too long, or cannot be read. */
static bool follow(const char *link, const char *rest, char left[PATH_MAX])
{
    char target[PATH_MAX], kept[PATH_MAX];
    const ssize_t size = readlink(link, target, sizeof target - 1);
    const size_t more = strlen(rest);

    if (size <= 0 || (size_t)size + more + 2 > PATH_MAX)
        return false;
    memcpy(kept, rest, more + 1);
    target[size] = '\0';
    stpcpy(stpcpy(stpcpy(left, target), "/"), kept);
    return true;
}

static void go_up(char *at)
{
    char *slash = strrchr(at, '/');

    *(slash && slash != at ? slash : at + 1) = '\0';
}

/* Goes from `at` to what `left` names. `at` is then the place that is open, or "". */
static void walk(char at[PATH_MAX], char left[PATH_MAX])
{
    char here[PATH_MAX], *name = left;
    struct stat facts;

    for (int links = 0;;) {
        if (lstat(at, &facts) == 0 && is_open(&facts))
            return;
        name += strspn(name, "/");
        const size_t size = strcspn(name, "/");
        if (!size)
            break;
        if (size == 1 && *name == '.') {
            name += size;
            continue;
        }
        if (size == 2 && name[0] == '.' && name[1] == '.') {
            go_up(at);
            name += size;
            continue;
        }
        if (strlen(at) + size + 2 > PATH_MAX)
            break;
        char *end = stpcpy(here, strcmp(at, "/") == 0 ? "" : at);
        *end = '/';
        memcpy(end + 1, name, size);
        end[size + 1] = '\0';
        name += size;
        if (lstat(here, &facts) < 0)
            break; /* there is nothing, as whoever needs it will find out */
        if (!S_ISLNK(facts.st_mode)) {
            strcpy(at, here);
            continue;
        }
        if (is_open(&facts)) {
            strcpy(at, here);
            return;
        }
        if (++links > MOST_LINKS || !follow(here, name, left))
            break;
        name = left;
        if (*left == '/')
            strcpy(at, "/");
    }
    *at = '\0';
}

char *qip_way_open(const char *path)
{
    char at[PATH_MAX] = "/", left[PATH_MAX];

    if (*path != '/') {
        char current[PATH_MAX];
        if (!getcwd(current, sizeof current) || strlen(current) + strlen(path) + 2 > PATH_MAX)
            return NULL;
        stpcpy(stpcpy(stpcpy(left, current), "/"), path);
    } else if (strlen(path) < PATH_MAX) {
        strcpy(left, path);
    } else {
        return NULL;
    }
    walk(at, left);
    return *at ? strdup(at) : NULL;
}
