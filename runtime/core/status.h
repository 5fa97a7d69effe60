/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a function of libqi fails: it sets the calling thread's error record and returns the code.
 * Knows neither Python nor Qt; border.h adds the bridge to Python's exceptions.
 */
#ifndef QIP_CORE_STATUS_H
#define QIP_CORE_STATUS_H

#include <qi/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Sets the record of this thread and returns `status`, so that `return qip_fail(…)` reads well. */
int qip_fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same with an exception's type and traceback; each is copied and may be NULL. */
int qip_fail_exception(int status, const char *message, const char *python_type,
                       const char *traceback);

/* How often this thread's record was set: as long as the number stays, so does the record. */
unsigned qip_fail_count(void);

/* A record that outlives the next failure, as a task keeps it. Owned: qip_error_free(). NULL: no memory. */
qi_error *qip_error_copy(const qi_error *error);
void qip_error_free(qi_error *error);

/* The same of what a function of the host's has failed with: the record that it left, or the text of the status where it has
 * left none of that status since qip_fail_count() was `before`. */
qi_error *qip_error_told(int status, unsigned before);

/* Makes a kept record this thread's again and returns its status. */
int qip_fail_again(const qi_error *error);

/* Length of the longest valid UTF-8 prefix; equal to `size` if all is valid. */
size_t qip_utf8_valid(const char *data, size_t size);

/* QI_OK, or QI_ERR_ENCODING / QI_ERR_ARGUMENT (NULL) with a message that names `what`. */
int qip_check_text(const char *text, const char *what);

#ifdef __cplusplus
}
#endif

#endif
