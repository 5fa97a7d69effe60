// SPDX-License-Identifier: BSD-3-Clause
#include <PythonQt.h>
#include <QCoreApplication>
#include <QDebug>

class Desk : public QObject
{
    Q_OBJECT

  public:
    Q_INVOKABLE double order(const QString &symbol, int count)
    {
        return symbol == "ACME" ? 19.5 * count : 0;
    }
};

class DeskDecorators : public QObject
{
    Q_OBJECT

  public slots:
    Desk *new_Desk() { return new Desk; }
    void delete_Desk(Desk *desk) { delete desk; }
    double sell(Desk *desk, const QString &symbol) { return -desk->order(symbol, 1); }
};

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    PythonQt::init();
    PythonQt::self()->registerCPPClass("Desk", "QObject", "shop");
    PythonQt::self()->addDecorators(new DeskDecorators);
    PythonQtObjectPtr module = PythonQt::self()->getMainModule();
    module.addObject("desk", new Desk);
    qInfo() << module.evalScript("desk.order('ACME', 2) + desk.sell('ACME')", Py_eval_input).toDouble();
}

#include "class_before.moc"

// prints: 19.5
