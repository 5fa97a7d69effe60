// SPDX-License-Identifier: BSD-3-Clause
#include <QDebug>
#include <QtWidgets>
#include <qi/qi.hpp>

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    QPushButton button("Go");
    QLabel label;
    qi::Runtime python = qi::Runtime::start().expect("Python");
    python.registerObject("button", &button).expect("the button");
    python.registerObject("label", &label).expect("the label");
    python
        .exec("from qi import host\n"
              "def clicked(): host.label.text = 'clicked'\n"
              "host.button.clicked.connect(clicked)")
        .expect("the script");
    button.click();
    qInfo().noquote() << label.text();
}

// prints: clicked
