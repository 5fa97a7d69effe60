// SPDX-License-Identifier: BSD-3-Clause
// qi::TaskMonitor shows real tasks, cancels them, and looks only while somebody can see it.
#include <qi/task_monitor.hpp>

#include <QtCore/qfile.h>
#include <QtCore/qpointer.h>
#include <QtCore/qtimer.h>
#include <QtGui/qaction.h>
#include <QtGui/qclipboard.h>
#include <QtGui/qtextobject.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qabstractbutton.h>
#include <QtWidgets/qfiledialog.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qmessagebox.h>
#include <QtWidgets/qtreeview.h>

#include <qi/task.h>

#include "runtime/widgets/sparkline.h"
#include "runtime/widgets/task_model.h"
#include "runtime/widgets/trace_view.h"
#include "tests/support/catch.h"
#include "tests/widgets/desk.h"

using qi::TaskModel;

namespace
{

/* A desk with a monitor on it, and coroutines to be watched. */
struct Watched {
    Watched()
    {
        desk.exec(R"(
import asyncio
tasks = {}
events = []

async def leaf(event):
    await event.wait()

async def branch(name, below):
    for each in below:
        start(each)
    await leaf(asyncio.Event())

def start(name, below=()):
    tasks[name] = asyncio.get_running_loop().create_task(branch(name, below), name=name)

async def ends(name):
    await asyncio.sleep(0)
)");
        monitor = new qi::TaskMonitor(desk.runtime);
        monitor->setInterval(50);
        monitor->resize(900, 600);
        tree = monitor->findChild<QTreeView *>(QStringLiteral("tasks"));
        REQUIRE(tree);
    }
    ~Watched() { delete monitor; }

    void show()
    {
        monitor->show();
        REQUIRE(QTest::qWaitForWindowExposed(monitor));
    }

    /* The row of a task, which may be below others. */
    QModelIndex row(const char *name, const QModelIndex &parent = {}) const
    {
        const QAbstractItemModel *model = tree->model();
        for (int row = 0; row < model->rowCount(parent); row++) {
            const QModelIndex index = model->index(row, 0, parent);
            if (index.data().toString() == QLatin1String(name))
                return index;
            if (const QModelIndex below = this->row(name, index); below.isValid())
                return below;
        }
        return {};
    }
    void select(const char *name)
    {
        desk.until([&] { return row(name).isValid(); });
        tree->setCurrentIndex(row(name));
    }

    tests::Desk desk;
    QPointer<qi::TaskMonitor> monitor;
    QTreeView *tree;
};

template <typename T> T *child(QWidget *widget, const char *name)
{
    T *found = widget->findChild<T *>(QLatin1String(name));
    REQUIRE(found);
    return found;
}

} // namespace

TEST_CASE("tasks are shown below the tasks that made them, as long as they run")
{
    Watched watched;
    watched.show();
    watched.desk.settle(); /* parents are noted while somebody looks */
    watched.desk.exec("start('root', ['first', 'second'])");

    watched.desk.until([&] { return watched.row("second").isValid(); });
    CHECK(watched.row("second").parent() == watched.row("root"));
    CHECK(watched.row("first").parent() == watched.row("root"));
    CHECK(watched.tree->isExpanded(watched.row("root")));
    const QModelIndex row = watched.row("first");
    CHECK_FALSE(row.siblingAtColumn(TaskModel::State).data().toString().isEmpty());
    CHECK_FALSE(row.siblingAtColumn(TaskModel::Age).data().toString().isEmpty());
    CHECK(
        row.siblingAtColumn(TaskModel::StartedBy).data().toString().contains(QStringLiteral("branch")));
    CHECK_FALSE(row.siblingAtColumn(TaskModel::WaitingFor).data().toString().isEmpty());

    watched.desk.exec("tasks['root'].cancel()");
    watched.desk.until([&] { return !watched.row("root").isValid(); });
    CHECK(watched.row("first").isValid());
    CHECK_FALSE(watched.row("first").parent().isValid());
    watched.desk.exec("for task in tasks.values(): task.cancel()");
    watched.desk.until([&] { return watched.tree->model()->rowCount() == 0; });
    CHECK(child<QLabel>(watched.monitor, "status")->text() == QStringLiteral("Tasks: 0"));
}

TEST_CASE("selection and what is collapsed stay while tasks come and go")
{
    Watched watched;
    watched.show();
    watched.desk.settle();
    watched.desk.exec("start('root', ['first', 'second'])\nstart('other')");
    watched.select("second");
    watched.tree->collapse(watched.row("root"));
    watched.select("other");

    watched.desk.exec("for number in range(20): start(f'new {number}')\nstart('more')");
    watched.desk.until([&] { return watched.row("more").isValid(); });
    watched.desk.exec(
        "tasks['first'].cancel()\nfor number in range(20): tasks[f'new {number}'].cancel()");
    watched.desk.until([&] { return !watched.row("new 7").isValid(); });
    CHECK(watched.tree->currentIndex() == watched.row("other"));
    CHECK(watched.tree->selectionModel()->isRowSelected(watched.row("other").row(), {}));
    CHECK_FALSE(watched.tree->isExpanded(watched.row("root")));
}

TEST_CASE("Delete cancels the selected tasks and no others")
{
    Watched watched;
    watched.desk.exec("start('one')\nstart('two')\nstart('three')");
    watched.show();
    watched.select("one");
    watched.tree->selectionModel()->select(watched.row("three"),
                                           QItemSelectionModel::Select | QItemSelectionModel::Rows);

    watched.tree->setFocus();
    QTest::keyClick(watched.tree, Qt::Key_Delete);
    watched.desk.until(
        [&] { return !watched.row("one").isValid() && !watched.row("three").isValid(); });
    CHECK(watched.row("two").isValid());
    CHECK(watched.desk.eval("[name for name, task in tasks.items() if task.cancelled()]") ==
          "['one', 'three']");
}

TEST_CASE("the stack of a task leads to its lines by mouse and by keyboard")
{
    Watched watched;
    watched.desk.exec("start('one')");
    watched.show();
    auto *stack = child<qi::TraceView>(watched.monitor, "stack");
    CHECK(stack->places().isEmpty());
    watched.select("one");
    REQUIRE(stack->places().size() >= 2);
    CHECK(stack->toPlainText().contains(QStringLiteral("branch")));
    CHECK(stack->toPlainText().contains(QStringLiteral("leaf")));

    QSignalSpy wanted(watched.monitor, &qi::TaskMonitor::openRequested);
    stack->setFocus();
    QTest::keyClick(stack, Qt::Key_Tab);
    QTest::keyClick(stack, Qt::Key_Return);
    REQUIRE(wanted.size() == 1);
    CHECK(wanted[0][0].toString() == stack->places()[0].file);
    CHECK(wanted[0][1].toInt() == stack->places()[0].line);
    CHECK(wanted[0][1].toInt() > 0);

    /* The second link, where it is painted. */
    QTextCursor cursor = stack->document()->find(QStringLiteral("leaf"));
    QTextBlock block = cursor.block();
    cursor.setPosition(block.position() + block.length() - 3);
    QTest::mouseClick(stack->viewport(), Qt::LeftButton, {}, stack->cursorRect(cursor).center());
    REQUIRE(wanted.size() == 2);
    CHECK(wanted[1][1].toInt() == stack->places()[1].line);
}

TEST_CASE("while paused the list stands still, and F5 looks all the same")
{
    Watched watched;
    watched.desk.exec("start('one')");
    watched.show();
    watched.desk.until([&] { return watched.row("one").isValid(); });
    QSignalSpy pauses(watched.monitor, &qi::TaskMonitor::pausedChanged);
    auto *timer = watched.monitor->findChild<QTimer *>(QString(), Qt::FindDirectChildrenOnly);
    REQUIRE(timer);

    QTest::keyClick(watched.tree, Qt::Key_P, Qt::ControlModifier);
    CHECK(watched.monitor->isPaused());
    CHECK(pauses.size() == 1);
    CHECK_FALSE(timer->isActive());
    watched.desk.exec("start('two')");
    watched.desk.settle();
    CHECK_FALSE(watched.row("two").isValid());
    QTest::keyClick(watched.tree, Qt::Key_F5);
    CHECK(watched.row("two").isValid());
    CHECK_FALSE(timer->isActive());
    watched.monitor->setPaused(false);
    CHECK(timer->isActive());
}

TEST_CASE("nothing is asked while the monitor is hidden, and showing it is enough to go on")
{
    Watched watched;
    watched.show();
    auto *timer = watched.monitor->findChild<QTimer *>(QString(), Qt::FindDirectChildrenOnly);
    watched.desk.until([&] { return timer->isActive(); });

    watched.monitor->hide();
    CHECK_FALSE(timer->isActive());
    watched.desk.exec("start('one')");
    watched.desk.settle();
    CHECK_FALSE(timer->isActive());
    CHECK_FALSE(watched.row("one").isValid());
    watched.show();
    watched.desk.until([&] { return watched.row("one").isValid(); });
    CHECK(timer->isActive());
}

TEST_CASE("the filter box narrows the list and says to what")
{
    Watched watched;
    watched.desk.exec("start('alpha')\nstart('beta')\nstart('gamma')");
    watched.show();
    watched.desk.until([&] { return watched.row("gamma").isValid(); });
    auto *words = child<QLineEdit>(watched.monitor, "filter");

    QTest::keyClick(watched.tree, Qt::Key_F, Qt::ControlModifier);
    CHECK(words->hasFocus());
    QTest::keyClicks(words, QStringLiteral("BETA"));
    CHECK(watched.monitor->filter() == QStringLiteral("BETA"));
    CHECK(watched.tree->model()->rowCount() == 1);
    CHECK(watched.row("beta").isValid());
    CHECK(child<QLabel>(watched.monitor, "status")->text() == QStringLiteral("Tasks: 1 of 3"));
    watched.monitor->setFilter({});
    CHECK(watched.tree->model()->rowCount() == 3);
}

TEST_CASE("the counters are plotted and have their present value")
{
    Watched watched;
    watched.desk.exec("start('one')\nstart('two')");
    watched.show();
    const QList<qi::Sparkline *> plots = watched.monitor->findChildren<qi::Sparkline *>();

    REQUIRE(plots.size() == 5);
    watched.desk.until([&] { return plots.last()->samples().size() >= 3; });
    for (const qi::Sparkline *plot : plots)
        CHECK(plot->samples().size() == plots.last()->samples().size());
    CHECK(plots.last()->accessibleName() == QStringLiteral("Tasks: 2"));
    CHECK_FALSE(plots.last()->grab().toImage().isNull());
}

TEST_CASE("what is shown can be copied, all of it or what is selected")
{
    Watched watched;
    watched.desk.exec("start('alpha')\nstart('beta')");
    watched.show();
    /* The counters are known from the second look on. */
    watched.desk.until([&] {
        return watched.row("beta").isValid() &&
               watched.monitor->text().contains(QStringLiteral("Tasks: 2"));
    });

    watched.tree->setFocus();
    watched.tree->clearSelection();
    QString text;
    /* How long a task waits is told as of now. */
    watched.desk.until([&] {
        const QString shown = watched.monitor->text();
        QTest::keyClick(watched.tree, Qt::Key_C, Qt::ControlModifier);
        text = QApplication::clipboard()->text();
        return text == shown;
    });
    CHECK(text.contains(QStringLiteral("Tasks: 2")));
    CHECK(text.contains(QStringLiteral("alpha")));
    CHECK(text.contains(QStringLiteral("leaf, <string>:")));

    watched.select("beta");
    watched.monitor->copy();
    text = QApplication::clipboard()->text();
    CHECK(text.contains(QStringLiteral("beta")));
    CHECK_FALSE(text.contains(QStringLiteral("alpha")));
}

TEST_CASE("thousands of tasks come, stay and go")
{
    Watched watched;
    watched.desk.exec("for number in range(3000): start(f'task {number}')");
    watched.show();
    watched.desk.until([&] { return watched.tree->model()->rowCount() == 3000; });
    watched.select("task 2990");

    watched.desk.exec("for number in range(2900): tasks[f'task {number}'].cancel()");
    watched.desk.until([&] { return watched.tree->model()->rowCount() == 100; });
    CHECK(watched.tree->currentIndex().data().toString() == QStringLiteral("task 2990"));
}

TEST_CASE("a monitor outlives its runtime and says so")
{
    Watched watched;
    watched.desk.exec("start('one')");
    watched.show();
    watched.select("one");

    REQUIRE(qi_runtime_shutdown(watched.desk.runtime, 0) == QI_OK);
    watched.monitor->refresh();
    CHECK(watched.tree->model()->rowCount() == 0);
    CHECK_FALSE(child<QLabel>(watched.monitor, "status")->text().isEmpty());
    watched.monitor->cancelSelected();
    watched.monitor->copy();
}

TEST_CASE("a monitor may be closed by what it asks for")
{
    Watched watched;
    watched.desk.exec("start('one')");
    watched.show();
    watched.select("one");
    auto *stack = child<qi::TraceView>(watched.monitor, "stack");
    QObject::connect(watched.monitor, &qi::TaskMonitor::openRequested, watched.monitor,
                     &QObject::deleteLater);

    stack->setFocus();
    QTest::keyClick(stack, Qt::Key_Tab);
    QTest::keyClick(stack, Qt::Key_Return);
    /* As the application's event loop does; a test has none that it could return to. */
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    CHECK(watched.monitor.isNull());
    watched.desk.settle();
}

static void trigger_save(qi::TaskMonitor *monitor)
{
    for (QAction *action : monitor->actions()) {
        if (action->iconText() == QStringLiteral("Save as…"))
            action->trigger();
    }
}

TEST_CASE("a monitor may go while it asks for the name of a file")
{
    Watched watched;
    watched.show();
    QTimer look;
    QObject::connect(&look, &QTimer::timeout, watched.monitor, [&] {
        if (watched.monitor->findChild<QFileDialog *>())
            delete watched.monitor;
    });
    look.start(5);
    trigger_save(watched.monitor);
    watched.desk.until([&] { return watched.monitor.isNull(); });
    watched.desk.settle();
    CHECK(watched.monitor.isNull());
}

TEST_CASE("what is shown is saved, or it is said why not")
{
    Watched watched;
    watched.desk.exec("start('one')");
    watched.show();
    watched.select("one");
    const QString good = watched.desk.folder.filePath(QStringLiteral("tasks.txt"));
    trigger_save(watched.monitor);
    auto *dialog = watched.monitor->findChild<QFileDialog *>();
    REQUIRE(dialog);
    Q_EMIT dialog->fileSelected(good);
    QFile file(good);
    REQUIRE(file.open(QIODevice::ReadOnly));
    CHECK(file.readAll().contains("one"));
    Q_EMIT dialog->fileSelected(QStringLiteral("/no/such/folder/tasks.txt"));
    auto *problem = watched.monitor->findChild<QMessageBox *>();
    REQUIRE(problem);
    CHECK(problem->text().contains(QStringLiteral("/no/such/folder/tasks.txt")));
}

TEST_CASE("everything in the monitor has a name for those who cannot see it")
{
    Watched watched;
    watched.show();

    for (QWidget *widget : watched.monitor->findChildren<QWidget *>()) {
        if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible())
            continue;
        INFO(widget->metaObject()->className());
        const auto *button = qobject_cast<QAbstractButton *>(widget);
        CHECK((!widget->accessibleName().isEmpty() || (button && !button->text().isEmpty())));
    }
}
