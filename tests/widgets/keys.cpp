// SPDX-License-Identifier: BSD-3-Clause
// No panel takes a key from the application whose window it is in, wherever the focus is and wherever the panel.
#include <algorithm>
#include <memory>

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qmap.h>
#include <QtGui/qaction.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qabstractscrollarea.h>
#include <QtWidgets/qdockwidget.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qmainwindow.h>
#include <QtWidgets/qplaintextedit.h>
#include <QtWidgets/qtextedit.h>
#include <QtWidgets/qtreeview.h>

#include <qi/widgets.hpp>

#include "runtime/widgets/panel_keys.h"
#include "tests/support/catch.h"
#include "tests/widgets/desk.h"

namespace
{

QList<QKeySequence> keys_of(QWidget *panel)
{
    QList<QKeySequence> keys = {
        QKeySequence(Qt::CTRL | Qt::Key_L), QKeySequence(Qt::CTRL | Qt::Key_R),
        QKeySequence(Qt::CTRL | Qt::Key_S), QKeySequence(Qt::Key_F5), QKeySequence(Qt::Key_F6)};
    for (const QKeySequence &each : qi::PanelKeys::of(panel)->all())
        if (!keys.contains(each))
            keys.append(each);
    for (int letter = Qt::Key_A; letter <= Qt::Key_Z; letter++) /* those of menus */
        keys.append(QKeySequence(Qt::ALT | Qt::Key(letter)));
    return keys;
}

/* Whether a key belongs to typing there. */
bool is_typed(const QWidget *widget, const QKeySequence &key)
{
    const bool is_field = qobject_cast<const QLineEdit *>(widget) ||
                          qobject_cast<const QPlainTextEdit *>(widget) ||
                          qobject_cast<const QTextEdit *>(widget);
    return is_field &&
           (key == QKeySequence(QKeySequence::Copy) || key == QKeySequence(Qt::Key_Delete));
}

/* A window of the application with a panel in a dock, and an action on each key that the panel might want. */
class Window
{
  public:
    explicit Window(QWidget *panel) : keys(keys_of(panel)), panel(panel)
    {
        window.setCentralWidget(&editor);
        dock.setWidget(panel);
        window.addDockWidget(Qt::BottomDockWidgetArea, &dock);
        for (const QKeySequence &key : keys) {
            auto *action = new QAction(key.toString(), &window);
            action->setShortcut(key);
            window.addAction(action);
            QObject::connect(action, &QAction::triggered, [this, key] { pressed[key.toString()]++; });
        }
        window.resize(1000, 800);
        window.show();
        REQUIRE(QTest::qWaitForWindowActive(&window));
    }
    ~Window() { panel->setParent(nullptr); }

    void focus(QWidget *where)
    {
        where->window()->activateWindow();
        REQUIRE(QTest::qWaitForWindowActive(where->window()));
        where->setFocus();
    }

    void check(QWidget *where)
    {
        for (const QKeySequence &key : keys) {
            focus(where);
            QWidget *const target = QApplication::focusWidget();
            if (!target || is_typed(target, key))
                continue;
            INFO(key.toString().toStdString()
                 << " with the focus in " << target->metaObject()->className() << " "
                 << target->objectName().toStdString());
            pressed.clear();
            QTest::keyClick(target, Qt::Key(key[0].key()), key[0].keyboardModifiers());
            CHECK(pressed.size() == 1);
            CHECK(pressed.value(key.toString()) == 1);
        }
    }

    /* What in the panel can have the focus. */
    QList<QWidget *> inside() const
    {
        QList<QWidget *> found;
        for (QWidget *each : panel->findChildren<QWidget *>())
            if (each->isVisible() && each->isEnabled() && each->focusPolicy() != Qt::NoFocus &&
                !each->focusProxy() && each->window() == panel->window())
                found.append(each);
        return found;
    }

    QMainWindow window;
    QPlainTextEdit editor;
    QDockWidget dock;
    const QList<QKeySequence> keys;
    QMap<QString, int> pressed;
    QWidget *panel;
};

void check_panel(QWidget *panel)
{
    Window host(panel);
    QDockWidget other;

    host.check(&host.editor);
    const QList<QWidget *> inside = host.inside();
    CHECK(inside.size() >= 2);
    for (QWidget *each : inside)
        host.check(each);

    other.setWidget(new QPlainTextEdit);
    host.window.addDockWidget(Qt::BottomDockWidgetArea, &other);
    host.window.tabifyDockWidget(&host.dock, &other);
    other.raise();
    QCoreApplication::processEvents();
    host.check(&host.editor);

    host.dock.setFloating(true);
    host.dock.show();
    REQUIRE(QTest::qWaitForWindowExposed(&host.dock));
    host.check(&host.editor);
    for (QWidget *each : host.inside())
        host.check(each);
}

/* What Tab comes to from the application's editor until it is there again, or in a field that needs Tab for itself. */
QList<QWidget *> walk(Window &host, Qt::Key key, const QWidget *trap)
{
    QList<QWidget *> met;

    host.focus(&host.editor);
    do {
        QTest::keyClick(QApplication::focusWidget(), key,
                        key == Qt::Key_Backtab ? Qt::ShiftModifier : Qt::NoModifier);
        met.append(QApplication::focusWidget());
    } while (met.last() && met.last() != &host.editor && met.last() != trap && met.size() < 100);
    met.removeAll(&host.editor);
    return met;
}

/* Tab and Shift+Tab come to all that can have the focus, the one in the order of the other. */
void check_tabs(QWidget *panel, const QWidget *trap = nullptr)
{
    Window host(panel);
    host.editor.setTabChangesFocus(true);
    const QList<QWidget *> forward = walk(host, Qt::Key_Tab, trap);
    for (const QWidget *each : host.inside()) {
        INFO(each->metaObject()->className() << " " << each->objectName().toStdString() << " "
                                             << each->accessibleName().toStdString());
        CHECK((!(each->focusPolicy() & Qt::TabFocus) || forward.contains(each)));
    }
    if (trap) {
        CHECK(forward.last() == trap);
        return;
    }
    QList<QWidget *> back = walk(host, Qt::Key_Backtab, nullptr);
    std::reverse(back.begin(), back.end());
    CHECK(forward == back);
}

} // namespace

TEST_CASE("the console takes no key from the application")
{
    tests::Desk desk;
    auto console = std::make_unique<qi::ScriptConsole>(desk.runtime);
    console->setHistoryFile(QString());
    check_panel(console.get());
}

TEST_CASE("the console takes no key from the application while it finds and searches")
{
    tests::Desk desk;
    auto console = std::make_unique<qi::ScriptConsole>(desk.runtime);
    console->setHistoryFile(QString());
    console->execute(QStringLiteral("'found'"));
    desk.settle();
    console->show();
    QTest::keyClick(console->findChild<QPlainTextEdit *>(QStringLiteral("input")), Qt::Key_R,
                    Qt::ControlModifier);
    console->find();
    const auto fields = console->findChildren<QLineEdit *>();
    CHECK(std::all_of(fields.begin(), fields.end(),
                      [](const QLineEdit *each) { return each->isVisible(); }));
    check_panel(console.get());
}

TEST_CASE("the console's keys work where the application has no use for them")
{
    tests::Desk desk;
    qi::ScriptConsole console(desk.runtime);
    console.setHistoryFile(QString());
    console.show();
    REQUIRE(QTest::qWaitForWindowActive(&console));
    for (const QAction *action : console.findChildren<QAction *>())
        CHECK(action->shortcut().isEmpty());
    auto *line = console.findChild<QLineEdit *>(QStringLiteral("find"));
    for (const char *name : {"input", "output"}) {
        auto *from = console.findChild<QPlainTextEdit *>(QLatin1String(name));
        from->setFocus();
        QTest::keyClick(from, Qt::Key_F, Qt::ControlModifier);
        CHECK(line->hasFocus());
        QTest::keyClick(line, Qt::Key_Escape);
        CHECK(console.fontZoom() == 0);
        QTest::keyClick(from, Qt::Key_Plus, Qt::ControlModifier);
        CHECK(console.fontZoom() == 1);
        QTest::keyClick(from, Qt::Key_0, Qt::ControlModifier);
    }
}

TEST_CASE("the task monitor takes no key from the application")
{
    tests::Desk desk;
    auto monitor = std::make_unique<qi::TaskMonitor>(desk.runtime);
    desk.exec("import asyncio\n"
              "task = asyncio.get_running_loop().create_task(asyncio.sleep(1000), name='one')");
    check_panel(monitor.get());
    desk.exec("task.cancel()");
    desk.settle();
}

TEST_CASE("the plugin manager takes no key from the application")
{
    tests::Desk desk;
    desk.startPlugins(desk.folder.path() + QStringLiteral("/plugins"), tests::Desk::agrees);
    auto manager = std::make_unique<qi::PluginManager>(desk.runtime);
    check_panel(manager.get());
}

TEST_CASE("a panel's keys work where the application has no use for them")
{
    tests::Desk desk;
    qi::TaskMonitor monitor(desk.runtime);
    monitor.show();
    REQUIRE(QTest::qWaitForWindowActive(&monitor));
    for (const QAction *action : monitor.findChildren<QAction *>())
        CHECK(action->shortcut().isEmpty());
    auto *tree = monitor.findChild<QTreeView *>(QStringLiteral("tasks"));
    auto *words = monitor.findChild<QLineEdit *>(QStringLiteral("filter"));
    REQUIRE(tree);
    REQUIRE(words);
    for (QWidget *from : {static_cast<QWidget *>(tree), static_cast<QWidget *>(words)}) {
        monitor.setPaused(false);
        from->setFocus();
        QTest::keyClick(from, Qt::Key_P, Qt::ControlModifier);
        CHECK(monitor.isPaused());
    }
    tree->setFocus();
    QTest::keyClick(tree, Qt::Key_F, Qt::ControlModifier);
    CHECK(words->hasFocus());
}

TEST_CASE("Tab comes to all that the console has, and last to its input, which F6 leaves")
{
    tests::Desk desk;
    auto console = std::make_unique<qi::ScriptConsole>(desk.runtime);
    console->setHistoryFile(QString());
    auto *input = console->findChild<QPlainTextEdit *>(QStringLiteral("input"));
    check_tabs(console.get(), input);
}

TEST_CASE("Tab comes to all that the task monitor has")
{
    tests::Desk desk;
    check_tabs(std::make_unique<qi::TaskMonitor>(desk.runtime).get());
}

TEST_CASE("Tab comes to all that the plugin manager has")
{
    tests::Desk desk;
    const QString plugins = desk.folder.path() + QStringLiteral("/plugins");
    QDir().mkpath(plugins + QStringLiteral("/orders"));
    QFile manifest(plugins + QStringLiteral("/orders/plugin.toml"));
    REQUIRE(manifest.open(QIODevice::WriteOnly));
    manifest.write(
        "[plugin]\nid = \"orders\"\nname = \"Orders\"\nversion = \"1\"\nentry = \"orders\"\n");
    manifest.close();
    QFile code(plugins + QStringLiteral("/orders/orders.py"));
    REQUIRE(code.open(QIODevice::WriteOnly));
    code.write("def activate(ctx): pass\n");
    code.close();
    desk.startPlugins(plugins, tests::Desk::agrees);
    qi_value found = qi_none();
    REQUIRE(qi_plugins_list(desk.runtime, &found) == QI_OK);
    qi_value_clear(&found);
    check_tabs(std::make_unique<qi::PluginManager>(desk.runtime).get());
}

TEST_CASE("a panel that is given the focus hands it to its main part")
{
    tests::Desk desk;
    qi::TaskMonitor monitor(desk.runtime);
    monitor.show();
    REQUIRE(QTest::qWaitForWindowActive(&monitor));
    monitor.findChild<QLineEdit *>(QStringLiteral("filter"))->setFocus();
    monitor.setFocus();
    CHECK(monitor.findChild<QTreeView *>(QStringLiteral("tasks"))->hasFocus());
}
