// SPDX-License-Identifier: BSD-3-Clause
// The script console: everything by its keys, as a user would.
#include <qi/console.hpp>

#include <memory>

#include <sys/stat.h>

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qpointer.h>
#include <QtCore/qtimer.h>
#include <QtGui/qabstracttextdocumentlayout.h>
#include <QtGui/qaction.h>
#include <QtGui/qclipboard.h>
#include <QtGui/qtextobject.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qabstractitemview.h>
#include <QtWidgets/qcompleter.h>
#include <QtWidgets/qinputdialog.h>
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
        console->setFocus();
        input = console->findChild<QPlainTextEdit *>(QStringLiteral("input"));
        output = console->findChild<QPlainTextEdit *>(QStringLiteral("output"));
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
    /* Runs an input, put there at once if it is given, and waits for its end. */
    void run(const char *text)
    {
        if (*text)
            console->setInput(QString::fromUtf8(text));
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

TEST_CASE_METHOD(Fixture, "a_block_is_typed_with_its_indentation_and_ends_with_an_empty_line")
{
    type("for i in range(2):\n");
    CHECK(typed() == "for i in range(2):\n    ");
    type("if i:\nprint('one')\n");
    CHECK(typed() == "for i in range(2):\n    if i:\n        print('one')\n        ");
    key(Qt::Key_Backspace); /* one level back */
    type("else:\npass\n");
    CHECK(typed() ==
          "for i in range(2):\n    if i:\n        print('one')\n    else:\n        pass\n    ");
    key(Qt::Key_Backspace);
    type("\n");
    until([this] { return shows("one\n"); });
    CHECK(typed().empty());
    CHECK(shows("... \x20       pass\n"));
}

TEST_CASE_METHOD(Fixture, "shift_enter_begins_a_line_and_control_enter_runs")
{
    type("a = 3");
    key(Qt::Key_Return, Qt::ShiftModifier);
    type("a ** 2");
    CHECK(typed() == "a = 3\na ** 2");
    CHECK(shown().empty());
    run("");
    CHECK(shown() == ">>> a = 3\n... a ** 2\n9\n");
    type("def f():\nreturn 5");
    run("");
    type("f()\n");
    CHECK(shows("5\n"));
}

TEST_CASE_METHOD(Fixture, "tab_and_backtab_indent_and_leave")
{
    type("a = 1");
    key(Qt::Key_Return, Qt::ShiftModifier);
    key(Qt::Key_Tab);
    CHECK(typed() == "a = 1\n    ");
    type("b");
    key(Qt::Key_Backtab);
    CHECK(typed() == "a = 1\nb");
    QTest::keyClick(input, Qt::Key_A, Qt::ControlModifier);
    key(Qt::Key_Tab);
    CHECK(typed() == "    a = 1\n    b");
    key(Qt::Key_Backtab);
    CHECK(typed() == "a = 1\nb");
    input->clear();
    key(Qt::Key_Tab); /* nothing to complete, so it is the way out */
    CHECK_FALSE(input->hasFocus());
}

TEST_CASE_METHOD(Fixture, "a_pasted_session_loses_its_prompts_and_a_pasted_block_its_margin")
{
    QApplication::clipboard()->setText(
        QStringLiteral(">>> for i in range(2):\n...     print(i)\n... \n0\n1\n"));
    input->paste();
    CHECK(typed() == "for i in range(2):\n    print(i)\n");
    input->clear();
    QApplication::clipboard()->setText(QStringLiteral("    x = 1\r\n    if x:\r\n\ty = 2"));
    input->paste();
    CHECK(typed() == "x = 1\nif x:\ny = 2");
    input->clear();
    QApplication::clipboard()->setText(QStringLiteral("def g():\n    return 'pasted'\n\ng()"));
    input->paste();
    type("\n");
    CHECK(shows("'pasted'\n"));
}

TEST_CASE_METHOD(Fixture, "the_history_is_walked_by_prefix_and_kept_for_the_next_time")
{
    for (const char *each : {"x = 1", "y = 2", "x = 3"})
        run(each);
    type("dra");
    key(Qt::Key_Home);
    key(Qt::Key_Up);
    CHECK(typed() == "x = 3");
    key(Qt::Key_Down);
    CHECK(typed() == "dra"); /* what was there before */
    input->clear();
    type("x");
    key(Qt::Key_Up);
    CHECK(typed() == "x = 3");
    key(Qt::Key_Up);
    CHECK(typed() == "x = 1");
    key(Qt::Key_Up);
    CHECK(typed() == "x = 1");
    key(Qt::Key_Down);
    CHECK(typed() == "x = 3");

    run("if x:\n    'several lines, and \"quotes\" \\\\ é'");
    const QString file = console->historyFile();
    CHECK(QFile::permissions(file) ==
          (QFile::ReadOwner | QFile::WriteOwner | QFile::ReadUser | QFile::WriteUser));
    qi::ScriptConsole next(runtime);
    auto *field = next.findChild<QPlainTextEdit *>(QStringLiteral("input"));
    QTest::keyClick(field, Qt::Key_Up);
    CHECK(next.input().startsWith(QStringLiteral("if x:\n")));
    CHECK(next.input().contains(QStringLiteral("\"quotes\"")));
}

TEST_CASE_METHOD(Fixture, "a_history_that_cannot_be_written_is_told_and_harms_nothing")
{
    console->setHistoryFile(QStringLiteral("/proc/no/such/history"));
    run("1");
    CHECK(shows("1\n"));
    bool told = false;
    for (QLabel *label : console->findChildren<QLabel *>())
        told |= label->text().contains(QStringLiteral("history is not kept"));
    CHECK(told);
    console->setHistoryFile(QString());
    run("2");
    CHECK(shows("2\n"));
}

TEST_CASE_METHOD(Fixture, "a_history_that_is_not_the_users_alone_is_neither_read_nor_written")
{
    QTemporaryDir folder;
    const QString real = folder.filePath(QStringLiteral("real"));
    const QString link = folder.filePath(QStringLiteral("link"));
    const QString pipe = folder.filePath(QStringLiteral("pipe"));
    const QString open = folder.filePath(QStringLiteral("open"));
    const auto content = [](const QString &path) {
        QFile file(path);
        REQUIRE(file.open(QIODevice::ReadOnly));
        return file.readAll();
    };
    const auto notice = [&] {
        QString all;
        for (QLabel *label : console->findChildren<QLabel *>())
            all += label->text();
        return all;
    };
    for (const QString &path : {real, open}) {
        QFile file(path);
        REQUIRE(file.open(QIODevice::WriteOnly));
        file.write("\"planted\"\n");
    }
    REQUIRE(QFile::link(real, link));
    REQUIRE(::mkfifo(QFile::encodeName(pipe).constData(), 0600) == 0);
    REQUIRE(::chmod(QFile::encodeName(open).constData(), 0666) == 0);
    for (const QString &path : {link, pipe, open}) {
        INFO(path.toStdString());
        console->setHistoryFile(path);
        key(Qt::Key_Up);
        CHECK(typed().empty());
        input->clear();
        run("1 + 1");
        CHECK(notice().contains(QStringLiteral("history is not kept")));
        key(Qt::Key_Up);
        CHECK(typed() == "1 + 1"); /* while the window is there */
        input->clear();
    }
    CHECK(content(real) == "\"planted\"\n");
    CHECK(content(open) == "\"planted\"\n");
    console->setHistoryFile(real);
    key(Qt::Key_Up);
    CHECK(typed() == "planted");
    CHECK(QFileInfo(real).permissions() == /* what it was, others could read it */
          (QFile::ReadOwner | QFile::WriteOwner | QFile::ReadUser | QFile::WriteUser));
}

TEST_CASE_METHOD(Fixture, "a_history_where_others_may_put_another_one_is_neither_read_nor_written")
{
    QTemporaryDir folder;
    const QString inner = folder.filePath(QStringLiteral("open/inner"));
    const QString own = folder.filePath(QStringLiteral("own"));
    const QString link = folder.filePath(QStringLiteral("open/link"));
    REQUIRE(QDir().mkpath(inner));
    REQUIRE(QDir().mkpath(own));
    REQUIRE(QFile::link(own, link));
    for (const QString &place : {inner, own}) {
        QFile file(place + QStringLiteral("/history"));
        REQUIRE(file.open(QIODevice::WriteOnly));
        file.write("\"planted\"\n");
        file.close();
        REQUIRE(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
    }
    const QString open = folder.filePath(QStringLiteral("open"));
    REQUIRE(::chmod(QFile::encodeName(open).constData(), 0777) == 0);
    for (const QString &path :
         {inner + QStringLiteral("/history"), link + QStringLiteral("/history"),
          link + QStringLiteral("/../own/history"), open + QStringLiteral("/new/history")}) {
        INFO(path.toStdString());
        console->setHistoryFile(path);
        key(Qt::Key_Up);
        CHECK(typed().empty());
        input->clear();
        run("1 + 1");
        bool told = false;
        for (QLabel *label : console->findChildren<QLabel *>())
            told |= label->text().contains(open + QStringLiteral(": other users may write to it"));
        CHECK(told);
    }
    CHECK_FALSE(QFile::exists(open + QStringLiteral("/new")));
    console->setHistoryFile(own + QStringLiteral("/history"));
    key(Qt::Key_Up);
    CHECK(typed() == "planted");
    input->clear();

    const mode_t before = ::umask(0);
    console->setHistoryFile(own + QStringLiteral("/a/b/history"));
    run("2 + 2");
    ::umask(before);
    for (const char *made : {"/a", "/a/b"})
        CHECK(QFile::permissions(own + QLatin1String(made)) ==
              (QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::ReadUser |
               QFile::WriteUser | QFile::ExeUser));
    CHECK(QFile::exists(own + QStringLiteral("/a/b/history")));
}

TEST_CASE_METHOD(Fixture, "control_r_searches_the_history")
{
    for (const char *each : {"alpha = 1", "beta = 2", "alpha = 3"})
        run(each);
    type("typed");
    key(Qt::Key_R, Qt::ControlModifier);
    auto *line = console->findChild<QLineEdit *>(QStringLiteral("search"));
    REQUIRE(line->isVisible());
    CHECK(line->hasFocus());
    QTest::keyClicks(line, QStringLiteral("ALPHA"));
    CHECK(typed() == "alpha = 3");
    QTest::keyClick(line, Qt::Key_R, Qt::ControlModifier);
    CHECK(typed() == "alpha = 1");
    QTest::keyClick(line, Qt::Key_Escape);
    CHECK(typed() == "typed");
    CHECK_FALSE(line->isVisible());
    key(Qt::Key_R, Qt::ControlModifier);
    QTest::keyClicks(line, QStringLiteral("beta"));
    QTest::keyClick(line, Qt::Key_Return);
    CHECK(typed() == "beta = 2");
    CHECK(input->hasFocus());
}

static QAbstractItemView *popup_of(QWidget *input)
{
    return input->findChild<QCompleter *>()->popup();
}

static std::vector<std::string> rows(QAbstractItemView *view)
{
    std::vector<std::string> texts;
    for (int row = 0; row < view->model()->rowCount(); row++)
        texts.push_back(view->model()->index(row, 0).data().toString().toStdString());
    return texts;
}

TEST_CASE_METHOD(Fixture, "tab_completes_names_attributes_imports_and_keywords")
{
    run("import asyncio as aio; alphabet = 'abc'");
    type("alphab");
    key(Qt::Key_Tab);
    CHECK(typed() == "alphabet"); /* there is one only */
    type(".upp");
    key(Qt::Key_Tab);
    CHECK(typed() == "alphabet.upper");
    input->clear();
    type("from os.pa");
    key(Qt::Key_Tab);
    input->clear();
    type("import json.deco");
    key(Qt::Key_Tab);
    CHECK(typed() == "import json.decoder");
    input->clear();
    type("aio.sleep(1, resu");
    key(Qt::Key_Tab);
    CHECK(typed() == "aio.sleep(1, result=");
}

TEST_CASE_METHOD(Fixture, "a_dot_offers_the_names_which_enter_does_not_take_unasked")
{
    run("class Point:\n    def across(self): 'How far.'\n    def along(self, step: int = 2): "
        "pass\npoint = Point()");
    type("point.");
    QAbstractItemView *popup = popup_of(input);
    REQUIRE(popup->isVisible());
    CHECK(rows(popup) == std::vector<std::string>{"across", "along"});
    QTest::keyClick(popup, 'a');
    QTest::keyClick(popup, 'l');
    CHECK(rows(popup) == std::vector<std::string>{"along"});
    QTest::keyClick(popup, Qt::Key_Tab);
    CHECK(typed() == "point.along");
    CHECK_FALSE(popup->isVisible());
    input->clear();
    type("5 .");
    REQUIRE(popup->isVisible());
    QTest::keyClick(popup, Qt::Key_Return);
    CHECK(shows("SyntaxError"));
}

TEST_CASE_METHOD(Fixture, "the_popup_shows_the_documentation_and_a_bracket_the_parameters")
{
    run("def greet(name, *, loud=False):\n    'Says <hello>.'");
    type("gre");
    key(Qt::Key_Space, Qt::ControlModifier);
    CHECK(typed() == "greet");
    type("(");
    QString tip;
    for (QLabel *label : input->findChildren<QLabel *>())
        tip += label->isVisible() ? label->text() : QString();
    CHECK(tip.contains(QStringLiteral("greet(name, *, loud=False)")));
    CHECK(tip.contains(QStringLiteral("Says &lt;hello&gt;.")));
    key(Qt::Key_Escape);
    for (QLabel *label : input->findChildren<QLabel *>())
        CHECK_FALSE(label->isVisible());
}

TEST_CASE_METHOD(Fixture, "completion_runs_no_code_of_the_objects")
{
    run("class Sly:\n"
        "    @property\n"
        "    def prop(self): calls.append('prop'); return 'text'\n"
        "    def __getattr__(self, name): calls.append(name)\n"
        "    def __dir__(self): calls.append('dir'); return ['hidden']\n"
        "    def __repr__(self): calls.append('repr'); return ''\n"
        "    @property\n"
        "    def __signature__(self): calls.append('signature')\n"
        "    @property\n"
        "    def __doc__(self): calls.append('doc')\n"
        "    def __call__(self): pass\n"
        "    def method(self): pass\n"
        "calls = []; sly = Sly()");
    for (const char *text : {"sly.", "sly.prop.", "sly.unknown.", "sly(", "sly.me"}) {
        input->clear();
        type(text);
        key(Qt::Key_Space, Qt::ControlModifier);
        popup_of(input)->hide();
    }
    input->clear();
    run("calls");
    CHECK(shows(">>> calls\n[]\n"));
}

TEST_CASE_METHOD(Fixture, "objects_of_the_application_complete_without_being_asked")
{
    QTimer timer;
    REQUIRE(qi_object_register(runtime, "clock", &timer) == QI_OK);
    type("host.clo");
    key(Qt::Key_Tab);
    CHECK(typed() == "host.clock");
    type(".singleSh");
    key(Qt::Key_Tab);
    CHECK(typed() == "host.clock.singleShot");
    input->clear();
    type("host.clock.timeo");
    key(Qt::Key_Tab);
    CHECK(typed() == "host.clock.timeout");
    input->clear();
    type("host.clock.timeout.conn");
    key(Qt::Key_Tab);
    CHECK(typed() == "host.clock.timeout.connect");
}

TEST_CASE_METHOD(Fixture, "control_c_cancels_what_runs_and_else_forgets_what_is_typed")
{
    type("await asyncio.Event().wait()\n");
    REQUIRE(console->isRunning());
    key(Qt::Key_C, Qt::ControlModifier);
    until([this] { return !console->isRunning(); });
    CHECK(shows("Cancelled."));
    type("half an inp");
    key(Qt::Key_C, Qt::ControlModifier);
    CHECK(typed().empty());
    CHECK(shows(">>> half an inp\n"));
    type("copied");
    input->selectAll();
    key(Qt::Key_C, Qt::ControlModifier);
    CHECK(QApplication::clipboard()->text() == QStringLiteral("copied"));
    CHECK(typed() == "copied");
}

TEST_CASE_METHOD(Fixture, "an_input_that_ignores_one_cancellation_gets_the_next")
{
    run("async def stubborn():\n"
        "    try: await asyncio.Event().wait()\n"
        "    except asyncio.CancelledError: print('no')\n"
        "    await asyncio.Event().wait()");
    type("await stubborn()\n");
    key(Qt::Key_C, Qt::ControlModifier);
    until([this] { return shows("no\n"); });
    CHECK(console->isRunning());
    QTest::mouseClick(console->findChild<QToolButton *>(QStringLiteral("stop")), Qt::LeftButton);
    until([this] { return !console->isRunning(); });
    CHECK(shows("Cancelled."));
}

TEST_CASE_METHOD(Fixture, "control_l_clears_and_the_names_stay")
{
    run("kept = 5");
    key(Qt::Key_L, Qt::ControlModifier);
    CHECK(shown().empty());
    run("kept");
    CHECK(shown() == ">>> kept\n5\n");
}

/* Another user may have put them into the folder in which somebody stands. */
TEST_CASE_METHOD(Fixture, "errors_of_inputs_are_read_from_no_file_of_their_name")
{
    QTemporaryDir folder;
    const QString before = QDir::currentPath();
    QDir::setCurrent(folder.path());
    for (const char *name : {"<input>", "<unknown>", "<string>", "<input 1>", "<input 2>"})
        REQUIRE(mkfifo(name, 0600) == 0);
    type("x = = 1\n");
    until([this] { return !console->isRunning(); });
    CHECK(shows("    x = = 1\n"));
    type("return 1\n");
    until([this] { return !console->isRunning(); });
    CHECK(shows("SyntaxError: 'return' outside function"));
    QDir::setCurrent(before);
}

TEST_CASE_METHOD(Fixture, "a_traceback_has_no_lines_of_ours_and_links_to_files")
{
    QString file;
    int line = 0;
    QObject::connect(console.get(), &qi::ScriptConsole::openRequested,
                     [&](const QString &opened, int at) { file = opened, line = at; });
    run("import raises_at_import");
    CHECK(shown().find(">>> import raises_at_import\nTraceback (most recent call last):\n"
                       "  File \"<input 1>\", line 1, in <module>\n") == 0);
    CHECK_FALSE(shows("console.py"));

    /* By keyboard: F6, up to the line that names the file, Enter. */
    key(Qt::Key_F6);
    REQUIRE(output->hasFocus());
    QTextCursor cursor = output->document()->find(QStringLiteral("raises_at_import.py"));
    REQUIRE_FALSE(cursor.isNull());
    cursor.clearSelection();
    output->setTextCursor(cursor);
    QTest::keyClick(output, Qt::Key_Return);
    CHECK(file.endsWith(QStringLiteral("/raises_at_import.py")));
    CHECK(line > 0);
    QTest::keyClick(output, Qt::Key_F6);
    CHECK(input->hasFocus());

    /* By mouse. */
    file.clear();
    QTest::mouseClick(output->viewport(), Qt::LeftButton, Qt::NoModifier,
                      output->cursorRect(cursor).center() - QPoint(8, 0));
    CHECK(file.endsWith(QStringLiteral("/raises_at_import.py")));
    CHECK(eval("__import__('sys').modules.get('raises_at_import')") == "None");
}

TEST_CASE_METHOD(Fixture, "errors_of_all_kinds_are_shown_and_the_prompt_comes_back")
{
    run("def deep(): deep()\ndeep()");
    CHECK(shows("RecursionError"));
    run("raise BaseException('base')");
    CHECK(shows("BaseException: base"));
    run("class Bad:\n    def __repr__(self): raise ValueError('no repr')\nBad()");
    CHECK(shows("ValueError: no repr"));
    run("class Mute(Exception):\n    def __str__(self): 1 / 0\nraise Mute");
    CHECK(shows("Mute"));
    run("1 +");
    CHECK(shows("SyntaxError"));
    run("print('\\ud800')");
    run("'\\x00'");
    CHECK(shows("'\\x00'\n"));
    run("raise asyncio.CancelledError");
    CHECK(shows("CancelledError"));
    run("'fine'");
    CHECK(shows("'fine'\n"));
}

TEST_CASE_METHOD(Fixture, "exit_and_sys_exit_do_not_end_the_application")
{
    bool quit = false;
    QObject::connect(qApp, &QCoreApplication::aboutToQuit, [&] { quit = true; });
    run("exit()");
    run("import sys; sys.exit(3)");
    run("quit");
    settle();
    CHECK_FALSE(quit);
    CHECK(shows("The application goes on"));
    CHECK(shows("quit() does not end the application"));
    CHECK(qi_runtime_state(runtime) == QI_RUNTIME_STATE_RUNNING);
}

TEST_CASE_METHOD(Fixture, "help_prints_and_does_not_stop_the_window")
{
    run("help()");
    CHECK(shows("help(thing) shows"));
    run("help(len)");
    CHECK(shows("Return the number of items in a container."));
    run("help('while')");
    CHECK(shows("while"));
    run("help('modules')");
    CHECK(shows("would import every module"));
}

/* Answers the next dialog. */
static void answer_with(const QString &text, bool accept = true)
{
    auto *look = new QTimer(qApp);
    QObject::connect(look, &QTimer::timeout, look, [look, text, accept] {
        auto *dialog = qobject_cast<QInputDialog *>(QApplication::activeModalWidget());
        if (!dialog)
            return;
        look->deleteLater();
        look->stop();
        dialog->setTextValue(text);
        accept ? dialog->accept() : dialog->reject();
    });
    look->start(5);
}

TEST_CASE_METHOD(Fixture, "input_asks_in_a_dialog_while_asyncio_goes_on")
{
    exec("import asyncio, builtins\n"
         "builtins.beats = 0\n"
         "async def beat():\n"
         "    while True: builtins.beats += 1; await asyncio.sleep(0)\n"
         "import qi\n"
         "task = qi.run_task(beat())");
    answer_with(QStringLiteral("Ada"));
    run("before = beats; name = input('Your name? '); name, beats > before");
    CHECK(shows("('Ada', True)\n"));
    answer_with(QString(), false);
    run("input()");
    CHECK(shows("EOFError"));
    answer_with(QStringLiteral("a line"));
    run("import sys; sys.stdin.readline()");
    CHECK(shows("'a line\\n'"));
    run("sys.stdin.read()");
    CHECK(shows("UnsupportedOperation"));
    answer_with(QStringLiteral("threaded"));
    run("await asyncio.to_thread(input, 'From a thread: ')");
    CHECK(shows("'threaded'\n"));
    exec("task.cancel()");
    console.reset();
    CHECK(eval("input.__module__") == "'builtins'"); /* as it was before */
}

TEST_CASE_METHOD(Fixture, "what_is_printed_appears_before_its_line_ends")
{
    exec("import asyncio, builtins; builtins.gate = asyncio.Event()");
    type("print('half', end=''); await gate.wait(); print(' whole')\n");
    until([this] { return shows("\nhalf"); });
    exec("gate.set()");
    until([this] { return !console->isRunning(); });
    CHECK(shows("\nhalf whole\n"));
    run("print('no end', end='')");
    run("print(10 * '%', end='\\r'); print('100 %')");
    CHECK(shows("\nno end\n>>> print(10"));
    CHECK(shows("\n100 %\n"));
    CHECK_FALSE(shows("%%%%%"));
    run("import sys; sys.stdout.buffer.write(b'bytes\\n'); sys.stdout.flush()");
    CHECK(shows("\nbytes\n"));
}

TEST_CASE_METHOD(Fixture, "the_colours_of_a_terminal_are_understood_and_the_rest_is_left_out")
{
    run("print('\\x1b[31mred\\x1b[0m plain \\x1b]0;title\\x07\\x1b[2Jshown "
        "\\x1b[1mbold\\x1b[22m')");
    CHECK(shows("\nred plain shown bold\n"));
    const auto format_of = [this](const char *word) {
        QTextCursor cursor = output->document()->find(QString::fromLatin1(word),
                                                      output->document()->characterCount(),
                                                      QTextDocument::FindBackward);
        return cursor.charFormat();
    };
    CHECK(format_of("bold").fontWeight() == QFont::Bold);
    CHECK(format_of("red").foreground() != format_of("shown").foreground());
    const QBrush before = format_of("shown").foreground();
    QApplication::setPalette(tests::dark_palette());
    settle();
    CHECK(format_of("shown").foreground() != before); /* follows the palette */
    run("import sys; print('wrong', file=sys.stderr)");
    CHECK(format_of("wrong").foreground() != format_of("shown").foreground());
}

TEST_CASE_METHOD(Fixture, "output_of_the_application_and_of_plugins_is_told_apart_and_hidden")
{
    exec("from qi._python import scope\n"
         "import contextvars, threading\n"
         "print('from the host')\n"
         "context = contextvars.copy_context()\n"
         "context.run(scope.current.set, scope.Scope('orders'))\n"
         "context.run(print, 'from a plugin')\n");
    until([this] { return shows("[orders] from a plugin"); });
    CHECK(shows("from the host\n"));
    CHECK(console->origins() == QStringList{QString(), QStringLiteral("orders")});

    const auto height = [this] {
        return output->document()->documentLayout()->documentSize().height();
    };
    const double before = height();
    console->setOriginVisible(QStringLiteral("orders"), false);
    exec("context.run(print, 'hidden too')");
    until([this] { return shows("hidden too"); });
    for (QTextBlock block = output->document()->begin(); block.isValid(); block = block.next())
        CHECK(block.isVisible() == !block.text().startsWith(QStringLiteral("[orders]")));
    console->setOriginVisible(QStringLiteral("orders"), true);
    settle();
    CHECK(height() == before + 1);
    bool listed = false;
    for (QAction *action : console->findChild<QMenu *>()->actions())
        listed |= action->text() == QStringLiteral("orders") && action->isChecked();
    CHECK(listed);
}

TEST_CASE_METHOD(Fixture, "a_flood_is_bounded_and_says_so")
{
    console->setMaximumLines(200);
    run("for i in range(5000): print(i)");
    CHECK(output->blockCount() <= 200);
    CHECK(shows("\n4999\n"));
    exec("import threading\n"
         "def flood():\n"
         "    for i in range(5000): print('thread', i)\n"
         "thread = threading.Thread(target=flood); thread.start(); thread.join()\n");
    until([this] { return shows("thread 4999\n"); });
    CHECK(output->blockCount() <= 200);
    bool told = false;
    for (QLabel *label : console->findChildren<QLabel *>())
        told |= label->text().contains(QStringLiteral("older lines were dropped"));
    CHECK(told);
    run("'x' * 1000000");
    CHECK(shown().size() < 200000);
    CHECK(shows("more characters]"));
    console->clear();
    CHECK(shown().empty());
}

TEST_CASE_METHOD(Fixture, "one_huge_text_costs_no_more_than_what_is_shown_of_it")
{
    int most = 0;
    console->setMaximumLines(200);
    QObject::connect(output->document(), &QTextDocument::contentsChange, output,
                     [&](int, int, int added) { most = std::max(most, added); });
    run("print('\\n'.join(map(str, range(300000))))");
    CHECK(shows("\n299999\n"));
    CHECK(output->blockCount() <= 200);
    CHECK(most < 20000); /* characters that were put in at a time */
    bool told = false;
    for (QLabel *label : console->findChildren<QLabel *>())
        told |= label->text().contains(QLocale().toString(299803)) ||
                label->text().contains(QStringLiteral("older lines were dropped"));
    CHECK(told);
}

TEST_CASE_METHOD(Fixture, "f_strings_in_f_strings_may_go_as_deep_as_they_like")
{
    const QString source = QStringLiteral("f'{").repeated(30000) +
                           QStringLiteral("}'").repeated(30000);

    console->setInput(source);
    CHECK(console->input() == source);
}

TEST_CASE_METHOD(Fixture, "text_that_is_no_unicode_is_shown_all_the_same")
{
    run("print('a \\ud83d b')"); /* a stream of Python's refuses it, as ever */
    CHECK(shows("UnicodeEncodeError"));
    run("class C:\n    def __repr__(self): return 'odd \\udc80'\nC()");
    CHECK(shows("\nodd "));
    run("raise ValueError('bad \\udc80')");
    CHECK(shows("ValueError: bad"));
    run("print('one\\u2029two\\u2028three \\U0001f600 e\\u0301 \\u05d0\\u05d1')");
    CHECK(shows("\U0001f600 e\u0301 \u05d0\u05d1\n"));
    run("print('x' * 19999 + '\\U0001f600' + 'y')");
    CHECK(shows("\U0001f600"));
    run("1");
    CHECK(shows(">>> 1\n1\n"));
}

TEST_CASE_METHOD(Fixture, "a_broken_object_does_not_spoil_the_completion_of_others")
{
    exec("import sys\n"
         "class Proxy:\n"
         "    @property\n"
         "    def __class__(self): raise RuntimeError('outside of a request')\n"
         "class Deaf:\n"
         "    def __getattribute__(self, name): raise RuntimeError(name)\n");
    run("import __main__; proxy, deaf = __main__.Proxy(), __main__.Deaf()");
    run("globals()[3] = 'no name'");
    type("some_name = 1\n");
    type("some_n");
    key(Qt::Key_Tab);
    CHECK(typed() == "some_name");
    console->setInput(QStringLiteral("proxy.__rep"));
    key(Qt::Key_Tab);
    CHECK(typed().find("proxy.__repr__") == 0);
    console->setInput(QStringLiteral("deaf."));
    key(Qt::Key_Tab);
    CHECK(typed() == "deaf.");
    CHECK(take_reports().empty());
}

TEST_CASE_METHOD(Fixture, "two_consoles_have_names_and_output_of_their_own")
{
    auto other = std::make_unique<qi::ScriptConsole>(runtime);
    other->show();
    CHECK(other->execute(QStringLiteral("mine = 1; print('from the second')")));
    until([&] { return !other->isRunning() && shows("[console 2] from the second"); });
    CHECK(other->transcript().toStdString() ==
          ">>> mine = 1; print('from the second')\nfrom the second\n");
    run("'mine' in globals()");
    CHECK(shows("False\n"));
    other.reset();
    run("import sys; '__console__' in sys.modules, '__console_2__' in sys.modules");
    CHECK(shows("(True, False)\n"));
}

TEST_CASE_METHOD(Fixture, "the_host_gives_names_and_runs_inputs")
{
    const qi_value seven = qi_int(7);
    bool ended = false, good = false;
    QObject::connect(console.get(), &qi::ScriptConsole::finished,
                     [&](bool ok) { ended = true, good = ok; });
    CHECK(console->setVariable("seven", &seven) == QI_OK);
    CHECK(console->setVariable("not a name", &seven) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->message).find("'not a name'") != std::string::npos);
    console->setInput(QStringLiteral("typed meanwhile"));
    CHECK(console->execute(QStringLiteral("seven + 1")));
    CHECK(ended);
    CHECK(good);
    CHECK(shows("\n8\n"));
    CHECK(typed() == "typed meanwhile");
    CHECK(console->execute(QStringLiteral("1 / 0")));
    CHECK_FALSE(good);
}

TEST_CASE_METHOD(Fixture, "what_an_input_leaves_in_its_context_is_there_in_the_next")
{
    run("import contextvars; v = contextvars.ContextVar('v', default=0); t = v.set(5)");
    run("v.get()");
    CHECK(shows("\n5\n"));
    run("from __future__ import annotations");
    run("def f(x: NoSuchName): pass");
    CHECK_FALSE(shows("NameError"));
    run("import dataclasses\n@dataclasses.dataclass\nclass D:\n    x: 'int' = 3\nD()");
    CHECK(shows("D(x=3)\n"));
}

TEST_CASE_METHOD(Fixture, "a_console_may_go_while_its_input_runs")
{
    exec("import asyncio, builtins; builtins.ends = []");
    type("try: await asyncio.Event().wait()\nfinally: ends.append('cancelled')");
    key(Qt::Key_Return, Qt::ControlModifier);
    REQUIRE(console->isRunning());
    console.reset();
    exec("print('nobody listens')");
    settle();
    CHECK(eval("ends") == "['cancelled']");
    CHECK(eval("type(__import__('sys').stdout).__name__") != "'Tee'");
}

TEST_CASE_METHOD(Fixture, "an_input_may_end_the_console_that_runs_it")
{
    REQUIRE(qi_object_register(runtime, "console", console.get()) == QI_OK);
    qi::ScriptConsole *bare = console.release();
    QPointer<qi::ScriptConsole> alive(bare);
    CHECK(bare->execute(QStringLiteral(
        "await asyncio.sleep(0); host.console.deleteLater(); await asyncio.sleep(0)")));
    until([&] { return alive.isNull(); });
    settle();
    SUCCEED();
}

TEST_CASE_METHOD(Fixture, "a_console_may_go_while_its_dialog_asks")
{
    qi::ScriptConsole *bare = console.release();
    QTimer look;
    QObject::connect(&look, &QTimer::timeout, bare, [bare] {
        if (bare->findChild<QInputDialog *>())
            delete bare;
    });
    look.start(5);
    const QPointer<qi::ScriptConsole> alive(bare);
    CHECK(bare->execute(QStringLiteral("import builtins; builtins.answer = input('Who? ')")));
    until([&] { return alive.isNull(); });
    settle();
    CHECK(eval("'answer' in vars(__import__('builtins'))") == "False"); /* EOFError */
}

TEST_CASE_METHOD(Fixture, "a_console_may_go_while_its_menu_is_open")
{
    qi::ScriptConsole *bare = console.release();
    const QPointer<qi::ScriptConsole> alive(bare);
    QTimer look;
    QObject::connect(&look, &QTimer::timeout, bare, [bare] {
        if (QApplication::activePopupWidget())
            delete bare;
    });
    look.start(5);
    QContextMenuEvent event(QContextMenuEvent::Mouse, QPoint(5, 5),
                            output->viewport()->mapToGlobal(QPoint(5, 5)));
    QApplication::sendEvent(output->viewport(), &event);
    until([&] { return alive.isNull(); });
    settle();
    CHECK(QApplication::activePopupWidget() == nullptr);
}

TEST_CASE_METHOD(Fixture, "a_console_may_go_in_each_of_its_signals")
{
    bool ends_with = GENERATE(false, true);
    qi::ScriptConsole *bare = console.release();
    const QPointer<qi::ScriptConsole> alive(bare);
    QObject::connect(bare, &qi::ScriptConsole::runningChanged, bare, [&](bool running) {
        if (running == ends_with)
            delete bare;
    });
    QTest::keyClicks(input, QStringLiteral("6 * 7"));
    QTest::keyClick(input, Qt::Key_Return);
    until([&] { return alive.isNull(); });
    settle();
    CHECK(alive.isNull());
}

TEST_CASE_METHOD(Fixture, "a_console_outlives_its_runtime")
{
    type("await asyncio.Event().wait()\n");
    CHECK(qi_runtime_shutdown(runtime, 0) == QI_OK);
    settle();
    CHECK_FALSE(console->isRunning());
    (void)console->execute(QStringLiteral("1"));
    CHECK_FALSE(console->isRunning());
    settle();
    CHECK(shows("takes no input"));
    qi::ScriptConsole late(runtime);
    CHECK(late.transcript().contains(QStringLiteral("takes no input")));
    CHECK_FALSE(late.execute(QStringLiteral("1")));
}

TEST_CASE_METHOD(Fixture, "everything_can_be_reached_and_is_named_for_screen_readers")
{
    for (QWidget *each : console->findChildren<QWidget *>()) {
        if (each->focusPolicy() & Qt::TabFocus && !qobject_cast<QScrollBar *>(each)) {
            INFO(each->metaObject()->className());
            CHECK_FALSE(each->accessibleName().isEmpty());
        }
    }
    /* Around the whole window by Tab and back to the input. */
    int steps = 0;
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
    while (!input->hasFocus() && steps++ < 20)
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
    CHECK(steps < 20);
}

TEST_CASE_METHOD(Fixture, "an_input_that_only_computes_is_interrupted_and_the_application_goes_on")
{
    console->setBusyLimit(200);
    run("n = 0\nwhile True: n += 1");
    CHECK(shows("Interrupted"));
    CHECK(shows("has not awaited anything for 0.2 s"));
    run("n > 0");
    CHECK(shows("\nTrue\n"));
    run("await asyncio.sleep(0.5, 'only waits')"); /* longer than the limit */
    CHECK(shows("'only waits'\n"));
}

TEST_CASE_METHOD(Fixture, "an_error_in_the_background_is_shown_with_links")
{
    run("async def bad(): await asyncio.sleep(0); import raises_at_import\ntask = "
        "asyncio.create_task(bad()); del task");
    until([this] { return shows("raises_at_import.py\", line"); });
    CHECK(take_reports().size() == 1);
    const QTextCursor place = output->document()->find(QStringLiteral("raises_at_import.py"));
    CHECK(place.charFormat().isAnchor());
}
