/* SPDX-License-Identifier: BSD-3-Clause */
/* The callbacks that the fuzzer gives to the library: each may call back in, run an event loop, or throw. */
#ifndef QI_TESTS_FUZZ_CALLBACKS_H
#define QI_TESTS_FUZZ_CALLBACKS_H

#include <qi/audit.h>
#include <qi/expose.h>
#include <qi/monitor.h>
#include <qi/output.h>
#include <qi/plugin.h>

namespace fuzz
{

void on_done(qi_task *task, const qi_task_end *end, void *promise);
void on_progress(qi_task *task, const qi_task_progress *report, void *promise);
int on_call(const qi_value *args, size_t count, qi_value *result, void *promise);
void on_destroy(void *promise);

void on_log(const qi_log_record *record, void *user);
void on_error(const qi_error *error, const qi_origin *origin, void *user);
void on_output(const qi_output_line *line, void *user);
void on_line(const qi_output_line *line, void *user);
void on_shutdown(const qi_shutdown_report *report, void *user);

bool on_audit(const qi_audit_event *event, void *user);
int on_stall(const qi_stall *stall, void *user);
void on_slow_step(const qi_slow_step *step, void *user);
bool on_consent(const qi_plugin_consent *consent, void *user);
void on_plugin_event(const qi_plugin_event *event, void *user);

} // namespace fuzz

#endif
