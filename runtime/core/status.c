/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The error record of each thread, and the checks of text that nearly every public function begins with.
 *
 * A record is one qi_error and one place for its strings. Short messages, which are nearly all, live
 * inside the record; longer ones and tracebacks live in a block of their own, which the next failure
 * or the end of the thread frees. A new text is always complete before the old one goes, because its
 * arguments may point into the old one: "loading the plugin: %s" of qi_last_error()->message.
 *
 * Messages quote others' words, and end in logs and on terminals, so all texts of a record are plain.
 */
#include "core/status.h"

#include <assert.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/plain.h"

#define SHORT_TEXT                                                                                 \
    480 /* bytes; a record then takes half a kilobyte of each thread's static storage */

typedef struct record {
    qi_error error;
    qi_error *block; /* owns the strings of `error`, where they are not in `text` */
    unsigned count;  /* how often it was set */
    char text[SHORT_TEXT];
} record;

#define NO_ERROR                                                                                   \
    {                                                                                              \
        sizeof(qi_error), QI_OK, "", NULL, NULL                                                    \
    }

static _Thread_local record the_record = {.error = NO_ERROR};

static pthread_key_t at_exit_key;
static pthread_once_t at_exit_once = PTHREAD_ONCE_INIT;
static bool have_at_exit_key;

static void free_block(void *block)
{
    /* Runs at the end of its own thread, whose static storage still exists. */
    the_record.error = (qi_error)NO_ERROR;
    the_record.block = NULL;
    free(block);
}

static void make_at_exit_key(void)
{
    have_at_exit_key = pthread_key_create(&at_exit_key, free_block) == 0;
}

static void keep_block(qi_error *block)
{
    qi_error *old = the_record.block;

    if (block || old) {
        pthread_once(&at_exit_once, make_at_exit_key);
        if (have_at_exit_key)
            (void)pthread_setspecific(at_exit_key, block); /* at worst the thread's end leaks a block */
    }
    the_record.block = block;
    free(old);
}

static void set_short(int status, const char *text)
{
    /* Beware: `text` may be the record's own, which is plain, so that each byte is written to where it is. */
    qip_plain_put(the_record.text, sizeof the_record.text, text, false);
    the_record.error = (qi_error){sizeof(qi_error), status, the_record.text, NULL, NULL};
    the_record.count++;
    keep_block(NULL);
}

static void set_block(qi_error *block)
{
    the_record.error = *block;
    the_record.count++;
    keep_block(block);
}

unsigned qip_fail_count(void)
{
    return the_record.count;
}

int qip_fail(int status, const char *format, ...)
{
    char text[SHORT_TEXT];
    va_list arguments, again;

    assert(status < 0);
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (size >= 0 && size < (int)sizeof text)
        size = (int)qip_plain_put(NULL, 0, text, false);

    char *large = size >= (int)sizeof text ? malloc((size_t)size + 1) : NULL;
    if (large) {
        vsnprintf(large, (size_t)size + 1, format, again);
        qip_fail_exception(status, large, NULL, NULL);
        free(large);
    } else {
        set_short(status, size < 0 ? qi_status_text(status) : text);
    }
    va_end(again);
    return status;
}

int qip_fail_exception(int status, const char *message, const char *python_type, const char *traceback)
{
    assert(status < 0);
    qi_error error = {sizeof error, status, message ? message : qi_status_text(status), python_type,
                      traceback};
    qi_error *block = qip_error_copy(&error);

    if (block)
        set_block(block);
    else
        set_short(status, error.message);
    return status;
}

static size_t text_size(const char *text)
{
    return text ? qip_plain_put(NULL, 0, text, false) + 1 : 0;
}

static const char *put_text(char **place, const char *text)
{
    if (!text)
        return NULL;
    char *start = *place;
    *place += qip_plain_put(start, text_size(text), text, false) + 1;
    return start;
}

qi_error *qip_error_copy(const qi_error *error)
{
    qi_error *copy = malloc(sizeof *copy + text_size(error->message) +
                            text_size(error->python_type) + text_size(error->traceback));
    if (!copy)
        return NULL;
    char *place = (char *)(copy + 1);
    copy->size = sizeof *copy;
    copy->status = error->status;
    copy->message = put_text(&place, error->message);
    copy->python_type = put_text(&place, error->python_type);
    copy->traceback = put_text(&place, error->traceback);
    return copy;
}

void qip_error_free(qi_error *error)
{
    free(error);
}

qi_error *qip_error_told(int status, unsigned before)
{
    const qi_error *last = qi_last_error();
    qi_error plain = {sizeof plain, status, qi_status_text(status), NULL, NULL};

    /* A record that was there before the call says nothing of it. */
    if (qip_fail_count() != before && last->status == status)
        plain = *last;
    return qip_error_copy(&plain);
}

int qip_fail_again(const qi_error *error)
{
    return qip_fail_exception(error->status, error->message, error->python_type, error->traceback);
}

const qi_error *qi_last_error(void)
{
    return &the_record.error;
}

const char *qi_status_name(int status)
{
    switch (status) {
#define NAME(name, value, text)                                                                    \
    case value:                                                                                    \
        return #name;
        QI_STATUS_MAP(NAME)
#undef NAME
    default:
        return "QI_ERR_UNKNOWN";
    }
}

const char *qi_status_text(int status)
{
    switch (status) {
#define TEXT(name, value, text)                                                                    \
    case value:                                                                                    \
        return text;
        QI_STATUS_MAP(TEXT)
#undef TEXT
    default:
        return "an unknown status code";
    }
}

unsigned qi_version(void)
{
    return QI_VERSION_HEX;
}

const char *qi_version_string(void)
{
    return QI_VERSION_STRING;
}

/* -- text ---------------------------------------------------------------------------------------- */

size_t qip_utf8_valid(const char *data, size_t size)
{
    size_t at = 0;

    while (at < size) {
        size_t step = (unsigned char)data[at] < 0x80 ? 1 : qip_utf8_step(data + at, size - at);
        if (!step)
            break;
        at += step;
    }
    return at;
}

int qip_check_text(const char *text, const char *what)
{
    if (!text)
        return qip_fail(QI_ERR_ARGUMENT, "%s is NULL; a text is needed", what);
    size_t size = strlen(text), valid = qip_utf8_valid(text, size);
    if (valid < size)
        return qip_fail(
            QI_ERR_ENCODING,
            "%s is not valid UTF-8: byte 0x%02x at offset %zu; convert it first, in Qt with "
            "QString::toUtf8()",
            what, (unsigned char)text[valid], valid);
    return QI_OK;
}
