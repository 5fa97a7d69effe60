// SPDX-License-Identifier: BSD-3-Clause
#include <PythonQt.h>
#include <QCoreApplication>
#include <QDebug>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    PythonQt::init();
    PythonQtObjectPtr module = PythonQt::self()->getMainModule();
    module.evalScript("def price(count, each): return count * each");
    qInfo() << module.call("price", QVariantList{3, 1.5}).toDouble();
}

// prints: 4.5
