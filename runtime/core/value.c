/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi_value: copying, clearing and comparing.
 *
 * Objects of Python are held and dropped, and QObjects are watched, through the ports of opaque.h.
 *
 * Invariant: a value with FLAG_OWNING, a root, owns all that it points at, and what its items and entries point at.
 * These have no flag themselves, so that a copy of one that somebody clears leaves the root whole. Whatever fails
 * half-way is released before the failure is returned, so no value that anybody else sees is half owned.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <qi/value.h>

#include "core/buffer.h"
#include "core/opaque.h"
#include "core/status.h"

enum { FLAG_OWNING = 1 };

qip_opaque_functions qip_opaque_port;
qip_guard_functions qip_guard_port;

/* -- copying ------------------------------------------------------------------------------------- */

static int copy(qi_value *out, const qi_value *value, int depth);

static int fail_memory(void)
{
    return qip_fail(QI_ERR_MEMORY, "there is no memory to copy a value");
}

static int copy_text(qi_value *out, const qi_value *value)
{
    const char *data = value->as.text.data;
    size_t size = value->as.text.size;

    if (!data && size)
        return qip_fail(QI_ERR_ARGUMENT, "a %s value of %zu bytes points at NULL",
                        qi_kind_name(value->kind), size);
    if (value->kind == QI_KIND_TEXT) {
        size_t valid = qip_utf8_valid(data ? data : "", size);
        if (valid != size)
            return qip_fail(QI_ERR_ENCODING, "a text value is not valid UTF-8 at byte %zu", valid);
    }
    if (size == SIZE_MAX)
        return fail_memory();
    char *own = malloc(size + 1);
    if (!own)
        return fail_memory();
    if (size)
        memcpy(own, data, size);
    own[size] = '\0';
    out->as.text.data = own;
    out->as.text.size = size;
    return QI_OK;
}

static int copy_list(qi_value *out, const qi_value *value, int depth)
{
    size_t count = value->as.list.count;

    if (!count)
        return QI_OK;
    if (!value->as.list.items)
        return qip_fail(QI_ERR_ARGUMENT, "a %s of %zu items points at NULL",
                        qi_kind_name(value->kind), count);
    qi_value *items = calloc(count, sizeof *items);
    if (!items)
        return fail_memory();
    out->as.list.items = items;
    /* The count grows with the items that are whole, so that clearing stops in time. */
    for (size_t i = 0; i < count; i++) {
        int status = copy(&items[i], &value->as.list.items[i], depth);
        if (status != QI_OK)
            return status;
        out->as.list.count = i + 1;
    }
    return QI_OK;
}

static int copy_map(qi_value *out, const qi_value *value, int depth)
{
    size_t count = value->as.map.count;

    if (!count)
        return QI_OK;
    if (!value->as.map.entries)
        return qip_fail(QI_ERR_ARGUMENT, "a map of %zu entries points at NULL", count);
    qi_entry *entries = calloc(count, sizeof *entries);
    if (!entries)
        return fail_memory();
    out->as.map.entries = entries;
    for (size_t i = 0; i < count; i++) {
        int status = copy(&entries[i].key, &value->as.map.entries[i].key, depth);
        if (status != QI_OK)
            return status;
        out->as.map.count = i + 1;
        status = copy(&entries[i].value, &value->as.map.entries[i].value, depth);
        if (status != QI_OK)
            return status;
    }
    return QI_OK;
}

static int copy_object(qi_value *out, const qi_value *value)
{
    void *guard = value->as.object.guard;

    if (!guard && !value->as.object.pointer)
        return qip_fail(QI_ERR_ARGUMENT, "an object value points at NULL");
    out->as.object.pointer = value->as.object.pointer;
    out->as.object.guard = guard ? qip_guard_port.retain(guard)
                                 : qip_guard_port.make(value->as.object.pointer);
    return out->as.object.guard ? QI_OK : fail_memory();
}

static int copy_python(qi_value *out, const qi_value *value)
{
    if (!value->as.python)
        return qip_fail(QI_ERR_ARGUMENT, "a Python value points at NULL");
    if (!qip_opaque_port.hold(value->as.python))
        return qip_fail(QI_ERR_NOT_RUNNING,
                        "the interpreter has ended, and with it the Python object of a value");
    out->as.python = value->as.python;
    return QI_OK;
}

static int copy_buffer(qi_value *out, const qi_value *value)
{
    int status = qip_buffer_take(value->as.buffer);

    if (status == QI_OK)
        out->as.buffer = value->as.buffer;
    return status;
}

static int copy_content(qi_value *out, const qi_value *value, int depth)
{
    switch (value->kind) {
    case QI_KIND_NONE:
        return QI_OK;
    case QI_KIND_BOOL:
        out->as.boolean = value->as.boolean;
        return QI_OK;
    case QI_KIND_INT:
        out->as.integer = value->as.integer;
        return QI_OK;
    case QI_KIND_UINT:
        out->as.natural = value->as.natural;
        return QI_OK;
    case QI_KIND_REAL:
        out->as.real = value->as.real;
        return QI_OK;
    case QI_KIND_TEXT:
    case QI_KIND_BYTES:
        return copy_text(out, value);
    case QI_KIND_LIST:
    case QI_KIND_TUPLE:
        return copy_list(out, value, depth + 1);
    case QI_KIND_MAP:
        return copy_map(out, value, depth + 1);
    case QI_KIND_OBJECT:
        return copy_object(out, value);
    case QI_KIND_PYTHON:
        return copy_python(out, value);
    case QI_KIND_BUFFER:
        return copy_buffer(out, value);
    }
    return qip_fail(QI_ERR_TYPE, "a value is of the kind %d (%s), which this library does not make",
                    value->kind, qi_kind_name(value->kind));
}

static int copy(qi_value *out, const qi_value *value, int depth)
{
    *out = qi_none();
    if (depth > QIP_VALUE_DEPTH_LIMIT)
        return qip_fail(QI_ERR_TYPE, "a value nests deeper than %d levels", QIP_VALUE_DEPTH_LIMIT);
    out->kind = value->kind;
    int status = copy_content(out, value, depth);
    if (status != QI_OK) {
        /* A guard or an object that was not taken is NULL here, which releasing passes over. */
        qip_value_release(out);
    }
    return status;
}

int qi_value_copy(qi_value *out, const qi_value *value)
{
    qi_value result;

    if (!out || !value)
        return qip_fail(QI_ERR_ARGUMENT, "qi_value_copy() needs a value and a place for the copy");
    int status = copy(&result, value, 0);
    if (status == QI_OK) {
        *out = result;
        qip_value_make_root(out);
    }
    return status;
}

static void release_content(const qi_value *value)
{
    switch (value->kind) {
    case QI_KIND_TEXT:
    case QI_KIND_BYTES:
        free((char *)value->as.text.data);
        break;
    case QI_KIND_LIST:
    case QI_KIND_TUPLE:
        for (size_t i = 0; i < value->as.list.count; i++)
            release_content(&value->as.list.items[i]);
        free((qi_value *)value->as.list.items);
        break;
    case QI_KIND_MAP:
        for (size_t i = 0; i < value->as.map.count; i++) {
            release_content(&value->as.map.entries[i].key);
            release_content(&value->as.map.entries[i].value);
        }
        free((qi_entry *)value->as.map.entries);
        break;
    case QI_KIND_OBJECT:
        qip_guard_port.free(value->as.object.guard);
        break;
    case QI_KIND_PYTHON:
        if (value->as.python)
            qip_opaque_port.drop(value->as.python);
        break;
    case QI_KIND_BUFFER:
        qi_buffer_release(value->as.buffer);
        break;
    default:
        break;
    }
}

void qip_value_release(qi_value *value)
{
    qi_value released = qi_value_take(value);

    release_content(&released);
}

void qi_value_clear(qi_value *value)
{
    if (value && value->flags & FLAG_OWNING)
        qip_value_release(value);
    else if (value)
        *value = qi_none();
}

/* -- parts of owning values, for those who make them ------------------------------------------------ */

void qip_value_make_root(qi_value *part)
{
    part->flags = FLAG_OWNING;
}

void qip_value_lend(qi_value *root)
{
    root->flags = 0;
}

int qip_value_own(qi_value *result)
{
    qi_value copied;

    if (result->flags)
        return QI_OK;
    int status = qi_value_copy(&copied, result);
    *result = status == QI_OK ? copied : qi_none();
    return status;
}

int qip_value_part_copy(qi_value *out, const qi_value *value, int depth)
{
    return copy(out, value, depth);
}

int qip_value_part_text(qi_value *out, int kind, const char *data, size_t size)
{
    qi_value borrowed = kind == QI_KIND_TEXT ? qi_text_n(data, size) : qi_bytes(data, size);
    return copy(out, &borrowed, 0);
}

qi_value *qip_value_part_list(qi_value *out, int kind, size_t count)
{
    qi_value *items = calloc(count ? count : 1, sizeof *items);

    *out = qi_none();
    if (items) {
        *out = qi_list(items, count);
        out->kind = kind;
    }
    return items;
}

qi_entry *qip_value_part_map(qi_value *out, size_t count)
{
    qi_entry *entries = calloc(count ? count : 1, sizeof *entries);

    *out = qi_none();
    if (entries)
        *out = qi_map(entries, count);
    return entries;
}

void qip_value_part_python(qi_value *out, void *held)
{
    *out = qi_none();
    out->kind = QI_KIND_PYTHON;
    out->as.python = held;
}

/* -- reading --------------------------------------------------------------------------------------- */

bool qip_value_is_whole(const qi_value *value)
{
    switch (value->kind) {
    case QI_KIND_TEXT:
    case QI_KIND_BYTES:
        return value->as.text.data || !value->as.text.size;
    case QI_KIND_LIST:
    case QI_KIND_TUPLE:
        return value->as.list.items || !value->as.list.count;
    case QI_KIND_MAP:
        return value->as.map.entries || !value->as.map.count;
    case QI_KIND_PYTHON:
        return value->as.python;
    case QI_KIND_BUFFER:
        return value->as.buffer;
    default:
        return true;
    }
}

static bool equal(const qi_value *a, const qi_value *b, int depth);

static bool equal_text(const qi_value *a, const qi_value *b)
{
    size_t size = a->as.text.size;
    return size == b->as.text.size && (!size || memcmp(a->as.text.data, b->as.text.data, size) == 0);
}

static bool equal_list(const qi_value *a, const qi_value *b, int depth)
{
    if (a->as.list.count != b->as.list.count)
        return false;
    for (size_t i = 0; i < a->as.list.count; i++) {
        if (!equal(&a->as.list.items[i], &b->as.list.items[i], depth))
            return false;
    }
    return true;
}

static bool equal_map(const qi_value *a, const qi_value *b, int depth)
{
    if (a->as.map.count != b->as.map.count)
        return false;
    for (size_t i = 0; i < a->as.map.count; i++) {
        const qi_entry *left = &a->as.map.entries[i], *right = &b->as.map.entries[i];
        if (!equal(&left->key, &right->key, depth) || !equal(&left->value, &right->value, depth))
            return false;
    }
    return true;
}

static bool equal(const qi_value *a, const qi_value *b, int depth)
{
    if (a->kind != b->kind || depth > QIP_VALUE_DEPTH_LIMIT || !qip_value_is_whole(a) ||
        !qip_value_is_whole(b))
        return false;
    switch (a->kind) {
    case QI_KIND_NONE:
        return true;
    case QI_KIND_BOOL:
        return a->as.boolean == b->as.boolean;
    case QI_KIND_INT:
        return a->as.integer == b->as.integer;
    case QI_KIND_UINT:
        return a->as.natural == b->as.natural;
    case QI_KIND_REAL:
        return a->as.real == b->as.real;
    case QI_KIND_TEXT:
    case QI_KIND_BYTES:
        return equal_text(a, b);
    case QI_KIND_LIST:
    case QI_KIND_TUPLE:
        return equal_list(a, b, depth + 1);
    case QI_KIND_MAP:
        return equal_map(a, b, depth + 1);
    case QI_KIND_OBJECT:
        return a->as.object.pointer == b->as.object.pointer &&
               qi_value_object(a) == qi_value_object(b);
    case QI_KIND_PYTHON:
        return a->as.python == b->as.python;
    case QI_KIND_BUFFER:
        return a->as.buffer == b->as.buffer;
    }
    return false;
}

bool qi_value_equal(const qi_value *a, const qi_value *b)
{
    return a && b && equal(a, b, 0);
}

qi_object *qi_value_object(const qi_value *value)
{
    if (!value || value->kind != QI_KIND_OBJECT)
        return NULL;
    return value->as.object.guard ? qip_guard_port.object(value->as.object.guard)
                                  : value->as.object.pointer;
}

const char *qi_kind_name(int kind)
{
    static const char *const names[] = {
        [QI_KIND_NONE] = "none",   [QI_KIND_BOOL] = "bool",     [QI_KIND_INT] = "int",
        [QI_KIND_UINT] = "uint",   [QI_KIND_REAL] = "real",     [QI_KIND_TEXT] = "text",
        [QI_KIND_BYTES] = "bytes", [QI_KIND_LIST] = "list",     [QI_KIND_TUPLE] = "tuple",
        [QI_KIND_MAP] = "map",     [QI_KIND_OBJECT] = "object", [QI_KIND_PYTHON] = "python",
        [QI_KIND_SET] = "set",     [QI_KIND_BUFFER] = "buffer", [QI_KIND_CALLABLE] = "callable",
    };
    return (unsigned)kind < sizeof names / sizeof *names ? names[kind] : "unknown";
}
