// SPDX-License-Identifier: BSD-3-Clause
#include <PythonQt.h>
#include <QDebug>
#include <QtWidgets>
#include <gui/PythonQtScriptingConsole.h>

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    PythonQt::init(PythonQt::RedirectStdOut);
    PythonQtScriptingConsole console(nullptr, PythonQt::self()->getMainModule());
    console.show();
    qInfo() << "open:" << console.isVisible();
}

// prints: open: true
