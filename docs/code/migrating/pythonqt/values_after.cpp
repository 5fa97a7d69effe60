// SPDX-License-Identifier: BSD-3-Clause
#include <QCoreApplication>
#include <QDebug>
#include <QMap>
#include <qi/qi.hpp>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    qi::Runtime python = qi::Runtime::start().expect("Python");
    qi::Scope scope = python.newScope().expect("a scope");
    scope.set("prices", QMap<QString, double>{{"ACME", 19.5}, {"Widget", 2}}).expect("prices");
    qInfo() << scope.eval<QStringList>("[name.upper() for name in sorted(prices)]").expect("names");
    qInfo() << scope.eval<double>("sum(prices.values())").expect("a sum");
}

// prints: QList("ACME", "WIDGET")
// prints: 21.5
