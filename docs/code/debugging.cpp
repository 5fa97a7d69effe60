// SPDX-License-Identifier: BSD-3-Clause
// The program of docs/guide/debugging.md.
#include <QCoreApplication>
#include <qi/qi.h>

static int fail()
{
    qCritical("%s", qi_last_error()->message);
    return 1;
}

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    qi_runtime *python;
    if (qi_runtime_init(nullptr, &python) != QI_OK)
        return fail();

    // [listen]
    qi_value where;
    if (qi_debugger_listen(python, nullptr, 0, &where) != QI_OK)
        return fail();
    const char *text;
    if (qi_value_to_text(qi_value_get(&where, "text"), &text, nullptr) == QI_OK)
        qInfo("%s", text); // "… connect with …": the command for a terminal
    qi_value_clear(&where);
    // [/listen]
    return qi_exec(python, "import qi.debug; qi.debug.stop()", nullptr) == QI_OK ? 0 : fail();
}
