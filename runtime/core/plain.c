/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = sizeof "\\u202e" };

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* The bounds are those of Unicode's table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF. */
size_t qip_utf8_step(const char *data, size_t left)
{
    const unsigned char *s = (const unsigned char *)data;
    unsigned char first = s[0];

    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return left >= 2 && is_continuation(s[1]) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        if (left < 3 || !is_continuation(s[1]) || !is_continuation(s[2]))
            return 0;
        if (first == 0xE0 && s[1] < 0xA0)
            return 0;
        return first == 0xED && s[1] > 0x9F ? 0 : 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        if (left < 4 || !is_continuation(s[1]) || !is_continuation(s[2]) || !is_continuation(s[3]))
            return 0;
        if (first == 0xF0 && s[1] < 0x90)
            return 0;
        return first == 0xF4 && s[1] > 0x8F ? 0 : 4;
    }
    return 0;
}

/* The number of a well-formed character of that many bytes. */
static unsigned number_of(const unsigned char *bytes, size_t size)
{
    unsigned number = size == 1 ? bytes[0] : bytes[0] & (0xFFu >> (size + 1));

    for (size_t i = 1; i < size; i++)
        number = number << 6 | (bytes[i] & 0x3Fu);
    return number;
}

static bool steers(unsigned character, bool one_line)
{
    if (character == '\n' || character == '\t')
        return one_line;
    return character < 0x20 || (character >= 0x7F && character < 0xA0) || /* control characters */
           character == 0x2028 || character == 0x2029 ||                  /* ends of lines */
           (character >= 0x202A && character <= 0x202E) || /* overrides of the order */
           (character >= 0x2066 && character <= 0x2069);
}

/* What stands for the character at `bytes`: its own bytes, or how it is written out. Returns their number. */
static size_t write_out(char out[LONGEST], const unsigned char *bytes, size_t size, bool one_line)
{
    const unsigned character = size ? number_of(bytes, size) : bytes[0];

    if (size && !steers(character, one_line)) {
        memcpy(out, bytes, size);
        return size;
    }
    if (size && character == '\n')
        return (size_t)snprintf(out, LONGEST, "\\n");
    if (size && character == '\t')
        return (size_t)snprintf(out, LONGEST, "\\t");
    return (size_t)snprintf(out, LONGEST, character < 0x100 ? "\\x%02x" : "\\u%04x", character);
}

size_t qip_plain_put(char *place, size_t room, const char *text, bool one_line)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t left = strlen(text), taken = 0, written = 0;
    bool whole = true;

    while (left) {
        char out[LONGEST];
        const size_t size = qip_utf8_step((const char *)bytes, left);
        const size_t count = write_out(out, bytes, size, one_line);
        whole = whole && taken + count < room;
        if (whole && place) {
            memcpy(place + taken, out, count);
            written = taken + count;
        }
        taken += count;
        bytes += size ? size : 1;
        left -= size ? size : 1;
    }
    if (room)
        place[written] = '\0';
    return taken;
}

char *qip_plain_copy(const char *text, bool one_line)
{
    if (!text)
        return NULL;
    const size_t size = qip_plain_put(NULL, 0, text, one_line) + 1;
    char *copy = malloc(size);
    if (copy)
        qip_plain_put(copy, size, text, one_line);
    return copy;
}
