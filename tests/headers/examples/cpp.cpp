/* SPDX-License-Identifier: BSD-3-Clause */
/* The code of the comments of the C++ headers, as it is printed there: see ../examples.py. It is compiled, not run. */
#include <Python.h>

#include <functional>
#include <memory>

#include <QtCore/qdebug.h>
#include <QtNetwork/qnetworkaccessmanager.h>
#include <QtNetwork/qnetworkreply.h>
#include <QtNetwork/qnetworkrequest.h>
#include <QtWidgets/qapplication.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qmainwindow.h>
#include <QtWidgets/qmessagebox.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qspinbox.h>
#include <QtWidgets/qstatusbar.h>

#include <qi/network.hpp>
#include <qi/python.hpp>
#include <qi/qi.hpp>

struct Money {
    static qi::Result<Money> parse(const QString &text);
    QString toString() const;
};
struct Report {
    int pages = 0;
};
Q_DECLARE_METATYPE(Report)

/* types.hpp: a type is told of before it is used. The registered one of convert.hpp is another. */
template <> struct qi::Converter<Money> {
    static QString name() { return QStringLiteral("Money"); }
    static qi_value write(const Money &money, qi::Storage &storage)
    {
        return storage.write(money.toString());
    }
    static qi::Result<Money> read(const qi_value &value)
    {
        return qi::read<QString>(value).and_then(&Money::parse);
    }
};

namespace registered
{

struct Money {
    static Money parse(const QString &text);
    QString toString() const;
};

void convert()
{
    qi::registerConverter<Money>([](const Money &money) { return money.toString(); }, // to Python: a str
                                 [](const QString &text) { return Money::parse(text); }); // from it
}

} // namespace registered

class Job : public QObject
{
    Q_OBJECT

  public:
    bool isFinished() const;
    int total() const;
    void abort();

  Q_SIGNALS:
    void finished();
};

class Probe : public QObject
{
    Q_OBJECT

  public:
    bool isOver() const;
    double reading() const;

  Q_SIGNALS:
    void done();
    void failed();
};

struct Ticket {
    QFuture<int> future() const;
};
Q_DECLARE_METATYPE(Ticket)

/* What asks a table of a database. */
struct Query {
    bool next();
    QVariant value(int column) const;
};

class Analysis : public QObject
{
    Q_OBJECT

  public:
    Q_INVOKABLE void analyse(const qi::Buffer &samples); // takes bytes, a memoryview, a numpy array, …
    Q_INVOKABLE qi::Buffer samples(); // numpy.asarray(host.samples()) shares the memory
    Q_INVOKABLE void setFilter(const qi::Callable &filter);
};

class Desk : public QObject
{
  public:
    explicit Desk(qi::Runtime &host) : python(host) {}

    double price(const QString &symbol) const;
    void order(const QString &symbol, int count);
    void show_prices();
    void fetch();

  private:
    qi::Runtime &python;
    QNetworkAccessManager m_network;
};

class Window : public QMainWindow
{
  public:
    explicit Window(qi::Runtime &host) : python(host) {}

    void arguments(const qi::Target &target, const QVariantList &list, const QVariantMap &map);
    void connections(QPushButton *button, QSpinBox *box);
    void listen();
    void monitor();
    void plugins(const QString &folder);
    void results(const QString &text, const QString &formula);
    void rows(Query query);
    void tasks(const std::vector<qi::Task<QByteArray>> &mirrors);
    void with_python();

  private:
    bool ask(const QString &name, const QString &hash);
    void log(const QString &plugin, const QString &text);
    void open(const QString &path);
    using QMainWindow::show;
    void show(double number);
    void show(const QStringList &texts);
    void show(const qi::Error &error);
    void show(const qi::PluginEvent &event);

    qi::Runtime &python;
    QLabel *label = nullptr;
    qi::Listener m_listener;
};

PyObject *make_figure();

/* -- arguments.hpp, call.hpp, config.hpp, connect.hpp --------------------------------------------- */

void Window::arguments(const qi::Target &target, const QVariantList &list, const QVariantMap &map)
{
    {
        qi::Result<double> best = python.call<double>("quotes:best", "EURUSD",
                                                      qi::named("side", "buy"));
        show(best.value_or(0));
    }
    auto best = python.call<double>("quotes:best", "EURUSD", qi::named("side", "buy"),
                                    qi::named("count", 3));
    auto task = python.run<QVariant>(target,
                                     qi::spread(list, map)); // as many as there are, of any types
    const qi::Config config = qi::Config().modulePaths({"plugins"}).slice(std::chrono::milliseconds(1));
    (void)config;
}

void Window::connections(QPushButton *button, QSpinBox *box)
{
    qi::connect(button, &QPushButton::clicked, "orders:send", {.overlap = qi::Overlap::Drop})
        .expect("the button");
    qi::connect(box, qOverload<int>(&QSpinBox::valueChanged), "orders:count").expect("the box");
}

/* -- audit.hpp, events.hpp, output.hpp ------------------------------------------------------------ */

void Window::listen()
{
    python.setAudit([](const qi::AuditEvent &event) { return event.name != "os.system"; })
        .expect("the audit");
    m_listener = python
                     .listenToEvents("document.loaded",
                                     [this](const qi::Event &event) {
                                         open(event.argument<QString>(0).value_or(QString()));
                                     })
                     .expect("the events");
    m_listener = python
                     .listenToOutput(
                         [this](const qi::OutputLine &line) { log(line.plugin, line.text); })
                     .expect("the output");
}

/* -- awaitable.hpp, network.hpp, qt.hpp ----------------------------------------------------------- */

void register_types()
{
    qi::registerAwaitable<Job>(&Job::finished, &Job::isFinished, &Job::total, &Job::abort);
    qi::registerAwaitable<Probe>(std::tuple(&Probe::done, &Probe::failed), &Probe::isOver,
                                 [](Probe &probe) -> qi::Result<double> { return probe.reading(); });
    qi::registerAwaitable<Ticket>(
        [](const Ticket &ticket) { return ticket.future(); }); // a value, by its QFuture
    qi::registerNetwork();                      // once, before Python sees such an object
    qi::registerFuture<Report>();               // Python may await what returns a QFuture<Report>
    qi::registerCallback<bool(int, QString)>(); // Python may give a callable for a std::function
}

/* -- builder.hpp, scope.hpp, result.hpp, value.hpp ------------------------------------------------ */

void Window::rows(Query query)
{
    qi::Builder rows;
    rows.beginList();
    while (query.next())
        rows.beginMap().entry("symbol", query.value(0)).entry("price", query.value(1).toDouble()).end();
    qi::Result<qi::Value> value = rows.end().finish();
}

void Window::results(const QString &text, const QString &formula)
{
    if (auto total = python.eval<double>("sum(prices)"))
        show(*total);
    else
        qWarning() << total.error().message;

    qi::Scope scope = python.newScope().expect("a scope");
    scope.set("width", 2.5).expect("the width");
    qi::Result<double> area = scope.eval<double>(formula);

    qi::Value answer = python.eval<qi::Value>(text).value();
    if (answer.kind() == QI_KIND_LIST)
        show(answer.to<QStringList>().value_or(QStringList()));
}

/* -- debugger.hpp, doctor.hpp, monitor.hpp -------------------------------------------------------- */

void Window::monitor()
{
    qi::DebuggerAddress address = python.debugger().listen().expect("the debugger");
    statusBar()->showMessage(address.text);

    if (auto found = qi::Doctor().examine(); found && !found->ok)
        QMessageBox::warning(this, tr("Python"), found->text);

    qi::WatchdogOptions options;
    options.repeat = std::chrono::seconds(1);
    options.stalled = [](const qi::Stall &stall) { // on the watchdog's thread: the GUI thread hangs
        qWarning().noquote() << stall.plugin << "hangs:" << stall.stack;
        return stall.duration < std::chrono::seconds(10) ? qi::StallAnswer::Wait
                                                         : qi::StallAnswer::Interrupt;
    };
    python.monitor().startWatchdog(options).expect("the watchdog");
}

/* -- expose.hpp, promise.hpp ---------------------------------------------------------------------- */

void Desk::show_prices()
{
    python
        .registerFunction("desk.price",
                          [this](const QString &symbol, int count) { return price(symbol) * count; },
                          {{"symbol", {"count", 1}}, "What so many of a symbol cost."})
        .expect("desk.price");
    python.registerFunction("desk.order", this, &Desk::order, {{"symbol", "count"}}).expect("desk.order");
}

void Desk::fetch()
{
    python
        .registerFunction("web.fetch",
                          [this](qi::Promise<QByteArray> promise, const QUrl &url) {
                              QNetworkReply *reply = m_network.get(QNetworkRequest(url));
                              connect(reply, &QNetworkReply::finished, reply,
                                      [=] { (void)promise.resolve(reply->readAll()); });
                          })
        .expect("web.fetch");
}

/* -- plugins.hpp ---------------------------------------------------------------------------------- */

void Window::plugins(const QString &folder)
{
    qi::Plugins plugins = python.plugins();
    plugins
        .start(qi::PluginsConfig()
                   .applicationFolders({folder})
                   .onConsent([this](const qi::PluginConsent &asked) {
                       return ask(asked.name, asked.hash);
                   })
                   .onEvent([this](const qi::PluginEvent &event) { show(event); }))
        .expect("the plugins");
    plugins.enable("clock").then(this, [](qi::Result<qi::PluginInfo> clock) { (void)clock; });
}

/* -- python.hpp ----------------------------------------------------------------------------------- */

void Window::with_python()
{
    qi::Value kept;
    const auto plotted = qi::withPython(python, [&] { // with the GIL
        PyObject *figure = make_figure();
        kept = qi::fromPython<qi::Value>(figure).value_or(qi::Value());
        Py_XDECREF(figure);
    });
    if (!plotted) // an exception of Python's that was set at its end
        show(plotted.error());
}

/* -- future.hpp, waiting.hpp, when.hpp --------------------------------------------------------- */

void Window::tasks(const std::vector<qi::Task<QByteArray>> &mirrors)
{
    QFuture<int> count = python.run<int>("shop:count").future();
    count.then(this, [this](int number) { label->setNum(number); })
        .onFailed(this, [this](const qi::Exception &error) { show(error.error()); });

    qi::Result<std::size_t> first = qi::waitForAny(
        {python.run<int>("a:count"), python.run("b:load")});

    qi::whenAll(python.run<int>("a:count"), python.run<QString>("b:name"))
        .then(this, [](const qi::Result<std::tuple<qi::Result<int>, qi::Result<QString>>> &all) {
            (void)all;
        });
    qi::whenAny(mirrors) // of a std::vector<qi::Task<QByteArray>>
        .then(this, [](const qi::Result<qi::First<QByteArray>> &first) {
            (void)first->index;
            (void)first->result;
        });
}

/* -- runtime.hpp ---------------------------------------------------------------------------------- */

int run_application(int argc, char **argv)
{
    QMainWindow window;
    QPushButton button;
    {
        QApplication app(argc, argv);
        auto python = qi::Runtime::start(qi::Config().modulePaths({"plugins"})).expect("Python");

        python.registerObject("window", &window).expect("the window");
        python.connect(&button, &QPushButton::clicked, "orders:send").expect("the button");
        python.run<int>("orders:count").then(&window, [](qi::Result<int> count) { (void)count; });
        return app.exec();
    }
}

#include "cpp.moc"
