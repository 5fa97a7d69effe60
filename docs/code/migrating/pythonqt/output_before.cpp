// SPDX-License-Identifier: BSD-3-Clause
#include <PythonQt.h>
#include <QCoreApplication>
#include <QDebug>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    PythonQt::init(PythonQt::RedirectStdOut);
    QObject::connect(PythonQt::self(), &PythonQt::pythonStdOut, [](const QString &text) {
        if (!text.trimmed().isEmpty())
            qInfo().noquote() << "out:" << text.trimmed();
    });
    QObject::connect(PythonQt::self(), &PythonQt::pythonStdErr, [](const QString &text) {
        if (!text.trimmed().isEmpty())
            qInfo().noquote() << "err:" << text.trimmed();
    });
    PythonQt::self()->getMainModule().evalScript("import sys\n"
                                                 "print('one')\n"
                                                 "print('two', file=sys.stderr)");
}

// prints: out: one
// prints: err: two
