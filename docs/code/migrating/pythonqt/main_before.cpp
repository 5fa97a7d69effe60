// SPDX-License-Identifier: BSD-3-Clause
#include <PythonQt.h>
#include <QCoreApplication>
#include <QDebug>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    PythonQt::init();
    PythonQtObjectPtr module = PythonQt::self()->getMainModule();
    module.evalScript("total = 0\n"
                      "for number in (1, 2, 3):\n"
                      "    total += number");
    qInfo() << module.evalScript("total * 2", Py_eval_input).toInt();
}

// prints: 12
