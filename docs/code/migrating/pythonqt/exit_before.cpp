// SPDX-License-Identifier: BSD-3-Clause
#include <PythonQt.h>
#include <QCoreApplication>
#include <QDebug>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    PythonQt::init();
    PythonQt::self()->setSystemExitExceptionHandlerEnabled(true);
    QObject::connect(PythonQt::self(), &PythonQt::systemExitExceptionRaised,
                     [](int code) { qInfo() << "asked to exit:" << code; });
    PythonQt::self()->getMainModule().evalScript("raise SystemExit(3)");
    qInfo() << "the host goes on";
}

// prints: asked to exit: 3
// prints: the host goes on
