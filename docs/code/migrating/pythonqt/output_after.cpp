// SPDX-License-Identifier: BSD-3-Clause
#include <QCoreApplication>
#include <QDebug>
#include <qi/qi.hpp>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    qi::Config config;
    config.onOutput([](const QString &line) { qInfo().noquote() << "out:" << line; });
    config.onErrorOutput([](const QString &line) { qInfo().noquote() << "err:" << line; });
    qi::Runtime python = qi::Runtime::start(config).expect("Python");
    python
        .exec("import sys\n"
              "print('one')\n"
              "print('two', file=sys.stderr)")
        .expect("the script");
}

// prints: out: one
// prints: err: two
