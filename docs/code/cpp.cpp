// SPDX-License-Identifier: BSD-3-Clause
// The program of docs/guide/cpp.md, in C++17.
#include <QApplication>
#include <QDebug>
#include <QFutureWatcher>
#include <QLineEdit>
#include <QPromise>
#include <QProgressBar>
#include <QTimer>
#include <qi/qi.hpp>

// [start]
static qi::Result<qi::Runtime> startPython()
{
    return qi::Runtime::start(qi::Config()
                                  .modulePaths({"plugins"})
                                  .onOutput([](const QString &line) { qInfo().noquote() << line; })
                                  .onError([](const qi::Error &error, const qi::Origin &origin) {
                                      qWarning().noquote() << origin.target << error;
                                  }));
}
// [/start]

// [converter]
struct Page {
    QString title;
};

template <> struct qi::Converter<Page> {
    static QString name() { return QStringLiteral("Page"); }
    static qi_value write(const Page &page, qi::Storage &storage)
    {
        return storage.write(page.title);
    }
    static qi::Result<Page> read(const qi_value &value)
    {
        return qi::read<QString>(value).map([](const QString &title) { return Page{title}; });
    }
};
// [/converter]

class Shop : public QObject
{
    Q_OBJECT

  public:
    explicit Shop(qi::Runtime &python) : m_python(python)
    {
        // [progress]
        connect(&m_watcher, &QFutureWatcher<int>::progressRangeChanged, &bar,
                &QProgressBar::setRange);
        connect(&m_watcher, &QFutureWatcher<int>::progressValueChanged, &bar,
                &QProgressBar::setValue);
        // [/progress]
    }

    // [then]
    void quote(int pages)
    {
        const QMap<QString, double> currencies{{"EUR", 0.5}, {"JPY", 80}};
        m_python.run<QMap<QString, double>>("press:price", pages, currencies)
            .then(this, [this](qi::Result<QMap<QString, double>> prices) {
                if (prices)
                    emit quoted(prices->value("EUR"));
                else
                    qWarning() << prices.error();
            });
    }
    // [/then]

    // [chain]
    void quoteAndPrint(const QList<Page> &pages)
    {
        const QMap<QString, double> currencies{{"EUR", 0.5}};
        m_python.run<QMap<QString, double>>("press:price", pages.size(), currencies)
            .then(this,
                  [this, pages](qi::Result<QMap<QString, double>> prices) {
                      emit quoted(prices ? prices->value("EUR") : 0);
                      return m_python.run<int>("press:print_pages", pages); // waited for
                  })
            .then(this,
                  [](qi::Result<int> count) {
                      return count.map([](int pages) { return pages + 1; });
                  })
            .then(this, [this](qi::Result<int> sheets) {
                emit done(sheets ? QString("%1 sheets").arg(*sheets) : sheets.error().message);
            });
    }
    // [/chain]

    // [future]
    void print(const QList<Page> &pages)
    {
        QFuture<int> printing = m_python.run<int>("press:print_pages", pages);
        m_watcher.setFuture(printing); // m_watcher.cancel() ends the coroutine

        printing.then(this, [this](int count) { emit done(QString("%1 pages").arg(count)); })
            .onFailed(this, [this](const qi::Exception &error) { emit done(error.error().message); });
    }
    // [/future]

    QProgressBar bar;

  signals:
    void ordered(const QString &title);
    void quoted(double price);
    void done(const QString &text);

  private:
    qi::Runtime &m_python;
    QFutureWatcher<int> m_watcher;
};

static QStringList printed(const qi::Runtime &python)
{
    // [eval]
    qi::Result<QStringList> titles = python.eval<QStringList>("__import__('press').printed");
    return titles.value_or(QStringList());
    // [/eval]
}

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    auto python = startPython().expect("Python");
    Shop shop(python);
    QLineEdit line;
    double price = 0;
    QStringList told;
    QObject::connect(&shop, &Shop::quoted, &app, [&](double quoted) { price = quoted; });
    QObject::connect(&shop, &Shop::done, &app, [&](const QString &text) { told << text; });

    // [connect]
    qi::ConnectOptions queued;
    queued.overlap = qi::Overlap::Queue; // C++20: {.overlap = qi::Overlap::Queue}
    python.connect(&shop, &Shop::ordered, "press:order", queued).expect("orders");
    python.connect(&line, &QLineEdit::textEdited, "press:order").expect("the line");
    // [/connect]
    emit shop.ordered("a poster");
    shop.quote(10);
    shop.print({Page{"cover"}, Page{"back"}});

    // [stream]
    int sheets = 0;
    qi::Stream<QString>::open(python, "press:dry", QStringList{"cover", "back"})
        .expect("the sheets")
        .forEach(&shop, [&](const QString &) { ++sheets; })
        .then(&shop, [](qi::Result<void> end) {
            if (!end)
                qWarning() << end.error();
        });
    // [/stream]

    // [when]
    int both = 0;
    qi::whenAll(python.run<QMap<QString, double>>("press:price", 3, QMap<QString, double>{{"EUR", 1}}),
                python.run<int>("press:print_pages", QStringList{"flyer"}))
        .then(&shop, [&](const auto &all) {
            const auto &[prices, pages] = *all; // each a qi::Result
            both = prices && pages ? int(prices->value("EUR")) + *pages : -1;
        });
    // [/when]

    // [cancel]
    qi::TaskOptions options;
    options.timeout = std::chrono::seconds(30);
    options.owner = &shop; // ends with it
    qi::Task<> task = python.run(options, "press:stand_by");
    task.cancel();
    // [/cancel]

    // [watcher]
    QPromise<QString> promise;
    QFutureWatcher<QString> watcher;
    watcher.setFuture(promise.future());
    python.launch("press:proofread", &watcher);
    // [/watcher]
    promise.start();
    promise.addResult(QString("proof"));
    promise.finish();

    QTimer poll;
    bool failed = false, chained = false;
    int shown = 0;
    QObject::connect(&poll, &QTimer::timeout, &app, [&] {
        if (told.size() == 1 && !failed) {
            failed = true;
            shown = shop.bar.maximum();
            shop.print({Page{""}});
        }
        if (told.size() == 2 && !chained) {
            chained = true;
            shop.quoteAndPrint({Page{"cover"}});
        }
        if (price > 0 && told.size() == 3 && sheets == 2 && both && task.isFinished() &&
            printed(python).contains("proof"))
            app.quit();
    });
    poll.start(5);
    app.exec();

    const bool right = price == 0.5 && told.value(2) == "2 sheets" && told.value(0) == "2 pages" &&
                       told.value(1) == "ValueError: page 1 has no title" &&
                       task.result().status() == QI_ERR_CANCELLED && shown == 2 && both == 4;
    if (!right)
        qCritical() << price << told << task.result().error() << shown;
    return right ? 0 : 1;
}

#include "cpp.moc"
