/* SPDX-License-Identifier: BSD-3-Clause */
// co_await of signals: qi::signal().
#include <coroutine>
#include <exception>
#include <memory>
#include <thread>

#include <QtCore/qthread.h>
#include <QtCore/qtimer.h>

#include "tests/support/emitter.h"
#include "tests/support/modern.h"

using std::chrono::milliseconds;

namespace
{

using Bell = tests::Emitter;

/* It starts at once, and its frame is destroyed by hand. */
struct Job {
    struct promise_type {
        Job get_return_object()
        {
            return {std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };

    std::coroutine_handle<promise_type> handle;

    bool done() const { return handle.done(); }
};

struct Heard {
    QStringList texts;
    int status = QI_OK;
    std::thread::id thread;
};

Job hear(Bell *bell, Heard *heard, milliseconds time = milliseconds(-1))
{
    const qi::Result<QString> text = co_await qi::signal(
        bell, qOverload<const QString &>(&Bell::overloaded), time);
    heard->status = text.status();
    heard->texts << text.value_or(QString());
    heard->thread = std::this_thread::get_id();
}

Job hear_three(Bell *bell, QTimer *timer, Heard *heard)
{
    const qi::Result<void> plain = co_await qi::signal(bell, &Bell::plain);
    const auto counted = co_await qi::signal(bell, &Bell::paired);
    const qi::Result<void> timeout = co_await qi::signal(timer, &QTimer::timeout);
    heard->status = plain && timeout ? QI_OK : QI_ERR_STATE;
    heard->texts << QString::number(std::get<0>(*counted)) + std::get<1>(*counted);
}

} // namespace

TEST_CASE("a coroutine goes on with the arguments of the next emission, once")
{
    tests::Modern host;
    Bell bell;
    Heard heard;
    const Job job = hear(&bell, &heard);
    CHECK_FALSE(job.done());
    Q_EMIT bell.overloaded(QStringLiteral("one"));
    CHECK(job.done());
    Q_EMIT bell.overloaded(QStringLiteral("two"));
    CHECK(heard.texts == QStringList{QStringLiteral("one")});
    job.handle.destroy();
}

TEST_CASE(
    "signals without arguments, with several, and private ones are awaited one after the other")
{
    tests::Modern host;
    Bell bell;
    QTimer timer;
    timer.setSingleShot(true);
    Heard heard;
    const Job job = hear_three(&bell, &timer, &heard);
    Q_EMIT bell.paired(1, QStringLiteral("not yet"));
    Q_EMIT bell.plain();
    Q_EMIT bell.paired(2, QStringLiteral("now"));
    CHECK_FALSE(job.done());
    timer.start(1);
    host.until([&] { return job.done(); });
    CHECK(heard.status == QI_OK);
    CHECK(heard.texts == QStringList{QStringLiteral("2now")});
    job.handle.destroy();
}

TEST_CASE("a signal that does not come in time, or never, is an error")
{
    tests::Modern host;
    auto bell = std::make_unique<Bell>();
    Heard late, gone, nothing;
    const Job waiting = hear(bell.get(), &late, milliseconds(1));
    host.until([&] { return waiting.done(); });
    CHECK(late.status == QI_ERR_TIMEOUT);
    const Job other = hear(bell.get(), &gone, std::chrono::hours(1));
    bell.reset();
    CHECK(other.done());
    CHECK(gone.status == QI_ERR_DEAD_OBJECT);
    const Job none = hear(nullptr, &nothing);
    CHECK(none.done());
    CHECK(nothing.status == QI_ERR_DEAD_OBJECT);
    for (const Job &job : {waiting, other, none})
        job.handle.destroy();
}

TEST_CASE("a frame that is destroyed while it waits hears nothing")
{
    tests::Modern host;
    Bell bell;
    Heard heard;
    const Job job = hear(&bell, &heard, milliseconds(1));
    job.handle.destroy();
    Q_EMIT bell.overloaded(QStringLiteral("one"));
    bool later = false;
    QTimer::singleShot(5, &bell, [&] { later = true; });
    host.until([&] { return later; });
    CHECK(heard.texts.isEmpty());
}

TEST_CASE("the emission of another thread is heard in that of the coroutine")
{
    tests::Modern host;
    Bell bell;
    Heard heard;
    const Job job = hear(&bell, &heard);
    std::thread([&] { Q_EMIT bell.overloaded(QStringLiteral("from afar")); }).join();
    CHECK_FALSE(job.done());
    host.until([&] { return job.done(); });
    CHECK(heard.thread == std::this_thread::get_id());
    CHECK(heard.texts == QStringList{QStringLiteral("from afar")});
    job.handle.destroy();
}
