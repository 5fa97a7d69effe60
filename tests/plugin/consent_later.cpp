/* SPDX-License-Identifier: BSD-3-Clause */
// A host that answers later whether the user agrees to a plugin.
#include <qi/qi.h>

#include <stdexcept>
#include <thread>

#include "tests/support/catch.h"
#include "tests/support/plugins.h"

using tests::PluginHost;

namespace
{

/* What the host was asked, and the promise of its answer. */
struct Desk {
    std::string question;
    qi_promise *promise = nullptr;
    int asked = 0, destroyed = 0;
    bool throws = false;
};

void ask(const qi_plugin_consent *consent, qi_promise *promise, void *user)
{
    auto *desk = static_cast<Desk *>(user);

    desk->asked++;
    if (desk->throws)
        throw std::runtime_error("no window");
    desk->question = std::string(consent->id) + ", " + consent->name + ", " + consent->version +
                     ", " + consent->reason + ", " + std::to_string(strlen(consent->hash));
    for (size_t i = 0; i < consent->count; i++)
        desk->question += std::string(", ") + consent->files_changed[i];
    desk->promise = promise;
}

class AskingHost : public PluginHost
{
  public:
    AskingHost()
    {
        write("orders", "def activate(ctx): pass\n");
        start([this](qi_plugins_config &config) {
            config.consent = nullptr;
            config.consent_later = ask;
            config.consent_user = &desk;
            config.consent_destroy = [](void *user) { static_cast<Desk *>(user)->destroyed++; };
        });
    }
    ~AskingHost() { qi_task_release(task); }

    /* Until the host has been asked. */
    void enable_and_wait()
    {
        const int before = desk.asked;
        qi_task_release(task);
        task = nullptr;
        REQUIRE(qi_plugin_enable(runtime, "orders", nullptr, &task) == QI_OK);
        until([&] { return desk.asked > before; });
    }
    int state_at_the_end()
    {
        until([&] { return qi_task_state(task) != QI_TASK_STATE_PENDING; });
        return qi_plugin_state(runtime, "orders");
    }

    Desk desk;
    qi_task *task = nullptr;
};

} // namespace

TEST_CASE("a yes that comes later, from another thread, lets the plugin run")
{
    AskingHost host;

    host.enable_and_wait();
    CHECK(host.desk.question == "orders, The orders, 1.0, new, 64");
    for (int turn = 0; turn < 20; turn++)
        host.settle();
    CHECK(qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_LOADING);
    const qi_value yes = qi_bool(true);
    std::thread([&] { CHECK(qi_promise_resolve(host.desk.promise, &yes) == QI_OK); }).join();
    CHECK(host.state_at_the_end() == QI_PLUGIN_STATE_ACTIVE);

    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE); /* which is not asked again */
    CHECK(host.desk.asked == 1);
    host.write_file("orders", "more.py", "");
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    host.enable_and_wait();
    CHECK(host.desk.question == "orders, The orders, 1.0, changed, 64, added: more.py");
    CHECK(qi_promise_resolve(host.desk.promise, &yes) == QI_OK);
    CHECK(host.state_at_the_end() == QI_PLUGIN_STATE_ACTIVE);
}

TEST_CASE("whatever is no yes is a no")
{
    AskingHost host;
    const qi_value answers[] = {qi_bool(false), qi_none(), qi_int(1), qi_text("true")};

    for (const qi_value &answer : answers) {
        host.enable_and_wait();
        CHECK(qi_promise_resolve(host.desk.promise, &answer) == QI_OK);
        CHECK(host.state_at_the_end() == QI_PLUGIN_STATE_BLOCKED);
    }
    host.enable_and_wait();
    CHECK(qi_promise_reject(host.desk.promise, QI_ERR_TIMEOUT, "the user has gone home") == QI_OK);
    CHECK(host.state_at_the_end() == QI_PLUGIN_STATE_BLOCKED);
    CHECK(host.info("orders", "reason") == "'the user has not agreed to it'");
    host.desk.throws = true;
    host.enable_and_wait();
    CHECK(host.state_at_the_end() == QI_PLUGIN_STATE_BLOCKED);
    CHECK(host.take_reports().size() == 1); /* what it threw */
}

TEST_CASE("who is not asked any more is told, and an answer then does no harm")
{
    AskingHost host;
    const qi_value yes = qi_bool(true);

    host.enable_and_wait();
    CHECK_FALSE(qi_promise_is_cancelled(host.desk.promise));
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    host.until([&] { return qi_promise_is_cancelled(host.desk.promise); });
    CHECK(qi_promise_resolve(host.desk.promise, &yes) == QI_OK);
    host.settle();
    CHECK(qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_DISABLED);

    host.enable_and_wait();
    CHECK(host.shutdown() == QI_OK);
    CHECK(host.desk.destroyed == 1);
    CHECK(qi_promise_resolve(host.desk.promise, &yes) == QI_OK);
}

TEST_CASE("a question about a folder that goes away ends")
{
    AskingHost host;

    host.enable_and_wait();
    host.exec(("__import__('shutil').rmtree('" + host.folder() + "/plugins/orders')").c_str());
    REQUIRE(qi_plugins_rescan(host.runtime) == QI_OK);
    host.until([&] { return qi_promise_is_cancelled(host.desk.promise); });
    host.until([&] { return qi_task_state(host.task) != QI_TASK_STATE_PENDING; });
    const qi_value yes = qi_bool(true);
    CHECK(qi_promise_resolve(host.desk.promise, &yes) == QI_OK);
    host.until([&] { return qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_UNKNOWN; });
}

TEST_CASE("one of the two is asked")
{
    PluginHost host;
    qi_plugins_config config;

    qi_plugins_config_init(&config);
    config.consent = [](const qi_plugin_consent *, void *) { return true; };
    config.consent_later = ask;
    CHECK(qi_plugins_start(host.runtime, &config) == QI_ERR_ARGUMENT);
}
