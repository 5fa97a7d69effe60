// SPDX-License-Identifier: BSD-3-Clause
#include <PythonQt.h>
#include <QCoreApplication>
#include <QDebug>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    PythonQt::init(PythonQt::IgnoreSiteModule | PythonQt::RedirectStdOut);
    QObject::connect(PythonQt::self(), &PythonQt::pythonStdOut,
                     [](const QString &text) { qInfo().noquote() << text.trimmed(); });
    PythonQt::self()->getMainModule().evalScript("print('hello')");
    PythonQt::cleanup();
}

// prints: hello
