// SPDX-License-Identifier: BSD-3-Clause
#include <PythonQt.h>
#include <QCoreApplication>
#include <QDebug>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    PythonQt::init();
    PythonQtObjectPtr module = PythonQt::self()->getMainModule();
    module.addVariable("prices", QVariantMap{{"ACME", 19.5}, {"Widget", 2}});
    qInfo() << module.evalScript("[name.upper() for name in sorted(prices)]", Py_eval_input)
                   .toStringList();
    qInfo() << module.evalScript("sum(prices.values())", Py_eval_input).toDouble();
}

// prints: QList("ACME", "WIDGET")
// prints: 21.5
