// SPDX-License-Identifier: BSD-3-Clause
// The program of docs/guide/widgets.md: a window with a task monitor and a plugin manager.
#include <QApplication>
#include <QDir>
#include <QDockWidget>
#include <QFile>
#include <QListView>
#include <QMainWindow>
#include <QMenuBar>
#include <QStatusBar>
#include <QTemporaryDir>
#include <QTimer>
#include <qi/plugin_manager.hpp>
#include <qi/qi.h>
#include <qi/task_monitor.hpp>
#include <qi/widgets.hpp>

// [dock]
static QDockWidget *dock(QMainWindow &window, QWidget *panel)
{
    auto *frame = new QDockWidget(panel->windowTitle(), &window);
    frame->setWidget(panel);
    window.addDockWidget(Qt::BottomDockWidgetArea, frame);
    return frame;
}
// [/dock]

static bool write(const QString &path, const QByteArray &text)
{
    QFile file(path);
    return QDir().mkpath(QFileInfo(path).path()) && file.open(QIODevice::WriteOnly) &&
           file.write(text) == text.size();
}

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    QTemporaryDir folder;
    const QString plugin = folder.filePath("plugins/hello/");
    if (!write(plugin + "plugin.toml",
               "[plugin]\nid = \"hello\"\nname = \"Hello\"\nversion = \"1.0\"\n"
               "entry = \"greetings\"\n"
               "[settings.name]\ntype = \"text\"\ntitle = \"Whom to greet\"\n"
               "default = \"you\"\n") ||
        !write(plugin + "greetings.py",
               "def activate(ctx):\n"
               "    ctx.action('greet', 'Greet', lambda: print('Hello,', ctx.settings.name))\n"))
        return 1;
    qi_config config;
    qi_config_init(&config);
    qi_runtime *python = nullptr;
    if (qi_runtime_init(&config, &python) != QI_OK)
        return 1;
    const QByteArray plugins = folder.filePath("plugins").toUtf8();
    const QByteArray settings = folder.filePath("settings.ini").toUtf8();
    const char *folders[] = {plugins.constData()};

    // [language]
    qi::translateWidgets(); // once, before the first of them
    // [/language]
    QMainWindow window;
    // [start]
    qi_plugins_config host;
    qi_plugins_config_init(&host);
    host.application_folders = folders;
    host.application_folder_count = 1;
    host.consent = qi::PluginManager::askConsent; // a dialog, in front of the window
    host.consent_user = &window;
    // [/start]
    // [test]
    host.user_folder = host.system_folder = "";
    host.settings_file = settings.constData();
    host.consent = [](const qi_plugin_consent *, void *) { return true; };
    // [/test]
    // [panels]
    if (qi_plugins_start(python, &host) != QI_OK)
        qWarning("%s", qi_last_error()->message);
    auto *manager = new qi::PluginManager(python);
    auto *monitor = new qi::TaskMonitor(python);
    dock(window, manager);
    dock(window, monitor);
    QMenu *menu = window.menuBar()->addMenu("&Plugins");
    qi::PluginManager::fillMenu(menu, python);
    // [/panels]
    // [list]
    auto *list = new qi::PluginList(python, &window);
    auto *view = new QListView;
    view->setModel(list); // its roles are in the header
    QObject::connect(list, &qi::PluginList::failed, &window,
                     [](const QString &id, const QString &message) {
                         qWarning("%s: %s", qPrintable(id), qPrintable(message));
                     });
    // [/list]
    // [tasks]
    auto *tasks = new qi::TaskList(python, &window);
    auto *rows = new QListView;
    rows->setModel(tasks);
    QObject::connect(rows, &QListView::activated, tasks, [tasks](const QModelIndex &row) {
        tasks->cancel(row.data(qi::TaskList::IdRole).toLongLong());
    });
    // [/tasks]
    dock(window, rows);
    dock(window, view);
    // [strip]
    auto *strip = new qi::TaskStrip;
    window.statusBar()->addPermanentWidget(strip);
    qi_task *task;
    if (qi_run_task(python, "asyncio:sleep", nullptr, 0, nullptr, &task) == QI_OK) {
        strip->watch(task, "Wait");
        qi_task_release(task); // the strip keeps a reference of its own
    } else {
        strip->addError("Wait", qi_last_error()->message);
    }
    // [/strip]
    // [open]
    const auto open = [](const QString &file, int line) {
        qInfo("%s:%d", qPrintable(file), line); // or the editor of the application
    };
    QObject::connect(manager, &qi::PluginManager::openRequested, &window, open);
    QObject::connect(monitor, &qi::TaskMonitor::openRequested, &window, open);
    // [/open]
    window.show();

    /* The program ends once the plugin's action is in the menu. */
    manager->setCurrentPlugin("hello");
    QTimer poll;
    QObject::connect(&poll, &QTimer::timeout, &app, [&] {
        if (auto *greet = menu->findChild<QAction *>("hello.greet")) {
            greet->trigger();
            app.quit();
        }
    });
    poll.start(10);
    manager->enableCurrent();
    app.exec();
    const QAction *greet = menu->findChild<QAction *>("hello.greet");
    return greet && strip->errorCount() == 1 && qi_runtime_state(python) == QI_RUNTIME_STATE_CLOSED
               ? 0
               : 1;
}
