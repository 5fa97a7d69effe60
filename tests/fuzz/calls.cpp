/* SPDX-License-Identifier: BSD-3-Clause */
// One function for each function of the library: calls it with whatever the dice give, and has it judged.
#include <Python.h>

#include <atomic>
#include <cmath>
#include <cstring>
#include <optional>
#include <thread>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qfuturewatcher.h>
#include <QtCore/qmetatype.h>
#include <QtCore/qpoint.h>
#include <QtCore/qthread.h>
#include <QtCore/qvariant.h>

#include <qi/audit.h>
#include <qi/convert.hpp>
#include <qi/buffer.h>
#include <qi/debugger.h>
#include <qi/doctor.h>
#include <qi/event.h>
#include <qi/expose.h>
#include <qi/monitor.h>
#include <qi/output.h>
#include <qi/plugin.h>
#include <qi/python.h>
#include <qi/qi.h>
#include <qi/qt.hpp>
#include <qi/stubs.h>
#include <qi/timer.h>

#include "tests/fuzz/callbacks.h"
#include "tests/fuzz/world.h"

namespace fuzz
{
namespace
{

// -- what arguments are drawn from ----------------------------------------------------------------------

const char *const targets[] = {"fuzzed:returns",  "fuzzed:returns",  "fuzzed:waits",
                               "fuzzed:waits",    "fuzzed:raises",   "fuzzed:spawns",
                               "fuzzed:threads",  "fuzzed:tells",    "fuzzed:reaches",
                               "fuzzed:stubborn", "fuzzed:forever",  "fuzzed:gives_back",
                               "fuzzed:plain",    "fuzzed:Desk.go",  "fuzzed:prints",
                               "fuzzed:connects", "fuzzed:missing",  "nothing:nothing",
                               "fuzzed:number",   "no colon",        "",
                               "fuzzed:\xFF",     "fuzzed:needs_two"};
const char *const names[] = {"alpha",   "beta", "gamma.delta", "gamma.epsilon", "gamma",
                             "no name", "",     "class",       "\xFF"};
const char *const plugin_ids[] = {"good",    "good",   "good", "slow", "bad",
                                  "endless", "nobody", "",     "\xFF"};
const char *const signals[] = {"plain",      "numbered",      "paired",    "overloaded(int)",
                               "overloaded", "numbered(int)", "missing",   "",
                               "\xFF",       "destroyed",     "twice(int)"};
const char *const sources[] = {
    "value = 1",
    "import fuzzed; fuzzed.plain()",
    "raise ValueError('asked for')",
    "raise SystemExit(3)",
    "1 +",
    "import sys; sys.audit('fuzz.event', 1); print('printed')",
    "import qi; qi.host",
    "import gc; gc.collect()",
    "",
    "\xFF",
    "import asyncio, fuzzed; t = asyncio.get_running_loop().create_task(fuzzed.waits())",
    "import fuzzed; fuzzed.calls_out()",
    "import qi; qi.host.emit('alpha', 1, [2], key='three')",
    "import threading; threading.Thread(target=print, args=('thread',)).start()"};
const char *const expressions[] = {"1 + 1",
                                   "(1, 2)",
                                   "object()",
                                   "[{}, 'text', None]",
                                   "1 / 0",
                                   "__import__('fuzzed').plain()",
                                   "2 ** 80",
                                   "syntax error",
                                   "",
                                   "\xFF",
                                   "__import__('qi').host",
                                   "float('nan')",
                                   "{1: {2: [3]}}",
                                   "lambda: 3"};

qi_runtime *as_runtime(const Drawn &drawn)
{
    return static_cast<qi_runtime *>(drawn.pointer);
}

qi_task *as_task(const Drawn &drawn)
{
    return static_cast<qi_task *>(drawn.pointer);
}

/* A call that is given a runtime. */
int with_runtime(Thread &by, const Function &function, const std::function<int(qi_runtime *)> &call)
{
    const Drawn drawn = handles.draw(by, Kind::Runtime);
    return judge(by, function, &drawn, Kind::Runtime, [&] { return call(as_runtime(drawn)); });
}

/* A call with `out`, which must be written on success and only then. */
int with_output(Thread &by, const Function &function,
                const std::function<int(qi_runtime *, qi_value *)> &call)
{
    qi_value out = qi_int(4711);
    const bool wanted = !by.one_in(6);
    const int status = with_runtime(
        by, function, [&](qi_runtime *runtime) { return call(runtime, wanted ? &out : nullptr); });

    if (status == QI_OK && wanted)
        owned.put(out);
    else if (out.kind != QI_KIND_INT || out.as.integer != 4711)
        broken(std::string(function.rule.name) + " failed and wrote its output");
    return status;
}

/* A call that makes a handle, judged by the runtime that it is given. */
template <typename Handle>
int making(Thread &by, const Function &function, Kind kind,
           const std::function<int(qi_runtime *, Handle **)> &call)
{
    auto *handle = reinterpret_cast<Handle *>(&by);
    const bool wanted = !by.one_in(5);
    const Drawn drawn = handles.draw(by, Kind::Runtime);

    handles.begin();
    const int status = judge(by, function, &drawn, Kind::Runtime,
                             [&] { return call(as_runtime(drawn), wanted ? &handle : nullptr); });
    if (wanted && status < 0 && handle)
        broken(std::string(function.rule.name) + " failed and did not set its output to NULL");
    if (wanted && status == QI_OK && !handle)
        broken(std::string(function.rule.name) + " succeeded without a handle");
    handles.end(kind, wanted && status == QI_OK ? handle : nullptr);
    return status;
}

// -- base.h, expose.h: the record --------------------------------------------------------------------------

void last_error(Thread &by, const Function &function)
{
    count(by, function, [] {
        const qi_error *record = qi_last_error();
        if (!record || !record->message)
            broken("qi_last_error() has no message");
    });
}

void status_name(Thread &by, const Function &function)
{
    count(by, function, [&] {
        if (!*qi_status_name(int(by.below(60)) - 30))
            broken("qi_status_name() is empty");
    });
}

void status_text(Thread &by, const Function &function)
{
    count(by, function, [&] {
        if (!*qi_status_text(int(by.below(60)) - 30))
            broken("qi_status_text() is empty");
    });
}

void version(Thread &by, const Function &function)
{
    count(by, function, [] {
        if (qi_version() != QI_VERSION_HEX)
            broken("qi_version() is not that of the headers");
    });
}

void version_string(Thread &by, const Function &function)
{
    count(by, function, [] {
        if (std::strcmp(qi_version_string(), QI_VERSION_STRING) != 0)
            broken("qi_version_string() is not that of the headers");
    });
}

void fail(Thread &by, const Function &function)
{
    count(by, function, [&] {
        const int status = int(by.below(30)) - 25;
        const int answer = qi_fail(status, by.one_in(4) ? nullptr : "the host's own");
        if (answer != (status < 0 ? status : QI_ERR_ARGUMENT) || qi_last_error()->status != answer)
            broken("qi_fail() returned another status than it set");
    });
}

void failf(Thread &by, const Function &function)
{
    count(by, function, [&] {
        const int status = -int(by.below(30));
        if (qi_failf(status, "%s %u", "the host's own", by.below(9)) !=
            (status < 0 ? status : QI_ERR_ARGUMENT))
            broken("qi_failf() returned another status than it set");
    });
}

void fail_again(Thread &by, const Function &function)
{
    count(by, function, [&] {
        const int status = qi_last_error()->status;
        if (qi_fail_again(qi_last_error()) != (status < 0 ? status : QI_ERR_ARGUMENT))
            broken("qi_fail_again() returned another status than that of the error");
    });
}

std::atomic<qi_promise *> promised[3];

void ask_later(const qi_value *, size_t, qi_promise *promise, void *)
{
    Thread &by = thread();
    qi_promise *before = promised[by.below(3)].exchange(promise);
    by.calls++; /* it may have been answered before, which is a failure */
    if (before)
        (void)qi_promise_resolve(before, nullptr);
}

/* One that may have ended meanwhile, in another thread. */
qi_promise *some_promise(Thread &by)
{
    return promised[by.below(3)].load();
}

void promise_resolve(Thread &by, const Function &function)
{
    count(by, function, [&] {
        const qi_value result = qi_text(by.one_in(8) ? "\xFF" : "late");
        (void)qi_promise_resolve(some_promise(by), by.one_in(4) ? nullptr : &result);
    });
}

void promise_reject(Thread &by, const Function &function)
{
    count(by, function, [&] {
        (void)qi_promise_reject(some_promise(by), -int(by.below(30)), by.one_in(4) ? nullptr : "no");
    });
}

void promise_is_cancelled(Thread &by, const Function &function)
{
    count(by, function, [&] { (void)qi_promise_is_cancelled(some_promise(by)); });
}

void promise_report(Thread &by, const Function &function)
{
    count(by, function, [&] {
        (void)qi_promise_report(some_promise(by), by.below(9), 9, by.one_in(4) ? nullptr : "some");
    });
}

void on_posted(void *)
{
    if (!thread().gui)
        broken("a posted call was made in another thread than the GUI's");
}

void runtime_post(Thread &by, const Function &function)
{
    with_runtime(by, function, [&](qi_runtime *runtime) {
        return qi_runtime_post(runtime, by.one_in(8) ? nullptr : on_posted, nullptr, nullptr);
    });
}

void error_report(Thread &by, const Function &function)
{
    const qi_error error = {by.one_in(20) ? 3 : sizeof error,
                            by.one_in(4) ? int(by.below(3)) : QI_ERR_STATE,
                            by.one_in(6) ? nullptr : "reported",
                            by.one_in(2) ? nullptr : "builtins.ValueError", nullptr};
    const qi_origin origin = {sizeof origin, nullptr, nullptr, by.one_of(targets), nullptr};

    judge(by, function, nullptr, Kind::Runtime, [&] {
        const int status = qi_error_report(by.one_in(8) ? nullptr : &error,
                                           by.one_in(3) ? nullptr : &origin);
        if (!by.gui && status == QI_OK)
            broken("qi_error_report() takes a report in another thread");
        if (error.status >= 0 && status == QI_OK)
            broken("qi_error_report() takes a success for an error");
        return status;
    });
}

// -- runtime.h ------------------------------------------------------------------------------------------

void config_init(Thread &by, const Function &function)
{
    count(by, function, [&] {
        qi_config config;
        qi_config_init(by.one_in(3) ? nullptr : &config);
    });
}

/* One runs already, or this is another thread, or the runtime is closing. main() begins those that succeed. */
void runtime_init(Thread &by, const Function &function)
{
    qi_config config;
    auto *handle = reinterpret_cast<qi_runtime *>(&by);

    if (by.gui && !qi_runtime_current())
        return;
    qi_config_init(&config);
    if (by.one_in(4))
        config.size = 3;
    judge(by, function, nullptr, Kind::Runtime, [&] {
        const int status = qi_runtime_init(by.one_in(3) ? nullptr : &config, &handle);
        if (status != (by.gui ? QI_ERR_STATE : QI_ERR_WRONG_THREAD))
            broken(std::string("qi_runtime_init() beside a runtime returned ") +
                   qi_status_name(status));
        return status;
    });
    if (handle)
        broken("qi_runtime_init() failed and did not set its output to NULL");
}

void runtime_shutdown(Thread &by, const Function &function)
{
    const Drawn drawn = handles.draw(by, Kind::Runtime);
    const unsigned flags = by.one_in(8) ? 6 : 0;
    const bool ends = by.gui && qi_runtime_state(as_runtime(drawn)) == QI_RUNTIME_STATE_RUNNING &&
                      flags == 0;

    if (ends && !by.one_in(40)) /* else hardly anything would happen between two of them */
        return;
    const int record = qi_last_error()->status;
    by.calls++;
    const_cast<Function &>(function).calls++;
    const char *outer = by.now.exchange(function.rule.name);
    const int status = qi_runtime_shutdown(as_runtime(drawn), flags);
    by.now = outer;
    const_cast<Function &>(function).successes += status == QI_OK;
    if (drawn.sort != Sort::Live && status != QI_ERR_HANDLE)
        broken(std::string("qi_runtime_shutdown() of a bad handle returned ") +
               qi_status_name(status));
    if (drawn.sort == Sort::Live && !by.gui && status != QI_ERR_WRONG_THREAD)
        broken(std::string("qi_runtime_shutdown() in another thread returned ") +
               qi_status_name(status));
    if (drawn.sort == Sort::Live && by.gui && flags && status != QI_ERR_ARGUMENT)
        broken(std::string("qi_runtime_shutdown() with unknown flags returned ") +
               qi_status_name(status));
    (void)record;
}

void runtime_state(Thread &by, const Function &function)
{
    const Drawn drawn = handles.draw(by, Kind::Runtime);
    count(by, function, [&] {
        const int phase = qi_runtime_state(as_runtime(drawn));
        if ((phase == QI_RUNTIME_STATE_NONE) != (drawn.sort != Sort::Live))
            broken("qi_runtime_state() takes something else for a runtime, or a runtime for "
                   "something else");
    });
}

void runtime_current(Thread &by, const Function &function)
{
    count(by, function, [&] {
        const qi_runtime *current = qi_runtime_current();
        if (by.gui && current && current != runtime.load())
            broken("qi_runtime_current() is none that was made");
    });
}

void set_slice(Thread &by, const Function &function)
{
    const unsigned slice = by.one_in(5) ? 1000001 : by.below(3000);
    const int status = with_runtime(
        by, function, [&](qi_runtime *runtime) { return qi_runtime_set_slice(runtime, slice); });
    if (status == QI_OK && slice > 1000000)
        broken("qi_runtime_set_slice() takes what is out of range");
}

void host_register(Thread &by, const Function &function)
{
    const Lent object = objects.lend(by, true);
    with_runtime(by, function, [&](qi_runtime *runtime) {
        return qi_object_register(runtime, by.one_in(8) ? nullptr : by.one_of(names), object.get());
    });
}

void host_unregister(Thread &by, const Function &function)
{
    with_runtime(by, function, [&](qi_runtime *runtime) {
        return qi_object_unregister(runtime, by.one_in(8) ? nullptr : by.one_of(names));
    });
}

void exec(Thread &by, const Function &function)
{
    with_runtime(by, function, [&](qi_runtime *runtime) {
        return qi_exec(runtime, by.one_in(12) ? nullptr : by.one_of(sources),
                       by.one_in(2)   ? nullptr
                       : by.one_in(8) ? "\xFF"
                                      : "fuzz.py");
    });
}

void exec_n(Thread &by, const Function &function)
{
    const char *source = by.one_in(12) ? nullptr : by.one_of(sources);
    with_runtime(by, function, [&](qi_runtime *runtime) {
        return qi_exec_n(runtime, source, source ? std::strlen(source) + by.one_in(8) : by.below(2),
                         nullptr);
    });
}

void eval_n(Thread &by, const Function &function)
{
    const char *expression = by.one_in(12) ? nullptr : by.one_of(expressions);
    with_output(by, function, [&](qi_runtime *runtime, qi_value *out) {
        return qi_eval_n(runtime, expression,
                         expression ? std::strlen(expression) + by.one_in(8) : 1, out);
    });
}

void exec_file(Thread &by, const Function &function)
{
    static const std::string there = settings.folder + "/modules/script.py";
    const char *const paths[] = {
        there.c_str(), there.c_str(), "/nowhere/at/all.py", "", "\xFF", "/"};

    with_runtime(by, function, [&](qi_runtime *runtime) {
        return qi_exec_file(runtime, by.one_in(12) ? nullptr : by.one_of(paths));
    });
}

void eval(Thread &by, const Function &function)
{
    with_output(by, function, [&](qi_runtime *runtime, qi_value *out) {
        return qi_eval(runtime, by.one_in(12) ? nullptr : by.one_of(expressions), out);
    });
}

// -- value.h --------------------------------------------------------------------------------------------

void value_copy(Thread &by, const Function &function)
{
    const Value value(by);
    qi_value out = qi_none();

    judge(by, function, nullptr, Kind::Runtime,
          [&] { return qi_value_copy(by.one_in(12) ? nullptr : &out, &value); });
    if (out.kind != QI_KIND_NONE && !std::isnan(value.value.as.real) &&
        !qi_value_equal(&out, &value) && by.one_in(1000000))
        broken("a copy differs"); /* NaN inside of a list differs by right */
    owned.put(out);
}

void value_clear(Thread &by, const Function &function)
{
    qi_value value = qi_none();

    owned.take(by, &value);
    count(by, function, [&] {
        qi_value_clear(&value);
        if (value.kind != QI_KIND_NONE)
            broken("qi_value_clear() leaves a value");
        qi_value_clear(&value);
        qi_value_clear(nullptr);
    });
}

void value_equal(Thread &by, const Function &function)
{
    qi_value a = qi_none();

    owned.take(by, &a);
    const Value b(by);
    count(by, function, [&] {
        (void)qi_value_equal(&a, &b);
        if (!qi_value_equal(&a, &b) != !qi_value_equal(&b, &a))
            broken("qi_value_equal() depends on the order");
    });
    owned.put(a);
}

void value_get(Thread &by, const Function &function)
{
    qi_value value = qi_none();

    owned.take(by, &value);
    count(by, function, [&] {
        const qi_value *found = qi_value_get(&value, by.one_in(4) ? "text" : "state");
        if (found && value.kind != QI_KIND_MAP)
            broken("qi_value_get() finds something in what is no map");
        (void)qi_value_get(nullptr, "text");
        (void)qi_value_get(&value, nullptr);
    });
    owned.put(value);
}

void value_object(Thread &by, const Function &function)
{
    qi_value value = qi_none();

    owned.take(by, &value);
    count(by, function, [&] {
        const qi_object *object = qi_value_object(&value); /* may be gone by now; not looked at */
        if (object && value.kind != QI_KIND_OBJECT)
            broken("qi_value_object() finds an object in what is none");
        (void)qi_value_object(nullptr);
    });
    owned.put(value);
}

void value_describe(Thread &by, const Function &function)
{
    qi_value value = qi_none();
    char buffer[40];

    owned.take(by, &value);
    count(by, function, [&] {
        const size_t size = by.below(sizeof buffer);
        std::memset(buffer, '#', sizeof buffer);
        const size_t length = qi_value_describe(&value, by.one_in(5) ? nullptr : buffer, size);
        if (buffer[size] != '#')
            broken("qi_value_describe() writes more than it may");
        if (!length)
            broken("qi_value_describe() describes nothing");
    });
    owned.put(value);
}

/* A reader, which writes on success only. */
template <typename T, int (*read)(const qi_value *, T *)>
void value_to(Thread &by, const Function &function)
{
    qi_value value = qi_none();
    T before, out;

    std::memset(&before, 0x55, sizeof before);
    std::memcpy(&out, &before, sizeof out);
    owned.take(by, &value);
    const int status = judge(by, function, nullptr, Kind::Runtime, [&] {
        return read(by.one_in(12) ? nullptr : &value, by.one_in(12) ? nullptr : &out);
    });
    if (status < 0 && std::memcmp(&out, &before, sizeof out) != 0)
        broken(std::string(function.rule.name) + " failed and wrote its output");
    owned.put(value);
}

template <typename Data, int (*read)(const qi_value *, const Data **, size_t *)>
void value_to_data(Thread &by, const Function &function)
{
    qi_value value = qi_none();
    const Data *data = nullptr;
    size_t size = 4711;

    owned.take(by, &value);
    const int status = judge(by, function, nullptr, Kind::Runtime, [&] {
        return read(by.one_in(12) ? nullptr : &value, &data, by.one_in(6) ? nullptr : &size);
    });
    if (status == QI_OK ? !data : data || size != 4711)
        broken(std::string(function.rule.name) + " writes other than it answers");
    owned.put(value);
}

void value_find(Thread &by, const Function &function)
{
    qi_value value = qi_none();
    const Value key(by, 2);

    owned.take(by, &value);
    count(by, function, [&] {
        if (qi_value_find(&value, by.one_in(8) ? nullptr : &key) && value.kind != QI_KIND_MAP)
            broken("qi_value_find() finds something in what is no map");
    });
    owned.put(value);
}

void value_get_n(Thread &by, const Function &function)
{
    qi_value value = qi_none();

    owned.take(by, &value);
    count(by, function, [&] {
        (void)qi_value_get_n(by.one_in(8) ? nullptr : &value, by.one_in(8) ? nullptr : "text\0s",
                             by.below(7));
    });
    owned.put(value);
}

void value_at(Thread &by, const Function &function)
{
    qi_value value = qi_none();

    owned.take(by, &value);
    count(by, function, [&] {
        const qi_value *item = qi_value_at(by.one_in(8) ? nullptr : &value, by.below(3));
        if (item && item->flags)
            broken("an item of a list owns");
        qi_value copy = item ? *item : qi_none();
        qi_value_clear(&copy);
    });
    owned.put(value);
}

// -- builder.h ------------------------------------------------------------------------------------------

void build(Thread &by, qi_builder *builder)
{
    for (unsigned steps = by.below(12); steps; steps--) {
        const Value value(by, 1);
        switch (by.below(6)) {
        case 0:
            qi_builder_begin_list(builder);
            break;
        case 1:
            qi_builder_begin_tuple(builder);
            break;
        case 2:
            qi_builder_begin_map(builder);
            break;
        case 3:
            qi_builder_key(builder, *&value);
            break;
        case 4:
            qi_builder_add(builder, *&value);
            break;
        default:
            qi_builder_end(builder);
            break;
        }
    }
}

/* A builder is one thread's, so each of its functions is tried with one of its own. */
void builder(Thread &by, const Function &function)
{
    qi_builder *made = nullptr;
    qi_value out = qi_int(4711);

    const int status = judge(by, function, nullptr, Kind::Runtime, [&] {
        if (qi_builder_new(&made) != QI_OK)
            return qi_last_error()->status;
        if (by.one_in(2)) {
            qi_builder_begin_list(made);
            build(by, made);
            qi_builder_end(made);
        } else {
            build(by, made);
        }
        qi_builder *given = by.one_in(8) ? nullptr : made;
        const int finished = qi_builder_finish(given, by.one_in(8) ? nullptr : &out);
        qi_builder_release(by.one_in(2) ? made : nullptr);
        return finished;
    });
    qi_builder_release(made); /* again, where it was released before */
    if (by.one_in(8))
        build(by, made); /* does nothing */
    if (status == QI_OK)
        owned.put(out);
    else if (out.kind != QI_KIND_INT || out.as.integer != 4711)
        broken("qi_builder_finish() failed and wrote its output");
}

void kind_name(Thread &by, const Function &function)
{
    count(by, function, [&] {
        if (!*qi_kind_name(int(by.below(20))))
            broken("qi_kind_name() is empty");
    });
}

// -- task.h ---------------------------------------------------------------------------------------------

void task_options_init(Thread &by, const Function &function)
{
    count(by, function, [&] {
        qi_task_options options;
        qi_task_options_init(by.one_in(3) ? nullptr : &options);
    });
}

/* Options of a task, with the promise that `done` is kept. */
struct TaskOptions {
    explicit TaskOptions(Thread &by)
    {
        qi_task_options_init(&options);
        options.name = by.one_in(6) ? "\xFF" : by.one_in(2) ? "a task" : nullptr;
        options.timeout_ms = by.one_in(3) ? 1 + by.below(50) : 0;
        if (by.one_in(3)) {
            owner = objects.lend(by);
            options.owner = owner.get();
        }
        if (by.one_in(2)) {
            promise = promises.open("done");
            options.done = on_done;
            options.user = promise;
            if (by.one_in(2))
                options.progress = on_progress;
        }
        options.flags = by.one_in(12) ? 0x80 : by.below(2);
        if (by.one_in(3))
            options.callable = static_cast<qi_callable *>(handles.draw(by, Kind::Callable).pointer);
        if (by.one_in(20))
            options.size = 3;
    }

    void settle(bool made) const
    {
        if (promise)
            promises.settle(promise, made);
    }

    qi_task_options options;
    Promise *promise = nullptr;
    Lent owner;
};

void run_task(Thread &by, const Function &function)
{
    std::deque<Value> values;
    std::vector<qi_value> args;
    const TaskOptions with(by);
    const bool options = with.promise || !by.one_in(4);

    for (unsigned i = by.below(4); i; i--)
        args.push_back(values.emplace_back(by, 2).value);
    const char *target = by.one_in(5) ? nullptr : by.one_of(targets);
    const int status = making<qi_task>(
        by, function, Kind::Task, [&](qi_runtime *runtime, qi_task **out) {
            return qi_run_task(runtime, target, by.one_in(12) ? nullptr : args.data(), args.size(),
                               options ? &with.options : nullptr, out);
        });
    with.settle(status == QI_OK);
}

int with_task(Thread &by, const Function &function, const std::function<int(qi_task *)> &call)
{
    const Drawn drawn = handles.draw(by, Kind::Task);
    return judge(by, function, &drawn, Kind::Task, [&] { return call(as_task(drawn)); });
}

void task_cancel(Thread &by, const Function &function)
{
    with_task(by, function, [](qi_task *task) { return qi_task_cancel(task); });
}

void task_state(Thread &by, const Function &function)
{
    const Drawn drawn = handles.draw(by, Kind::Task);
    count(by, function, [&] {
        if (qi_task_state(as_task(drawn)) != QI_TASK_STATE_INVALID &&
            drawn.sort != Sort::Released && handles.was_dead(drawn))
            broken("qi_task_state() takes something else for a task");
    });
}

void task_result(Thread &by, const Function &function)
{
    qi_value out = qi_int(4711);
    const int status = with_task(by, function,
                                 [&](qi_task *task) { return qi_task_result(task, &out); });
    if (status == QI_OK)
        owned.put(out);
    else if (out.kind != QI_KIND_INT)
        broken("qi_task_result() failed and wrote its output");
}

void task_wait(Thread &by, const Function &function)
{
    qi_value out = qi_int(4711);
    /* Without limit in some threads only: somebody has to go on. */
    const int limit = by.one_in(16) && !by.depth ? -1 : int(by.below(20));
    const Drawn drawn = handles.draw(by, Kind::Task);
    const int status = judge(by, function, &drawn, Kind::Task, [&] {
        const int result = qi_task_wait(as_task(drawn), limit, by.one_in(6) ? nullptr : &out);
        if (by.gui && result != QI_ERR_WRONG_THREAD && result != QI_ERR_HANDLE)
            broken(std::string("qi_task_wait() in the GUI thread returned ") + qi_status_name(result));
        if (!by.gui && limit < 0 && result == QI_ERR_PENDING)
            broken("qi_task_wait() without a limit ends while the task goes on");
        return result;
    });
    if (status == QI_OK)
        owned.put(out.kind == QI_KIND_INT && out.as.integer == 4711 ? qi_none() : out);
    else if (out.kind != QI_KIND_INT)
        broken("qi_task_wait() failed and wrote its output");
}

void task_retain(Thread &by, const Function &function)
{
    const Drawn drawn = handles.draw(by, Kind::Task);
    handles.begin();
    qi_task *task = nullptr;
    count(by, function, [&] { task = qi_task_retain(as_task(drawn)); });
    if (task && task != drawn.pointer)
        broken("qi_task_retain() returns another task");
    handles.end(Kind::Task, task);
}

void task_release(Thread &by, const Function &function)
{
    const Drawn drawn = handles.draw_to_release(by, Kind::Task);
    if (drawn.sort == Sort::Released) { /* may live again, and be somebody's */
        handles.with_released(by, Kind::Task, [&](void *task) {
            count(by, function, [&] { qi_task_release(static_cast<qi_task *>(task)); });
        });
        return;
    }
    count(by, function, [&] { qi_task_release(as_task(drawn)); });
    handles.gone(Kind::Task, drawn);
}

void callable_resolve(Thread &by, const Function &function)
{
    auto *callable = reinterpret_cast<qi_callable *>(&by);
    const Drawn drawn = handles.draw(by, Kind::Runtime);

    handles.begin();
    const bool wanted = !by.one_in(12);
    const int status = judge(by, function, &drawn, Kind::Runtime, [&] {
        return qi_callable_resolve(as_runtime(drawn), by.one_in(12) ? nullptr : by.one_of(targets),
                                   wanted ? &callable : nullptr);
    });
    if (wanted && status < 0 && callable)
        broken("qi_callable_resolve() failed and did not set its output to NULL");
    handles.end(Kind::Callable, status == QI_OK ? callable : nullptr);
}

void callable_release(Thread &by, const Function &function)
{
    const Drawn drawn = handles.draw_to_release(by, Kind::Callable);
    if (drawn.sort == Sort::Released) {
        handles.with_released(by, Kind::Callable, [&](void *callable) {
            count(by, function, [&] { qi_callable_release(static_cast<qi_callable *>(callable)); });
        });
        return;
    }
    count(by, function, [&] { qi_callable_release(static_cast<qi_callable *>(drawn.pointer)); });
    handles.gone(Kind::Callable, drawn);
}

void task_id(Thread &by, const Function &function)
{
    const Drawn drawn = handles.draw(by, Kind::Task);
    count(by, function, [&] {
        if (qi_task_id(as_task(drawn)) && drawn.sort != Sort::Released && handles.was_dead(drawn))
            broken("qi_task_id() knows what is no task");
    });
}

void task_name(Thread &by, const Function &function)
{
    const Drawn drawn = handles.draw_to_release(
        by, Kind::Task); /* the name lives while the handle is held */
    if (drawn.sort == Sort::Released)
        return;
    count(by, function, [&] {
        const char *name = qi_task_name(as_task(drawn));
        if (name && !*name)
            broken("qi_task_name() is empty");
        qi_task_release(as_task(drawn));
    });
    handles.gone(Kind::Task, drawn);
}

void tasks_wait(Thread &by, const Function &function)
{
    const Drawn one = handles.draw(by, Kind::Task), two = handles.draw(by, Kind::Task);
    qi_task *const tasks[] = {as_task(one), as_task(two)};

    judge(by, function, nullptr, Kind::Task, [&] {
        return qi_tasks_wait(by.one_in(12) ? nullptr : tasks, by.below(3),
                             int(by.below(by.one_in(8) ? 4 : 2)), int(by.below(10)));
    });
}

// -- call.h ---------------------------------------------------------------------------------------------

/* Arguments of a call, positional ones and keywords. */
struct Arguments {
    explicit Arguments(Thread &by)
    {
        static const char *const keywords[] = {"a", "b", "side", "\xFF", ""};
        for (unsigned i = by.below(4); i; i--)
            args.push_back(values.emplace_back(by, 2).value);
        for (unsigned i = by.one_in(3) ? by.below(3) : 0; i; i--)
            kwargs.push_back({by.one_in(8) ? qi_int(1) : qi_text(by.one_of(keywords)),
                              values.emplace_back(by, 2).value});
    }
    std::deque<Value> values;
    std::vector<qi_value> args;
    std::vector<qi_entry> kwargs;
};

void call(Thread &by, const Function &function)
{
    const Arguments with(by);
    with_output(by, function, [&](qi_runtime *runtime, qi_value *out) {
        return qi_call(runtime, by.one_in(12) ? nullptr : by.one_of(targets), with.args.data(),
                       with.args.size(), with.kwargs.data(), with.kwargs.size(), out);
    });
}

/* A call that is given a value that came out of the library, and no handle. */
int with_value(Thread &by, const Function &function,
               const std::function<int(const qi_value *, qi_value *)> &call)
{
    qi_value value = qi_none(), out = qi_int(4711);
    const bool wanted = !by.one_in(6);

    owned.take(by, &value);
    const int status = judge(by, function, nullptr, Kind::Runtime, [&] {
        return call(by.one_in(12) ? nullptr : &value, wanted ? &out : nullptr);
    });
    owned.put(value);
    if (status == QI_OK && wanted)
        owned.put(out);
    else if (out.kind != QI_KIND_INT || out.as.integer != 4711)
        broken(std::string(function.rule.name) + " failed and wrote its output");
    return status;
}

const char *const attributes[] = {"__class__", "__doc__", "__len__", "__repr__",
                                  "upper",     "missing", "",        "\xFF"};

void callable_call_values(Thread &by, const Function &function)
{
    const Arguments with(by);
    const Drawn drawn = handles.draw(by, Kind::Callable);
    qi_value out = qi_none();

    judge(by, function, &drawn, Kind::Callable, [&] {
        return qi_callable_call_values(static_cast<qi_callable *>(drawn.pointer), with.args.data(),
                                       with.args.size(), with.kwargs.data(), with.kwargs.size(),
                                       by.one_in(6) ? nullptr : &out);
    });
    owned.put(out);
}

void value_call(Thread &by, const Function &function)
{
    const Arguments with(by);
    with_value(by, function, [&](const qi_value *value, qi_value *out) {
        return qi_value_call(value, by.one_in(4) ? nullptr : by.one_of(attributes),
                             with.args.data(), by.one_in(2) ? 0 : with.args.size(),
                             with.kwargs.data(), by.one_in(2) ? 0 : with.kwargs.size(), out);
    });
}

void value_attribute(Thread &by, const Function &function)
{
    with_value(by, function, [&](const qi_value *value, qi_value *out) {
        return qi_value_attribute(value, by.one_in(12) ? nullptr : by.one_of(attributes), out);
    });
}

template <int (*read)(const qi_value *, qi_value *)>
void value_made(Thread &by, const Function &function)
{
    with_value(by, function, read);
}

// -- scope.h --------------------------------------------------------------------------------------------

qi_scope *as_scope(const Drawn &drawn)
{
    return static_cast<qi_scope *>(drawn.pointer);
}

void scope_new(Thread &by, const Function &function)
{
    making<qi_scope>(by, function, Kind::Scope,
                     [](qi_runtime *runtime, qi_scope **out) { return qi_scope_new(runtime, out); });
}

int with_scope(Thread &by, const Function &function, const std::function<int(qi_scope *)> &call)
{
    const Drawn drawn = handles.draw(by, Kind::Scope);
    return judge(by, function, &drawn, Kind::Scope, [&] { return call(as_scope(drawn)); });
}

void scope_set(Thread &by, const Function &function)
{
    const Value value(by);
    with_scope(by, function, [&](qi_scope *scope) {
        return qi_scope_set(scope, by.one_in(12) ? nullptr : by.one_of(names),
                            by.one_in(12) ? nullptr : &value);
    });
}

void scope_get(Thread &by, const Function &function)
{
    qi_value out = qi_none();
    with_scope(by, function, [&](qi_scope *scope) {
        return qi_scope_get(scope, by.one_in(12) ? nullptr : by.one_of(names),
                            by.one_in(12) ? nullptr : &out);
    });
    owned.put(out);
}

void scope_exec(Thread &by, const Function &function)
{
    const char *source = by.one_in(12) ? nullptr : by.one_of(sources);
    with_scope(by, function, [&](qi_scope *scope) {
        return qi_scope_exec(scope, source, source ? std::strlen(source) : by.below(2),
                             by.one_in(2) ? nullptr : "scope.py");
    });
}

void scope_eval(Thread &by, const Function &function)
{
    const char *expression = by.one_in(12) ? nullptr : by.one_of(expressions);
    qi_value out = qi_none();
    with_scope(by, function, [&](qi_scope *scope) {
        return qi_scope_eval(scope, expression, expression ? std::strlen(expression) : 1,
                             by.one_in(6) ? nullptr : &out);
    });
    owned.put(out);
}

void scope_release(Thread &by, const Function &function)
{
    const Drawn drawn = handles.draw_to_release(by, Kind::Scope);
    if (drawn.sort == Sort::Released)
        return;
    count(by, function, [&] { qi_scope_release(as_scope(drawn)); });
    handles.gone(Kind::Scope, drawn);
}

void exec_async(Thread &by, const Function &function)
{
    static const char *const awaiting[] = {"import asyncio; await asyncio.sleep(0)",
                                           "await asyncio.sleep(9)", "1"};
    const TaskOptions with(by);
    const bool options = with.promise || !by.one_in(4);
    const char *source = by.one_in(2) ? by.one_of(awaiting) : by.one_of(sources);
    const Drawn scope = handles.draw(by, Kind::Scope);
    const bool in_scope = by.one_in(3);

    const int status = making<qi_task>(
        by, function, Kind::Task, [&](qi_runtime *runtime, qi_task **out) {
            return qi_exec_async(runtime, in_scope ? as_scope(scope) : nullptr, source,
                                 std::strlen(source), by.one_in(2) ? nullptr : "fuzz.py",
                                 options ? &with.options : nullptr, out);
        });
    with.settle(status == QI_OK);
}

void import_module(Thread &by, const Function &function)
{
    static const char *const modules[] = {"fuzzed", "os.path", "nothing", "no name", "", "\xFF"};
    with_output(by, function, [&](qi_runtime *runtime, qi_value *out) {
        return qi_import(runtime, by.one_in(12) ? nullptr : by.one_of(modules), out);
    });
}

// -- connection.h ---------------------------------------------------------------------------------------

void connection_options_init(Thread &by, const Function &function)
{
    count(by, function, [&] {
        qi_connection_options options;
        qi_connection_options_init(by.one_in(3) ? nullptr : &options);
    });
}

void asyncslot_connect(Thread &by, const Function &function)
{
    const Lent sender = objects.lend(by), owner = objects.lend(by);
    qi_connection_options options;

    qi_connection_options_init(&options);
    options.overlap = int(by.below(by.one_in(12) ? 9 : 5));
    options.delivery = int(by.below(by.one_in(12) ? 9 : 2));
    options.owner = by.one_in(2) ? owner.get() : nullptr;
    options.task_name = by.one_in(12) ? "\xFF" : by.one_in(2) ? "from a signal" : nullptr;
    options.queue_limit = by.below(4);
    options.flags = by.below(by.one_in(12) ? 9 : 4);
    if (by.one_in(3))
        options.callable = static_cast<qi_callable *>(handles.draw(by, Kind::Callable).pointer);
    if (by.one_in(20))
        options.size = 3;
    making<qi_connection>(
        by, function, Kind::Connection, [&](qi_runtime *runtime, qi_connection **out) {
            return qi_asyncslot_connect(runtime, by.one_in(16) ? nullptr : sender.get(),
                                        by.one_in(16) ? nullptr : by.one_of(signals),
                                        by.one_in(4) ? nullptr : by.one_of(targets),
                                        by.one_in(4) ? nullptr : &options, out);
        });
}

void connection_disconnect(Thread &by, const Function &function)
{
    /* Elsewhere than in the GUI thread it is refused, and lives on. */
    const Drawn drawn = by.gui ? handles.draw_to_release(by, Kind::Connection)
                               : handles.draw(by, Kind::Connection);
    auto *connection = static_cast<qi_connection *>(drawn.pointer);

    if (drawn.sort == Sort::Released) {
        handles.with_released(by, Kind::Connection, [&](void *released) {
            judge(by, function, nullptr, Kind::Connection, [&] {
                const int status = qi_connection_disconnect(static_cast<qi_connection *>(released));
                if (status == QI_OK)
                    broken("qi_connection_disconnect() takes a released connection");
                return status;
            });
        });
        return;
    }
    if (!connection) {
        count(by, function, [] {
            if (qi_connection_disconnect(nullptr) != QI_OK)
                broken("qi_connection_disconnect() does not allow NULL");
        });
        return;
    }
    judge(by, function, &drawn, Kind::Connection, [&] {
        const int status = qi_connection_disconnect(connection);
        if (status == QI_OK && !by.gui)
            broken("qi_connection_disconnect() succeeds in another thread");
        if (status != QI_OK && by.gui && drawn.sort == Sort::Live)
            broken("qi_connection_disconnect() refuses a live connection");
        return status;
    });
    if (by.gui)
        handles.gone(Kind::Connection, drawn);
}

void connection_is_connected(Thread &by, const Function &function)
{
    const Drawn drawn = handles.draw(by, Kind::Connection);
    count(by, function, [&] {
        if (qi_connection_is_connected(static_cast<qi_connection *>(drawn.pointer)) &&
            handles.was_dead(drawn))
            broken("qi_connection_is_connected() takes something else for a connection");
    });
}

void connection_release(Thread &by, const Function &function)
{
    const Drawn drawn = handles.draw_to_release(by, Kind::Connection);
    if (drawn.sort == Sort::Released) {
        handles.with_released(by, Kind::Connection, [&](void *connection) {
            count(by, function,
                  [&] { qi_connection_release(static_cast<qi_connection *>(connection)); });
        });
        return;
    }
    count(by, function, [&] { qi_connection_release(static_cast<qi_connection *>(drawn.pointer)); });
    handles.gone(Kind::Connection, drawn);
}

// -- expose.h -------------------------------------------------------------------------------------------

void function_init(Thread &by, const Function &function)
{
    count(by, function, [&] {
        qi_function exposed;
        qi_function_init(by.one_in(3) ? nullptr : &exposed);
    });
}

void expose(Thread &by, const Function &function)
{
    static const char *const signatures[] = {nullptr,    "()",
                                             "(a, b=2)", "(a: int, *, b: str = 'x') -> float",
                                             "(*args)",  "(a: list | None = None, /)",
                                             "(",        "no signature",
                                             "\xFF",     "(a: int = 1, b: bytes = b'')"};
    const Lent owner = objects.lend(by);
    qi_function exposed;

    qi_function_init(&exposed);
    exposed.call = by.one_in(16) ? nullptr : on_call;
    if (by.one_in(4)) {
        /* What is promised may stay open for longer than the runtime lives, and `user` would with it: so it has none. */
        exposed.call = nullptr;
        exposed.call_later = ask_later;
    }
    Promise *promise = exposed.call_later ? nullptr : promises.open("destroy");
    exposed.user = promise;
    exposed.destroy = promise ? on_destroy : nullptr;
    exposed.signature = by.one_of(signatures);
    exposed.doc = by.one_in(12) ? "\xFF" : by.one_in(2) ? "What it does." : nullptr;
    exposed.owner = by.one_in(3) ? owner.get() : nullptr;
    exposed.flags = by.below(by.one_in(12) ? 9 : 2);
    if (by.one_in(20))
        exposed.size = 3;
    const int status = with_runtime(by, function, [&](qi_runtime *runtime) {
        return qi_function_register(runtime, by.one_in(16) ? nullptr : by.one_of(names),
                                    by.one_in(16) ? nullptr : &exposed);
    });
    if (promise)
        promises.settle(promise, status == QI_OK);
}

void unexpose(Thread &by, const Function &function)
{
    with_runtime(by, function, [&](qi_runtime *runtime) {
        return qi_function_unregister(runtime, by.one_in(16) ? nullptr : by.one_of(names));
    });
}

// -- output.h, audit.h, debugger.h, doctor.h ----------------------------------------------------------------

std::atomic<qi_listener *> listeners[3];

void keep_listener(Thread &by, qi_listener *listener)
{
    if (listener)
        (void)qi_listener_release(
            listeners[by.below(3)].exchange(listener)); // in the GUI thread, where it came from
}

void output_listen(Thread &by, const Function &function)
{
    qi_listener *listener = nullptr;

    with_runtime(by, function, [&](qi_runtime *runtime) {
        return qi_output_listen(runtime, by.one_in(8) ? nullptr : on_line, nullptr, nullptr,
                                by.one_in(4) ? nullptr : &listener);
    });
    keep_listener(by, listener);
}

void listener_release(Thread &by, const Function &function)
{
    std::atomic<qi_listener *> &place = listeners[by.below(3)];
    qi_listener *listener = place.exchange(nullptr);

    if (!listener) {
        count(by, function, [] { (void)qi_listener_release(nullptr); });
        return;
    }
    const int status = judge(by, function, nullptr, Kind::Runtime,
                             [&] { return qi_listener_release(listener); });
    if (status < 0)
        (void)place.exchange(listener);
}

void audit_set(Thread &by, const Function &function)
{
    with_runtime(by, function, [&](qi_runtime *runtime) {
        return qi_audit_set(runtime, by.one_in(2) ? on_audit : nullptr, nullptr, nullptr);
    });
}

void debugger_listen(Thread &by, const Function &function)
{
    /* One that listens stays until the process ends, and slows all of it: a port that is none, unless asked for. */
    const unsigned port = settings.slow && by.one_in(50) ? 0 : 65536 + by.below(9);
    with_output(by, function, [&](qi_runtime *runtime, qi_value *out) {
        return qi_debugger_listen(runtime, port ? "debugpy" : nullptr, port, out);
    });
}

void debugger_is_attached(Thread &by, const Function &function)
{
    const Drawn drawn = handles.draw(by, Kind::Runtime);
    count(by, function, [&] {
        if (qi_debugger_is_attached(as_runtime(drawn)))
            broken("a debugger has attached to the fuzzer");
    });
}

/* Into places that cannot be one: what it writes is tested elsewhere. */
void stubs_write(Thread &by, const Function &function)
{
    static const char *const places[] = {nullptr, "", "/proc/no/such/place", "\xff"};

    with_runtime(by, function,
                 [&](qi_runtime *runtime) { return qi_stubs_write(runtime, by.one_of(places)); });
}

void doctor_options_init(Thread &by, const Function &function)
{
    count(by, function, [&] {
        qi_doctor_options options;
        qi_doctor_options_init(by.one_in(3) ? nullptr : &options);
    });
}

void doctor(Thread &by, const Function &function)
{
    static std::atomic<int> examinations{0};
    qi_doctor_options options;
    qi_value out = qi_int(4711);

    qi_doctor_options_init(&options);
    /* An examination takes a second or more: one is enough. */
    const bool whole = settings.slow ? by.one_in(50) : !by.gui && examinations++ == 0;
    if (!whole)
        options.size = 3;
    const int status = judge(by, function, nullptr, Kind::Runtime,
                             [&] { return qi_doctor_examine(whole ? nullptr : &options, &out); });
    if (status == QI_OK)
        owned.put(out);
}

// -- monitor.h ------------------------------------------------------------------------------------------

void watchdog_options_init(Thread &by, const Function &function)
{
    count(by, function, [&] {
        qi_watchdog_options options;
        qi_watchdog_options_init(by.one_in(3) ? nullptr : &options);
    });
}

void watchdog_start(Thread &by, const Function &function)
{
    qi_watchdog_options options;

    qi_watchdog_options_init(&options);
    options.limit_ms = by.below(60);
    options.repeat_ms = by.below(30);
    options.interrupt_ms = by.one_in(4) ? 20 + by.below(50) : 0;
    options.slow_step_ms = by.below(5);
    options.stalled = by.one_in(4) ? nullptr : on_stall;
    options.slow = by.one_in(4) ? nullptr : on_slow_step;
    if (by.one_in(16))
        options.size = 3;
    with_runtime(by, function, [&](qi_runtime *runtime) {
        return qi_watchdog_start(runtime, by.one_in(8) ? nullptr : &options);
    });
}

void watchdog_stop(Thread &by, const Function &function)
{
    with_runtime(by, function, [](qi_runtime *runtime) { return qi_watchdog_stop(runtime); });
}

void interrupt(Thread &by, const Function &function)
{
    with_runtime(by, function, [&](qi_runtime *runtime) {
        return qi_runtime_interrupt(runtime, by.one_in(2)   ? nullptr
                                             : by.one_in(8) ? "\xFF"
                                                            : "the fuzzer");
    });
}

void counters_read(Thread &by, const Function &function)
{
    qi_loop_counters counters;

    qi_loop_counters_init(&counters);
    if (by.one_in(8))
        counters.size = 1;
    with_runtime(by, function, [&](qi_runtime *runtime) {
        return qi_loop_counters_read(runtime, by.one_in(12) ? nullptr : &counters);
    });
}

void tasks_list(Thread &by, const Function &function)
{
    with_output(by, function,
                [](qi_runtime *runtime, qi_value *out) { return qi_tasks_list(runtime, out); });
}

void tasks_trace(Thread &by, const Function &function)
{
    with_runtime(by, function,
                 [&](qi_runtime *runtime) { return qi_tasks_trace(runtime, by.one_in(2)); });
}

void task_cancel_id(Thread &by, const Function &function)
{
    with_runtime(by, function, [&](qi_runtime *runtime) {
        return qi_tasks_cancel(runtime, by.one_in(8) ? INT64_MIN : int64_t(by.below(200)));
    });
}

// -- plugin.h -------------------------------------------------------------------------------------------

void plugin_state_name(Thread &by, const Function &function)
{
    count(by, function, [&] {
        if (!*qi_plugin_state_name(int(by.below(20))))
            broken("qi_plugin_state_name() is empty");
    });
}

void plugins_config_init(Thread &by, const Function &function)
{
    count(by, function, [&] {
        qi_plugins_config config;
        qi_plugins_config_init(by.one_in(3) ? nullptr : &config);
    });
}

void plugins_start(Thread &by, const Function &function)
{
    static const std::string folder = settings.folder + "/plugins",
                             ini = settings.folder + "/settings.ini",
                             data = settings.folder + "/data";
    const char *const folders[] = {by.one_in(16) ? "\xFF" : folder.c_str()};
    qi_plugins_config config;

    qi_plugins_config_init(&config);
    config.application_folders = by.one_in(16) ? nullptr : folders;
    config.application_folder_count = 1;
    config.user_folder = config.system_folder = "";
    config.settings_file = ini.c_str();
    config.data_folder = data.c_str();
    config.activate_ms = 1 + by.below(300);
    config.deactivate_ms = 1 + by.below(300);
    config.storm_limit = by.below(6);
    config.storm_ms = by.below(300);
    config.watch_files = by.one_in(3);
    config.consent = by.one_in(12) ? nullptr : on_consent;
    config.event = by.one_in(4) ? nullptr : on_plugin_event;
    if (by.one_in(16))
        config.size = 3;
    with_runtime(by, function,
                 [&](qi_runtime *runtime) { return qi_plugins_start(runtime, &config); });
}

void plugins_rescan(Thread &by, const Function &function)
{
    with_runtime(by, function, [](qi_runtime *runtime) { return qi_plugins_rescan(runtime); });
}

void plugins_listen(Thread &by, const Function &function)
{
    qi_listener *listener = nullptr;

    with_runtime(by, function, [&](qi_runtime *runtime) {
        return qi_plugins_listen(runtime, by.one_in(8) ? nullptr : on_plugin_event, nullptr,
                                 nullptr, by.one_in(4) ? nullptr : &listener);
    });
    keep_listener(by, listener);
}

void plugins_list(Thread &by, const Function &function)
{
    with_output(by, function,
                [](qi_runtime *runtime, qi_value *out) { return qi_plugins_list(runtime, out); });
}

void plugins_found(Thread &by, const Function &function)
{
    with_output(by, function,
                [](qi_runtime *runtime, qi_value *out) { return qi_plugins_found(runtime, out); });
}

const char *some_id(Thread &by)
{
    return by.one_in(16) ? nullptr : by.one_of(plugin_ids);
}

void plugin_info(Thread &by, const Function &function)
{
    with_output(by, function, [&](qi_runtime *runtime, qi_value *out) {
        return qi_plugin_describe(runtime, some_id(by), out);
    });
}

void plugin_state_of(Thread &by, const Function &function)
{
    const Drawn drawn = handles.draw(by, Kind::Runtime);
    count(by, function, [&] { (void)qi_plugin_state(as_runtime(drawn), some_id(by)); });
}

void change_plugin(Thread &by, const Function &function,
                   int (*change)(qi_runtime *, const char *, const qi_task_options *, qi_task **))
{
    const TaskOptions with(by);
    const bool options = with.promise || !by.one_in(4);
    const int status = making<qi_task>(
        by, function, Kind::Task, [&](qi_runtime *runtime, qi_task **out) {
            return change(runtime, some_id(by), options ? &with.options : nullptr, out);
        });
    with.settle(status == QI_OK);
}

void plugin_enable(Thread &by, const Function &function)
{
    change_plugin(by, function, qi_plugin_enable);
}

void plugin_disable(Thread &by, const Function &function)
{
    change_plugin(by, function, qi_plugin_disable);
}

void plugin_reload(Thread &by, const Function &function)
{
    change_plugin(by, function, qi_plugin_reload);
}

void plugin_withdraw(Thread &by, const Function &function)
{
    change_plugin(by, function, qi_plugin_withdraw);
}

void plugins_searching(Thread &by, const Function &function)
{
    const Drawn drawn = handles.draw(by, Kind::Runtime);
    count(by, function, [&] { (void)qi_plugins_searching(as_runtime(drawn)); });
}

const char *some_key(Thread &by)
{
    static const char *const keys[] = {"speed", "label", "missing", "", "\xFF"};
    return by.one_in(16) ? nullptr : by.one_of(keys);
}

void plugin_setting(Thread &by, const Function &function)
{
    with_output(by, function, [&](qi_runtime *runtime, qi_value *out) {
        return qi_plugin_get_setting(runtime, some_id(by), some_key(by), out);
    });
}

void plugin_set_setting(Thread &by, const Function &function)
{
    const Value value(by, 2);
    const qi_value fitting = by.one_in(2) ? qi_int(by.below(20)) : qi_text("label");

    with_runtime(by, function, [&](qi_runtime *runtime) {
        return qi_plugin_set_setting(runtime, some_id(by), some_key(by),
                                     by.one_in(8)   ? nullptr
                                     : by.one_in(2) ? &value
                                                    : &fitting);
    });
}

void plugin_trigger(Thread &by, const Function &function)
{
    static const char *const actions[] = {"act", "act", "spawn", "fail", "missing", "", "\xFF"};
    const TaskOptions with(by);
    const bool options = with.promise || !by.one_in(4);
    const char *action = by.one_in(16) ? nullptr : by.one_of(actions);
    const int status = making<qi_task>(
        by, function, Kind::Task, [&](qi_runtime *runtime, qi_task **out) {
            return qi_plugin_trigger(runtime, some_id(by), action,
                                     options ? &with.options : nullptr, out);
        });
    with.settle(status == QI_OK);
}

void plugins_stop(Thread &by, const Function &function)
{
    const TaskOptions with(by);
    const bool options = with.promise || !by.one_in(4);
    const int status = making<qi_task>(
        by, function, Kind::Task, [&](qi_runtime *runtime, qi_task **out) {
            return qi_plugins_stop(runtime, options ? &with.options : nullptr, out);
        });
    with.settle(status == QI_OK);
}

// -- python.h ---------------------------------------------------------------------------------------------

void python_run(Thread &by, const Function &function)
{
    const qi_callback_fn run = by.one_in(8) ? nullptr : +[](void *) { misbehave(); };
    with_runtime(by, function,
                 [&](qi_runtime *runtime) { return qi_python_run(runtime, run, nullptr); });
}

/* There and back: what came of a value is an object, and that is a value. */
void value_to_python(Thread &by, const Function &function)
{
    const Value given(by, 2);
    struct _object *object = nullptr;
    qi_value back = qi_none();
    judge(by, function, nullptr, Kind::Runtime,
          [&] { return qi_value_to_python(by.one_in(8) ? nullptr : &given, &object); });
    judge(by, function, nullptr, Kind::Runtime, [&] { return qi_value_from_python(object, &back); });
    if (object) {
        const PyGILState_STATE gil = PyGILState_Ensure();
        Py_DECREF(object);
        PyGILState_Release(gil);
    }
    qi_value_clear(&back);
}

void value_next(Thread &by, const Function &function)
{
    const Value value(by, 1);
    const TaskOptions with(by);
    const bool options = with.promise || !by.one_in(4);
    const int status = making<qi_task>(
        by, function, Kind::Task, [&](qi_runtime *runtime, qi_task **out) {
            return qi_value_next(runtime, by.one_in(12) ? nullptr : &value,
                                 options ? &with.options : nullptr, out);
        });
    with.settle(status == QI_OK);
}

// -- qt.hpp, convert.hpp ----------------------------------------------------------------------------------

QVariant some_variant(Thread &by)
{
    switch (by.below(8)) {
    case 0:
        return QVariant();
    case 1:
        return QVariant(int(by.below(100)));
    case 2:
        return QVariant(QStringLiteral("text"));
    case 3:
        return QVariantList{QVariant(1), QVariant(QPoint(1, 2))};
    case 4:
        return QVariantMap{{QStringLiteral("key"), QVariant(2.5)}};
    case 5:
        return QVariant(QPointF(0.5, by.below(9)));
    case 6:
        return QVariant(QByteArray(int(by.below(100)), 'x'));
    default:
        return QVariant(QMetaType::fromType<quint64>());
    }
}

void callable_call(Thread &by, const Function &function)
{
    const Drawn drawn = handles.draw(by, Kind::Callable);
    const QVariant arguments[] = {some_variant(by), some_variant(by)};
    QVariant result;
    /* A worker that waits for the GUI thread would keep main() from closing the books. */
    const bool wanted = by.one_in(2);

    judge(by, function, &drawn, Kind::Callable, [&] {
        return qi_callable_call(static_cast<const qi_callable *>(drawn.pointer), arguments,
                                by.below(3), wanted ? &result : nullptr);
    });
}

void value_from_variant(Thread &by, const Function &function)
{
    const QVariant variant = some_variant(by);
    qi_value out = qi_none();

    judge(by, function, nullptr, Kind::Runtime, [&] {
        return qi_value_from_variant(by.one_in(12) ? nullptr : &variant,
                                     by.one_in(12) ? nullptr : &out);
    });
    owned.put(out);
}

void value_to_variant(Thread &by, const Function &function)
{
    const Value value(by);
    QVariant variant = some_variant(by);

    judge(by, function, nullptr, Kind::Runtime, [&] {
        return qi_value_to_variant(by.one_in(12) ? nullptr : &value,
                                   by.one_in(12) ? nullptr : &variant);
    });
}

/* A type of the fuzzer's, that is converted to a text and back. */
struct Parcel {
    int weight = 0;
};

void converter_register(Thread &by, const Function &function)
{
    qi_converter converter;

    qi_converter_init(&converter);
    converter.size -= by.one_in(12) ? 1 : 0; /* as a program with an older header has it */
    converter.type = by.one_in(4)   ? 0
                     : by.one_in(4) ? QMetaType::fromType<int>().id()
                                    : QMetaType::fromType<Parcel>().id();
    converter.wanted = QMetaType::fromType<QString>().id();
    converter.to = [](const void *, QVariant *out, void *) {
        *out = QStringLiteral("parcel");
        return int(QI_OK);
    };
    converter.from = [](const QVariant *, QVariant *out, void *) {
        *out = QVariant::fromValue(Parcel{});
        return int(QI_OK);
    };
    judge(by, function, nullptr, Kind::Runtime,
          [&] { return qi_converter_register(by.one_in(12) ? nullptr : &converter); });
}

void watched_future_register(Thread &by, const Function &function)
{
    static const qi_watched_future_fn read = [](QObject *, QVariant *) {};
    const QFutureWatcher<Parcel> example;
    judge(by, function, nullptr, Kind::Runtime, [&] {
        return qi_watched_future_register(by.one_in(8) ? nullptr : &example,
                                          by.one_in(8) ? nullptr : read);
    });
}

void watched_future_unregister(Thread &by, const Function &function)
{
    const QFutureWatcher<Parcel> example;
    judge(by, function, nullptr, Kind::Runtime,
          [&] { return qi_watched_future_unregister(by.one_in(8) ? nullptr : &example); });
}

void awaitable_init(Thread &by, const Function &function)
{
    count(by, function, [&] {
        qi_awaitable awaitable;
        qi_awaitable_init(by.one_in(3) ? nullptr : &awaitable);
    });
}

/* Classes of objects that Python has from other calls are among them. */
void awaitable_register(Thread &by, const Function &function)
{
    static const char *const names[] = {"QTimer", "QObject", "no::Class", "\xFF", ""};
    const char *signal_names[] = {"destroyed", by.one_in(8) ? nullptr : "objectNameChanged(QString)"};
    qi_awaitable awaitable;

    qi_awaitable_init(&awaitable);
    awaitable.size -= by.one_in(12) ? 1 : 0; /* as a program with an older header has it */
    awaitable.class_name = by.one_in(8) ? nullptr : by.one_of(names);
    awaitable.signal_names = by.one_in(8) ? nullptr : signal_names;
    awaitable.signal_count = by.below(3);
    if (by.one_in(2))
        awaitable.look = [](qi_object *, const qi_emission *, qi_value *result, void *) {
            *result = qi_text("come");
            return int(QI_OK);
        };
    judge(by, function, nullptr, Kind::Runtime,
          [&] { return qi_awaitable_register(by.one_in(12) ? nullptr : &awaitable); });
}

void awaitable_unregister(Thread &by, const Function &function)
{
    static const char *const names[] = {"QTimer", "QObject", "no::Class", "\xFF", ""};
    judge(by, function, nullptr, Kind::Runtime,
          [&] { return qi_awaitable_unregister(by.one_in(8) ? nullptr : by.one_of(names)); });
}

void callback_run(Thread &by, const Function &function)
{
    const auto run = [](void *user) {
        if (user)
            throw std::runtime_error("thrown by the fuzzer");
    };
    const qi_callback_fn call = by.one_in(8) ? nullptr : qi_callback_fn(run);
    const char *what = by.one_in(8) ? nullptr : "a callback";
    const bool throws = by.one_in(4);
    judge(by, function, nullptr, Kind::Runtime, [&] {
        const int status = qi_callback_run(what, call, throws ? &by : nullptr, nullptr);
        if (call && what && (status == QI_ERR_STATE) != throws)
            broken("qi_callback_run() tells wrongly whether the function threw");
        return status;
    });
}

// -- timer.h, event.h, buffer.h -----------------------------------------------------------------------------

std::atomic<qi_timer *> timers[3];

void on_timer(qi_timer *timer, void *)
{
    if (!thread().gui)
        broken("a timer's call was made in another thread than the GUI's");
    if (timer && thread().one_in(4))
        (void)qi_timer_restart(timer, thread().below(3), thread().below(3));
    misbehave();
}

void timer_start(Thread &by, const Function &function)
{
    qi_timer *timer = nullptr;

    with_runtime(by, function, [&](qi_runtime *runtime) {
        return qi_timer_start(runtime, by.below(4), by.one_in(2) ? 0 : 1 + by.below(4),
                              by.one_in(8) ? nullptr : on_timer, nullptr, nullptr,
                              by.one_in(8) ? nullptr : &timer);
    });
    if (timer)
        (void)qi_timer_release(timers[by.below(3)].exchange(timer));
}

/* A timer that some thread may release meanwhile, or none. */
int with_timer(Thread &by, const Function &function, int (*call)(qi_timer *timer, Thread &by))
{
    qi_timer *timer = timers[by.below(3)].load();
    return judge(by, function, nullptr, Kind::Runtime, [&] { return call(timer, by); });
}

void timer_restart(Thread &by, const Function &function)
{
    with_timer(by, function, [](qi_timer *timer, Thread &of) {
        return qi_timer_restart(timer, of.one_in(8) ? 0x80000000u : of.below(4), of.below(4));
    });
}

void timer_stop(Thread &by, const Function &function)
{
    with_timer(by, function, [](qi_timer *timer, Thread &) { return qi_timer_stop(timer); });
}

void timer_is_active(Thread &by, const Function &function)
{
    count(by, function, [&] { (void)qi_timer_is_active(timers[by.below(3)].load()); });
}

void timer_release(Thread &by, const Function &function)
{
    std::atomic<qi_timer *> &place = timers[by.below(3)];
    qi_timer *timer = place.exchange(nullptr);
    const int status = judge(by, function, nullptr, Kind::Runtime,
                             [&] { return qi_timer_release(timer); });
    if (status < 0)
        (void)place.exchange(timer);
}

void on_event(const qi_event *event, void *)
{
    if (!thread().gui || !*event->name)
        broken("an event was told in another thread than the GUI's, or has no name");
    misbehave();
}

void events_listen(Thread &by, const Function &function)
{
    qi_listener *listener = nullptr;

    with_runtime(by, function, [&](qi_runtime *runtime) {
        return qi_events_listen(runtime, by.one_in(4) ? nullptr : by.one_of(names),
                                by.one_in(8) ? nullptr : on_event, nullptr, nullptr,
                                by.one_in(4) ? nullptr : &listener);
    });
    keep_listener(by, listener);
}

/* The whole life of a buffer, in any thread: Python may hold it longer. */
void buffer(Thread &by, const Function &function)
{
    static char memory[16];
    const size_t shape[] = {2, 4};
    qi_buffer_layout layout;
    qi_buffer *made = nullptr, *again = nullptr;

    qi_buffer_layout_init(&layout);
    layout.data = by.one_in(8) ? nullptr : memory;
    layout.format = by.one_in(8) ? "\xFF" : by.one_in(8) ? "<ii" : "<h";
    layout.dimensions = by.one_in(8) ? 65 : 2;
    layout.shape = by.one_in(8) ? nullptr : shape;
    judge(by, function, nullptr, Kind::Runtime, [&] { return qi_buffer_new(&layout, &made); });
    const qi_value value = qi_buffer_value(made);
    qi_value copied = qi_none();
    judge(by, function, nullptr, Kind::Runtime,
          [&] { return qi_value_to_buffer(&value, by.one_in(4), &again); });
    judge(by, function, nullptr, Kind::Runtime, [&] { return qi_buffer_read(made, &layout); });
    if (made && qi_value_copy(&copied, &value) == QI_OK)
        owned.put(copied);
    qi_buffer_release(qi_buffer_retain(made));
    qi_buffer_release(made);
    qi_buffer_release(again);
    const Value any(by);
    judge(by, function, nullptr, Kind::Runtime,
          [&] { return qi_value_to_buffer(&any, by.one_in(2), &again); });
    qi_buffer_release(again);
}

// -- what undoes and tells --------------------------------------------------------------------------------------

void get_slice(Thread &by, const Function &function)
{
    unsigned slice;
    with_runtime(by, function, [&](qi_runtime *runtime) {
        return qi_runtime_get_slice(runtime, by.one_in(8) ? nullptr : &slice);
    });
}

void set_debug(Thread &by, const Function &function)
{
    with_runtime(by, function,
                 [&](qi_runtime *runtime) { return qi_runtime_set_debug(runtime, by.one_in(4)); });
}

void get_debug(Thread &by, const Function &function)
{
    bool on;
    with_runtime(by, function, [&](qi_runtime *runtime) {
        return qi_runtime_get_debug(runtime, by.one_in(8) ? nullptr : &on);
    });
}

void scope_unset(Thread &by, const Function &function)
{
    with_scope(by, function, [&](qi_scope *scope) {
        return qi_scope_unset(scope, by.one_in(12) ? nullptr : by.one_of(names));
    });
}

void debugger_stop(Thread &by, const Function &function)
{
    with_runtime(by, function, qi_debugger_stop);
}

void converter_unregister(Thread &by, const Function &function)
{
    const int type = by.one_in(2) ? QMetaType::fromType<Parcel>().id() : 0;
    judge(by, function, nullptr, Kind::Runtime, [&] { return qi_converter_unregister(type); });
}

void callable_retain(Thread &by, const Function &function)
{
    const Drawn drawn = handles.draw(by, Kind::Callable);
    count(by, function, [&] {
        qi_callable *kept = qi_callable_retain(static_cast<qi_callable *>(drawn.pointer));
        if (kept && handles.was_dead(drawn))
            broken("qi_callable_retain() takes something else for a callable");
        qi_callable_release(kept);
    });
}

void task_describe(Thread &by, const Function &function)
{
    const Drawn drawn = handles.draw(by, Kind::Task);
    qi_value out = qi_none();
    judge(by, function, &drawn, Kind::Task,
          [&] { return qi_task_describe(as_task(drawn), by.one_in(8) ? nullptr : &out); });
    owned.put(out);
}

void connections_list(Thread &by, const Function &function)
{
    with_output(by, function, qi_connections_list);
}

void connection_id(Thread &by, const Function &function)
{
    const Drawn drawn = handles.draw(by, Kind::Connection);
    count(by, function, [&] {
        if (qi_connection_id(static_cast<qi_connection *>(drawn.pointer)) && handles.was_dead(drawn))
            broken("qi_connection_id() takes something else for a connection");
    });
}

void connection_retain(Thread &by, const Function &function)
{
    const Drawn drawn = handles.draw(by, Kind::Connection);
    count(by, function, [&] {
        qi_connection *kept = qi_connection_retain(static_cast<qi_connection *>(drawn.pointer));
        if (kept && handles.was_dead(drawn))
            broken("qi_connection_retain() takes something else for a connection");
        qi_connection_release(kept);
    });
}

// -- the table --------------------------------------------------------------------------------------------

using Failures = std::vector<int>;

Failures operator+(Failures a, const Failures &b)
{
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

const Failures of_runtime = {QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN, QI_ERR_MEMORY};
const Failures of_gui = of_runtime + Failures{QI_ERR_WRONG_THREAD};
const Failures of_text = {QI_ERR_ARGUMENT, QI_ERR_ENCODING};
const Failures of_launch = of_runtime + of_text + Failures{QI_ERR_NOT_FOUND,     QI_ERR_PYTHON,
                                                           QI_ERR_NOT_COROUTINE, QI_ERR_DEAD_OBJECT,
                                                           QI_ERR_TYPE,          QI_ERR_ABI};
const Failures of_script = of_gui + of_text + Failures{QI_ERR_PYTHON};
const Failures of_copy = {QI_ERR_ARGUMENT, QI_ERR_ENCODING, QI_ERR_HANDLE,
                          QI_ERR_TYPE,     QI_ERR_MEMORY,   QI_ERR_NOT_RUNNING};
const Failures of_reading = {QI_ERR_NOT_FOUND, QI_ERR_TYPE, QI_ERR_ARGUMENT, QI_ERR_RANGE,
                             QI_ERR_ENCODING};
const Failures of_call = of_gui + of_text +
                         Failures{QI_ERR_NOT_FOUND, QI_ERR_TYPE, QI_ERR_DEAD_OBJECT,
                                  QI_ERR_CANCELLED, QI_ERR_PYTHON};
const Failures of_result = of_launch + Failures{QI_ERR_PENDING, QI_ERR_CANCELLED, QI_ERR_TIMEOUT,
                                                QI_ERR_SHUTTING_DOWN, QI_ERR_RANGE};
/* The host's own, too: an exposed function fails as it likes, and Python tells it on. */
const Failures of_plugins = of_gui + of_text +
                            /* of a callback in the middle of an import of what it needs, and of a start that was
                             * interrupted: Python says that there are no plugins, and C does not know it yet */
                            Failures{QI_ERR_STATE, QI_ERR_NOT_FOUND, QI_ERR_PYTHON};

} // namespace

std::deque<Function> &functions()
{
    static std::deque<Function> table = [] {
        std::deque<Function> all;
        const auto add = [&](const char *name, bool gui, const Failures &failures,
                             void (*call)(Thread &, const Function &), unsigned weight = 10) {
            all.emplace_back(name, gui, failures, call, weight);
        };
        constexpr bool any = false, gui = true;

        add("qi_last_error", any, {}, last_error, 2);
        add("qi_status_name", any, {}, status_name, 2);
        add("qi_status_text", any, {}, status_text, 2);
        add("qi_version", any, {}, version, 1);
        add("qi_version_string", any, {}, version_string, 1);
        add("qi_fail", any, {}, fail, 2);
        add("qi_promise_resolve", any, {}, promise_resolve, 3);
        add("qi_promise_reject", any, {}, promise_reject, 3);
        add("qi_promise_is_cancelled", any, {}, promise_is_cancelled, 3);
        add("qi_promise_report", any, {}, promise_report, 3);
        add("qi_failf", any, {}, failf, 3);
        add("qi_fail_again", any, {}, fail_again, 3);
        add("qi_runtime_post", any, of_runtime + Failures{QI_ERR_ARGUMENT, QI_ERR_NO_APPLICATION},
            runtime_post, 3);
        add("qi_error_report", gui, {QI_ERR_ARGUMENT, QI_ERR_ABI, QI_ERR_WRONG_THREAD},
            error_report, 3);
        add("qi_config_init", any, {}, config_init, 1);
        add("qi_runtime_init", gui, {QI_ERR_STATE, QI_ERR_WRONG_THREAD}, runtime_init, 2);
        add("qi_runtime_shutdown", gui, {}, runtime_shutdown, 6);
        add("qi_runtime_state", any, {}, runtime_state, 3);
        add("qi_runtime_current", any, {}, runtime_current, 3);
        add("qi_runtime_set_slice", gui, of_gui + Failures{QI_ERR_RANGE}, set_slice, 4);
        add("qi_object_register", gui,
            of_gui + of_text + Failures{QI_ERR_STATE, QI_ERR_DEAD_OBJECT}, host_register);
        add("qi_object_unregister", gui,
            of_gui + of_text + Failures{QI_ERR_STATE, QI_ERR_DEAD_OBJECT, QI_ERR_NOT_FOUND},
            host_unregister);
        add("qi_exec", gui, of_script, exec);
        add("qi_exec_file", gui, of_script + Failures{QI_ERR_NOT_FOUND}, exec_file);
        add("qi_eval", gui, of_script, eval);
        add("qi_exec_n", gui, of_script, exec_n);
        add("qi_eval_n", gui, of_script, eval_n);
        add("qi_value_copy", any, of_copy, value_copy);
        add("qi_value_clear", any, {}, value_clear, 20);
        add("qi_value_equal", any, {}, value_equal);
        add("qi_value_get", any, {}, value_get, 4);
        add("qi_value_get_n", any, {}, value_get_n, 4);
        add("qi_value_find", any, {}, value_find, 4);
        add("qi_value_at", any, {}, value_at, 8);
        add("qi_value_to_bool", any, of_reading, value_to<bool, qi_value_to_bool>, 4);
        add("qi_value_to_int", any, of_reading, value_to<int64_t, qi_value_to_int>, 4);
        add("qi_value_to_uint", any, of_reading, value_to<uint64_t, qi_value_to_uint>, 4);
        add("qi_value_to_real", any, of_reading, value_to<double, qi_value_to_real>, 4);
        add("qi_value_to_text", any, of_reading, value_to_data<char, qi_value_to_text>, 4);
        add("qi_value_to_bytes", any, of_reading, value_to_data<void, qi_value_to_bytes>, 4);
        for (const char *name : {"qi_builder_new", "qi_builder_begin_list", "qi_builder_begin_tuple",
                                 "qi_builder_begin_map", "qi_builder_key", "qi_builder_add",
                                 "qi_builder_end", "qi_builder_finish", "qi_builder_release"})
            add(name, any, of_copy + Failures{QI_ERR_STATE, QI_ERR_HANDLE}, builder, 2);
        add("qi_value_object", any, {}, value_object, 4);
        add("qi_value_describe", any, {}, value_describe);
        add("qi_kind_name", any, {}, kind_name, 1);
        add("qi_task_options_init", any, {}, task_options_init, 1);
        add("qi_run_task", any, of_launch, run_task, 60);
        add("qi_task_cancel", any, {QI_ERR_HANDLE, QI_ERR_NOT_RUNNING}, task_cancel, 20);
        add("qi_task_state", any, {}, task_state, 10);
        add("qi_task_result", any, of_result, task_result, 20);
        add("qi_task_wait", any, of_result + Failures{QI_ERR_WRONG_THREAD}, task_wait, 20);
        add("qi_tasks_wait", any,
            {QI_ERR_PENDING, QI_ERR_WRONG_THREAD, QI_ERR_ARGUMENT, QI_ERR_HANDLE,
             QI_ERR_NOT_RUNNING, QI_ERR_MEMORY},
            tasks_wait);
        add("qi_task_id", any, {}, task_id);
        add("qi_task_name", any, {}, task_name);
        add("qi_task_retain", any, {}, task_retain);
        add("qi_task_release", any, {}, task_release, 70);
        add("qi_callable_resolve", gui, of_launch + Failures{QI_ERR_WRONG_THREAD}, callable_resolve);
        add("qi_callable_release", any, {}, callable_release);
        add("qi_call", gui, of_call, call, 20);
        add("qi_callable_call_values", gui, of_call, callable_call_values);
        add("qi_value_call", gui, of_call, value_call);
        add("qi_value_attribute", gui, of_call, value_attribute);
        add("qi_value_items", gui, of_call, value_made<qi_value_items>);
        add("qi_value_text", gui, of_call, value_made<qi_value_text>);
        add("qi_scope_new", gui, of_gui + Failures{QI_ERR_ARGUMENT}, scope_new);
        add("qi_scope_set", gui, of_call, scope_set);
        add("qi_scope_get", gui, of_call, scope_get);
        add("qi_scope_exec", gui, of_script, scope_exec);
        add("qi_scope_eval", gui, of_script, scope_eval);
        add("qi_scope_release", any, {}, scope_release);
        add("qi_exec_async", any, of_launch, exec_async, 20);
        add("qi_import", gui, of_call, import_module);
        add("qi_connection_options_init", any, {}, connection_options_init, 1);
        add("qi_asyncslot_connect", gui,
            of_launch + Failures{QI_ERR_WRONG_THREAD, QI_ERR_AMBIGUOUS}, asyncslot_connect, 30);
        add("qi_connection_disconnect", gui, {QI_ERR_HANDLE, QI_ERR_WRONG_THREAD},
            connection_disconnect, 15);
        add("qi_connection_is_connected", any, {}, connection_is_connected);
        add("qi_connection_release", any, {}, connection_release);
        add("qi_function_init", any, {}, function_init, 1);
        add("qi_function_register", gui,
            of_gui + of_text + Failures{QI_ERR_STATE, QI_ERR_DEAD_OBJECT, QI_ERR_ABI}, expose, 20);
        add("qi_function_unregister", gui, of_gui + of_text + Failures{QI_ERR_NOT_FOUND}, unexpose);
        add("qi_output_listen", gui, of_gui + Failures{QI_ERR_ARGUMENT, QI_ERR_PYTHON},
            output_listen);
        add("qi_listener_release", gui, {QI_ERR_HANDLE, QI_ERR_WRONG_THREAD}, listener_release);
        add("qi_audit_set", gui, of_gui + Failures{QI_ERR_PYTHON, QI_ERR_STATE}, audit_set, 3);
        add("qi_debugger_listen", gui, of_gui + Failures{QI_ERR_PYTHON, QI_ERR_RANGE},
            debugger_listen, 2);
        add("qi_debugger_is_attached", gui, {}, debugger_is_attached, 2);
        add("qi_stubs_write", gui, of_gui + of_text + Failures{QI_ERR_PYTHON}, stubs_write, 2);
        add("qi_doctor_options_init", any, {}, doctor_options_init, 1);
        add("qi_doctor_examine", any, of_text + Failures{QI_ERR_ABI, QI_ERR_MEMORY}, doctor, 1);
        add("qi_watchdog_options_init", any, {}, watchdog_options_init, 1);
        add("qi_watchdog_start", gui, of_gui + Failures{QI_ERR_ABI, QI_ERR_RANGE, QI_ERR_PYTHON},
            watchdog_start, 5);
        add("qi_watchdog_stop", gui, of_gui, watchdog_stop, 5);
        add("qi_runtime_interrupt", any, of_runtime + Failures{QI_ERR_STATE, QI_ERR_ENCODING},
            interrupt, 5);
        add("qi_loop_counters_read", any,
            of_runtime + Failures{QI_ERR_ARGUMENT, QI_ERR_ABI, QI_ERR_PYTHON}, counters_read);
        add("qi_tasks_list", any, of_runtime + Failures{QI_ERR_ARGUMENT, QI_ERR_PYTHON}, tasks_list);
        add("qi_tasks_trace", gui, of_gui + Failures{QI_ERR_PYTHON}, tasks_trace, 3);
        add("qi_tasks_cancel", any, of_runtime + Failures{QI_ERR_NOT_FOUND, QI_ERR_PYTHON},
            task_cancel_id);
        add("qi_plugin_state_name", any, {}, plugin_state_name, 1);
        add("qi_plugins_config_init", any, {}, plugins_config_init, 1);
        add("qi_plugins_start", gui, of_plugins + Failures{QI_ERR_ABI, QI_ERR_PYTHON},
            plugins_start, 10);
        add("qi_plugins_rescan", gui, of_plugins, plugins_rescan, 3);
        add("qi_plugins_listen", gui, of_plugins, plugins_listen, 3);
        add("qi_plugins_list", gui, of_plugins, plugins_list, 3);
        add("qi_plugins_found", gui, of_plugins, plugins_found, 3);
        add("qi_plugin_describe", gui, of_plugins, plugin_info, 5);
        add("qi_plugin_state", gui, {}, plugin_state_of, 5);
        add("qi_plugin_enable", gui, of_plugins + of_launch, plugin_enable, 10);
        add("qi_plugin_disable", gui, of_plugins + of_launch, plugin_disable, 5);
        add("qi_plugin_reload", gui, of_plugins + of_launch, plugin_reload, 5);
        add("qi_plugin_withdraw", gui, of_plugins + of_launch, plugin_withdraw, 3);
        add("qi_plugins_searching", gui, {}, plugins_searching, 3);
        add("qi_plugin_get_setting", gui, of_plugins, plugin_setting, 5);
        add("qi_plugin_set_setting", gui,
            of_plugins + Failures{QI_ERR_TYPE, QI_ERR_RANGE, QI_ERR_DEAD_OBJECT},
            plugin_set_setting, 5);
        add("qi_plugin_trigger", gui, of_plugins + of_launch, plugin_trigger, 10);
        add("qi_plugins_stop", gui, of_plugins + of_launch, plugins_stop, 1);
        add("qi_python_run", any, of_gui + Failures{QI_ERR_ARGUMENT, QI_ERR_STATE, QI_ERR_PYTHON},
            python_run, 3);
        for (const char *name : {"qi_value_to_python", "qi_value_from_python"})
            add(name, gui, of_copy + Failures{QI_ERR_DEAD_OBJECT, QI_ERR_PYTHON, QI_ERR_RANGE},
                value_to_python, 3);
        add("qi_value_next", gui, of_launch + of_gui, value_next, 3);
        add("qi_watched_future_unregister", any, {QI_ERR_ARGUMENT, QI_ERR_NOT_FOUND},
            watched_future_unregister, 1);
        add("qi_callable_call", any, {QI_ERR_PYTHON, QI_ERR_NOT_RUNNING, QI_ERR_HANDLE},
            callable_call);
        add("qi_value_from_variant", any,
            of_copy + Failures{QI_ERR_RANGE, QI_ERR_PYTHON, QI_ERR_DEAD_OBJECT}, value_from_variant);
        add("qi_value_to_variant", any,
            of_copy + Failures{QI_ERR_RANGE, QI_ERR_PYTHON, QI_ERR_DEAD_OBJECT}, value_to_variant);
        add("qi_converter_register", any, {QI_ERR_ARGUMENT}, converter_register, 2);
        add("qi_awaitable_init", any, {}, awaitable_init, 1);
        add("qi_awaitable_register", any, {QI_ERR_ARGUMENT, QI_ERR_ENCODING}, awaitable_register, 2);
        add("qi_awaitable_unregister", any, {QI_ERR_ARGUMENT, QI_ERR_ENCODING, QI_ERR_NOT_FOUND},
            awaitable_unregister, 2);
        add("qi_callback_run", any, {QI_ERR_ARGUMENT, QI_ERR_STATE}, callback_run, 3);
        add("qi_watched_future_register", any, {QI_ERR_ARGUMENT}, watched_future_register, 2);
        add("qi_timer_start", gui,
            of_gui + Failures{QI_ERR_ARGUMENT, QI_ERR_RANGE, QI_ERR_NO_APPLICATION}, timer_start, 5);
        add("qi_timer_restart", any,
            {QI_ERR_HANDLE, QI_ERR_WRONG_THREAD, QI_ERR_RANGE, QI_ERR_NOT_RUNNING}, timer_restart, 3);
        add("qi_timer_stop", any, {QI_ERR_HANDLE, QI_ERR_WRONG_THREAD}, timer_stop, 3);
        add("qi_timer_is_active", any, {}, timer_is_active, 3);
        add("qi_timer_release", any, {QI_ERR_HANDLE, QI_ERR_WRONG_THREAD}, timer_release, 3);
        add("qi_events_listen", gui, of_gui + of_text, events_listen, 5);
        for (const char *name : {"qi_buffer_new", "qi_value_to_buffer", "qi_buffer_read",
                                 "qi_buffer_retain", "qi_buffer_release"})
            add(name, any, of_copy + Failures{QI_ERR_RANGE, QI_ERR_HANDLE, QI_ERR_PYTHON}, buffer, 2);
        add("qi_runtime_get_slice", gui, of_gui + Failures{QI_ERR_ARGUMENT}, get_slice, 2);
        add("qi_runtime_set_debug", gui, of_gui + Failures{QI_ERR_PYTHON}, set_debug, 2);
        add("qi_runtime_get_debug", gui, of_gui + Failures{QI_ERR_ARGUMENT, QI_ERR_PYTHON},
            get_debug, 2);
        add("qi_scope_unset", gui, of_call, scope_unset);
        add("qi_debugger_stop", gui, of_gui + Failures{QI_ERR_PYTHON, QI_ERR_STATE}, debugger_stop,
            2);
        add("qi_converter_unregister", any, {QI_ERR_NOT_FOUND}, converter_unregister, 2);
        add("qi_task_describe", any, {QI_ERR_HANDLE, QI_ERR_ARGUMENT, QI_ERR_MEMORY}, task_describe);
        add("qi_callable_retain", any, {}, callable_retain);
        add("qi_connections_list", gui, of_gui + Failures{QI_ERR_ARGUMENT, QI_ERR_PYTHON},
            connections_list);
        add("qi_connection_id", any, {}, connection_id);
        add("qi_connection_retain", any, {}, connection_retain);
        return all;
    }();
    return table;
}

} // namespace fuzz
