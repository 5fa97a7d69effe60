// SPDX-License-Identifier: BSD-3-Clause
// The script console: everything by its keys, as a user would.
#include <qi/console.hpp>

#include <QtCore/qfile.h>
#include <QtGui/qclipboard.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qplaintextedit.h>

#include "tests/support/catch.h"
#include "tests/widgets/desk.h"

namespace
{

struct Fixture : tests::Desk {
    Fixture() : console(new qi::ScriptConsole(runtime))
    {
        console->resize(640, 400);
        console->show();
        console->setFocus();
        for (QPlainTextEdit *edit : console->findChildren<QPlainTextEdit *>())
            (edit->isReadOnly() ? output : input) = edit;
        settle();
    }

    /* Types a text, newlines being the Enter key. */
    void type(const char *text)
    {
        for (const char *c = text; *c; c++) {
            if (*c == '\n')
                QTest::keyClick(input, Qt::Key_Return);
            else
                QTest::keyClick(input, *c);
        }
    }
    /* Runs an input and waits for its end. */
    void run(const char *text)
    {
        type(text);
        QTest::keyClick(input, Qt::Key_Return, Qt::ControlModifier);
        until([this] { return !console->isRunning(); });
    }
    std::string shown() const { return console->transcript().toStdString(); }
    bool shows(const char *text) const { return shown().find(text) != std::string::npos; }
    std::string typed() const { return console->input().toStdString(); }
    void key(int key, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        QTest::keyClick(input, Qt::Key(key), modifiers);
    }

    std::unique_ptr<qi::ScriptConsole> console;
    QPlainTextEdit *input = nullptr, *output = nullptr;
};

} // namespace

TEST_CASE_METHOD(Fixture, "an_expression_shows_its_value_and_is_the_underscore")
{
    type("6 * 7\n");
    CHECK(shown() == ">>> 6 * 7\n42\n");
    type("_ + 1\n");
    CHECK(shows("\n43\n"));
    type("None\n");
    CHECK(shown().substr(shown().rfind(">>>")) == ">>> None\n");
}

TEST_CASE_METHOD(Fixture, "await_at_the_top_level_leaves_the_window_alive")
{
    exec("import asyncio, builtins; builtins.gate = asyncio.Event()");
    type("await gate.wait()\n");
    CHECK(console->isRunning());
    settle(); /* the window lives: this returns */
    type("a = 1\n");
    CHECK(console->isRunning()); /* one input at a time */
    CHECK(typed() == "a = 1");
    exec("gate.set()");
    until([this] { return !console->isRunning(); });
    CHECK(shows("True\n"));
}
