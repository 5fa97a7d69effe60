// SPDX-License-Identifier: BSD-3-Clause
// qi::PluginManager drives real plugins in folders on disk: their states, settings, errors and actions.
#include <qi/plugin_list.hpp>
#include <qi/plugin_manager.hpp>
#include <qi/task_strip.hpp>

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qpointer.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qtimer.h>
#include <QtGui/qaction.h>
#include <QtGui/qpixmap.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qfiledialog.h>
#include <QtWidgets/qabstractbutton.h>
#include <QtWidgets/qcheckbox.h>
#include <QtWidgets/qcombobox.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qlistview.h>
#include <QtWidgets/qlistwidget.h>
#include <QtWidgets/qmainwindow.h>
#include <QtWidgets/qmenu.h>
#include <QtWidgets/qmenubar.h>
#include <QtWidgets/qplaintextedit.h>
#include <QtWidgets/qprogressbar.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qspinbox.h>
#include <QtWidgets/qstatusbar.h>
#include <QtWidgets/qtabwidget.h>
#include <QtWidgets/qtextbrowser.h>
#include <QtWidgets/qtoolbar.h>
#include <QtWidgets/qtoolbutton.h>

#include <qi/plugin.h>

#include "runtime/widgets/consent_dialog.h"
#include "runtime/widgets/integer_box.h"
#include "runtime/widgets/setting_editor.h"
#include "runtime/widgets/settings_form.h"
#include "runtime/widgets/trace_view.h"
#include "tests/support/catch.h"
#include "tests/widgets/desk.h"

namespace
{

bool agree(const qi_plugin_consent *, void *)
{
    return true;
}

template <typename T> T *child(QWidget *widget, const char *name)
{
    T *found = widget->findChild<T *>(QLatin1String(name));
    INFO(name);
    REQUIRE(found);
    return found;
}

/* A desk with folders for plugins, and a manager on it. */
struct Managed {
    explicit Managed(qi_plugin_consent_fn consent = agree) : consent(consent)
    {
        QDir().mkpath(plugins());
    }
    ~Managed() { delete manager; }

    QString plugins() const { return desk.folder.path() + QStringLiteral("/plugins"); }

    void write(const QString &path, const QByteArray &text)
    {
        const QString whole = plugins() + QLatin1Char('/') + path;
        QDir().mkpath(QFileInfo(whole).path());
        QFile file(whole);
        REQUIRE(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        REQUIRE(file.write(text) == text.size());
    }

    void add(const char *id, const QByteArray &code, const QByteArray &more = {})
    {
        const QString name = QString::fromUtf8(id);
        write(name + QStringLiteral("/plugin.toml"),
              QByteArrayLiteral("[plugin]\nid = \"") + id + "\"\nname = \"The " + id +
                  "\"\nversion = \"1.2\"\ndescription = \"Does this & that <b>\"\n"
                  "authors = [\"Ada\"]\nhomepage = \"https://example.org/\"\nentry = \"" +
                  id + "_code\"\n" + more);
        write(name + QLatin1Char('/') + name + QStringLiteral("_code.py"), code);
    }

    void start()
    {
        desk.startPlugins(plugins(), consent);
        if (looks) { /* until it is known which plugins there are */
            qi_value found = qi_none();
            REQUIRE(qi_plugins_list(desk.runtime, &found) == QI_OK);
            qi_value_clear(&found);
        }
        manager = new qi::PluginManager(desk.runtime);
        for (const QLabel *label : manager->findChildren<QLabel *>())
            said += label->text() + QLatin1Char('\n');
        manager->resize(900, 640);
        manager->show();
        REQUIRE(QTest::qWaitForWindowExposed(manager));
        list = child<QListView>(manager, "plugins");
    }

    QPushButton *button(const char *text) const
    {
        for (QPushButton *button : manager->findChildren<QPushButton *>())
            if (button->text() == QLatin1String(text))
                return button;
        FAIL("no button " << text);
        return nullptr;
    }
    void click(const char *text) { QTest::mouseClick(button(text), Qt::LeftButton); }
    void choose(const char *id)
    {
        manager->setCurrentPlugin(QString::fromUtf8(id));
        REQUIRE(manager->currentPlugin() == QLatin1String(id));
    }
    void untilState(const char *id, int state)
    {
        desk.until([&] { return qi_plugin_state(desk.runtime, id) == state; });
        /* And until the manager shows what there is. */
        desk.settle();
    }
    QString stateText() const { return child<QLabel>(manager, "state")->text(); }
    QString page() const { return child<QTextBrowser>(manager, "page")->toPlainText(); }
    qi::SettingsForm *form() const { return child<qi::SettingsForm>(manager, "settings"); }
    void openSettings() { child<QTabWidget>(manager, "tabs")->setCurrentIndex(1); }
    std::string setting(const char *id, const char *key)
    {
        qi_value value = qi_none();
        REQUIRE(qi_plugin_get_setting(desk.runtime, id, key, &value) == QI_OK);
        char text[256];
        qi_value_describe(&value, text, sizeof text);
        qi_value_clear(&value);
        return text;
    }

    tests::Desk desk;
    qi_plugin_consent_fn consent;
    bool looks = true; /* whether it is known which plugins there are before there is a manager */
    QString said;      /* what the manager's labels say at first */
    QPointer<qi::PluginManager> manager;
    QListView *list = nullptr;
};

const char *const quiet = "def activate(ctx): pass\ndef deactivate(): pass\n";

const char *const schema = R"(
[settings.fast]
type = "bool"
title = "Be fast"
default = false
[settings.count]
type = "int"
title = "Count"
default = 3
minimum = 0
maximum = 9000000000
[settings.ratio]
type = "float"
title = "Ratio"
default = 0.1
[settings.account]
type = "text"
title = "Account & more"
description = "Where the money goes"
default = "A"
[settings.notes]
type = "text"
title = "Notes"
multiline = true
default = ""
[settings.side]
type = "choice"
title = "Side"
choices = ["buy", "sell"]
default = "buy"
[settings.file]
type = "path"
title = "File"
default = ""
[settings.shade]
type = "color"
title = "Shade"
default = "#102030"
[settings.symbols]
type = "list"
title = "Symbols"
default = ["EURUSD"]
)";

/* Does something with the dialog that is going to be shown. */
template <typename F> void withDialog(F act)
{
    auto *timer = new QTimer(qApp);
    QObject::connect(timer, &QTimer::timeout, timer, [timer, act] {
        auto *dialog = qobject_cast<qi::ConsentDialog *>(QApplication::activeModalWidget());
        if (!dialog || !dialog->isVisible())
            return;
        timer->deleteLater();
        timer->stop();
        act(dialog);
    });
    timer->start(0);
}

} // namespace

TEST_CASE("plugins are listed with their state, and found by their words")
{
    Managed managed;
    managed.add("orders", quiet);
    managed.add("charts", quiet);
    managed.write(QStringLiteral("broken/plugin.toml"), "[plugin]\nid = 7\n");
    managed.start();

    REQUIRE(managed.list->model()->rowCount() == 3);
    managed.choose("orders");
    CHECK(managed.stateText() == QStringLiteral("Not enabled"));
    CHECK(managed.page().contains(QStringLiteral("Does this & that <b>")));
    CHECK(managed.page().contains(QStringLiteral("1.2")));
    CHECK(managed.page().contains(QStringLiteral("Ada")));
    CHECK(managed.page().contains(managed.plugins()));
    managed.choose("broken");
    CHECK(managed.page().contains(QStringLiteral("plugin.toml")));

    auto *words = child<QLineEdit>(managed.manager, "filter");
    QTest::keyClick(managed.list, Qt::Key_F, Qt::ControlModifier);
    CHECK(words->hasFocus());
    QTest::keyClicks(words, QStringLiteral("the CHART"));
    CHECK(managed.list->model()->rowCount() == 1);
    words->clear();
    CHECK(managed.list->model()->rowCount() == 3);
}

TEST_CASE("a plugin is enabled, reloaded and disabled by its buttons")
{
    Managed managed;
    managed.add("orders", "import sys\nsys.begun = getattr(sys, 'begun', 0) + 1\n"
                          "def activate(ctx): pass\n");
    managed.start();
    managed.choose("orders");
    CHECK(managed.button("Enable")->isEnabled());
    CHECK_FALSE(managed.button("Disable")->isEnabled());
    CHECK_FALSE(managed.button("Reload")->isEnabled());

    managed.click("Enable");
    managed.untilState("orders", QI_PLUGIN_STATE_ACTIVE);
    managed.desk.until([&] { return managed.button("Reload")->isEnabled(); });
    CHECK(managed.stateText() == QStringLiteral("Active"));
    CHECK_FALSE(managed.button("Enable")->isEnabled());
    CHECK(managed.desk.eval("__import__('sys').begun") == "1");

    QTest::keyClick(managed.list, Qt::Key_F5);
    managed.desk.until([&] { return managed.desk.eval("__import__('sys').begun") == "2"; });
    managed.desk.until([&] { return managed.button("Disable")->isEnabled(); });
    managed.untilState("orders", QI_PLUGIN_STATE_ACTIVE);

    managed.desk.until([&] { return managed.button("Reload")->isEnabled(); });
    managed.click("Disable");
    managed.untilState("orders", QI_PLUGIN_STATE_DISABLED);
    managed.desk.until([&] { return managed.button("Enable")->isEnabled(); });
    CHECK(managed.stateText() == QStringLiteral("Disabled"));
    CHECK(managed.page().contains(QStringLiteral("Nothing was left behind.")));
}

TEST_CASE("Enter turns a plugin on and off")
{
    Managed managed;
    managed.add("orders", quiet);
    managed.start();

    managed.list->setFocus();
    managed.choose("orders");
    QTest::keyClick(managed.list, Qt::Key_Return);
    managed.untilState("orders", QI_PLUGIN_STATE_ACTIVE);
    managed.desk.until([&] { return managed.button("Disable")->isEnabled(); });
    QTest::keyClick(managed.list, Qt::Key_Return);
    managed.untilState("orders", QI_PLUGIN_STATE_DISABLED);
}

TEST_CASE("while a plugin loads there is a bar, and it can be stopped")
{
    Managed managed;
    managed.add("slow", "import asyncio\nasync def activate(ctx): await asyncio.Event().wait()\n");
    managed.start();
    managed.choose("slow");
    auto *bar = child<QProgressBar>(managed.manager, "progress");
    CHECK_FALSE(bar->isVisible());

    managed.click("Enable");
    managed.untilState("slow", QI_PLUGIN_STATE_LOADING);
    CHECK(bar->isVisible());
    CHECK(managed.stateText() == QStringLiteral("Starting…"));
    CHECK_FALSE(managed.button("Enable")->isEnabled());
    managed.click("Disable");
    managed.untilState("slow", QI_PLUGIN_STATE_DISABLED);
    managed.desk.until([&] { return !bar->isVisible(); });
    CHECK(managed.button("Enable")->isEnabled());
}

TEST_CASE("a plugin that loads may say how far it is")
{
    Managed managed;
    managed.add("slow", "import asyncio, qi\nasync def activate(ctx):\n"
                        "    qi.progress(1, 4, 'reading the index')\n"
                        "    await asyncio.Event().wait()\n");
    managed.start();
    managed.choose("slow");
    auto *bar = child<QProgressBar>(managed.manager, "progress");

    managed.click("Enable");
    managed.desk.until([&] { return bar->maximum() > 1; });
    CHECK(bar->value() * 4 == bar->maximum());
    CHECK(managed.stateText() == QStringLiteral("Starting… reading the index"));
    managed.click("Disable");
    managed.untilState("slow", QI_PLUGIN_STATE_DISABLED);
}

TEST_CASE("how much a plugin has going on is kept up to date")
{
    Managed managed;
    managed.add("busy",
                "import asyncio\ndef activate(ctx):\n"
                "    ctx.action('more', 'More', lambda: ctx.run_task(asyncio.sleep(1000)))\n");
    managed.start();
    managed.choose("busy");
    managed.click("Enable");
    managed.untilState("busy", QI_PLUGIN_STATE_ACTIVE);

    REQUIRE(qi_plugin_trigger(managed.desk.runtime, "busy", "more", nullptr, nullptr) == QI_OK);
    REQUIRE(qi_plugin_trigger(managed.desk.runtime, "busy", "more", nullptr, nullptr) == QI_OK);
    const QRegularExpression tasks(QStringLiteral("Tasks\\s+2\\s"));
    managed.desk.until([&] { return managed.page().contains(tasks); });
}

TEST_CASE("a plugin that fails shows why, and leads to the line")
{
    Managed managed;
    managed.add("bad", "def activate(ctx):\n    raise ValueError('no such market')\n");
    managed.start();
    managed.choose("bad");
    managed.click("Enable");
    managed.untilState("bad", QI_PLUGIN_STATE_FAILED);
    managed.desk.until([&] { return managed.button("Enable")->isEnabled(); });
    CHECK(managed.stateText().contains(QStringLiteral("no such market")));

    auto *tabs = child<QTabWidget>(managed.manager, "tabs");
    tabs->setCurrentIndex(2);
    CHECK(tabs->tabText(2).contains(QStringLiteral("(")));
    auto *trace = child<qi::TraceView>(managed.manager, "traceback");
    REQUIRE_FALSE(trace->places().isEmpty());
    QSignalSpy wanted(managed.manager, &qi::PluginManager::openRequested);
    trace->setFocus();
    for (qsizetype i = 0; i < trace->places().size(); i++)
        QTest::keyClick(trace, Qt::Key_Tab);
    QTest::keyClick(trace, Qt::Key_Return);
    REQUIRE(wanted.size() == 1);
    CHECK(wanted[0][0].toString().endsWith(QStringLiteral("bad_code.py")));
    CHECK(wanted[0][1].toInt() == 2);
    managed.desk.take_reports();
}

TEST_CASE("errors of a running plugin are kept in their order")
{
    Managed managed;
    managed.add("noisy", "async def fail(text): raise KeyError(text)\n"
                         "def activate(ctx):\n"
                         "    ctx.action('first', 'First', lambda: fail('first'))\n"
                         "    ctx.action('second', 'Second', lambda: fail('second'))\n");
    managed.start();
    managed.choose("noisy");
    managed.click("Enable");
    managed.untilState("noisy", QI_PLUGIN_STATE_ACTIVE);
    auto *errors = child<QListWidget>(managed.manager, "errors");
    CHECK(errors->count() == 0);

    REQUIRE(qi_plugin_trigger(managed.desk.runtime, "noisy", "first", nullptr, nullptr) == QI_OK);
    managed.desk.until([&] { return errors->count() == 1; });
    REQUIRE(qi_plugin_trigger(managed.desk.runtime, "noisy", "second", nullptr, nullptr) == QI_OK);
    managed.desk.until([&] { return errors->count() == 2; });
    /* What was selected, the first, still is. */
    CHECK(errors->currentRow() == 1);
    CHECK(errors->item(0)->text().contains(QStringLiteral("second")));
    CHECK(errors->item(1)->text().contains(QStringLiteral("first")));
    CHECK(child<qi::TraceView>(managed.manager, "traceback")
              ->toPlainText()
              .contains(QStringLiteral("KeyError: 'first'")));
    managed.desk.take_reports();
}

TEST_CASE("each type of a setting has its editor, whose changes are stored at once")
{
    Managed managed;
    managed.add("orders", quiet, schema);
    managed.start();
    managed.choose("orders");
    managed.openSettings();
    qi::SettingsForm *form = managed.form();

    QTest::mouseClick(child<QCheckBox>(form, "fast"), Qt::LeftButton, {}, QPoint(6, 10));
    CHECK(managed.setting("orders", "fast") == "True");

    auto *count = child<qi::IntegerBox>(form, "count");
    count->setFocus();
    count->selectAll();
    QTest::keyClicks(count, QStringLiteral("8000000000"));
    QTest::keyClick(count, Qt::Key_Return);
    CHECK(managed.setting("orders", "count") == "8000000000");
    QTest::keyClick(count, Qt::Key_Up);
    managed.desk.until([&] { return managed.setting("orders", "count") == "8000000001"; });

    auto *ratio = child<QDoubleSpinBox>(form, "ratio");
    CHECK(ratio->text() == QLocale().toString(0.1));
    ratio->setFocus();
    ratio->selectAll();
    QTest::keyClicks(ratio, QLocale().toString(0.25));
    QTest::keyClick(ratio, Qt::Key_Return);
    CHECK(managed.setting("orders", "ratio") == "0.25");

    auto *account = child<QLineEdit>(form, "account");
    account->setFocus();
    account->selectAll();
    /* keyClicks() knows the keys of ASCII alone. */
    QTest::keyClicks(account, QStringLiteral("Z"));
    QTest::sendKeyEvent(QTest::Click, account, Qt::Key_Udiaeresis, QStringLiteral("ü"), {});
    QTest::keyClicks(account, QStringLiteral("rich"));
    /* What is typed counts when typing pauses, too. */
    managed.desk.until([&] { return managed.setting("orders", "account") == "'Zürich'"; });

    auto *notes = child<QPlainTextEdit>(form, "notes");
    notes->setFocus();
    QTest::keyClicks(notes, QStringLiteral("one"));
    QTest::keyClick(notes, Qt::Key_Return);
    QTest::keyClicks(notes, QStringLiteral("two"));
    managed.desk.until([&] { return managed.setting("orders", "notes") == "'one\\ntwo'"; });

    auto *side = child<QComboBox>(form, "side");
    side->setFocus();
    QTest::keyClick(side, Qt::Key_Down);
    CHECK(managed.setting("orders", "side") == "'sell'");

    auto *file = child<QLineEdit>(form, "file");
    file->setFocus();
    QTest::keyClicks(file, QStringLiteral("/tmp/x"));
    QTest::keyClick(file, Qt::Key_Return);
    CHECK(managed.setting("orders", "file") == "'/tmp/x'");

    auto *symbols = child<QListWidget>(form, "symbols");
    symbols->item(0)->setText(QStringLiteral("GBPUSD"));
    CHECK(managed.setting("orders", "symbols") == "['GBPUSD']");
}

TEST_CASE("a file that is chosen is stored, and the manager may close while one is being chosen")
{
    Managed managed;
    managed.add("orders", quiet, schema);
    managed.start();
    managed.choose("orders");
    managed.openSettings();
    auto *file = child<QLineEdit>(managed.form(), "file");
    QAction *choose = file->parentWidget()->findChild<QMenu *>()->actions().first();
    choose->trigger();
    auto *dialog = managed.manager->findChild<QFileDialog *>();
    REQUIRE(dialog);
    Q_EMIT dialog->fileSelected(QStringLiteral("/tmp/chosen"));
    CHECK(managed.setting("orders", "file") == "'/tmp/chosen'");
    delete dialog;
    choose->trigger();
    REQUIRE(managed.manager->findChild<QFileDialog *>());
    delete managed.manager;
    managed.desk.settle();
    CHECK(managed.setting("orders", "file") == "'/tmp/chosen'");
}

TEST_CASE("what is being typed when the manager closes is stored")
{
    Managed managed;
    managed.add("orders", quiet, schema);
    managed.start();
    managed.choose("orders");
    managed.openSettings();
    auto *account = child<QLineEdit>(managed.form(), "account");
    account->setFocus();
    account->selectAll();
    QTest::keyClicks(account, QStringLiteral("Oslo"));
    delete managed.manager;
    CHECK(managed.setting("orders", "account") == "'Oslo'");
}

TEST_CASE("what the library refuses stays where it was typed, with the reason")
{
    Managed managed;
    managed.add("orders", quiet, schema);
    managed.start();
    managed.choose("orders");
    managed.openSettings();
    auto *shade = child<QLineEdit>(managed.form(), "shade");

    shade->setFocus();
    shade->selectAll();
    QTest::keyClicks(shade, QStringLiteral("no colour"));
    QTest::keyClick(shade, Qt::Key_Return);
    CHECK_FALSE(managed.form()->problem(QStringLiteral("shade")).isEmpty());
    CHECK(child<QLabel>(managed.form(), "problem-shade")->isVisible());
    CHECK(managed.setting("orders", "shade") == "'#102030'");
    managed.desk.settle();
    CHECK(shade->text() == QStringLiteral("no colour"));

    shade->selectAll();
    QTest::keyClicks(shade, QStringLiteral("#aabbcc"));
    QTest::keyClick(shade, Qt::Key_Return);
    CHECK(managed.form()->problem(QStringLiteral("shade")).isEmpty());
    CHECK(managed.setting("orders", "shade") == "'#aabbcc'");
}

TEST_CASE("a long text of a setting is shown whole, and one that is too long is refused")
{
    Managed managed;
    managed.add("orders", quiet, schema);
    managed.start();
    managed.choose("orders");
    managed.openSettings();
    auto *account = child<QLineEdit>(managed.form(), "account");
    const std::string longest(100'000, 'x'), longer = longest + 'x';
    const qi_value fits = qi_text(longest.c_str()), more = qi_text(longer.c_str());
    REQUIRE(qi_plugin_set_setting(managed.desk.runtime, "orders", "account", &fits) == QI_OK);
    managed.desk.until([&] { return account->text().size() == 100'000; });
    CHECK(qi_plugin_set_setting(managed.desk.runtime, "orders", "account", &more) < 0);
    const std::string told = qi_last_error()->message;
    CHECK(told.find("it has more than 100000 characters") != std::string::npos);
}

TEST_CASE("settings go back to their defaults, one by one or all")
{
    Managed managed;
    managed.add("orders", quiet, schema);
    managed.start();
    const qi_value five = qi_int(5), text = qi_text("B");
    REQUIRE(qi_plugin_set_setting(managed.desk.runtime, "orders", "count", &five) == QI_OK);
    REQUIRE(qi_plugin_set_setting(managed.desk.runtime, "orders", "account", &text) == QI_OK);
    managed.desk.settle();
    managed.choose("orders");
    managed.openSettings();
    CHECK_FALSE(child<QToolButton>(managed.form(), "reset-fast")->isEnabled());
    CHECK(child<qi::IntegerBox>(managed.form(), "count")->value() == 5);

    child<QToolButton>(managed.form(), "reset-count")->click();
    CHECK(managed.setting("orders", "count") == "3");
    CHECK(child<qi::IntegerBox>(managed.form(), "count")->value() == 3);
    CHECK(managed.setting("orders", "account") == "'B'");
    managed.click("Reset all to default");
    CHECK(managed.setting("orders", "account") == "'A'");
    CHECK(child<QLineEdit>(managed.form(), "account")->text() == QStringLiteral("A"));
}

TEST_CASE("a setting that the plugin changes itself is shown, unless it is being edited")
{
    Managed managed;
    managed.add("orders",
                "def activate(ctx):\n"
                "    def change():\n"
                "        ctx.settings.account = 'by itself'\n"
                "        ctx.settings.count = 7\n"
                "    ctx.action('change', 'Change', change)\n",
                schema);
    managed.start();
    managed.choose("orders");
    managed.click("Enable");
    managed.untilState("orders", QI_PLUGIN_STATE_ACTIVE);
    managed.openSettings();
    auto *account = child<QLineEdit>(managed.form(), "account");
    auto *count = child<qi::IntegerBox>(managed.form(), "count");
    account->setFocus();
    QTest::keyClicks(account, QStringLiteral("x"));

    REQUIRE(qi_plugin_trigger(managed.desk.runtime, "orders", "change", nullptr, nullptr) == QI_OK);
    managed.desk.until([&] { return count->value() == 7; });
    CHECK(account->text() == QStringLiteral("Ax"));
}

TEST_CASE("a whole number is kept between its limits, also beyond 32 bits")
{
    tests::Desk desk;
    qi::IntegerBox box;
    box.setRange(-5, 9000000000);
    box.show();
    QSignalSpy changes(&box, &qi::IntegerBox::valueChanged);

    box.setValue(9000000001);
    CHECK(box.value() == 9000000000);
    QTest::keyClick(&box, Qt::Key_Up);
    CHECK(box.value() == 9000000000);
    QTest::keyClick(&box, Qt::Key_Down);
    CHECK(box.value() == 8999999999);
    box.selectAll();
    QTest::keyClicks(&box, QStringLiteral("-77"));
    QTest::keyClick(&box, Qt::Key_Return);
    CHECK(box.value() >= -5);
    CHECK(box.text() == QString::number(box.value()));
    box.selectAll();
    QTest::keyClicks(&box, QStringLiteral("4x2"));
    QTest::keyClick(&box, Qt::Key_Return);
    CHECK(box.value() == 42);
    CHECK(changes.last()[0].toLongLong() == 42);
}

TEST_CASE("nothing runs without consent, and Enter means no")
{
    Managed managed(qi::PluginManager::askConsent);
    managed.add("orders", "import sys\nsys.ran = True\ndef activate(ctx): pass\n");
    managed.start();
    managed.choose("orders");
    QStringList asked;
    bool yesIsDefault = true;
    withDialog([&](qi::ConsentDialog *dialog) {
        for (QLabel *label : dialog->findChildren<QLabel *>())
            asked += label->text();
        for (QPushButton *button : dialog->findChildren<QPushButton *>())
            if (button->text().contains(QStringLiteral("es")))
                yesIsDefault = button->isDefault() || button->autoDefault();
        QTest::keyClick(dialog, Qt::Key_Return);
    });

    managed.click("Enable");
    managed.untilState("orders", QI_PLUGIN_STATE_BLOCKED);
    const QString text = asked.join(QLatin1Char('\n'));
    CHECK(text.contains(QStringLiteral("The orders")));
    CHECK(text.contains(QStringLiteral("1.2")));
    CHECK(text.contains(QStringLiteral("Ada")));
    CHECK(text.contains(managed.plugins()));
    CHECK(text.contains(QStringLiteral("everything that this application can")));
    CHECK_FALSE(yesIsDefault);
    CHECK(managed.desk.eval("hasattr(__import__('sys'), 'ran')") == "False");
}

TEST_CASE("consent is asked for again when files have changed, and they are named")
{
    Managed managed(qi::PluginManager::askConsent);
    managed.add("orders", quiet);
    managed.start();
    managed.choose("orders");
    const auto agree = [](qi::ConsentDialog *dialog) {
        for (QPushButton *button : dialog->findChildren<QPushButton *>())
            if (button->text().contains(QStringLiteral("es, ")))
                QTest::mouseClick(button, Qt::LeftButton);
    };
    withDialog(agree);
    managed.click("Enable");
    managed.untilState("orders", QI_PLUGIN_STATE_ACTIVE);
    managed.desk.until([&] { return managed.button("Reload")->isEnabled(); });

    managed.add("orders", "def activate(ctx): pass\n");
    QStringList changed;
    withDialog([&](qi::ConsentDialog *dialog) {
        auto *files = child<QListWidget>(dialog, "changed");
        for (int row = 0; row < files->count(); row++)
            changed += files->item(row)->text();
        agree(dialog);
    });
    managed.click("Reload");
    managed.desk.until([&] { return !changed.isEmpty(); });
    managed.untilState("orders", QI_PLUGIN_STATE_ACTIVE);
    CHECK(changed.join(QLatin1Char(' ')).contains(QStringLiteral("orders_code.py")));
}

TEST_CASE("a plugin's shortcut takes no key from the application")
{
    Managed managed;
    managed.add("orders", R"(
def activate(ctx):
    ctx.action('again', 'Again', print, shortcut='F5')
    ctx.action('free', 'Free', print, shortcut='F7', toolbar=True)
)");
    managed.start();
    QMainWindow window;
    QMenu *menu = window.menuBar()->addMenu(QStringLiteral("Plugins"));
    QToolBar *bar = window.addToolBar(QStringLiteral("Plugins"));
    QAction *own = window.menuBar()->addMenu(QStringLiteral("View"))->addAction(QStringLiteral("Own"));
    int pressed = 0;
    own->setShortcut(QKeySequence(Qt::Key_F5));
    QObject::connect(own, &QAction::triggered, [&pressed] { pressed++; });
    qi::PluginManager::fillMenu(menu, managed.desk.runtime);
    qi::PluginManager::fillToolBar(bar, managed.desk.runtime);
    managed.choose("orders");
    managed.click("Enable");
    managed.untilState("orders", QI_PLUGIN_STATE_ACTIVE);
    const auto find = [](QWidget *place, const char *name) {
        return place->findChild<QAction *>(QLatin1String(name));
    };
    managed.desk.until([&] { return find(menu, "orders.free") && find(bar, "orders.free"); });

    CHECK(find(menu, "orders.again")->shortcut().isEmpty());
    /* Where it stands twice, one of them has it. */
    CHECK((find(menu, "orders.free")->shortcut() == QKeySequence(Qt::Key_F7)) !=
          (find(bar, "orders.free")->shortcut() == QKeySequence(Qt::Key_F7)));
    window.show();
    REQUIRE(QTest::qWaitForWindowActive(&window));
    QTest::keyClick(&window, Qt::Key_F5);
    CHECK(pressed == 1);

    /* A menu that is made anew has taken its own key from nobody. */
    managed.add("desk", "def activate(ctx): ctx.action('sit', 'Sit', print)\n");
    REQUIRE(qi_plugins_rescan(managed.desk.runtime) == QI_OK);
    managed.desk.until([&] { return managed.list->model()->rowCount() == 2; });
    managed.choose("desk");
    managed.click("Enable");
    managed.desk.until([&] { return find(menu, "desk.sit"); });
    int having = 0;
    for (const QWidget *place : {static_cast<QWidget *>(menu), static_cast<QWidget *>(bar)})
        for (const QAction *each : place->actions()) /* those before are not deleted yet */
            having += each->shortcut() == QKeySequence(Qt::Key_F7);
    CHECK(having == 1);
}

TEST_CASE("a menu has the actions of active plugins and follows them")
{
    Managed managed;
    managed.add("orders", R"(
import sys
sys.sent = []
def activate(ctx):
    global send
    send = ctx.action('send', 'Send', lambda: sys.sent.append('send'), shortcut='Ctrl+Shift+S')
    ctx.action('live', 'Live', lambda *args: sys.sent.append('live'), menu='Tools/More', checkable=True)
)");
    managed.start();
    QMenu menu;
    QAction *own = menu.addAction(QStringLiteral("The host's own"));
    qi::PluginManager::fillMenu(&menu, managed.desk.runtime);
    REQUIRE(menu.actions().size() == 1);

    managed.choose("orders");
    managed.click("Enable");
    managed.untilState("orders", QI_PLUGIN_STATE_ACTIVE);
    const auto find = [&](const char *name) {
        return menu.findChild<QAction *>(QLatin1String(name));
    };
    managed.desk.until([&] { return find("orders.send"); });
    CHECK(menu.actions().first() == own);
    CHECK(find("orders.send")->text() == QStringLiteral("Send"));
    CHECK(find("orders.send")->shortcut() == QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S));
    CHECK(menu.actions().contains(find("orders.send")));
    CHECK_FALSE(menu.actions().contains(find("orders.live")));
    find("orders.send")->trigger();
    find("orders.live")->trigger();
    CHECK(managed.desk.eval("__import__('sys').sent") == "['send', 'live']");
    CHECK(find("orders.live")->isChecked());

    managed.desk.until([&] { return managed.button("Disable")->isEnabled(); });
    managed.click("Disable");
    managed.untilState("orders", QI_PLUGIN_STATE_DISABLED);
    managed.desk.until([&] { return menu.actions().size() == 1; });
    CHECK(menu.actions().first() == own);
}

TEST_CASE("actions stand in the host's own menus, and in its toolbar, and go with their plugin")
{
    Managed managed;
    managed.add("orders", R"(
import sys
sys.sent = []
def activate(ctx):
    ctx.action('send', 'Send', lambda: sys.sent.append('send'), menu='File/Export', icon='send.png', toolbar=True)
    ctx.action('check', 'Check', lambda: sys.sent.append('check'), menu='Orders & more')
    ctx.action('plain', 'Plain', lambda: None)
)");
    QPixmap picture(8, 8);
    picture.fill(Qt::red);
    managed.start();
    REQUIRE(picture.save(managed.plugins() + QStringLiteral("/orders/send.png")));
    QMainWindow window;
    QMenu *file = window.menuBar()->addMenu(QStringLiteral("&File"));
    QAction *quit = file->addAction(QStringLiteral("Quit"));
    QToolBar *bar = window.addToolBar(QStringLiteral("Main"));
    qi::PluginManager::fillMenuBar(window.menuBar(), nullptr, managed.desk.runtime);
    qi::PluginManager::fillToolBar(bar, managed.desk.runtime);
    CHECK(window.menuBar()->actions().size() == 1);

    managed.choose("orders");
    managed.click("Enable");
    managed.untilState("orders", QI_PLUGIN_STATE_ACTIVE);
    managed.desk.until([&] { return bar->actions().size() == 1 && file->actions().size() == 2; });
    CHECK(file->actions().first() == quit);
    QMenu *exports = file->actions().last()->menu();
    REQUIRE(exports);
    REQUIRE(exports->actions().size() == 1);
    CHECK(exports->actions().first()->text() == QStringLiteral("Send"));
    CHECK_FALSE(exports->actions().first()->icon().isNull());
    REQUIRE(window.menuBar()->actions().size() == 2);
    CHECK(window.menuBar()->actions().last()->text() == QStringLiteral("Orders && more"));
    CHECK_FALSE(window.menuBar()->findChild<QAction *>(QStringLiteral("orders.plain")));
    exports->actions().first()->trigger();
    bar->actions().first()->trigger();
    CHECK(managed.desk.eval("__import__('sys').sent") == "['send', 'send']");

    managed.desk.until([&] { return managed.button("Disable")->isEnabled(); });
    managed.click("Disable");
    managed.untilState("orders", QI_PLUGIN_STATE_DISABLED);
    managed.desk.until([&] { return bar->actions().isEmpty() && file->actions().size() == 1; });
    CHECK(file->actions().first() == quit);
    CHECK(window.menuBar()->actions().size() == 1);
}

TEST_CASE("the task strip of the window follows the actions of its menus")
{
    Managed managed;
    managed.add("orders", R"(
import asyncio, qi
async def send():
    qi.progress(3, 10, 'third order')
    await asyncio.get_running_loop().create_future()
async def fail():
    await asyncio.sleep(0)
    raise ValueError('no paper')
def activate(ctx):
    ctx.action('send', 'Send all', send, menu='File')
    ctx.action('print', 'Print', fail, menu='File')
    ctx.action('count', 'Count', lambda: None, menu='File')
)");
    managed.start();
    QMainWindow window;
    auto *strip = new qi::TaskStrip;
    window.statusBar()->addPermanentWidget(strip);
    QMenu *file = window.menuBar()->addMenu(QStringLiteral("File"));
    qi::PluginManager::fillMenuBar(window.menuBar(), nullptr, managed.desk.runtime);
    managed.choose("orders");
    managed.click("Enable");
    managed.untilState("orders", QI_PLUGIN_STATE_ACTIVE);
    managed.desk.until([&] { return file->actions().size() == 3; });

    file->actions()[2]->trigger(); /* which is over at once */
    CHECK(strip->count() == 0);
    file->actions()[0]->trigger();
    CHECK(strip->count() == 1);
    auto *bar = strip->findChild<QProgressBar *>();
    REQUIRE(bar);
    managed.desk.until([&] { return bar->maximum() == 1000 && bar->value() == 300; });
    CHECK(strip->findChild<QLabel *>()->text() == QStringLiteral("Send all: third order"));
    strip->cancelAll();
    managed.desk.until([&] { return strip->count() == 0; });
    CHECK(managed.desk.take_reports().empty());

    file->actions()[1]->trigger();
    managed.desk.until([&] { return strip->count() == 0; });
    managed.desk.settle();
    CHECK(strip->errorCount() == 0); /* it is the plugin's: reported, and counted */
    const auto reports = managed.desk.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].find("no paper") != std::string::npos);
    qi_value described = qi_none();
    REQUIRE(qi_plugin_describe(managed.desk.runtime, "orders", &described) == QI_OK);
    CHECK(qi_value_get(&described, "errors")->as.integer == 1);
    qi_value_clear(&described);
}

TEST_CASE("the manager does not wait for plugins to be found, and says that they are looked for")
{
    Managed managed;
    managed.add("orders", quiet);
    managed.looks = false;
    managed.start();
    CHECK(managed.said.contains(QStringLiteral("Looking for plugins…")));
    managed.desk.until([&] { return managed.list->model()->rowCount() == 1; });
    CHECK(managed.list->isVisible());
}

TEST_CASE("what the user has agreed to can be used while strangers are looked at")
{
    Managed managed;
    managed.add("orders", "def activate(ctx): ctx.action('send', 'Send', lambda: None)\n");
    managed.start();
    managed.choose("orders");
    managed.click("Enable");
    managed.untilState("orders", QI_PLUGIN_STATE_ACTIVE);
    qi_task *task = nullptr;
    REQUIRE(qi_plugins_stop(managed.desk.runtime, nullptr, &task) == QI_OK);
    managed.desk.until([&] { return qi_task_state(task) == QI_TASK_STATE_DONE; });
    qi_task_release(task);
    delete std::exchange(managed.manager, nullptr);

    managed.add("stranger", quiet);
    REQUIRE(qi_exec(managed.desk.runtime,
                    "import threading\n"
                    "from qi.plugin import discovery\n"
                    "go, discover = threading.Event(), discovery.discover\n"
                    "def slowly(*given):\n"
                    "    go.wait()\n"
                    "    return discover(*given)\n"
                    "discovery.discover = slowly\n",
                    nullptr) == QI_OK);
    managed.looks = false;
    managed.start();
    QMenu menu;
    qi::PluginManager::fillMenu(&menu, managed.desk.runtime);
    qi::PluginList model(managed.desk.runtime);
    /* qi_plugin_state() would wait as long as nobody has told of the plugin. */
    managed.desk.until([&] {
        return model.count() == 1 &&
               model.index(0).data(qi::PluginList::StateRole).toInt() == QI_PLUGIN_STATE_ACTIVE;
    });
    managed.desk.settle();
    CHECK(qi_plugins_searching(managed.desk.runtime));
    CHECK(managed.list->isVisible());
    CHECK(managed.list->model()->rowCount() == 1);
    CHECK(model.count() == 1);
    REQUIRE(menu.actions().size() == 1);
    CHECK(menu.actions().first()->text() == QStringLiteral("Send"));
    CHECK(managed.button("Disable")->isEnabled());
    REQUIRE(qi_exec(managed.desk.runtime, "go.set(); discovery.discover = discover", nullptr) ==
            QI_OK);
    managed.desk.until([&] { return model.count() == 2; });
}

TEST_CASE("a consent is withdrawn, and asked for again")
{
    static int asked;
    asked = 0;
    Managed managed([](const qi_plugin_consent *, void *) { return ++asked > 0; });
    managed.add("orders", quiet);
    managed.start();
    managed.choose("orders");
    QAction *withdraw = nullptr;
    for (QAction *each : managed.manager->findChildren<QAction *>())
        if (each->text() == QLatin1String("Withdraw consent"))
            withdraw = each;
    REQUIRE(withdraw);
    CHECK(!withdraw->isEnabled());
    managed.click("Enable");
    managed.untilState("orders", QI_PLUGIN_STATE_ACTIVE);
    managed.desk.until([&] { return withdraw->isEnabled(); });
    withdraw->trigger();
    managed.untilState("orders", QI_PLUGIN_STATE_DISABLED);
    managed.desk.until(
        [&] { return !withdraw->isEnabled() && managed.button("Enable")->isEnabled(); });
    CHECK(asked == 1);
    managed.click("Enable");
    managed.untilState("orders", QI_PLUGIN_STATE_ACTIVE);
    CHECK(asked == 2);
}

TEST_CASE("a rescan finds plugins that have come and forgets those that have gone")
{
    Managed managed;
    managed.add("orders", quiet);
    managed.start();
    REQUIRE(managed.list->model()->rowCount() == 1);

    managed.add("later", quiet);
    QTest::keyClick(managed.list, Qt::Key_F5, Qt::ShiftModifier);
    managed.desk.until([&] { return managed.list->model()->rowCount() == 2; });
    QDir(managed.plugins() + QStringLiteral("/orders")).removeRecursively();
    managed.manager->rescan();
    managed.desk.until([&] { return managed.list->model()->rowCount() == 1; });
    managed.desk.until([&] { return managed.manager->currentPlugin() == QStringLiteral("later"); });
}

TEST_CASE("the manager may be destroyed while a plugin loads, and outlives its runtime")
{
    Managed managed;
    managed.add("slow", "import asyncio\nasync def activate(ctx):\n"
                        "    for _ in range(5): await asyncio.sleep(0)\n");
    managed.start();
    managed.choose("slow");
    managed.click("Enable");
    delete managed.manager;
    managed.untilState("slow", QI_PLUGIN_STATE_ACTIVE);

    qi::PluginManager second(managed.desk.runtime);
    second.show();
    QMenu menu;
    qi::PluginManager::fillMenu(&menu, managed.desk.runtime);
    managed.desk.settle();
    REQUIRE(qi_runtime_shutdown(managed.desk.runtime, 0) == QI_OK);
    managed.desk.settle();
    second.enableCurrent();
    second.rescan();
    Q_EMIT menu.aboutToShow();
    CHECK(second.currentPlugin().isEmpty());
}

TEST_CASE("everything in the manager has a name for those who cannot see it")
{
    Managed managed;
    managed.add("orders", quiet, schema);
    managed.start();
    managed.choose("orders");

    for (int tab = 0; tab < 3; tab++) {
        child<QTabWidget>(managed.manager, "tabs")->setCurrentIndex(tab);
        for (QWidget *widget : managed.manager->findChildren<QWidget *>()) {
            if (!(widget->focusPolicy() & Qt::TabFocus) || !widget->isVisible() ||
                widget->focusProxy() || widget->inherits("QTabBar") ||
                widget->inherits("QScrollArea"))
                continue;
            INFO(widget->metaObject()->className() << " " << widget->objectName().toStdString());
            const auto *button = qobject_cast<QAbstractButton *>(widget);
            CHECK((!widget->accessibleName().isEmpty() || (button && !button->text().isEmpty())));
        }
    }
}
