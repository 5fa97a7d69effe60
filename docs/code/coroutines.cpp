// SPDX-License-Identifier: BSD-3-Clause
// The program of docs/guide/cpp.md that is C++20. Its coroutine type is the least that there can be; an
// application takes the one of its library, as QCoro::Task.
#include <coroutine>

#include <QCoreApplication>
#include <QDebug>
#include <QTimer>
#include <qi/qi.hpp>

struct Detached {
    struct promise_type {
        Detached get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
};

static int pages = 0;
static QString trouble;
static QStringList dried;

// [await]
static Detached printAll(const qi::Runtime &python, QStringList titles)
{
    QTimer paper;
    paper.start(1);
    // [signal]
    qi::Result<void> fed = co_await qi::signal(&paper, &QTimer::timeout, std::chrono::seconds(10));
    if (!fed)
        qFatal("%s", qPrintable(fed.error().message)); // too late, or destroyed
    // [/signal]

    qi::Result<int> count = co_await python.run<int>("press:print_pages", titles);
    if (!count)
        qFatal("%s", qPrintable(count.error().message));
    pages = *count;

    // [stream]
    const auto sheets = qi::Stream<QString>::open(python, "press:dry", titles).expect("the sheets");
    while (const auto sheet = (co_await sheets.next()).value_or({}))
        dried.append(*sheet);
    // [/stream]

    titles.append(QString());
    trouble = (co_await python.run<int>("press:print_pages", titles)).error().message;
    QCoreApplication::quit();
}
// [/await]

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const auto python = qi::Runtime::start(qi::Config().modulePaths({"plugins"})).expect("Python");

    printAll(python, {"cover", "contents", "back"});
    app.exec();
    qDebug() << pages << trouble;
    return pages == 3 && dried.size() == 3 && trouble == "ValueError: page 4 has no title" ? 0 : 1;
}
