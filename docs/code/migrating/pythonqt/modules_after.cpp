// SPDX-License-Identifier: BSD-3-Clause
#include <QCoreApplication>
#include <QDebug>
#include <QDir>
#include <QTemporaryDir>
#include <qi/qi.hpp>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    QTemporaryDir folder;
    QFile file(folder.filePath("orders.py"));
    if (!file.open(QIODevice::WriteOnly) || file.write("def count(): return 3\n") < 0 ||
        (file.close(), false))
        return 1;
    qi::Runtime python = qi::Runtime::start(qi::Config().modulePaths({folder.path()})).expect("Python");
    qInfo() << python.call<int>("orders:count").expect("the orders");
}

// prints: 3
