/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading and writing structures of other versions. Knows neither Python nor Qt. */
#include "core/sized.h"

#include <string.h>

#include "core/status.h"

/* No version ever grows by so much: what claims to was not filled at all, and is not to be looked through. */
enum { MOST_UNKNOWN = 4096 };

static size_t size_of(const void *structure)
{
    size_t size;

    memcpy(&size, structure, sizeof size);
    return size;
}

static int check_size(const void *structure, size_t known, const char *name)
{
    const size_t size = size_of(structure);

    if (size >= sizeof size && size <= known + MOST_UNKNOWN)
        return QI_OK;
    return qip_fail(
        QI_ERR_ABI,
        "the size of this %s is %zu, and %zu in this library: it was not filled by %s_init()", name,
        size, known, name);
}

int qip_sized_read(void *into, size_t known, const void *from, const char *name)
{
    const char *bytes = from;
    int status = check_size(from, known, name);

    if (status != QI_OK)
        return status;
    const size_t size = size_of(from), common = size < known ? size : known;
    for (size_t at = known; at < size; at++) {
        if (bytes[at])
            return qip_fail(QI_ERR_ABI,
                            "this %s sets something at its offset %zu, and this library knows its "
                            "first %zu bytes: "
                            "the program was compiled with the headers of a newer libqi "
                            "than " QI_VERSION_STRING,
                            name, at, known);
    }
    memset(into, 0, known);
    memcpy(into, from, common);
    memcpy(into, &known, sizeof known);
    return QI_OK;
}

int qip_sized_write(void *to, const void *from, size_t known, const char *name)
{
    int status = check_size(to, known, name);

    if (status != QI_OK)
        return status;
    const size_t size = size_of(to), common = size < known ? size : known;
    memcpy((char *)to + sizeof size, (const char *)from + sizeof size, common - sizeof size);
    return QI_OK;
}
