// SPDX-License-Identifier: BSD-3-Clause
#include <PythonQt.h>
#include <QDebug>
#include <QtWidgets>

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    QPushButton button("Go");
    QLabel label;
    PythonQt::init();
    PythonQtObjectPtr module = PythonQt::self()->getMainModule();
    module.addObject("button", &button);
    module.addObject("label", &label);
    module.evalScript("def clicked(): label.text = 'clicked'\n"
                      "button.connect('clicked()', clicked)");
    button.click();
    qInfo().noquote() << label.text();
}

// prints: clicked
