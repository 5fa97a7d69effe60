// SPDX-License-Identifier: BSD-3-Clause
#include <PythonQt.h>
#include <QCoreApplication>
#include <QDebug>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    PythonQt::init();
    PythonQtObjectPtr scope = PythonQt::self()->createUniqueModule();
    scope.addVariable("width", 2.5);
    scope.evalScript("area = width ** 2");
    qInfo() << scope.getVariable("area").toDouble();
}

// prints: 6.25
