// SPDX-License-Identifier: BSD-3-Clause
// What can be done with the console's output: finding, letters, saving, running a file; and what is beside Python.
#include <qi/console.hpp>

#include <memory>

#include <QtCore/qfile.h>
#include <QtCore/qregularexpression.h>
#include <QtGui/qaction.h>
#include <QtGui/qclipboard.h>
#include <QtGui/qevent.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qfiledialog.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qmenu.h>
#include <QtWidgets/qplaintextedit.h>
#include <QtWidgets/qscrollbar.h>
#include <QtWidgets/qtoolbutton.h>

#include "tests/support/catch.h"
#include "tests/widgets/desk.h"

namespace
{

struct Fixture : tests::Desk {
    Fixture() : console(new qi::ScriptConsole(runtime))
    {
        console->resize(640, 400);
        console->show();
        REQUIRE(QTest::qWaitForWindowActive(console.get()));
        console->setFocus();
        input = console->findChild<QPlainTextEdit *>(QStringLiteral("input"));
        output = console->findChild<QPlainTextEdit *>(QStringLiteral("output"));
        line = console->findChild<QLineEdit *>(QStringLiteral("find"));
        settle();
    }

    void run(const char *text)
    {
        console->setInput(QString::fromUtf8(text));
        QTest::keyClick(input, Qt::Key_Return, Qt::ControlModifier);
        until([this] { return !console->isRunning(); });
    }
    std::string shown() const { return console->transcript().toStdString(); }
    bool shows(const char *text) const { return shown().find(text) != std::string::npos; }
    /* What follows the last input. */
    std::string answer() const
    {
        const std::string all = shown();
        return all.substr(all.find('\n', all.rfind(">>> ")) + 1);
    }
    std::string found() const
    {
        return console->findChild<QLabel *>(QStringLiteral("found"))->text().toStdString();
    }
    QToolButton *button(const char *name) const
    {
        return console->findChild<QToolButton *>(QLatin1String(name));
    }
    void wheel(QWidget *over, int delta, Qt::KeyboardModifiers modifiers)
    {
        const QPoint place(5, 5);
        QWheelEvent event(place, over->mapToGlobal(place), {}, QPoint(0, delta), Qt::NoButton,
                          modifiers, Qt::NoScrollPhase, false);
        QApplication::sendEvent(over, &event);
    }
    double letters() const { return output->font().pointSizeF(); }
    QString path(const char *name) const
    {
        return folder.path() + QLatin1Char('/') + QLatin1String(name);
    }
    void write(const QString &name, const char *text)
    {
        QFile file(name);
        REQUIRE(file.open(QIODevice::WriteOnly));
        file.write(text);
    }
    QString read(const QString &name)
    {
        QFile file(name);
        REQUIRE(file.open(QIODevice::ReadOnly));
        return QString::fromUtf8(file.readAll());
    }

    std::unique_ptr<qi::ScriptConsole> console;
    QPlainTextEdit *input = nullptr, *output = nullptr;
    QLineEdit *line = nullptr;
};

} // namespace

/* -- finding --------------------------------------------------------------------------------------------- */

TEST_CASE_METHOD(Fixture, "all_matches_are_marked_and_counted_and_the_keys_go_from_one_to_the_next")
{
    run("print('an Apple\\nno\\napple apple')");
    output->moveCursor(QTextCursor::Start);
    QTest::keyClick(input, Qt::Key_F, Qt::ControlModifier);
    REQUIRE(line->isVisible());
    CHECK(line->hasFocus());
    QTest::keyClicks(line, QStringLiteral("apple"));
    CHECK(found() == "1 of 6"); /* three of them in the input itself */
    CHECK(output->extraSelections().size() == 6);
    CHECK(output->textCursor().selectedText() == QStringLiteral("Apple"));
    QTest::keyClick(line, Qt::Key_Return);
    CHECK(found() == "2 of 6");
    QTest::keyClick(line, Qt::Key_Return, Qt::ShiftModifier);
    QTest::keyClick(line, Qt::Key_Return, Qt::ShiftModifier);
    CHECK(found() == "6 of 6"); /* around the end */
    QTest::keyClick(line, Qt::Key_F3);
    CHECK(found() == "1 of 6");
    QTest::keyClick(line, Qt::Key_F3, Qt::ShiftModifier);
    CHECK(found() == "6 of 6");

    button("case")->click();
    CHECK(found() == "4 of 4");
    run("'apple'");
    until([this] { return found() == "4 of 6"; }); /* what is new is found, too; the current one stays */

    line->setFocus();
    QTest::keyClick(line, Qt::Key_Escape);
    CHECK_FALSE(line->isVisible());
    CHECK(output->extraSelections().isEmpty());
    CHECK(input->hasFocus());
}

TEST_CASE_METHOD(Fixture, "a_regular_expression_finds_and_what_is_none_is_told")
{
    run("print('a1 b22 c333')");
    console->clear();
    run("print('a' + '1 b2' + '2 c' + '333')");
    console->find();
    line->setText(QStringLiteral("[a-z]\\d+(?= )"));
    CHECK(found() == "none");
    button("expression")->click();
    CHECK(found() == "1 of 2");
    line->setText(QStringLiteral("(["));
    CHECK(found() == "not valid");
    CHECK(output->extraSelections().isEmpty());
    line->setText(QStringLiteral("x*")); /* nothing that is as long as nothing */
    CHECK(found() == "none");
    line->clear();
    CHECK(found().empty());
}

TEST_CASE_METHOD(Fixture, "an_expression_that_takes_for_ever_does_not_hold_up_the_window")
{
    run("for i in range(3000): print('a' * 40)");
    console->find();
    button("expression")->click();
    line->setText(QStringLiteral("(a|aa)+$b"));
    CHECK((found() == "too slow" || found() == "none"));
    QTest::keyClicks(input, QStringLiteral("1"));
    CHECK(console->input() == QStringLiteral("1"));
}

TEST_CASE_METHOD(Fixture, "only_what_is_in_sight_is_marked_and_hidden_lines_are_not_found")
{
    run("for i in range(1000): print('match')");
    console->find();
    line->setText(QStringLiteral("match"));
    CHECK(found() == "1 of 1,001");
    CHECK(output->extraSelections().size() < 100);
    output->verticalScrollBar()->setValue(500);
    CHECK(output->extraSelections().size() > 2);
    CHECK(output->extraSelections().size() < 100);
    exec("from qi._python import scope\n"
         "import contextvars\n"
         "context = contextvars.copy_context()\n"
         "context.run(scope.current.set, scope.Scope('orders'))\n"
         "context.run(print, 'the plugin')\n");
    until([this] { return shows("[orders] the plugin"); });
    line->setText(QStringLiteral("the plugin"));
    CHECK(found() == "1 of 1");
    console->setOriginVisible(QStringLiteral("orders"), false);
    line->setText(QStringLiteral("the plugi"));
    CHECK(found() == "none");
}

TEST_CASE_METHOD(Fixture, "what_is_selected_is_what_is_looked_for")
{
    run("print('needle and thread')");
    output->setTextCursor(output->document()->find(QStringLiteral("thread")));
    button("find-button")->click();
    CHECK(line->text() == QStringLiteral("thread"));
    CHECK(found() == "1 of 2");
}

/* -- letters, lines, menu -------------------------------------------------------------------------------- */

TEST_CASE_METHOD(Fixture, "letters_grow_and_shrink_by_keys_and_wheel_and_the_input_goes_along")
{
    const double usual = letters();
    QTest::keyClick(input, Qt::Key_Plus, Qt::ControlModifier);
    CHECK(letters() == usual + 1);
    CHECK(input->font() == output->font());
    QTest::keyClick(output, Qt::Key_Equal, Qt::ControlModifier);
    CHECK(letters() == usual + 2);
    CHECK(console->fontZoom() == 2);
    QTest::keyClick(output, Qt::Key_Minus, Qt::ControlModifier);
    QTest::keyClick(output, Qt::Key_0, Qt::ControlModifier);
    CHECK(letters() == usual);
    wheel(output->viewport(), 120, Qt::ControlModifier);
    wheel(input->viewport(), 60, Qt::ControlModifier);
    wheel(input->viewport(), 60, Qt::ControlModifier);
    CHECK(letters() == usual + 2);
    wheel(output->viewport(), -120, Qt::NoModifier);
    CHECK(letters() == usual + 2);
    console->setFontZoom(1000);
    CHECK(letters() <= 72);
    console->setFontZoom(-1000);
    CHECK(letters() >= 5);
    console->setFontZoom(0);
    CHECK(letters() == usual);
}

TEST_CASE_METHOD(Fixture, "the_menu_of_the_output_has_all_that_can_be_done_with_it")
{
    run("print('x' * 3000)");
    CHECK(console->wrapsLines());
    QContextMenuEvent event(QContextMenuEvent::Mouse, QPoint(5, 5),
                            output->viewport()->mapToGlobal(QPoint(5, 5)));
    QApplication::sendEvent(output->viewport(), &event);
    auto *menu = qobject_cast<QMenu *>(QApplication::activePopupWidget());
    REQUIRE(menu);
    QStringList texts;
    for (QAction *action : menu->actions())
        texts.append(action->text().section(QLatin1Char('\t'), 0, 0));
    for (const char *each : {"Find…", "Save the output…", "Run a file…", "Larger letters",
                             "Smaller letters", "Usual letters", "Wrap lines", "Clear"}) {
        INFO(each);
        CHECK(texts.contains(QString::fromUtf8(each)));
    }
    for (QAction *action : menu->actions()) {
        if (action->text() == QStringLiteral("Wrap lines"))
            action->trigger();
    }
    CHECK_FALSE(console->wrapsLines());
    CHECK(output->lineWrapMode() == QPlainTextEdit::NoWrap);
    for (QAction *action : menu->actions()) {
        if (action->text() == QStringLiteral("Clear"))
            action->trigger();
    }
    CHECK(shown().empty());
    menu->close();
}

/* -- saving and running files ---------------------------------------------------------------------------- */

TEST_CASE_METHOD(Fixture, "the_output_is_saved_as_text_and_as_a_page")
{
    run("print('\\x1b[31m<red>\\x1b[0m & é')");
    CHECK(console->saveOutput(path("kept.txt")).isEmpty());
    CHECK(read(path("kept.txt")) == console->transcript());
    CHECK(console->saveOutput(path("kept.html")).isEmpty());
    const QString page = read(path("kept.html"));
    CHECK(page.contains(QStringLiteral("&lt;red&gt;")));
    CHECK(page.contains(QStringLiteral("&amp; é")));
    CHECK_FALSE(page.contains(QStringLiteral("<red>")));
    CHECK(page.contains(QRegularExpression(QStringLiteral("color:#[0-9a-f]{6}"))));
    CHECK_FALSE(console->saveOutput(path("no/such/folder.txt")).isEmpty());

    QTest::keyClick(output, Qt::Key_S, Qt::ControlModifier);
    auto *dialog = console->findChild<QFileDialog *>();
    REQUIRE(dialog);
    Q_EMIT dialog->fileSelected(path("no/such/folder.txt"));
    CHECK(shows("cannot be written"));
    dialog->close();
}

TEST_CASE_METHOD(Fixture, "a_file_is_run_with_the_names_of_the_console")
{
    write(path("it's a script.py"),
          "import asyncio\nawait asyncio.sleep(0)\nx = y + 1\nprint(argv[1:], __file__[-11:])\n");
    run("y = 1");
    console->runFile(path("it's a script.py"));
    until([this] { return !console->isRunning(); });
    CHECK(shows("\n[] s a script.py\n") == false);
    CHECK(shows("[] "));
    run("x");
    CHECK(answer() == "2\n");
    run("'__file__' in globals(), 'argv' in globals()");
    CHECK(answer() == "(False, False)\n");

    write(path("bad.py"), "def f():\n    1 / 0\nf()\n");
    run(("%run " + path("bad.py").toStdString() + " one two").c_str());
    CHECK(shows("bad.py\", line 3"));
    CHECK(shows("ZeroDivisionError"));
    CHECK_FALSE(shows("words.py"));
    run("%run no_such_file.py");
    CHECK(shows("no_such_file.py cannot be run"));
    CHECK_FALSE(shows("FileNotFoundError"));

    QTest::keyClick(input, Qt::Key_O, Qt::ControlModifier);
    auto *dialog = console->findChild<QFileDialog *>();
    REQUIRE(dialog);
    Q_EMIT dialog->fileSelected(path("bad.py"));
    until([this] { return !console->isRunning(); });
    CHECK(shows(">>> %run '"));
    dialog->close();
}

/* -- beside Python --------------------------------------------------------------------------------------- */

TEST_CASE_METHOD(Fixture, "a_name_and_a_question_mark_tell_what_it_is_and_two_show_its_source")
{
    run("import json");
    run("json.dumps?");
    CHECK(answer().find("dumps(obj") != std::string::npos);
    CHECK(answer().find("function of json") != std::string::npos);
    CHECK(answer().find("Serialize ``obj``") != std::string::npos);
    const QTextCursor place = output->document()->find(QStringLiteral("__init__.py\", line"));
    CHECK(place.charFormat().isAnchor());
    run("json.dumps??");
    CHECK(answer().find("def dumps(obj") != std::string::npos);
    run("?json");
    CHECK(shows("\njson\n    module\n")); /* its documentation has prompts in it */
    run("def mine(a: int = 3) -> str:\n    'My own.'\n");
    run("mine??");
    CHECK(answer().find("def mine(a: int = 3) -> str:") != std::string::npos);
    run("jsom?");
    CHECK(answer() == "there is no jsom here. Did you mean json?\n");
    run("json.dump_s?");
    CHECK(answer() == "json has no dump_s. Did you mean dumps?\n");
    run("x = 'why?'  # why?");
    run("x");
    CHECK(answer() == "'why?'\n");
}

TEST_CASE_METHOD(Fixture, "words_are_listed_and_an_unknown_one_is_answered_with_what_there_is")
{
    run("%");
    CHECK(answer().find("%time SOURCE") != std::string::npos);
    CHECK(answer().find("!COMMAND") != std::string::npos);
    run("%tiem 1");
    CHECK(answer().find("there is no word %tiem. Did you mean %time?\n%time") == 0);
    run("%time 6 * 7");
    CHECK(answer().find("of which the process computed") != std::string::npos);
    CHECK(answer().find("\n42\n") != std::string::npos);
    run("%time await asyncio.sleep(0, 'slept')");
    CHECK(answer().find("'slept'") != std::string::npos);
    run("%time 1 / 0");
    CHECK(answer().find("ZeroDivisionError") != std::string::npos);
    CHECK(answer().find("words.py") == std::string::npos);
}

TEST_CASE_METHOD(Fixture, "who_lists_the_names_of_the_console_without_asking_the_values")
{
    run("%who");
    CHECK(answer() == "no names yet\n");
    run("class Odd:\n    def __repr__(self): raise RuntimeError('asked')");
    run("odd = Odd(); count = 3; words = ['a'] * 2000; text = 'x' * 500");
    run("%who");
    const std::string told = answer();
    CHECK(told.find("count  int   3\n") != std::string::npos);
    CHECK(told.find("words  list  2,000 items\n") != std::string::npos);
    CHECK(told.find("odd    Odd\n") != std::string::npos);
    CHECK(told.find("host") == std::string::npos);
    run("%who int");
    CHECK(answer() == "count  int  3\n");
    run("%reset");
    run("%who");
    CHECK(answer() == "no names yet\n");
    run("asyncio.__name__");
    CHECK(answer() == "'asyncio'\n");
}

TEST_CASE_METHOD(Fixture, "a_command_is_shown_as_it_runs_and_its_status_is_told")
{
    run("!echo one; echo two >&2; printf 'no end'");
    CHECK(shows("\none\n"));
    CHECK(shows("\ntwo\n"));
    CHECK(shows("no end\n"));
    run("!exit 3");
    CHECK(answer() == "the command ended with status 3\n");
    run("!");
    CHECK(answer() == "! needs a command: !ls\n");
    run("!cat"); /* has nothing to read */
    CHECK(answer().empty());

    /* The first line is there while the command waits for what comes after that. */
    const QString gate = path("gate");
    const std::string command = "!echo begun; until [ -e '" + gate.toStdString() +
                                "' ]; do sleep 0.05; done; echo gone on";
    console->setInput(QString::fromStdString(command));
    QTest::keyClick(input, Qt::Key_Return);
    until([this] { return shows("\nbegun\n"); });
    CHECK(console->isRunning());
    write(gate, "");
    until([this] { return !console->isRunning(); });
    CHECK(answer() == "begun\ngone on\n");
}

TEST_CASE_METHOD(Fixture, "a_command_ends_with_all_that_it_has_begun_when_it_is_cancelled")
{
    const QString number = path("number");
    const std::string command = "!sleep 1000 & echo $! > '" + number.toStdString() +
                                "'; echo up; wait";
    console->setInput(QString::fromStdString(command));
    QTest::keyClick(input, Qt::Key_Return);
    until([this] { return shows("\nup\n"); });
    QTest::keyClick(input, Qt::Key_C, Qt::ControlModifier);
    until([this] { return !console->isRunning(); });
    CHECK(shows("Cancelled."));
    const std::string process = "/proc/" + read(number).trimmed().toStdString() + "/stat";
    until([&] { /* gone, or a zombie that waits for somebody */
                QFile state(QString::fromStdString(process));
                return !state.open(QIODevice::ReadOnly) || state.readAll().contains(") Z ");
    });
    run("6 * 7");
    CHECK(answer() == "42\n");
}

TEST_CASE_METHOD(Fixture, "prompts_of_ipython_are_left_out_of_what_is_pasted")
{
    QApplication::clipboard()->setText(
        QStringLiteral("In [1]: for i in range(2):\n   ...:     print(i)\n   ...: \n0\n1\n\nIn "
                       "[12]: i\nOut[12]: 1\n"));
    input->paste();
    CHECK(console->input() == QStringLiteral("for i in range(2):\n    print(i)\n\ni"));
    input->clear();
    QApplication::clipboard()->setText(QStringLiteral("In [x] + 1"));
    input->paste();
    CHECK(console->input() == QStringLiteral("In [x] + 1"));
}

/* -- a million lines ------------------------------------------------------------------------------------- */

static qint64 told_dropped(const qi::ScriptConsole &console)
{
    for (QLabel *label : console.findChildren<QLabel *>()) {
        if (label->text().contains(QStringLiteral("older lines were dropped")))
            return QLocale().toLongLong(label->text().section(QLatin1Char(' '), 0, 0));
    }
    return 0;
}

TEST_CASE_METHOD(Fixture, "of_a_million_lines_none_is_miscounted")
{
    run("for i in range(0, 1000000, 500): print('\\n'.join(map(str, range(i, i + 500))))");
    CHECK(shows("\n999999\n"));
    /* With the input's own line, and the empty one that comes next. */
    CHECK(told_dropped(*console) + output->blockCount() == 1000002);
    CHECK(output->blockCount() == console->maximumLines());
    console->clear();
    run("print('\\n'.join(map(str, range(1000000))))");
    CHECK(told_dropped(*console) + output->blockCount() == 1000002);
    CHECK(shows("\n999999\n"));
    console->clear();
    run("for i in range(50000): print(i)");
    CHECK(told_dropped(*console) + output->blockCount() == 50002);
    CHECK(shows("\n49999\n"));
}

TEST_CASE_METHOD(Fixture, "lines_that_are_left_out_of_the_middle_are_told_there")
{
    run("for i in range(4000): print(i, 'x' * 2000)");
    CHECK(shows(" lines were left out here]\n"));
    CHECK(told_dropped(*console) + output->blockCount() == 4003); /* the note is a line, too */
}

TEST_CASE_METHOD(Fixture, "keys_are_answered_while_a_million_lines_come_from_a_thread")
{
    console->setInput(QStringLiteral(
        "await asyncio.to_thread(lambda: [print('\\n'.join(map(str, range(i, i + 100))))\n"
        "    for i in range(0, 1000000, 100)][:0])"));
    QTest::keyClick(input, Qt::Key_Return, Qt::ControlModifier);
    int typed = 0, most = 0;
    QObject::connect(output->document(), &QTextDocument::contentsChange, output,
                     [&](int, int, int added) { most = std::max(most, added); });
    while (console->isRunning()) {
        QTest::keyClick(input, Qt::Key_X);
        CHECK(console->input().size() == ++typed);
        settle();
    }
    CHECK(typed > 5);
    CHECK(shows("\n999999\n[]\n"));
    CHECK(told_dropped(*console) + output->blockCount() == 1000004); /* the input has two lines */
    CHECK(most < 20000); /* characters that were put in at a time */
}
