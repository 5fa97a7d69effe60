/* SPDX-License-Identifier: BSD-3-Clause */
// Jobs for the GUI thread, the end of the application, and watching objects; without Python.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qthread.h>

#include "qt/bridge.h"

#include "tests/support/catch.h"

namespace
{

int argument_count = 1;
char program_name[] = "test-application";
char *arguments[] = {program_name, nullptr};

void count_up(void *counter)
{
    ++*static_cast<std::atomic<int> *>(counter);
}

} // namespace

TEST_CASE("jobs run in the GUI thread, in order") // T45
{
    QCoreApplication application(argument_count, arguments);
    static std::vector<int> order;
    static QThread *where;
    static int numbers[] = {0, 1, 2};

    std::thread([] {
        for (int &number : numbers)
            qip_qt_post(
                [](void *data) {
                    order.push_back(*static_cast<int *>(data));
                    where = QThread::currentThread();
                },
                &number);
    }).join();
    CHECK(order.empty());
    QCoreApplication::processEvents();
    CHECK(order == std::vector<int>{0, 1, 2});
    CHECK(where == application.thread());
}

TEST_CASE("jobs from many threads all arrive") // T45
{
    QCoreApplication application(argument_count, arguments);
    std::atomic<int> counter{0};
    std::vector<std::thread> threads;

    for (int i = 0; i < 4; i++)
        threads.emplace_back([&counter] {
            for (int job = 0; job < 500; job++)
                qip_qt_post(count_up, &counter);
        });
    for (std::thread &thread : threads)
        thread.join();
    while (counter < 2000)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    CHECK(counter == 2000);
}

TEST_CASE("job that waits when the application dies is dropped, and later ones are refused") // T58
{
    std::atomic<int> counter{0};
    CHECK_FALSE(qip_qt_has_application());
    CHECK(qip_qt_post(count_up, &counter) != QI_OK);
    {
        QCoreApplication application(argument_count, arguments);
        CHECK(qip_qt_has_application());
        CHECK(qip_qt_post(count_up, &counter) == QI_OK);
    }
    CHECK(counter == 0);
    CHECK(qip_qt_post(count_up, &counter) != QI_OK);
    QCoreApplication second(argument_count, arguments);
    CHECK(qip_qt_post(count_up, &counter) == QI_OK);
    QCoreApplication::processEvents();
    CHECK(counter == 1);
}

TEST_CASE("quit job comes after all slots of aboutToQuit") // T37
{
    QCoreApplication application(argument_count, arguments);
    static std::string order;
    order.clear();
    void *token = qip_qt_on_quit([](void *) { order += "job"; }, nullptr);
    void *ended = qip_qt_on_quit([](void *) { order += "never"; }, nullptr);
    QObject::connect(&application, &QCoreApplication::aboutToQuit, [ended] {
        order += "slot ";
        qip_qt_off_quit(ended);
    });

    QMetaObject::invokeMethod(&application, &QCoreApplication::quit, Qt::QueuedConnection);
    QCoreApplication::exec();
    CHECK(order == "slot job");
    qip_qt_off_quit(token);
    qip_qt_off_quit(nullptr);
}

TEST_CASE("guards answer until the object goes, in any thread") // T20
{
    auto object = std::make_unique<QObject>();
    void *guard = qip_qt_guard_new(object.get());
    void *second = qip_qt_guard_retain(guard);

    std::thread([&] { CHECK(qip_qt_guard_object(guard) == object.get()); }).join();
    qip_qt_guard_free(guard);
    object.reset();
    CHECK(qip_qt_guard_object(second) == nullptr);
    qip_qt_guard_free(second);
    CHECK(qip_qt_guard_object(nullptr) == nullptr);
}

TEST_CASE("watch calls once, and tells who came first") // T20
{
    std::atomic<int> counter{0};
    auto object = std::make_unique<QObject>(), other = std::make_unique<QObject>();
    void *watch = qip_qt_watch(object.get(), count_up, &counter);
    void *ended = qip_qt_watch(other.get(), count_up, &counter);

    CHECK(qip_qt_unwatch(ended));
    other.reset();
    CHECK(counter == 0);
    object.reset();
    CHECK(counter == 1);
    CHECK_FALSE(qip_qt_unwatch(watch));
}
