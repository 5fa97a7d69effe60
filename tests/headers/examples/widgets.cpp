/* SPDX-License-Identifier: BSD-3-Clause */
/* The code of the comments of libqi-widgets' headers: see ../examples.py. It is compiled, not run. */
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qdockwidget.h>
#include <QtWidgets/qlistview.h>
#include <QtWidgets/qmainwindow.h>
#include <QtWidgets/qmenubar.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qstatusbar.h>

#include <qi/qi.hpp>
#include <qi/widgets.hpp>

class Window : public QMainWindow
{
    Q_OBJECT

  public:
    void add_console(QMainWindow *window, qi_runtime *runtime);
    void add_strip(const qi::Task<int> &task);
    void showError(const QString &id, const QString &message, const QString &traceback);
};

void Window::add_console(QMainWindow *window, qi_runtime *runtime)
{
    auto *dock = new QDockWidget("Console", window);
    dock->setWidget(new qi::ScriptConsole(runtime));
}

void Window::add_strip(const qi::Task<int> &task)
{
    auto *strip = new qi::TaskStrip;
    statusBar()->addPermanentWidget(strip);
    strip->watch(task.handle(), tr("Import"));
}

qint64 chosenId();

class Panels : public QObject
{
  public:
    void lists(qi_runtime *runtime, QListView *view, QPushButton *button);
    void manager(qi_runtime *runtime, QDockWidget *dock);

    Window window;
};

void Panels::lists(qi_runtime *runtime, QListView *view, QPushButton *button)
{
    {
        auto *plugins = new qi::PluginList(runtime, &window);
        view->setModel(plugins);
        connect(plugins, &qi::PluginList::failed, &window, &Window::showError);
        connect(button, &QPushButton::clicked, plugins, [=] { plugins->enable("orders"); });
    }
    auto *tasks = new qi::TaskList(runtime, &window);
    view->setModel(tasks);
    connect(button, &QPushButton::clicked, tasks, [=] { tasks->cancel(chosenId()); });
}

void Panels::manager(qi_runtime *runtime, QDockWidget *dock)
{
    {
        auto *monitor = new qi::TaskMonitor(runtime);
        dock->setWidget(monitor);
    }
    qi_plugins_config config;
    qi_plugins_config_init(&config);
    config.consent = qi::PluginManager::askConsent; // before a plugin runs for the first time
    config.consent_user = &window;
    if (qi_plugins_start(runtime, &config) != QI_OK)
        qWarning("no plugins");
    qi::PluginManager::fillMenu(window.menuBar()->addMenu("&Plugins"));
    dock->setWidget(new qi::PluginManager(runtime));
}

#include "widgets.moc"
