// SPDX-License-Identifier: BSD-3-Clause
// A window of libqi-widgets, for Qt's platform plugins.
#include <cstdio>

#include <QtWidgets/QtWidgets>
#include <qi/console.hpp>
#include <qi/qi.h>

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    qi_runtime *python;
    qi_value where;

    if (qi_runtime_init(nullptr, &python) || qi_eval(python, "__import__('os').__file__", &where))
        qFatal("%s", qi_last_error()->message);
    qi::ScriptConsole console(python);
    console.show();
    std::printf("%s on %s\n", where.as.text.data, qPrintable(app.platformName()));
    return qi_runtime_shutdown(python, 0);
}
