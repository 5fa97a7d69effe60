// SPDX-License-Identifier: BSD-3-Clause
// The program of the second half of docs/guide/cpp.md: calls, scripts, plugins, and watching what goes on.
#include <QCoreApplication>
#include <QDebug>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTimer>
#include <qi/qi.hpp>

class Window : public QObject
{
    Q_OBJECT
    Q_PROPERTY(QString status MEMBER status)

  public:
    QString status, title, path;

    void setWindowTitle(const QString &text) { title = text; }
    void setPath(const QString &text) { path = text; }

  signals:
    void resized(int width);
};

// [test]
// A copy that only this user can write to, wherever the sources lie.
static QString copyOfPlugins(const QTemporaryDir &folder)
{
    QDir().mkpath(folder.filePath("plugins/feeds"));
    for (const char *name : {"plugin.toml", "feeds.py", "units.py"}) {
        const QString to = folder.filePath(QString("plugins/feeds/") + name);
        QFile::copy(QString("hosting/feeds/") + name, to);
        QFile::setPermissions(to, QFile::ReadOwner | QFile::WriteOwner);
    }
    return folder.filePath("plugins");
}

static bool waitFor(const std::function<bool()> &condition)
{
    QTimer alarm;
    alarm.start(20);
    for (int turns = 0; !condition() && turns < 1000; turns++)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return condition();
}
// [/test]

// [promise]
static void showQuotes(const qi::Runtime &python, QObject *window)
{
    python
        .registerFunction("quotes.fetch",
                          [window](qi::Promise<double> promise, const QString &symbol) {
                              QTimer::singleShot(5, window, [promise, symbol] {
                                  promise.resolve(symbol == "EURUSD" ? 1.25 : 1.5).expect("a quote");
                              });
                          })
        .expect("quotes.fetch");
}
// [/promise]

// [plugins]
static void startPlugins(const qi::Plugins &plugins, const QString &folder, const QString &settings)
{
    plugins
        .start(qi::PluginsConfig()
                   .applicationFolders({folder})
                   .settingsFile(settings)
                   .onConsent([](const qi::PluginConsent &asked) {
                       qInfo().noquote() << asked.name << asked.version << "wants to run";
                       return true; // an application with windows asks here
                   })
                   .onEvent([](const qi::PluginEvent &event) {
                       if (event.kind == qi::PluginEventKind::State)
                           qInfo().noquote() << event.id << "is" << qi::pluginStateName(event.state);
                   }))
        .expect("the plugins");
}
// [/plugins]

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    QTemporaryDir folder;
    qi::Runtime python = qi::Runtime::start(qi::Config().modulePaths({"plugins"})).expect("Python");
    Window window;

    // [listen]
    QStringList lines;
    qi::Listener listener = python
                                .listenToOutput(
                                    [&lines](const qi::OutputLine &line) { lines << line.text; })
                                .expect("the output");
    // [/listen]
    // [event]
    qi::Listener loaded = python
                              .listenToEvents("document.loaded",
                                              [&window](const qi::Event &event) {
                                                  window.setPath(
                                                      event.argument<QString>(0).value_or("?"));
                                              })
                              .expect("the events");
    // [/event]
    python.exec("import qi; qi.host.emit('document.loaded', 'letter.odt', size=4711)").expect("it");

    // [call]
    qi::Result<double> price = python.call<double>("desk:best", "EURUSD", qi::named("side", "buy"));
    if (!price)
        qWarning() << price.error(); // with the traceback of Python
    // [/call]

    // [opaque]
    const qi::Value desk = python.importModule("desk").expect("the desk");
    const qi::Value book = desk.attribute("book").expect("the book");
    const int orders = book.callMethod<int>("add", "EURUSD", qi::named("count", 3)).value_or(0);
    const QString shown = book.text().value_or("?"); // "1 orders"
    // [/opaque]

    // [scope]
    qi::Scope scope = python.newScope().expect("a scope");
    scope.set("width", 2.5).expect("the width");
    const qi::Result<double> area = scope.eval<double>("width * 4");
    qi::Task<int> script = scope.execAsync<int>("import asyncio\n"
                                                "await asyncio.sleep(0.001)\n"
                                                "print('awaited')\n"
                                                "round(width)");
    // [/scope]
    showQuotes(python, &window);
    qi::Task<double> quote = python.run<double>("desk:fetch", "EURUSD");

    // [watch]
    qi::WatchdogOptions watched;
    watched.limit = std::chrono::milliseconds(200);
    watched.stalled = [](const qi::Stall &stall) { // in a thread of its own
        qWarning().noquote() << "stuck in" << stall.target << '\n' << stall.stack;
        return qi::StallAnswer::Interrupt;
    };
    python.monitor().startWatchdog(watched).expect("the watchdog");
    // [/watch]

    // [audit]
    python
        .setAudit([](const qi::AuditEvent &event) { // in whatever thread runs the code
            return event.name != "os.system";
        })
        .expect("the audit");
    // [/audit]
    const bool refused = !python.exec("import os; os.system('true')");
    const bool interrupted = !python.exec("while True: pass");
    python.monitor().stopWatchdog().expect("its end"); // what follows may take its time on a busy machine

    // [tasks]
    const QList<qi::TaskInfo> tasks = python.monitor().tasks().value_or(QList<qi::TaskInfo>());
    for (const qi::TaskInfo &task : tasks)
        qInfo().noquote() << task.name << task.state << task.waitingFor;
    // [/tasks]

    python.registerObject("window", &window).expect("the window");
    const qi::Plugins plugins = python.plugins();
    startPlugins(plugins, copyOfPlugins(folder), folder.filePath("settings.ini"));

    // [enable]
    plugins.setSetting("feeds", "unit", "celsius").expect("the unit");
    plugins.enable("feeds").then(&window, [&window](qi::Result<qi::PluginInfo> feeds) {
        if (feeds && feeds->state == qi::PluginState::Active)
            window.setWindowTitle(feeds->name);
    });
    // [/enable]

    // [post]
    python.post([] { qInfo("in the GUI thread"); }).expect("a message"); // from any thread
    // [/post]
    // [test]
    if (!waitFor([&] { return window.title == "Feeds" && script.isFinished() && quote.isFinished(); }))
        return 1;
    if (price.value_or(0) != 1.25 || orders != 1 || shown != "1 orders" || area.value_or(0) != 10)
        return 2;
    if (script.result().value_or(0) != 2 || quote.result().value_or(0) != 1.25)
        return 3;
    return refused && interrupted && window.path == "letter.odt" && lines.contains("awaited") &&
                   !tasks.isEmpty()
               ? 0
               : 4;
    // [/test]
}

#include "cpp_host.moc"
