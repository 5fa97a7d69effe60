/* SPDX-License-Identifier: BSD-3-Clause */
/* The error record as the host's own callbacks set it: qi_fail() and its kin. Knows neither Python nor Qt. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qi/expose.h>

#include "core/sized.h"
#include "core/status.h"

static int no_failure(const char *function, int status)
{
    return qip_fail(QI_ERR_ARGUMENT, "%s() was given the status %d, which is no failure", function,
                    status);
}

int qi_fail(int status, const char *message)
{
    if (status >= 0)
        return no_failure("qi_fail", status);
    if (!message)
        message = qi_status_text(status);
    return qip_fail(status, "%.*s", (int)qip_utf8_valid(message, strlen(message)), message);
}

int qi_failf(int status, const char *format, ...)
{
    va_list arguments, again;

    if (status >= 0)
        return no_failure("qi_failf", status);
    if (!format)
        return qi_fail(status, NULL);
    va_start(arguments, format);
    va_copy(again, arguments);
    const int size = vsnprintf(NULL, 0, format, arguments);
    char *message = size < 0 ? NULL : malloc((size_t)size + 1);
    if (message)
        vsnprintf(message, (size_t)size + 1, format, again);
    va_end(again);
    va_end(arguments);
    status = qi_fail(status, message);
    free(message);
    return status;
}

int qi_fail_again(const qi_error *error)
{
    qi_error read;

    if (!error)
        return qip_fail(QI_ERR_ARGUMENT, "`error` is NULL; there is nothing to fail with");
    int status = qip_sized_read(&read, sizeof read, error, "qi_error");
    if (status != QI_OK)
        return status;
    if (read.status >= 0)
        return no_failure("qi_fail_again", read.status);
    if (!read.message)
        return qip_fail(QI_ERR_ARGUMENT, "the error has no message");
    return qip_fail_again(&read);
}
