// SPDX-License-Identifier: BSD-3-Clause
// Whatever a plugin, a task or an exception says is text in every view: no markup, nothing that turns the order of a line, and
// nothing that pushes ours off the screen.
#include <qi/console.hpp>
#include <qi/plugin_list.hpp>
#include <qi/plugin_manager.hpp>
#include <qi/task_list.hpp>
#include <qi/task_monitor.hpp>

#include <algorithm>

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qtimer.h>
#include <QtGui/qaction.h>
#include <QtGui/qscreen.h>
#include <QtGui/qtextdocument.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qabstractbutton.h>
#include <QtWidgets/qabstractitemview.h>
#include <QtWidgets/qcombobox.h>
#include <QtWidgets/qdialogbuttonbox.h>
#include <QtWidgets/qinputdialog.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qmenu.h>
#include <QtWidgets/qplaintextedit.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qtabwidget.h>
#include <QtWidgets/qtextbrowser.h>

#include <qi/plugin.h>

#include "runtime/widgets/consent_dialog.h"
#include "runtime/widgets/plain_text.h"
#include "runtime/widgets/trace_view.h"
#include "tests/support/catch.h"
#include "tests/widgets/desk.h"

namespace
{

/* What a manifest takes as a name, which is one line that can be printed. */
const char name_of_odd[] = "<h1>VERIFIED</h1><img src='file:///odd.png'> & a&b";

/* And what it takes elsewhere; as a string of TOML and of Python alike. */
const char odd[] =
    "<h1>VERIFIED</h1><img src='file:///odd.png'> & a&b \\u001b[31m \\u202eevil\\u2066 \\u0007";

std::string manyLines()
{
    std::string text = odd;

    for (int i = 0; i < 120; i++)
        text += "\\n<b>line</b>";
    return text;
}

bool steers(const QString &text)
{
    for (const QChar c : text) {
        const char16_t n = c.unicode();
        const bool isKept = n == u'\n' || n == u'\t' || c == QChar::LineSeparator;
        if (!isKept && (c.category() == QChar::Other_Control || (n >= 0x202a && n <= 0x202e) ||
                        (n >= 0x2066 && n <= 0x2069)))
            return true;
    }
    return false;
}

/* What Qt would make of a text that it takes for markup where it looks like it. */
QString shown(const QString &text)
{
    if (!Qt::mightBeRichText(text))
        return text;
    QTextDocument document;
    document.setHtml(text);
    return document.toPlainText();
}

/* Looks at everything that a window says, and fails where strangers' words are more than words. */
struct Inspector {
    int seen = 0; /* texts in which the strangers' words stand */

    void text(const char *where, const QString &text)
    {
        INFO(where << ": " << text.toStdString());
        CHECK_FALSE(steers(text));
        seen += text.contains(QLatin1String("VERIFIED"));
    }
    /* One that may be markup must be ours: the strangers' then still reads as they wrote it. */
    void mayBeMarkup(const char *where, const QString &given)
    {
        INFO(where << ": " << given.toStdString());
        CHECK_FALSE(given.contains(QLatin1String("<img")));
        if (given.contains(QLatin1String("VERIFIED")))
            CHECK(shown(given).contains(QLatin1String("<h1>VERIFIED</h1>")));
        text(where, shown(given));
    }
    void label(const QLabel *label)
    {
        if (label->textFormat() == Qt::PlainText)
            text("label", label->text());
        else
            mayBeMarkup("label", label->text());
    }
    void action(const QAction *action)
    {
        QString marked = action->text();
        text("action", marked);
        if (marked.contains(QLatin1String("VERIFIED")))
            CHECK_FALSE(marked.remove(QLatin1String("&&")).contains(QLatin1Char('&')));
        mayBeMarkup("action's tip", action->toolTip());
        mayBeMarkup("action's help", action->whatsThis());
        text("action's status", action->statusTip());
        CHECK_FALSE(action->statusTip().contains(QLatin1Char('\n')));
    }
    void items(const QAbstractItemModel *model, const QModelIndex &parent = {})
    {
        for (int row = 0; row < model->rowCount(parent); row++) {
            for (int column = 0; column < model->columnCount(parent); column++) {
                const QModelIndex index = model->index(row, column, parent);
                text("item", index.data().toString());
                mayBeMarkup("item's tip", index.data(Qt::ToolTipRole).toString());
                mayBeMarkup("item's help", index.data(Qt::WhatsThisRole).toString());
                text("item's name", index.data(Qt::AccessibleTextRole).toString());
                text("item's status", index.data(Qt::StatusTipRole).toString());
            }
            items(model, model->index(row, 0, parent));
        }
    }
    void document(const QTextDocument *document)
    {
        text("page", document->toPlainText());
        CHECK_FALSE(document->toHtml().contains(QLatin1String("<img")));
    }
    void widget(const QWidget *widget)
    {
        mayBeMarkup("tip", widget->toolTip());
        mayBeMarkup("help", widget->whatsThis());
        text("name", widget->accessibleName());
        text("description", widget->accessibleDescription());
        text("status", widget->statusTip());
        text("title", widget->windowTitle());
        for (const QAction *each : widget->actions())
            action(each);
        if (auto *one = qobject_cast<const QLabel *>(widget))
            label(one);
        else if (auto *button = qobject_cast<const QAbstractButton *>(widget))
            text("button", button->text());
        else if (auto *view = qobject_cast<const QAbstractItemView *>(widget); view && view->model())
            items(view->model());
        else if (auto *page = qobject_cast<const QTextEdit *>(widget))
            document(page->document());
        else if (auto *lines = qobject_cast<const QPlainTextEdit *>(widget);
                 lines && lines->isReadOnly())
            document(lines->document());
    }
    void all(const QWidget *window)
    {
        widget(window);
        for (const QWidget *each : window->findChildren<QWidget *>())
            widget(each);
    }
};

struct Strangers {
    void write(const QString &path, const std::string &text)
    {
        const QString whole = folder + QLatin1Char('/') + path;
        QDir().mkpath(QFileInfo(whole).path());
        QFile file(whole);
        REQUIRE(file.open(QIODevice::WriteOnly));
        REQUIRE(file.write(text.data(), qint64(text.size())) == qint64(text.size()));
    }

    void add(const char *id, const std::string &code, const std::string &more = {},
             const std::string &name = name_of_odd)
    {
        const std::string said = manyLines();
        const QString place = QString::fromUtf8(id);
        write(place + QStringLiteral("/plugin.toml"),
              "[plugin]\nid = \"" + std::string(id) + "\"\nentry = \"" + id +
                  "_code\"\nversion = \"1.0\"\n" + "name = \"" + name + "\"\ndescription = \"" +
                  said + "\"\nauthors = [\"" + name_of_odd +
                  "\"]\nhomepage = \"https://x.invalid/' style='font-size:99pt\"\nlicense = \"" +
                  name_of_odd + "\"\n" + more);
        write(place + QLatin1Char('/') + place + QStringLiteral("_code.py"), code);
    }

    void start() { desk.startPlugins(folder, tests::Desk::agrees); }

    void enable(const char *id, int until)
    {
        REQUIRE(qi_plugin_enable(desk.runtime, id, nullptr, nullptr) == QI_OK);
        desk.until([&] { return qi_plugin_state(desk.runtime, id) == until; });
        desk.settle();
    }

    tests::Desk desk;
    QString folder = desk.folder.path() + QStringLiteral("/plugins");
};

QString unescaped(const std::string &text)
{
    QString result = QString::fromStdString(text);

    result.replace(QStringLiteral("\\n"), QStringLiteral("\n"));
    for (const char16_t c : {u'\x1b', u'\u202e', u'\u2066', u'\x07'})
        result.replace(QStringLiteral("\\u%1").arg(uint(c), 4, 16, QLatin1Char('0')),
                       QString(QChar(c)));
    return result;
}

} // namespace

TEST_CASE("a manifest is text in the plugin manager and in the menu")
{
    Strangers strangers;
    const std::string said = manyLines(), quoted = "\"" + said + "\"";

    strangers.add("odd",
                  "async def wait(): await __import__('asyncio').sleep(1000)\n"
                  "def activate(ctx):\n"
                  "    ctx.action('go', " +
                      quoted + ", print, tooltip=" + quoted +
                      ", menu='Tools & more/<b>x</b>')\n"
                      "    ctx.action(\"<h1>VERIFIED</h1><img src='file:///odd.png'>\", 'x', "
                      "print).text = ''\n"
                      "    ctx.run_task(wait())\n",
                  "[settings.text]\ntype = \"text\"\ntitle = " + quoted + "\ndescription = " + quoted +
                      "\ndefault = \"x\"\n[settings.choice]\ntype = \"choice\"\ntitle = " + quoted +
                      "\nchoices = [" + quoted +
                      ", \"b\"]\ndefault = \"b\"\n"
                      "[contributes]\nthings = [" +
                      quoted + "]\n");
    strangers.add("fails", "def activate(ctx): raise ValueError(" + quoted + ")\n");
    strangers.add("wrong", "", "<img src='file:///odd.png'>\n");
    strangers.add("long", "", "", said);
    strangers.start();
    strangers.enable("odd", QI_PLUGIN_STATE_ACTIVE);
    strangers.enable("fails", QI_PLUGIN_STATE_FAILED);

    qi::PluginManager manager(strangers.desk.runtime);
    QMenu menu;
    qi::PluginManager::fillMenu(&menu, strangers.desk.runtime);
    manager.resize(900, 640);
    manager.show();
    REQUIRE(QTest::qWaitForWindowExposed(&manager));
    for (const char *id : {"odd", "fails", "wrong", "long"}) {
        manager.setCurrentPlugin(QString::fromUtf8(id));
        auto *tabs = manager.findChild<QTabWidget *>();
        for (int tab = 0; tab < tabs->count(); tab++) {
            INFO(id << ", tab " << tab);
            tabs->setCurrentIndex(tab);
            strangers.desk.settle();
            Inspector inspector;
            inspector.all(&manager);
            CHECK(inspector.seen > 0);      /* the list has them all */
            CHECK(manager.height() <= 640); /* nothing has pushed it apart */
        }
    }
    Inspector inspector;
    const qi::PluginList model(strangers.desk.runtime);
    inspector.items(&model);
    CHECK(inspector.seen > 0);
    inspector.all(&menu);
    for (const QMenu *each : menu.findChildren<QMenu *>())
        inspector.all(each);
    CHECK(inspector.seen > 0);
    manager.setCurrentPlugin(QStringLiteral("odd"));
    const QString page = manager.findChild<QTextBrowser *>(QStringLiteral("page"))->toHtml();
    CHECK_FALSE(page.contains(QStringLiteral("99pt\"")));
    strangers.desk.take_reports();
}

TEST_CASE("names of tasks and errors are text in the task monitor")
{
    tests::Desk desk;
    const std::string said = manyLines();

    desk.exec(("import asyncio\n"
               "async def wait(): await asyncio.sleep(1000)\n"
               "tasks = [asyncio.get_running_loop().create_task(wait(), name=\"" +
               said +
               "\") for _ in range(3)]\n"
               "exec(compile('async def ' + 'odd' + '(): await asyncio.sleep(1000)', \"" +
               odd +
               "\", 'exec'))\n"
               "tasks.append(asyncio.get_running_loop().create_task(odd(), name='plain'))\n")
                  .c_str());
    qi::TaskMonitor monitor(desk.runtime);
    monitor.resize(900, 640);
    monitor.show();
    REQUIRE(QTest::qWaitForWindowExposed(&monitor));
    auto *tree = monitor.findChild<QAbstractItemView *>();
    desk.until([&] { return tree->model()->rowCount() >= 4; });
    for (int row = 0; row < tree->model()->rowCount(); row++) {
        tree->setCurrentIndex(tree->model()->index(row, 0));
        desk.settle();
        Inspector inspector;
        inspector.all(&monitor);
        CHECK(inspector.seen > 0);
    }
    CHECK_FALSE(steers(monitor.text()));
    desk.exec("import types\n"
              "async def wait2(): await asyncio.sleep(1000)\n"
              "wait2.__qualname__ = tasks[0].get_name()\n"
              "tasks.append(asyncio.get_running_loop().create_task(wait2(), name='named'))\n");
    qi::TaskList model(desk.runtime);
    Inspector inspector;
    inspector.items(&model);
    CHECK(inspector.seen > 0);
    desk.exec("for task in tasks: task.cancel()");
    desk.settle();
}

TEST_CASE("what is printed, raised and asked for is text in the console")
{
    tests::Desk desk;
    qi::ScriptConsole console(desk.runtime);
    const QString said = unescaped(odd);
    bool asked = false;

    console.resize(700, 400);
    console.show();
    REQUIRE(QTest::qWaitForWindowExposed(&console));
    const auto run = [&](const std::string &source) {
        console.execute(QString::fromStdString(source));
        desk.until([&] { return !console.isRunning(); });
        desk.settle();
    };
    run("print(\"" + manyLines() + "\")");
    run("\"" + manyLines() + "\"");
    run("raise ValueError(\"" + manyLines() + "\")");
    run("class odd:\n    def __repr__(self): return \"" + manyLines() + "\"\n\nodd()\n");
    Inspector inspector;
    inspector.all(&console);
    CHECK(inspector.seen > 0);
    QTimer::singleShot(0, &console, [&] {
        desk.until([&] { return console.findChild<QInputDialog *>(); });
        auto *dialog = console.findChild<QInputDialog *>();
        Inspector other;
        other.all(dialog);
        asked = other.seen > 0;
        CHECK(dialog->height() <= dialog->screen()->availableGeometry().height());
        dialog->reject();
    });
    console.execute(QStringLiteral("input(\"%1\")").arg(QString::fromStdString(manyLines())));
    desk.until([&] { return asked && !console.isRunning(); });
    desk.take_reports();
}

TEST_CASE("the question for consent and its buttons stay on the screen, whatever a plugin says")
{
    tests::Desk desk;
    const std::string lines = unescaped(manyLines()).toStdString();
    const std::string letters(5000, 'W'), path = "/home/" + std::string(200, 'w') + lines;
    std::vector<const char *> files(500, lines.c_str());

    std::string quotes = "Notes";
    for (const char *mark :
         {"”",  "’’", "‘‘", "''", "❝",  "❞",  "ʺ",  "″",  "״",       "„",       "˝",
          "〞", "＂", "ˮ",  "ʼʼ", "´´", "``", "ꞌꞌ", "ߴߴ", " \u030b", " \u030e", "\u115f"})
        quotes += std::string(mark) + " to run? “";

    for (const std::string &words :
         {lines, letters, quotes, std::string("Orders"), std::string("\u2800")}) {
        for (const size_t count : {size_t(0), files.size()}) {
            INFO(words.substr(0, 20) << ", " << count);
            qi_plugin_consent consent = {};
            consent.size = sizeof consent;
            consent.id = "odd";
            consent.name = consent.version = words.c_str();
            consent.folder = words == "Orders" ? "/home/user/plugins/orders" : path.c_str();
            consent.hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
            consent.reason = count ? "changed" : "new";
            consent.files_changed = files.data();
            consent.count = count;
            qi::ConsentDialog dialog(consent, nullptr);
            dialog.show();
            REQUIRE(QTest::qWaitForWindowExposed(&dialog));
            desk.settle();
            const QRect screen = dialog.screen()->availableGeometry();
            CHECK(dialog.width() <= screen.width());
            CHECK(dialog.height() <= screen.height());
            auto *question = dialog.findChild<QLabel *>(QStringLiteral("question"));
            auto *warning = dialog.findChild<QLabel *>(QStringLiteral("warning"));
            REQUIRE(question);
            std::vector<QWidget *> ours = {question, warning};
            for (QPushButton *button : dialog.findChildren<QPushButton *>())
                ours.push_back(button);
            REQUIRE(ours.size() == 4);
            for (QWidget *each : ours) {
                INFO(each->metaObject()->className());
                CHECK_FALSE(each->visibleRegion().isEmpty());
                CHECK(dialog.rect().contains(QRect(each->mapTo(&dialog, QPoint()), each->size())));
                CHECK(each->visibleRegion().boundingRect().size() == each->size());
            }
            CHECK(question->text().endsWith(QLatin1Char('?')));
            CHECK(question->text().count(QChar(0x201c)) == 1);
            CHECK(question->text().count(QChar(0x201d)) == 1);
            const QString called = question->text().section(QChar(0x201c), 1).section(QChar(0x201d), 0, 0);
            CHECK(called == QLatin1String("odd")); /* no word of the plugin's */
            CHECK(question->height() >= question->heightForWidth(question->width()));
            Inspector().all(&dialog);
            if (const QByteArray place = qgetenv("QI_PICTURES"); !place.isEmpty())
                dialog.grab().save(QString::fromUtf8(place) +
                                   QStringLiteral("/consent-%1-%2.png")
                                       .arg(QString::fromStdString(words.substr(0, 3)))
                                       .arg(count));
        }
    }
}

TEST_CASE("the question about a plugin that takes the place of another one names both folders")
{
    tests::Desk desk;
    const char *agreed = "agreed to: /usr/share/desk/plugins/orders";
    qi_plugin_consent consent = {};

    consent.size = sizeof consent;
    consent.id = consent.name = "orders";
    consent.version = "1.0";
    consent.folder = "/home/user/plugins/orders";
    consent.hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    consent.reason = "elsewhere";
    consent.files_changed = &agreed;
    consent.count = 1;
    qi::ConsentDialog dialog(consent, nullptr);
    QStringList said;
    for (const QLabel *label : dialog.findChildren<QLabel *>())
        said += label->text();
    CHECK(dialog.findChild<QLabel *>(QStringLiteral("question"))
              ->text()
              .contains(QLatin1String("in another folder")));
    CHECK(said.contains(QLatin1String("/home/user/plugins/orders")));
    CHECK(said.contains(QLatin1String("/usr/share/desk/plugins/orders")));
    CHECK_FALSE(dialog.findChild<QWidget *>(QStringLiteral("changed")));
}

TEST_CASE("a line without an end is cut where code and tracebacks are shown")
{
    tests::Desk desk;
    const QString endless(1'000'000, QLatin1Char('x'));
    qi::TraceView view;

    view.setTraceback(
        QStringLiteral("  File \"%1\", line 1, in f\n    %1\nValueError: %1\n").arg(endless));
    CHECK(view.toPlainText().size() < 20'000);
    CHECK(view.toPlainText().contains(QStringLiteral("ValueError: xxx")));
    qi::Frame frame;
    frame.file = frame.function = frame.text = endless;
    view.setFrames({frame});
    CHECK(view.toPlainText().size() < 20'000);
}

TEST_CASE("texts are cut, written out and escaped as the place needs it")
{
    namespace plain = qi::plain;
    const QString escape = QStringLiteral("a\x1b[31m\u202e");

    CHECK(plain::line(QStringLiteral(" a \n\n b\t")) == QLatin1String("a b"));
    CHECK(plain::line(escape) == QLatin1String("a\\x1b[31m\\u202e"));
    CHECK(plain::line(QString(400, QLatin1Char('x')), 10) ==
          QString(10, QLatin1Char('x')) + QChar(0x2026));
    CHECK(plain::line(QStringLiteral("😀😀"), 3) == QStringLiteral("😀…"));
    CHECK(plain::lines(QStringLiteral("a\nb\nc"), 2) == QStringLiteral("a\nb\n…"));
    CHECK(plain::lines(QStringLiteral("a\nb\n"), 2) == QStringLiteral("a\nb\n"));
    CHECK(plain::lines(QString(100000, QLatin1Char('x')), 2).size() == 2 * plain::lineLength + 1);
    CHECK(plain::whole(escape) == QLatin1String("a\\x1b[31m\\u202e"));
    CHECK(plain::whole(QString(QChar(0xd800)) + QLatin1Char('x')) == QLatin1String("\\ud800x"));
    CHECK(plain::whole(QStringLiteral("a\nb\t😀 שלום")) == QStringLiteral("a\nb\t😀 שלום"));
    CHECK(plain::tip(QStringLiteral("<b>a</b>\n&")) ==
          QLatin1String("<qt>&lt;b&gt;a&lt;/b&gt;<br>&amp;</qt>"));
    CHECK(plain::tip(QString()).isEmpty());
    CHECK_FALSE(plain::isSeen(QStringLiteral(" \u2800\u3164.-")));
    CHECK(plain::isSeen(QStringLiteral("(1)")));
    CHECK(plain::label(QStringLiteral("Save & load")) == QLatin1String("Save && load"));
}
