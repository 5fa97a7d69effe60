/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi_value_describe(): a value as Python's repr() would show it, into a buffer of fixed size, without
 * memory of its own. Knows neither Python nor Qt.
 */
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <qi/value.h>

#include "core/opaque.h"
#include "core/status.h"

/* Where the text goes. What does not fit is only counted. */
typedef struct writer {
    char *buffer;
    size_t room; /* without the NUL */
    size_t kept;
    size_t length;
    bool full; /* once a piece did not fit, no later one is written, however short */
} writer;

/* A piece is a whole character at least, so that a text is only ever cut at a character's border. */
static void put(writer *out, const char *piece, size_t size)
{
    out->length += size;
    if (out->full || size > out->room - out->kept) {
        out->full = true;
        return;
    }
    memcpy(out->buffer + out->kept, piece, size);
    out->kept += size;
}

static void put_ascii(writer *out, const char *text)
{
    for (; *text; text++)
        put(out, text, 1);
}

static void put_format(writer *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put_format(writer *out, const char *format, ...)
{
    char text[64];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put_ascii(out, text);
}

/* The shortest decimal that reads back as the same double, in repr()'s notation. */
static void write_real(char *text, size_t size, double real)
{
    int digits = 1;

    do
        snprintf(text, size, "%.*e", digits - 1, real);
    while (strtod(text, NULL) != real && ++digits <= 17);
    const int exponent = atoi(strchr(text, 'e') + 1);
    if (exponent < -4 || exponent >= 16)
        return;
    const int decimals = digits - 1 - exponent;
    snprintf(text, size, "%.*f", decimals > 0 ? decimals : 1, real);
}

static pthread_once_t plain_once = PTHREAD_ONCE_INIT;
static locale_t plain_locale; /* in which the decimal point is a point; 0: no memory */

static void make_plain_locale(void)
{
    plain_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* Qt has the process take the user's locale, where that may be a comma. */
static void put_real(writer *out, double real)
{
    char text[40];

    if (isnan(real) || isinf(real)) {
        put_ascii(out, isnan(real) ? "nan" : real < 0 ? "-inf" : "inf");
        return;
    }
    pthread_once(&plain_once, make_plain_locale);
    const locale_t before = plain_locale ? uselocale(plain_locale) : (locale_t)0;
    write_real(text, sizeof text, real);
    if (before)
        (void)uselocale(before);
    put_ascii(out, text);
}

static size_t character_size(unsigned char first)
{
    return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

static char quote_for(const char *data, size_t size)
{
    bool single = size && memchr(data, '\'', size), twofold = size && memchr(data, '"', size);
    return single && !twofold ? '"' : '\'';
}

/* True if the byte was one that needs an escape, which was written. */
static bool put_escape(writer *out, unsigned char byte, char quote)
{
    switch (byte) {
    case '\n':
        put(out, "\\n", 2);
        return true;
    case '\r':
        put(out, "\\r", 2);
        return true;
    case '\t':
        put(out, "\\t", 2);
        return true;
    case '\\':
        put(out, "\\\\", 2);
        return true;
    }
    if (byte == (unsigned char)quote) {
        put(out, quote == '"' ? "\\\"" : "\\'", 2);
        return true;
    }
    if (byte < 0x20 || byte == 0x7F) {
        char text[5];
        snprintf(text, sizeof text, "\\x%02x", byte);
        put(out, text, 4);
        return true;
    }
    return false;
}

static void put_text(writer *out, const char *data, size_t size)
{
    char quote = quote_for(data, size);

    put(out, &quote, 1);
    for (size_t i = 0; i < size;) {
        unsigned char first = (unsigned char)data[i];
        size_t width = character_size(first);
        if (width > 1 && (width > size - i || qip_utf8_valid(data + i, width) != width)) {
            /* A borrowing value may hold anything; what is no UTF-8 is shown as bytes are. */
            char text[5];
            snprintf(text, sizeof text, "\\x%02x", first);
            put(out, text, 4);
            i++;
            continue;
        }
        if (width > 1 || !put_escape(out, first, quote))
            put(out, data + i, width);
        i += width;
    }
    put(out, &quote, 1);
}

static void put_bytes(writer *out, const char *data, size_t size)
{
    char quote = quote_for(data, size);

    put(out, "b", 1);
    put(out, &quote, 1);
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)data[i];
        if (byte >= 0x80) {
            char text[5];
            snprintf(text, sizeof text, "\\x%02x", byte);
            put(out, text, 4);
        } else if (!put_escape(out, byte, quote)) {
            put(out, data + i, 1);
        }
    }
    put(out, &quote, 1);
}

static void put_value(writer *out, const qi_value *value, int depth);

static void put_items(writer *out, const qi_value *value, int depth)
{
    for (size_t i = 0; value->as.list.items && i < value->as.list.count; i++) {
        if (i)
            put_ascii(out, ", ");
        put_value(out, &value->as.list.items[i], depth);
    }
}

static void put_list(writer *out, const qi_value *value, int depth)
{
    put(out, "[", 1);
    put_items(out, value, depth);
    put(out, "]", 1);
}

static void put_tuple(writer *out, const qi_value *value, int depth)
{
    put(out, "(", 1);
    put_items(out, value, depth);
    put_ascii(out, value->as.list.count == 1 ? ",)" : ")");
}

static void put_map(writer *out, const qi_value *value, int depth)
{
    put(out, "{", 1);
    for (size_t i = 0; value->as.map.entries && i < value->as.map.count; i++) {
        if (i)
            put_ascii(out, ", ");
        put_value(out, &value->as.map.entries[i].key, depth);
        put_ascii(out, ": ");
        put_value(out, &value->as.map.entries[i].value, depth);
    }
    put(out, "}", 1);
}

/* As object.__repr__() has it: what the object itself would say is code of its own. */
static void put_python(writer *out, void *object)
{
    char type[64];

    qip_opaque_port.type_name(object, type, sizeof type);
    put_format(out, "<%s object at %p>", type, object);
}

static void put_value(writer *out, const qi_value *value, int depth)
{
    if (depth > QIP_VALUE_DEPTH_LIMIT) {
        put_ascii(out, "...");
        return;
    }
    switch (value->kind) {
    case QI_KIND_NONE:
        put_ascii(out, "None");
        return;
    case QI_KIND_BOOL:
        put_ascii(out, value->as.boolean ? "True" : "False");
        return;
    case QI_KIND_INT:
        put_format(out, "%" PRId64, value->as.integer);
        return;
    case QI_KIND_UINT:
        put_format(out, "%" PRIu64, value->as.natural);
        return;
    case QI_KIND_REAL:
        put_real(out, value->as.real);
        return;
    case QI_KIND_TEXT:
        put_text(out, value->as.text.data, value->as.text.data ? value->as.text.size : 0);
        return;
    case QI_KIND_BYTES:
        put_bytes(out, value->as.text.data, value->as.text.data ? value->as.text.size : 0);
        return;
    case QI_KIND_LIST:
        put_list(out, value, depth + 1);
        return;
    case QI_KIND_TUPLE:
        put_tuple(out, value, depth + 1);
        return;
    case QI_KIND_MAP:
        put_map(out, value, depth + 1);
        return;
    case QI_KIND_OBJECT:
        put_format(out, qi_value_object(value) ? "<QObject at %p>" : "<QObject, destroyed, at %p>",
                   (void *)value->as.object.pointer);
        return;
    case QI_KIND_PYTHON:
        put_python(out, value->as.python);
        return;
    case QI_KIND_BUFFER:
        put_format(out, "<buffer at %p>", (void *)value->as.buffer);
        return;
    }
    put_format(out, "<unknown kind %d>", (int)value->kind);
}

size_t qi_value_describe(const qi_value *value, char *buffer, size_t size)
{
    writer out = {.buffer = buffer, .room = buffer && size ? size - 1 : 0};
    qi_value none = qi_none();

    put_value(&out, value ? value : &none, 0);
    if (buffer && size)
        buffer[out.kept] = '\0';
    return out.length;
}
