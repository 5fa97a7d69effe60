// SPDX-License-Identifier: BSD-3-Clause
#include <PythonQt.h>
#include <QDebug>
#include <QtWidgets>

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    QLineEdit line("what was typed");
    PythonQt::init();
    PythonQtObjectPtr module = PythonQt::self()->getMainModule();
    module.addObject("box", &line);
    module.evalScript("box.text = box.text.upper()");
    qInfo().noquote() << line.text();
}

// prints: WHAT WAS TYPED
