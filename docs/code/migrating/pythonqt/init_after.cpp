// SPDX-License-Identifier: BSD-3-Clause
#include <QCoreApplication>
#include <QDebug>
#include <qi/qi.hpp>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    qi::Config config;
    config.onOutput([](const QString &line) { qInfo().noquote() << line; });
    qi::Runtime python = qi::Runtime::start(config).expect("Python");
    python.exec("print('hello')").expect("a greeting");
}

// prints: hello
