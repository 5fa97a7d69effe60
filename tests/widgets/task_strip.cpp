/* SPDX-License-Identifier: BSD-3-Clause */
// qi::TaskStrip shows the tasks that it is given, cancels them, and keeps their errors to be clicked on.
#include <qi/task_strip.hpp>

#include <memory>

#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qframe.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlistwidget.h>
#include <QtWidgets/qprogressbar.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qtoolbutton.h>

#include "runtime/widgets/task_errors.h"
#include "runtime/widgets/task_row.h"
#include "runtime/widgets/trace_view.h"
#include "tests/support/catch.h"
#include "tests/widgets/desk.h"

namespace
{

struct Strip {
    Strip()
    {
        desk.exec("import asyncio, qi\n"
                  "go = asyncio.get_running_loop().create_future()\n"
                  "async def works(value, maximum, text):\n"
                  "    qi.progress(value, maximum, text)\n"
                  "    await asyncio.shield(go)\n"
                  "async def waits(): await asyncio.get_running_loop().create_future()\n"
                  "async def fails():\n"
                  "    await asyncio.sleep(0)\n"
                  "    raise ValueError('no <b>such</b> file')\n");
        strip = std::make_unique<qi::TaskStrip>();
        strip->resize(500, 24);
        strip->show();
    }

    /* Launches a task, and has the strip show it. */
    void watch(const char *target, const char *title, qi_value *args = nullptr, size_t count = 0)
    {
        qi_task_options options;
        qi_task *task = nullptr;
        qi_task_options_init(&options);
        options.name = "by its name";
        options.flags = QI_TASK_FLAG_PROGRESS;
        REQUIRE(qi_run_task(desk.runtime, target, args, count, &options, &task) == QI_OK);
        strip->watch(task, QString::fromUtf8(title));
        qi_task_release(task); /* the strip has a reference of its own */
    }
    void work(const char *title, int value, int maximum, const char *text)
    {
        qi_value args[] = {qi_int(value), qi_int(maximum), qi_text(text)};
        watch("__main__:works", title, args, 3);
    }
    QToolButton *button(const char *name)
    {
        return strip->findChild<QToolButton *>(QString::fromUtf8(name), Qt::FindDirectChildrenOnly);
    }
    qi::TaskRow *first() { return strip->findChild<qi::TaskRow *>(QStringLiteral("first")); }
    QString shown() { return first()->findChild<QLabel *>()->text(); }
    void finish() { desk.exec("go.set_result(None)"); }

    tests::Desk desk;
    std::unique_ptr<qi::TaskStrip> strip;
};

} // namespace

TEST_CASE("a task is shown with its progress until it has ended")
{
    Strip host;
    QSignalSpy counts(host.strip.get(), &qi::TaskStrip::countChanged);
    CHECK_FALSE(host.first()->isVisible());
    CHECK_FALSE(host.button("problems")->isVisible());

    host.work("Import", 1, 4, "reading <i>it</i>");
    CHECK(host.strip->count() == 1);
    CHECK(host.first()->isVisible());
    CHECK_FALSE(host.button("more")->isVisible());
    CHECK(host.shown() == QLatin1String("Import: reading <i>it</i>"));
    CHECK(host.first()->findChild<QLabel *>()->textFormat() == Qt::PlainText);
    const auto *bar = host.first()->findChild<QProgressBar *>();
    CHECK(bar->maximum() == 4 * bar->value());
    host.finish();
    host.desk.until([&] { return host.strip->count() == 0; });
    CHECK_FALSE(host.first()->isVisible());
    CHECK(counts.size() == 2);
    CHECK(host.strip->errorCount() == 0);
}

TEST_CASE("a task that tells of what it is called says so once")
{
    Strip host;
    host.work("Import", 3, 10, "Import");
    CHECK(host.shown() == QLatin1String("Import"));
    host.finish();
    host.desk.until([&] { return host.strip->count() == 0; });
}

TEST_CASE("a task of unknown length is busy, and one without a title has its name")
{
    Strip host;
    host.watch("__main__:waits", "");
    CHECK(host.shown() == QLatin1String("by its name"));
    CHECK(host.first()->findChild<QProgressBar *>()->maximum() == 0);
    host.strip->cancelAll();
    host.desk.until([&] { return host.strip->count() == 0; });
    host.strip->watch(nullptr, QStringLiteral("nothing"));
    CHECK(host.strip->count() == 0);
}

TEST_CASE("the button cancels the task, which is no error")
{
    Strip host;
    host.watch("__main__:waits", "Wait");
    auto *cancel = host.first()->findChild<QToolButton *>(QStringLiteral("cancel"));
    QTest::mouseClick(cancel, Qt::LeftButton);
    CHECK_FALSE(cancel->isEnabled());
    CHECK(host.shown() == QLatin1String("Wait: cancelling"));
    host.desk.until([&] { return host.strip->count() == 0; });
    CHECK(host.strip->errorCount() == 0);
}

TEST_CASE("several tasks are shown below each other on demand, and each has its own button")
{
    Strip host;
    host.work("First", 1, 2, "");
    host.watch("__main__:waits", "Second");
    host.watch("__main__:waits", "Third");
    CHECK(host.shown() == QLatin1String("First"));
    CHECK(host.button("more")->isVisible());
    CHECK(host.button("more")->text() == QLatin1String("+2"));
    QTest::mouseClick(host.button("more"), Qt::LeftButton);
    auto *popup = host.strip->findChild<QFrame *>(QStringLiteral("all"));
    REQUIRE(popup);
    const auto rows = popup->findChildren<qi::TaskRow *>();
    REQUIRE(rows.size() == 3);
    QTest::mouseClick(rows[1]->findChild<QToolButton *>(), Qt::LeftButton);
    host.desk.until([&] { return host.strip->count() == 2; });
    /* The list goes, lest a click hit another task than was meant. */
    host.desk.until([&] { return !host.strip->findChild<QFrame *>(QStringLiteral("all")); });
    CHECK(host.button("more")->text() == QLatin1String("+1"));
    host.strip->cancelAll();
    host.desk.until([&] { return host.strip->count() == 0; });
}

TEST_CASE("what a task fails with waits to be clicked on, and is not reported besides")
{
    Strip host;
    QSignalSpy errors(host.strip.get(), &qi::TaskStrip::errorCountChanged),
        opened(host.strip.get(), &qi::TaskStrip::openRequested);
    host.watch("__main__:fails", "Export");
    host.desk.until([&] { return host.strip->errorCount() == 1; });
    CHECK(host.strip->count() == 0);
    CHECK(errors.size() == 1);
    CHECK(host.button("problems")->text() == QLatin1String("1"));
    QTest::mouseClick(host.button("problems"), Qt::LeftButton);
    auto *window = host.strip->findChild<qi::TaskErrors *>();
    REQUIRE(window);
    auto *list = window->findChild<QListWidget *>(QStringLiteral("errors"));
    CHECK(list->item(0)->text().endsWith(QLatin1String("Export: ValueError: no <b>such</b> file")));
    auto *trace = window->findChild<qi::TraceView *>(QStringLiteral("traceback"));
    CHECK(trace->toPlainText().contains(QLatin1String("ValueError")));

    /* The one that somebody reads stays chosen while others come. */
    host.strip->addError(QStringLiteral("Sync"), QStringLiteral("no network"));
    REQUIRE(list->count() == 2);
    CHECK(list->item(0)->text().endsWith(QLatin1String("Sync: no network")));
    list->setCurrentRow(1);
    CHECK(trace->toPlainText().contains(QLatin1String("ValueError")));
    host.strip->addError(QStringLiteral("Sync"), QStringLiteral("again"));
    CHECK(list->currentRow() == 2);

    for (auto *each : window->findChildren<QPushButton *>())
        if (each->text() == QLatin1String("Clear"))
            QTest::mouseClick(each, Qt::LeftButton);
    CHECK(host.strip->errorCount() == 0);
    CHECK(list->count() == 0);
    CHECK_FALSE(host.button("problems")->isVisible());
    CHECK(host.desk.take_reports().empty());
}

TEST_CASE("no more than a hundred errors are kept")
{
    Strip host;
    for (int i = 0; i < 120; i++)
        host.strip->addError(QStringLiteral("Sync"), QString::number(i));
    CHECK(host.strip->errorCount() == 100);
}

TEST_CASE("a strip goes while tasks run, in its own signal, and outlives its runtime")
{
    Strip host;
    host.watch("__main__:waits", "Wait");
    host.strip.reset();
    CHECK(host.desk.eval("len(asyncio.all_tasks())") == "1"); /* which goes on */

    host.strip = std::make_unique<qi::TaskStrip>();
    host.watch("__main__:fails", "Export");
    auto *strip = host.strip.release();
    QPointer<qi::TaskStrip> gone(strip);
    QObject::connect(strip, &qi::TaskStrip::errorCountChanged, strip, [strip] { delete strip; });
    host.desk.until([&] { return !gone; });

    host.strip = std::make_unique<qi::TaskStrip>();
    host.watch("__main__:waits", "Wait");
    REQUIRE(qi_runtime_shutdown(host.desk.runtime, 0) == QI_OK);
    host.desk.until([&] { return host.strip->count() == 0; });
    CHECK(host.strip->errorCount() == 0);
}
