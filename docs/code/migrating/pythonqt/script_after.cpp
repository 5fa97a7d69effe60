// SPDX-License-Identifier: BSD-3-Clause
#include <QCoreApplication>
#include <QDebug>
#include <QTemporaryFile>
#include <qi/qi.hpp>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    qi::Runtime python = qi::Runtime::start().expect("Python");
    QTemporaryFile file;
    if (!file.open() || file.write("def twice(x): return 2 * x\n") < 0 || !file.flush())
        return 1;
    python.execFile(file.fileName()).expect("the file");
    qInfo() << python.eval<int>("twice(21)").expect("the answer");
}

// prints: 42
