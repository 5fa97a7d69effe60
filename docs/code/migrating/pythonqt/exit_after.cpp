// SPDX-License-Identifier: BSD-3-Clause
#include <QCoreApplication>
#include <QDebug>
#include <qi/qi.hpp>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    qi::Runtime python = qi::Runtime::start().expect("Python");
    const qi::Result<void> done = python.exec("raise SystemExit(3)");
    if (!done)
        qInfo().noquote() << "asked to exit:" << done.error().type;
    qInfo() << "the host goes on";
}

// prints: asked to exit: SystemExit
// prints: the host goes on
