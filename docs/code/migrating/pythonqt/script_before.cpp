// SPDX-License-Identifier: BSD-3-Clause
#include <PythonQt.h>
#include <QCoreApplication>
#include <QDebug>
#include <QTemporaryFile>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    PythonQt::init();
    PythonQtObjectPtr module = PythonQt::self()->getMainModule();
    QTemporaryFile file;
    if (!file.open() || file.write("def twice(x): return 2 * x\n") < 0 || !file.flush())
        return 1;
    module.evalFile(file.fileName());
    qInfo() << module.evalScript("twice(21)", Py_eval_input).toInt();
}

// prints: 42
