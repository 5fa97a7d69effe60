// SPDX-License-Identifier: BSD-3-Clause
// Pictures of the widgets in light and dark, for people to look at: QI_PICTURES=FOLDER keeps them there.
#include <qi/console.hpp>

#include <QtGui/qscreen.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qplaintextedit.h>

#include "tests/support/catch.h"
#include "tests/widgets/desk.h"

static void keep(QWidget &widget, const char *name)
{
    const QString folder = qEnvironmentVariable("QI_PICTURES");
    const QImage picture = widget.grab().toImage();

    CHECK_FALSE(picture.isNull());
    if (!folder.isEmpty())
        CHECK(picture.save(folder + QLatin1Char('/') + QLatin1String(name) + QLatin1String(".png")));
}

static const char script[] = "import asyncio\n"
                             "async def fetch(name: str, delay=0.1):\n"
                             "    \"\"\"Waits, then greets.\n"
                             "    Twice.\"\"\"\n"
                             "    await asyncio.sleep(delay / 100)  # not for long\n"
                             "    return f'hello {name.upper()!r}'\n"
                             "@staticmethod\n"
                             "def f(x): return x if x > 0x1f else 2.5e-3\n";

TEST_CASE("pictures_of_the_console")
{
    tests::Desk desk;

    for (bool dark : {false, true}) {
        QApplication::setPalette(dark ? tests::dark_palette() : tests::light_palette());
        qi::ScriptConsole console(desk.runtime);
        const auto run = [&](const QString &source) {
            CHECK(console.execute(source));
            desk.until([&] { return !console.isRunning(); });
        };
        console.resize(760, 620);
        console.show();
        run(QString::fromUtf8(script));
        run(QStringLiteral("await fetch('world')"));
        run(QStringLiteral("import json; json.loads('{')"));
        run(QStringLiteral(
            "print('\\x1b[1;32mgreen\\x1b[0m \\x1b[34mblue \\x1b[38;2;255;200;0mgold\\x1b[0m')"));
        run(QStringLiteral("import sys; print('to stderr', file=sys.stderr)"));
        desk.exec("print('of the application')");
        run(QStringLiteral("exit()"));
        console.setInput(QStringLiteral("for i in range(3):\n    await asyncio.sleep(i)  # wait"));
        desk.settle();
        keep(console, dark ? "console-dark" : "console-light");
    }
}

TEST_CASE("pictures_of_what_pops_up_over_the_console")
{
    tests::Desk desk;

    for (bool dark : {false, true}) {
        QApplication::setPalette(dark ? tests::dark_palette() : tests::light_palette());
        qi::ScriptConsole console(desk.runtime);
        console.resize(760, 500);
        console.show();
        console.activateWindow();
        auto *input = console.findChild<QPlainTextEdit *>(QStringLiteral("input"));
        input->setFocus();
        const auto keep_screen = [&](const char *name) {
            desk.settle();
            const QPixmap screen = console.screen()->grabWindow(0);
            const QString folder = qEnvironmentVariable("QI_PICTURES");
            if (!folder.isEmpty())
                CHECK(screen.save(folder + QLatin1Char('/') + QLatin1String(name) +
                                  QLatin1String(dark ? "-dark.png" : "-light.png")));
        };
        QTest::keyClicks(input, QStringLiteral("await asyncio.wait"));
        QTest::keyClick(input, Qt::Key_Space, Qt::ControlModifier);
        keep_screen("completion");
        QTest::keyClick(input, Qt::Key_Escape);
        QTest::keyClicks(input, QStringLiteral("_for("));
        keep_screen("call-tip");
        input->clear();
        QTest::keyClick(input, Qt::Key_R, Qt::ControlModifier);
        keep_screen("search");
    }
}
