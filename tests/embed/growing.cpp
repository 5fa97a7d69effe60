// SPDX-License-Identifier: BSD-3-Clause
// Structures of programs that were compiled with older or newer headers, what a callback is given, and the end of `user`.
#include <cstring>
#include <memory>
#include <vector>

#include "tests/embed/embedding.h"

#include <qi/audit.h>
#include <qi/connection.h>
#include <qi/doctor.h>
#include <qi/expose.h>
#include <qi/monitor.h>
#include <qi/plugin.h>
#include <qi/task.h>

namespace
{

/* A structure as an older program has it, in memory that ends where it does, */
template <typename T> std::vector<char> shorter(const T &whole, size_t size)
{
    std::vector<char> bytes(size);
    std::memcpy(bytes.data(), &whole, size);
    std::memcpy(bytes.data(), &size, sizeof size);
    return bytes;
}

/* or as a newer one has it, with `more` bytes, the last of which is set or not. */
template <typename T> std::vector<char> longer(const T &whole, size_t more, bool is_set)
{
    const size_t size = sizeof whole + more;
    std::vector<char> bytes(size);
    std::memcpy(bytes.data(), &whole, sizeof whole);
    std::memcpy(bytes.data(), &size, sizeof size);
    bytes.back() = is_set;
    return bytes;
}

template <typename T> T *as(std::vector<char> &bytes)
{
    return reinterpret_cast<T *>(bytes.data());
}

template <typename T> T filled(void (*init)(T *))
{
    T structure;
    init(&structure);
    return structure;
}

std::string message()
{
    return qi_last_error()->message;
}

/* Gives `call` the structure in all lengths. What the first of today's members is called with works in each. */
template <typename T, typename Call>
void try_all_lengths(const T &whole, size_t shortest, Call call)
{
    for (size_t size : {shortest, sizeof whole - sizeof(void *), sizeof whole}) {
        CAPTURE(size);
        auto bytes = shorter(whole, size);
        CHECK(call(as<T>(bytes)) == QI_OK);
    }
    auto unset = longer(whole, 24, false), set = longer(whole, 24, true);
    CHECK(call(as<T>(unset)) == QI_OK);
    CHECK(call(as<T>(set)) == QI_ERR_ABI);
    CHECK(message().find("offset " + std::to_string(sizeof whole + 23)) != std::string::npos);
    auto nothing = shorter(whole, sizeof whole);
    const size_t none = 0, garbage = size_t(-1) / 2;
    std::memcpy(nothing.data(), &none, sizeof none);
    CHECK(call(as<T>(nothing)) == QI_ERR_ABI);
    CHECK(message().find("_init()") != std::string::npos);
    std::memcpy(nothing.data(), &garbage, sizeof garbage);
    CHECK(call(as<T>(nothing)) == QI_ERR_ABI);
}

int nothing(const qi_value *, size_t, qi_value *, void *)
{
    return QI_OK;
}

} // namespace

TEST_CASE("options_of_older_and_newer_programs_are_read")
{
    Embedding host;
    QObject sender;
    REQUIRE(host.init() == QI_OK);
    host.exec("async def work(*args): pass\n");

    try_all_lengths(filled(qi_task_options_init), offsetof(qi_task_options, name), [&](auto *options) {
        return qi_run_task(host.runtime, "__main__:work", nullptr, 0, options, nullptr);
    });
    try_all_lengths(filled(qi_connection_options_init), offsetof(qi_connection_options, delivery),
                    [&](auto *options) {
                        return qi_asyncslot_connect(host.runtime, &sender, "destroyed",
                                                    "__main__:work", options, nullptr);
                    });
    qi_function function = filled(qi_function_init);
    function.call = nothing;
    try_all_lengths(function, offsetof(qi_function, user), [&](auto *options) {
        return qi_function_register(host.runtime, "work", options);
    });
    try_all_lengths(filled(qi_watchdog_options_init), offsetof(qi_watchdog_options, limit_ms),
                    [&](auto *options) { return qi_watchdog_start(host.runtime, options); });
    qi_error error;
    qi_error_init(&error);
    error.status = QI_ERR_STATE;
    error.message = "no paper";
    try_all_lengths(error, offsetof(qi_error, python_type),
                    [&](auto *one) { return qi_error_report(one, nullptr); });
    qi_origin origin;
    qi_origin_init(&origin);
    try_all_lengths(origin, offsetof(qi_origin, task),
                    [&](auto *one) { return qi_error_report(&error, one); });
}

TEST_CASE("a_configuration_of_another_version_is_read_or_refused")
{
    Embedding host;
    for (size_t size :
         {offsetof(qi_config, home), sizeof host.config - sizeof(void *), sizeof host.config}) {
        auto bytes = shorter(host.config, size);
        REQUIRE(qi_runtime_init(as<qi_config>(bytes), &host.runtime) == QI_OK);
        REQUIRE(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    }
    auto set = longer(host.config, 8, true);
    CHECK(qi_runtime_init(as<qi_config>(set), &host.runtime) == QI_ERR_ABI);
    CHECK(host.runtime == nullptr);

    host.config.version = QI_VERSION_HEX + 1;
    CHECK(host.init() == QI_ERR_ABI);
    CHECK(message().find("headers of libqi 0.1.1") != std::string::npos);
    host.config.version = QI_VERSION_HEX + (1 << 16);
    CHECK(host.init() == QI_ERR_ABI);
    host.config.version = 0;
    CHECK(host.init() == QI_ERR_ABI);
    host.config.version = QI_VERSION_HEX;
    CHECK(host.init() == QI_OK);
}

TEST_CASE("counters_are_written_as_far_as_there_is_room")
{
    Embedding host;
    REQUIRE(host.init() == QI_OK);
    const size_t size = offsetof(qi_loop_counters, callbacks);
    auto bytes = shorter(filled(qi_loop_counters_init), size);
    CHECK(qi_loop_counters_read(host.runtime, as<qi_loop_counters>(bytes)) == QI_OK);
    CHECK(as<qi_loop_counters>(bytes)->size == size);

    auto more = longer(filled(qi_loop_counters_init), 16, false);
    CHECK(qi_loop_counters_read(host.runtime, as<qi_loop_counters>(more)) == QI_OK);
    CHECK(as<qi_loop_counters>(more)->size == sizeof(qi_loop_counters) + 16);
    CHECK(as<qi_loop_counters>(more)->descriptors > 0);
    CHECK_FALSE(QI_HAS(as<qi_loop_counters>(bytes), callbacks));
    CHECK(QI_HAS(as<qi_loop_counters>(bytes), turns));
}

TEST_CASE("an_error_that_is_told_does_not_change_while_it_is_told")
{
    Embedding host;
    static std::string before, after;
    host.config.error_user = &host;
    host.config.error = [](const qi_error *error, const qi_origin *, void *user) {
        before = error->message;
        CHECK(error->size == sizeof *error);
        CHECK(qi_exec(static_cast<Embedding *>(user)->runtime, "1 / 0", nullptr) == QI_ERR_PYTHON);
        after = error->message;
    };
    REQUIRE(host.init() == QI_OK);
    REQUIRE(qi_exec(host.runtime, "{}['rec']", nullptr) == QI_ERR_PYTHON);
    const std::string told = message();
    CHECK(qi_error_report(qi_last_error(), nullptr) == QI_OK);
    CHECK(before == told);
    CHECK(after == told);
}

TEST_CASE("a_task_that_ends_in_its_launch_is_told_with_its_handle")
{
    struct Ended {
        qi_task *task = nullptr, *told = nullptr, *kept = nullptr;
        int ends = 0;
    } ended;
    Embedding host;
    REQUIRE(host.init() == QI_OK);
    host.exec("async def at_once(): return 42\n");
    qi_task_options options;
    qi_task_options_init(&options);
    options.name = "quick";
    options.user = &ended;
    options.destroy = [](void *user) { static_cast<Ended *>(user)->ends++; };
    options.done = [](qi_task *task, const qi_task_end *end, void *user) {
        auto *self = static_cast<Ended *>(user);
        self->told = task;
        CHECK(self->ends == 0);
        CHECK(self->task == (self->kept ? self->task : task));
        CHECK(end->size == sizeof *end);
        CHECK(end->result->as.integer == 42);
        CHECK(std::string(end->name) == "quick");
        CHECK(std::string(end->target) == "__main__:at_once");
        CHECK(qi_task_state(task) == QI_TASK_STATE_DONE);
        qi_value value = qi_none();
        CHECK(qi_task_result(task, &value) == QI_OK);
        qi_value_clear(&value);
    };
    REQUIRE(qi_run_task(host.runtime, "__main__:at_once", nullptr, 0, &options, &ended.task) == QI_OK);
    CHECK(ended.told == ended.task);
    CHECK(ended.ends == 1);
    qi_task_release(ended.task);

    /* Without a handle of the caller's it is one for the call, and longer if it is kept. */
    options.done = [](qi_task *task, const qi_task_end *, void *user) {
        CHECK(qi_task_state(task) == QI_TASK_STATE_DONE);
        static_cast<Ended *>(user)->kept = qi_task_retain(task);
    };
    REQUIRE(qi_run_task(host.runtime, "__main__:at_once", nullptr, 0, &options, nullptr) == QI_OK);
    CHECK(ended.ends == 2);
    CHECK(qi_task_state(ended.kept) == QI_TASK_STATE_DONE);
    qi_task_release(ended.kept);
    CHECK(qi_task_state(ended.kept) == QI_TASK_STATE_INVALID);

    /* A launch that fails has not taken `user`, and leaves no handle. */
    ended.task = reinterpret_cast<qi_task *>(&ended);
    CHECK(qi_run_task(host.runtime, "__main__:missing", nullptr, 0, &options, &ended.task) ==
          QI_ERR_NOT_FOUND);
    CHECK(ended.task == nullptr);
    CHECK(ended.ends == 2);
}

TEST_CASE("the_users_of_the_configuration_are_kept_until_the_runtime_is_closed")
{
    static std::vector<std::string> ended;
    ended.clear();
    static const auto end = [](void *user) {
        CHECK(qi_runtime_current() == nullptr);
        ended.push_back(static_cast<const char *>(user));
    };
    char log[] = "log", out[] = "out", error[] = "error", audit[] = "audit", stalled[] = "stalled",
         event[] = "event";
    Embedding host;
    host.config.log_user = log;
    host.config.log = [](const qi_log_record *, void *) {};
    host.config.log_destroy = end;
    host.config.out_user = out;
    host.config.out_destroy = end;
    host.config.error_user = error;
    host.config.error = [](const qi_error *, const qi_origin *, void *) {};
    host.config.error_destroy = end;
    host.config.home = "/nowhere";
    CHECK(host.init() == QI_ERR_INTERPRETER);
    CHECK(ended.empty());
    host.config.home = nullptr;

    REQUIRE(host.init() == QI_OK);
    qi_watchdog_options watched = filled(qi_watchdog_options_init);
    watched.stalled = [](const qi_stall *, void *) -> int { return QI_STALL_WAIT; };
    watched.stalled_user = stalled;
    watched.stalled_destroy = [](void *user) { ended.push_back(static_cast<const char *>(user)); };
    REQUIRE(qi_watchdog_start(host.runtime, &watched) == QI_OK);
    REQUIRE(qi_watchdog_stop(host.runtime) == QI_OK);
    CHECK(ended == std::vector<std::string>{"stalled"});
    REQUIRE(qi_audit_set(
                host.runtime, [](const qi_audit_event *, void *) { return true; }, audit, end) ==
            QI_OK);
    qi_plugins_config plugins = filled(qi_plugins_config_init);
    plugins.user_folder = plugins.system_folder = "";
    plugins.event = [](const qi_plugin_event *, void *) {};
    plugins.event_user = event;
    plugins.event_destroy = end;
    REQUIRE(qi_plugins_start(host.runtime, &plugins) == QI_OK);
    CHECK(ended.size() == 1);
    qi_runtime_shutdown(host.runtime, 0);
    std::sort(ended.begin(), ended.end());
    CHECK(ended == std::vector<std::string>{"audit", "error", "event", "log", "out", "stalled"});
}

TEST_CASE("plugins_that_fail_to_start_give_back_their_own_users_only")
{
    static std::vector<std::string> ended;
    ended.clear();
    static const auto end = [](void *user) { ended.push_back(static_cast<const char *>(user)); };
    static char audit[] = "audit", consent[] = "consent", event[] = "event";
    Embedding host;
    host.config.out = [](const qi_output_line *, void *) {
        CHECK(qi_audit_set(
                  qi_runtime_current(), [](const qi_audit_event *, void *) { return true; }, audit,
                  end) == QI_OK);
    };
    REQUIRE(host.init() == QI_OK);
    host.exec("import sys\n"
              "class Finder:\n"
              "    def find_spec(self, name, path=None, target=None):\n"
              "        if name == 'qi.plugin._host':\n"
              "            print('the callback is called')\n"
              "            raise ImportError('refused')\n"
              "sys.modules.pop('qi.plugin._host', None)\n"
              "sys.meta_path.insert(0, Finder())\n");
    qi_plugins_config plugins = filled(qi_plugins_config_init);
    plugins.user_folder = plugins.system_folder = "";
    plugins.consent_user = consent;
    plugins.consent_destroy = end;
    plugins.event = [](const qi_plugin_event *, void *) {};
    plugins.event_user = event;
    plugins.event_destroy = end;
    CHECK(qi_plugins_start(host.runtime, &plugins) == QI_ERR_PYTHON);
    CHECK(ended.empty());
    qi_runtime_shutdown(host.runtime, 0);
    CHECK(ended == std::vector<std::string>{"audit"});
}

TEST_CASE("a_callback_that_ends_the_runtime_keeps_its_user_until_it_has_returned")
{
    static std::vector<std::string> ended;
    ended.clear();
    static const auto end = [](void *user) { ended.push_back(static_cast<const char *>(user)); };
    char error[] = "error", audit[] = "audit";
    Embedding host;
    host.config.error = [](const qi_error *, const qi_origin *, void *) {
        qi_runtime *running = qi_runtime_current();
        qi_runtime_shutdown(running, 0);
        CHECK(qi_runtime_state(running) == QI_RUNTIME_STATE_CLOSED);
        CHECK(ended.empty());
    };
    host.config.error_user = error;
    host.config.error_destroy = end;
    REQUIRE(host.init() == QI_OK);
    REQUIRE(qi_audit_set(
                host.runtime, [](const qi_audit_event *, void *) { return true; }, audit, end) ==
            QI_OK);
    qi_error told = filled(qi_error_init);
    told.status = QI_ERR_STATE;
    told.message = "the end";
    REQUIRE(qi_error_report(&told, nullptr) == QI_OK);
    CHECK(ended == std::vector<std::string>{"audit", "error"});
}
