/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/fuzz/callbacks.h"

#include <cstring>

#include "tests/fuzz/world.h"

namespace fuzz
{

static void in_gui_thread(const char *what)
{
    if (!thread().gui)
        broken(std::string(what) + " was called in another thread than the GUI's");
}

void on_done(qi_task *, const qi_task_end *end, void *promise)
{
    in_gui_thread("done");
    if (!end->result || !end->error ||
        (end->status < 0 && (end->error->status != end->status || !*end->error->message)))
        broken("done got a result, a status and an error that do not belong together");
    Promises::keep(promise);
    misbehave();
}

void on_progress(qi_task *, const qi_task_progress *report, void *promise)
{
    in_gui_thread("progress");
    if (!report->text)
        broken("progress got no text");
    {
        auto *task = static_cast<Promise *>(promise);
        std::lock_guard hold(task->lock);
        if (task->kept)
            broken("progress was called after done");
    }
    misbehave();
}

int on_call(const qi_value *args, size_t count, qi_value *result, void *promise)
{
    Thread &by = thread();
    {
        auto *function = static_cast<Promise *>(promise);
        std::lock_guard hold(function->lock);
        if (function->kept)
            broken("a function was called after its destroy");
    }
    misbehave();
    if (by.one_in(8)) {
        by.calls++;
        return qi_fail(QI_ERR_RANGE, "the fuzzer says no");
    }
    if (count && by.one_in(2)) {
        by.calls++; /* it may fail */
        return qi_value_copy(result, &args[by.below(unsigned(count))]);
    }
    *result = qi_int(int64_t(count));
    return QI_OK;
}

void on_destroy(void *promise)
{
    in_gui_thread("destroy");
    Promises::keep(promise);
    misbehave(false); /* as a destructor, it does not throw */
}

void on_log(const qi_log_record *record, void *)
{
    if (record->level < QI_LOG_DEBUG || record->level > QI_LOG_ERROR || !record->source ||
        !record->text)
        broken("log got a message that is none");
    misbehave();
}

void on_error(const qi_error *error, const qi_origin *origin, void *)
{
    if (!error || !origin || error->status >= 0 || !error->message || error->status == QI_ERR_INTERNAL)
        broken(std::string("error got a report that is none: ") +
               (error && error->message ? error->message : "nothing"));
    misbehave();
}

void on_output(const qi_output_line *line, void *)
{
    if (line->text[line->length] != '\0')
        broken("a line of output does not end with a NUL");
    misbehave();
}

void on_line(const qi_output_line *line, void *)
{
    if (line->text[line->length] != '\0' || line->stream < QI_OUTPUT_STDOUT ||
        line->stream > QI_OUTPUT_LOG)
        broken("a listener got a line that is none");
    misbehave();
}

void on_shutdown(const qi_shutdown_report *report, void *)
{
    in_gui_thread("on_shutdown");
    if (report->clean != (!report->tasks_left && !report->threads_left))
        broken("the report of a shutdown contradicts itself");
    left_behind = !report->clean;
    misbehave();
}

bool on_audit(const qi_audit_event *event, void *)
{
    if (!event->name || !event->arguments)
        broken("audit got an event that is none");
    if (thread().one_in(8))
        misbehave(false);
    /* A veto of anything else would be a fault of the host's, and to throw is one. */
    return std::strcmp(event->name, "fuzz.event") != 0 || thread().one_in(2);
}

int on_stall(const qi_stall *stall, void *)
{
    if (stall->size != sizeof *stall)
        broken("a stall has a size that is none");
    misbehave();
    return thread().one_in(3) ? QI_STALL_INTERRUPT : QI_STALL_WAIT;
}

void on_slow_step(const qi_slow_step *step, void *)
{
    in_gui_thread("slow");
    if (step->size != sizeof *step)
        broken("a slow step has a size that is none");
    misbehave();
}

bool on_consent(const qi_plugin_consent *consent, void *)
{
    in_gui_thread("consent");
    if (!consent->id || !consent->hash || !consent->reason)
        broken("consent was asked about nothing");
    spin(thread());
    misbehave();
    return !thread().one_in(8);
}

void on_plugin_event(const qi_plugin_event *event, void *)
{
    in_gui_thread("a plugin's event");
    if (!event->id || event->kind > QI_PLUGIN_EVENT_STOPPED)
        broken("a plugin's event is none");
    misbehave();
}

} // namespace fuzz
