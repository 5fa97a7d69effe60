// SPDX-License-Identifier: BSD-3-Clause
#include <QDebug>
#include <QtWidgets>
#include <qi/qi.hpp>
#include <qi/widgets.hpp>

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    QStandardPaths::setTestModeEnabled(true); // leaves no history behind
    qi::Runtime python = qi::Runtime::start().expect("Python");
    qi::ScriptConsole console(python.handle());
    console.show();
    qInfo() << "open:" << console.isVisible();
}

// prints: open: true
