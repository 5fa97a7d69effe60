// SPDX-License-Identifier: BSD-3-Clause
#include <QDebug>
#include <QtWidgets>
#include <qi/qi.hpp>

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    QLineEdit line("what was typed");
    qi::Runtime python = qi::Runtime::start().expect("Python");
    python.registerObject("box", &line).expect("the line");
    python
        .exec("from qi import host\n"
              "host.box.text = host.box.text.upper()")
        .expect("the script");
    qInfo().noquote() << line.text();
}

// prints: WHAT WAS TYPED
