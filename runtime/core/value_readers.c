/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading values: the ones inside of a list or map, and what a value holds, with a failure that says what it is instead.
 */
#include <inttypes.h>
#include <string.h>

#include <qi/value.h>

#include "core/opaque.h"
#include "core/status.h"

/* -- inside of others -------------------------------------------------------------------------------- */

const qi_value *qi_value_find(const qi_value *map, const qi_value *key)
{
    if (!map || !key || map->kind != QI_KIND_MAP || !qip_value_is_whole(map))
        return NULL;
    for (size_t i = 0; i < map->as.map.count; i++) {
        const qi_entry *entry = &map->as.map.entries[i];
        if (qi_value_equal(&entry->key, key))
            return &entry->value;
    }
    return NULL;
}

const qi_value *qi_value_get_n(const qi_value *map, const char *key, size_t size)
{
    const qi_value text = qi_text_n(key, size);

    return qi_value_find(map, &text);
}

const qi_value *qi_value_get(const qi_value *map, const char *key)
{
    return key ? qi_value_get_n(map, key, strlen(key)) : NULL;
}

const qi_value *qi_value_at(const qi_value *list, size_t index)
{
    if (!list || (list->kind != QI_KIND_LIST && list->kind != QI_KIND_TUPLE) ||
        index >= list->as.list.count || !qip_value_is_whole(list))
        return NULL;
    return &list->as.list.items[index];
}

/* -- what it holds ------------------------------------------------------------------------------------ */

/* "'text' (text)", of which the description is cut. */
static int fail_type(const qi_value *value, const char *wanted)
{
    char text[80];

    if (qi_value_describe(value, text, sizeof text) >= sizeof text)
        memcpy(text + sizeof text - 4, "...", 4);
    return qip_fail(QI_ERR_TYPE, "%s was expected, but the value is %s, of the kind %s", wanted,
                    text, qi_kind_name(value->kind));
}

static int fail_range(const qi_value *value, const char *wanted)
{
    char text[80];

    qi_value_describe(value, text, sizeof text);
    return qip_fail(QI_ERR_RANGE, "the value is %s, which is no %s", text, wanted);
}

/* QI_OK where there is a value, and somewhere to put what it holds. */
static int check(const qi_value *value, bool has_place, const char *wanted)
{
    if (!value)
        return qip_fail(
            QI_ERR_NOT_FOUND,
            "%s was expected, but there is no value, as of a key or an index that is not there",
            wanted);
    return has_place
               ? QI_OK
               : qip_fail(QI_ERR_ARGUMENT, "`out` is NULL; there is nowhere to put %s", wanted);
}

/* An int of Python's with more than 64 bits, which stays an object. */
static bool is_longer_int(const qi_value *value)
{
    char type[8];

    if (value->kind != QI_KIND_PYTHON || !value->as.python)
        return false;
    qip_opaque_port.type_name(value->as.python, type, sizeof type);
    return strcmp(type, "int") == 0;
}

int qi_value_to_bool(const qi_value *value, bool *out)
{
    static const char wanted[] = "a bool";
    int status = check(value, out, wanted);

    if (status < 0)
        return status;
    if (value->kind != QI_KIND_BOOL)
        return fail_type(value, wanted);
    *out = value->as.boolean;
    return QI_OK;
}

int qi_value_to_int(const qi_value *value, int64_t *out)
{
    static const char wanted[] = "an int";
    int status = check(value, out, wanted);

    if (status < 0)
        return status;
    if (value->kind == QI_KIND_UINT || is_longer_int(value))
        return fail_range(value, "int of 64 bits with a sign");
    if (value->kind != QI_KIND_INT)
        return fail_type(value, wanted);
    *out = value->as.integer;
    return QI_OK;
}

int qi_value_to_uint(const qi_value *value, uint64_t *out)
{
    static const char wanted[] = "an int";
    int status = check(value, out, wanted);

    if (status < 0)
        return status;
    if (is_longer_int(value) || (value->kind == QI_KIND_INT && value->as.integer < 0))
        return fail_range(value, "int of 64 bits without a sign");
    if (value->kind != QI_KIND_INT && value->kind != QI_KIND_UINT)
        return fail_type(value, wanted);
    *out = value->kind == QI_KIND_INT ? (uint64_t)value->as.integer : value->as.natural;
    return QI_OK;
}

/* A double has 53 binary digits: an int of more is only exact where the last of them are zero. */
static bool is_exact(uint64_t magnitude)
{
    while (magnitude > (uint64_t)1 << 53 && !(magnitude & 1))
        magnitude >>= 1;
    return magnitude <= (uint64_t)1 << 53;
}

int qi_value_to_real(const qi_value *value, double *out)
{
    static const char wanted[] = "a real number";
    static const char lossless[] = "number that a double holds exactly";
    int status = check(value, out, wanted);

    if (status < 0)
        return status;
    switch (value->kind) {
    case QI_KIND_REAL:
        *out = value->as.real;
        return QI_OK;
    case QI_KIND_INT:
        if (!is_exact(value->as.integer < 0 ? 0 - (uint64_t)value->as.integer
                                            : (uint64_t)value->as.integer))
            return fail_range(value, lossless);
        *out = (double)value->as.integer;
        return QI_OK;
    case QI_KIND_UINT:
        if (!is_exact(value->as.natural))
            return fail_range(value, lossless);
        *out = (double)value->as.natural;
        return QI_OK;
    default:
        return is_longer_int(value) ? fail_range(value, lossless) : fail_type(value, wanted);
    }
}

int qi_value_to_text(const qi_value *value, const char **data, size_t *size)
{
    static const char wanted[] = "a text";
    int status = check(value, true, wanted);

    if (status < 0)
        return status;
    if (value->kind != QI_KIND_TEXT)
        return fail_type(value, wanted);
    if (!qip_value_is_whole(value))
        return qip_fail(QI_ERR_ARGUMENT, "a text value of %zu bytes points at NULL",
                        value->as.text.size);
    const char *text = value->as.text.data ? value->as.text.data : "";
    if (!size && value->as.text.size && memchr(text, '\0', value->as.text.size))
        return qip_fail(
            QI_ERR_ENCODING,
            "the text has a NUL inside, where a C string would be cut; ask for its size");
    if (data)
        *data = text;
    if (size)
        *size = value->as.text.size;
    return QI_OK;
}

int qi_value_to_bytes(const qi_value *value, const void **data, size_t *size)
{
    static const char wanted[] = "bytes";
    int status = check(value, data && size, wanted);

    if (status < 0)
        return status;
    if (value->kind != QI_KIND_BYTES)
        return fail_type(value, wanted);
    if (!qip_value_is_whole(value))
        return qip_fail(QI_ERR_ARGUMENT, "a bytes value of %zu bytes points at NULL",
                        value->as.text.size);
    *data = value->as.text.data ? value->as.text.data : "";
    *size = value->as.text.size;
    return QI_OK;
}
