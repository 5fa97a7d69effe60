/* SPDX-License-Identifier: BSD-3-Clause */
/* Of the comments' code what needs C++20: coroutines. See ../examples.py. It is compiled, not run. */
#include <coroutine>
#include <exception>

#include <QtNetwork/qtcpsocket.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qpushbutton.h>

#include <qi/qi.hpp>

/* In the place of QCoro's, which not each machine has: tests/hpp/qcoro.cpp awaits in those. */
namespace QCoro
{

template <typename T = void> struct Task;
template <> struct Task<void> {
    struct promise_type {
        Task get_return_object() { return {}; }
        std::suspend_never initial_suspend() { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
};

template <> struct Task<bool> {
    struct promise_type {
        Task get_return_object() { return {}; }
        std::suspend_never initial_suspend() { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_value(bool) {}
        void unhandled_exception() { std::terminate(); }
    };
    bool await_ready() { return true; }
    void await_suspend(std::coroutine_handle<>) {}
    bool await_resume() { return true; }
};

} // namespace QCoro

class Window : public QWidget
{
  public:
    explicit Window(qi::Runtime &host) : python(host) {}

    QCoro::Task<> send();
    QCoro::Task<> signal(QPushButton *button, QTcpSocket *socket);
    QCoro::Task<> follow();
    QCoro::Task<> tasks();
    qi::PluginsConfig config();

  private:
    void closed(const qi::Result<void> &end);
    int number() const;
    QCoro::Task<bool> ask(const qi::PluginConsent &asked);

    qi::Runtime &python;
    QLabel *label = nullptr;
};

QCoro::Task<> Window::send()
{
    qi::Result<QString> answer = co_await python.run<QString>("orders:send", number());
    label->setText(answer.value_or(tr("failed")));
}

QCoro::Task<> Window::signal(QPushButton *button, QTcpSocket *socket)
{
    auto pressed = co_await qi::signal(button, &QPushButton::clicked); // qi::Result<bool>
    auto read = co_await qi::signal(socket, &QIODevice::readyRead,
                                    std::chrono::seconds(5)); // qi::Result<void>
}

QCoro::Task<> Window::follow()
{
    auto prices = qi::Stream<double>::open(python, "feed:prices", "ACME").expect("the feed");
    prices
        .forEach(this, [this](double price) { label->setNum(price); }) // a function for each item, or
        .then(this, [this](qi::Result<void> end) { closed(end); });

    while (const auto price = (co_await prices.next()).value_or({})) // a loop of C++20
        label->setNum(*price);
}

QCoro::Task<> Window::tasks()
{
    qi::Task<QString> task = python.run<QString>("orders:send", 1, "two", QStringList{"a", "b"});
    task.then(this, [this](qi::Result<QString> answer) { label->setText(answer.value_or({})); });
    QFuture<QString> future = task;             // a QFuture,
    qi::Result<QString> answer = co_await task; // or a coroutine of C++20
}

qi::PluginsConfig Window::config()
{
    return qi::PluginsConfig().onConsentLater(
        [this](qi::PluginConsent asked, qi::Promise<bool> answer) -> QCoro::Task<> {
            (void)answer.resolve(co_await ask(asked));
        });
}
