// SPDX-License-Identifier: BSD-3-Clause
// qi.host.emit() in Python, heard by qi_events_listen().
#include "tests/embed/embedding.h"

namespace
{

/* Writes down what it hears, as Python would show it. */
struct Ear {
    std::vector<std::string> heard;
    int ends = 0;
    std::function<void()> act = [] {};

    static std::string text_of(qi_value value)
    {
        char text[500];
        qi_value_describe(&value, text, sizeof text);
        return text;
    }
    static void hear(const qi_event *event, void *user)
    {
        auto *self = static_cast<Ear *>(user);
        CHECK(event->size == sizeof *event);
        CHECK(QThread::currentThread() == QCoreApplication::instance()->thread());
        self->heard.push_back(std::string(event->name) + text_of(qi_tuple(event->args, event->count)) +
                              text_of(qi_map(event->kwargs, event->kwarg_count)) +
                              (event->plugin ? event->plugin : ""));
        self->act();
    }
    static void end(void *user) { static_cast<Ear *>(user)->ends++; }

    qi_listener *listen(qi_runtime *runtime, const char *name)
    {
        qi_listener *listener = nullptr;
        CHECK(qi_events_listen(runtime, name, hear, this, end, &listener) == QI_OK);
        return listener;
    }
};

using Heard = std::vector<std::string>;

} // namespace

TEST_CASE("an_event_is_heard_with_its_values_before_emit_returns")
{
    Embedding host;
    Ear saved, all;
    REQUIRE(host.init() == QI_OK);
    saved.listen(host.runtime, "saved");
    all.listen(host.runtime, nullptr);
    host.exec("import qi\n"
              "qi.host.emit('saved', 'letter.odt', [1, 2.5], size=4711)\n"
              "qi.host.emit('closed')");
    CHECK(saved.heard == Heard{"saved('letter.odt', [1, 2.5]){'size': 4711}"});
    CHECK(all.heard == Heard{"saved('letter.odt', [1, 2.5]){'size': 4711}", "closed(){}"});
    CHECK(host.eval("qi.host.emit('nobody listens to this')") == "None");
}

TEST_CASE("an_event_of_another_thread_comes_to_the_gui_thread_in_order")
{
    Embedding host;
    Ear ear;
    REQUIRE(host.init() == QI_OK);
    ear.listen(host.runtime, "step");
    host.exec("import qi, threading\n"
              "def work():\n"
              "    for i in range(20): qi.host.emit('step', i)\n"
              "thread = threading.Thread(target=work); thread.start(); thread.join()");
    CHECK(ear.heard.empty());
    CHECK(host.until([&] { return ear.heard.size() == 20; }));
    for (int i = 0; i < 20; i++)
        CHECK(ear.heard[size_t(i)] == "step(" + std::to_string(i) + ",){}");
}

TEST_CASE("what_a_thread_has_emitted_is_dropped_when_the_runtime_ends_before")
{
    Embedding host;
    Ear ear;
    REQUIRE(host.init() == QI_OK);
    ear.listen(host.runtime, nullptr);
    host.exec("import qi, threading\n"
              "thread = threading.Thread(target=qi.host.emit, args=('late', object()))\n"
              "thread.start(); thread.join()");
    CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    CHECK(ear.ends == 1);
    REQUIRE(host.init() == QI_OK);
    host.exec("import asyncio, qi\nqi.host.emit('new')");
    CHECK(host.until_true("True"));
    CHECK(ear.heard.empty());
}

TEST_CASE("a_listener_to_events_may_release_itself_and_throw_and_others_hear_all_the_same")
{
    Embedding host;
    Ear first, second;
    REQUIRE(host.init() == QI_OK);
    qi_listener *listener = first.listen(host.runtime, "x");
    first.act = [&] {
        CHECK(qi_listener_release(listener) == QI_OK);
        CHECK(first.ends == 0);
        throw std::runtime_error("thrown by an ear");
    };
    second.listen(host.runtime, "x");
    host.exec("import qi\nqi.host.emit('x'); qi.host.emit('x')");
    CHECK(first.heard.size() == 1);
    CHECK(first.ends == 1);
    CHECK(second.heard.size() == 2);
    REQUIRE(host.errors.size() == 1);
    CHECK(host.errors[0].message.find("thrown by an ear") != std::string::npos);
}

TEST_CASE("a_listener_may_cause_further_events_and_run_python")
{
    Embedding host;
    Ear ear;
    REQUIRE(host.init() == QI_OK);
    ear.listen(host.runtime, nullptr);
    ear.act = [&] {
        if (ear.heard.size() == 1)
            host.exec("import qi\nqi.host.emit('inner', 2)");
    };
    host.exec("import qi\nqi.host.emit('outer', 1)");
    CHECK(ear.heard == Heard{"outer(1,){}", "inner(2,){}"});
}

TEST_CASE("events_refuse_names_that_are_none")
{
    Embedding host;
    Ear ear;
    qi_listener *listener = nullptr;
    REQUIRE(host.init() == QI_OK);
    ear.listen(host.runtime, nullptr);
    host.exec("import qi");
    CHECK(host.eval("qi.host.emit()").find("TypeError") != std::string::npos);
    CHECK(host.eval("qi.host.emit(3)").find("TypeError") != std::string::npos);
    CHECK(host.eval("qi.host.emit('')").find("ValueError") != std::string::npos);
    CHECK(host.eval("qi.host.emit('a\\0b')").find("ValueError") != std::string::npos);
    qi_runtime *rt = host.runtime;
    CHECK(qi_events_listen(rt, "", Ear::hear, &ear, Ear::end, &listener) == QI_ERR_ARGUMENT);
    CHECK(qi_events_listen(rt, "\xFF", Ear::hear, &ear, Ear::end, &listener) == QI_ERR_ENCODING);
    CHECK(qi_events_listen(rt, "x", nullptr, &ear, Ear::end, &listener) == QI_ERR_ARGUMENT);
    CHECK(qi_events_listen(nullptr, "x", Ear::hear, &ear, Ear::end, &listener) == QI_ERR_HANDLE);
    CHECK(ear.heard.empty());
    CHECK(ear.ends == 0);
}

TEST_CASE("a_function_of_the_hosts_named_emit_goes_before_that_of_events")
{
    Embedding host;
    qi_function function;
    REQUIRE(host.init() == QI_OK);
    qi_function_init(&function);
    function.call = [](const qi_value *, size_t, qi_value *result, void *) {
        *result = qi_int(7);
        return int(QI_OK);
    };
    REQUIRE(qi_function_register(host.runtime, "emit", &function) == QI_OK);
    host.exec("import qi");
    CHECK(host.eval("qi.host.emit()") == "7");
}
