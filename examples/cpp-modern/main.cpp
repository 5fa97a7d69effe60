// SPDX-License-Identifier: BSD-3-Clause
//
// A host in C++17 by <qi/qi.hpp>: a typed signal launches a coroutine, another is run as a QFuture whose
// progress is shown, and results are of Qt's types.
//
//     cpp-modern [FOLDER OF THE PLUGINS]
#include <QtCore/QCoreApplication>
#include <QtCore/QFileInfo>
#include <QtCore/QFutureWatcher>
#include <QtCore/QTextStream>
#include <QtCore/QTimer>
#include <qi/qi.hpp>

using Prices = QMap<QString, double>;

static void say(const QString &line)
{
    QTextStream(stdout) << line << Qt::endl;
}

// What the plugin sees as qi.host.till.
class Till : public QObject
{
    Q_OBJECT

  public:
    Q_INVOKABLE void book(const QString &what, double amount)
    {
        say(QStringLiteral("%1: %2").arg(what).arg(amount));
        Q_EMIT booked(amount);
    }

  Q_SIGNALS:
    void sold(const QString &what, int count);
    void booked(double amount);
};

// Asks for the prices of what was sold, and ends the program with the sum.
static void addUp(const qi::Runtime &python, const QStringList &sold)
{
    auto *watcher = new QFutureWatcher<Prices>(QCoreApplication::instance());
    QObject::connect(watcher, &QFutureWatcher<Prices>::progressTextChanged, &say);

    QFuture<Prices> prices = python.run<Prices>("shop:prices_of", sold);
    watcher->setFuture(prices);
    prices
        .then(watcher,
              [](const Prices &found) {
                  double sum = 0;
                  for (double price : found)
                      sum += price;
                  say(QStringLiteral("sum: %1").arg(sum));
                  QCoreApplication::quit();
              })
        .onFailed(watcher, [](const qi::Exception &error) {
            say(error.error().message);
            QCoreApplication::exit(1);
        });
}

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    Till till;
    const QStringList arguments = app.arguments();
    // What the user types begins where he is; what is configured, at the program.
    const QString folder = arguments.size() > 1 ? QFileInfo(arguments.at(1)).absoluteFilePath()
                                                : QStringLiteral("plugins");
    const qi::Runtime python = qi::Runtime::start(qi::Config().modulePaths({folder}).onError(
                                                      [](const qi::Error &error, const qi::Origin &) {
                                                          say(error.message);
                                                          QCoreApplication::exit(1);
                                                      }))
                                   .expect("Python");

    qi::ConnectOptions one_by_one;
    one_by_one.overlap = qi::Overlap::Queue;
    python.registerObject(QStringLiteral("till"), &till).expect("the till");
    python.connect(&till, &Till::sold, "shop:sell", one_by_one).expect("the sales");

    // Two sales arrive; when both are booked, their prices are added up.
    QStringList sold;
    QObject::connect(&till, &Till::booked, &app, [&] {
        sold << QStringLiteral("tea %1").arg(sold.size());
        if (sold.size() == 2)
            addUp(python, sold);
    });
    QTimer::singleShot(0, &till, [&till] {
        Q_EMIT till.sold(QStringLiteral("green tea"), 2);
        Q_EMIT till.sold(QStringLiteral("black tea"), 1);
    });
    return app.exec();
}

#include "main.moc"
