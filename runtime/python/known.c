/* SPDX-License-Identifier: BSD-3-Clause */
/* Which Python libqi runs in; see known.h. */
#include "python/known.h"

#include <Python.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/compat.h"

#define NEWEST ((3UL << 8) + QIP_NEWEST_PYTHON_MINOR)
#define REMEDY "set QI_UNTESTED_PYTHON=1 in the environment to try it all the same"

bool qip_known_python(unsigned long version, const char *build, char *text)
{
    unsigned long release = version >> 16; /* major and minor, a byte each */

    if (release > NEWEST) {
        snprintf(text, QIP_KNOWN_TEXT,
                 "Python %lu.%lu is newer than 3.%d, the newest that this libqi knows; " REMEDY,
                 release >> 8, release & 0xff, QIP_NEWEST_PYTHON_MINOR);
        return false;
    }
    if (strstr(build, "free-threading build")) {
        snprintf(
            text, QIP_KNOWN_TEXT,
            "this Python %lu.%lu is a free-threaded build, and libqi relies on the GIL; use the "
            "ordinary build, or " REMEDY,
            release >> 8, release & 0xff);
        return false;
    }
    return true;
}

static bool is_asked_for(void)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): read once, before there is a thread of ours that could change it. */
    const char *value = getenv("QI_UNTESTED_PYTHON");

    return value && *value && strcmp(value, "0") != 0;
}

bool qip_known_is_fit(char *text)
{
    return qip_known_python(Py_Version, Py_GetVersion(), text) || is_asked_for();
}
