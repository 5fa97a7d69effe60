/* SPDX-License-Identifier: BSD-3-Clause */
/* A host whose watchdog keeps what it is told, and answers what the test wants. */
#ifndef QI_TESTS_MONITOR_WATCHED_H
#define QI_TESTS_MONITOR_WATCHED_H

#include <atomic>
#include <functional>
#include <mutex>

#include <QtCore/qtimer.h>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"
#include "tests/support/stuck.h"

namespace tests
{

struct Stall {
    unsigned milliseconds, reports;
    bool native, over;
    std::string stack, task, plugin, signal, target;

    bool shows(const char *text) const { return stack.find(text) != std::string::npos; }
};

struct Watched : Host {
    /* Interrupts at the first report unless `answer` is something else. */
    explicit Watched(unsigned limit_ms = 200, unsigned repeat_ms = 0)
        : Watched([=](auto &options) {
              options.limit_ms = limit_ms;
              options.repeat_ms = repeat_ms;
          })
    {
    }

    explicit Watched(const std::function<void(qi_watchdog_options &)> &configure)
    {
        qi_watchdog_options options;
        qi_watchdog_options_init(&options);
        options.stalled = on_stall;
        options.stalled_user = this;
        options.slow_user = this;
        configure(options);
        REQUIRE(qi_object_register(runtime, "stuck", &stuck) == QI_OK);
        exec("import asyncio, qi, stalls");
        REQUIRE(qi_watchdog_start(runtime, &options) == QI_OK);
    }

    /* The watchdog must not outlive what it tells. */
    ~Watched()
    {
        if (qi_runtime_state(runtime) == QI_RUNTIME_STATE_RUNNING)
            CHECK(qi_watchdog_stop(runtime) == QI_OK);
    }

    std::vector<Stall> take_stalls()
    {
        std::lock_guard<std::mutex> hold(lock);
        std::vector<Stall> taken;
        taken.swap(stalls);
        return taken;
    }

    /* The one stall that there was; `over` may have been told or not. */
    Stall only_stall()
    {
        std::vector<Stall> all = take_stalls();
        while (!all.empty() && all[0].over)
            all.erase(all.begin()); /* of the one before */
        REQUIRE(!all.empty());
        for (size_t i = 1; i < all.size(); i++)
            CHECK((all[i].over || all[i].reports));
        return all[0];
    }

    int run(const char *target, qi_task **out = nullptr)
    {
        return qi_run_task(runtime, target, nullptr, 0, nullptr, out);
    }

    /* The only report of an exception, which must be an interrupt. */
    Report interrupted()
    {
        std::vector<Report> reports = take_reports();
        REQUIRE(reports.size() == 1);
        CHECK(reports[0].type == "qi.Interrupted");
        return reports[0];
    }

    static int on_stall(const qi_stall *stall, void *user)
    {
        auto *self = static_cast<Watched *>(user);
        auto text = [](const char *text) { return std::string(text ? text : ""); };
        Stall copy = {stall->milliseconds, stall->reports,      stall->native,
                      stall->over,         text(stall->stack),  text(stall->task),
                      text(stall->plugin), text(stall->signal), text(stall->target)};
        {
            std::lock_guard<std::mutex> hold(self->lock);
            self->stalls.push_back(copy);
        }
        if (copy.over)
            self->recovered++;
        return self->answer(copy);
    }

    Stuck stuck;
    std::function<int(const Stall &)> answer = [](const Stall &) { return QI_STALL_INTERRUPT; };
    std::atomic<int> recovered{0};

  private:
    std::mutex lock;
    std::vector<Stall> stalls;
};

} // namespace tests

#endif
