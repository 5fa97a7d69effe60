// SPDX-License-Identifier: BSD-3-Clause
#include <PythonQt.h>
#include <QCoreApplication>
#include <QDebug>
#include <QDir>
#include <QTemporaryDir>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    QTemporaryDir folder;
    QFile file(folder.filePath("orders.py"));
    if (!file.open(QIODevice::WriteOnly) || file.write("def count(): return 3\n") < 0 ||
        (file.close(), false))
        return 1;
    PythonQt::init();
    PythonQt::self()->setImporter(nullptr); // files are read by QFile
    PythonQt::self()->addSysPath(folder.path());
    PythonQtObjectPtr module = PythonQt::self()->getMainModule();
    module.evalScript("import orders");
    qInfo() << module.evalScript("orders.count()", Py_eval_input).toInt();
}

// prints: 3
