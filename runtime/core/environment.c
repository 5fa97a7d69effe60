/* SPDX-License-Identifier: BSD-3-Clause */
/* See environment.h. */
#include "core/environment.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/status.h"

static const char places[] = "PYTHONPATH";

char *qip_environment_kept(const char *list)
{
    char *kept = malloc(strlen(list) + 1), *end = kept;

    if (!kept)
        return NULL;
    while (*list) {
        const size_t length = strcspn(list, ":");
        if (length && end != kept)
            *end++ = ':';
        memcpy(end, list, length);
        end += length;
        list += length + (list[length] == ':');
    }
    *end = '\0';
    return kept;
}

/* NOLINTNEXTLINE(concurrency-mt-unsafe): as Python itself reads it */
bool qip_environment_knows_home(void)
{
    const char *home = getenv("HOME");
    struct passwd entry, *found = NULL;
    char texts[16384];

    if (home)
        return *home == '/';
    return getpwuid_r(getuid(), &entry, texts, sizeof texts, &found) == 0 && found &&
           found->pw_dir && *found->pw_dir == '/';
}

/* Other threads of the host may read the environment, which is written to only where something has to change. */
/* NOLINTBEGIN(concurrency-mt-unsafe): it is called once, before Python starts, which reads the environment as well. */
int qip_environment_forget_empty_places(void)
{
    const char *is = getenv(places);
    if (!is)
        return QI_OK;
    char *kept = qip_environment_kept(is);
    if (!kept)
        return QI_ERR_MEMORY;
    int failed = 0;
    if (!*kept)
        failed = unsetenv(places);
    else if (strcmp(kept, is) != 0)
        failed = setenv(places, kept, 1);
    free(kept);
    return failed ? QI_ERR_MEMORY : QI_OK;
}
/* NOLINTEND(concurrency-mt-unsafe) */
