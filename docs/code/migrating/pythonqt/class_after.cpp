// SPDX-License-Identifier: BSD-3-Clause
#include <QCoreApplication>
#include <QDebug>
#include <qi/qi.hpp>

class Desk // needs to be no QObject
{
  public:
    double order(const QString &symbol, int count) { return symbol == "ACME" ? 19.5 * count : 0; }
};

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    qi::Runtime python = qi::Runtime::start().expect("Python");
    Desk desk;
    python
        .registerFunction(
            "desk.order",
            [&desk](const QString &symbol, int count) { return desk.order(symbol, count); },
            {{"symbol", {"count", 1}}, "Buys shares."})
        .expect("desk.order");
    python
        .registerFunction("desk.sell",
                          [&desk](const QString &symbol) { return -desk.order(symbol, 1); },
                          {{"symbol"}})
        .expect("desk.sell");
    python.exec("from qi import host").expect("the host");
    qInfo() << python.eval<double>("host.desk.order('ACME', count=2) + host.desk.sell('ACME')")
                   .expect("the price");
}

// prints: 19.5
