// SPDX-License-Identifier: BSD-3-Clause
// The panels in windows that nobody had in mind: small, with long texts, large letters, from right to left, in German,
// dark, with another style. Nothing overlaps, nothing is cut off, and all that one can use has a name.
#include <functional>
#include <memory>

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qlocale.h>
#include <QtGui/qpixmap.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qabstractbutton.h>
#include <QtWidgets/qabstractscrollarea.h>
#include <QtWidgets/qlayout.h>
#include <QtWidgets/qsplitter.h>

#include <qi/widgets.hpp>

#include "tests/support/catch.h"
#include "tests/widgets/desk.h"

namespace
{

const QSize small(300, 150), large(900, 640);

/* A plugin that says as much of itself as a manifest may. */
void write_plugin(const QString &folder)
{
    const QByteArray word(120, 'x'),
        words = QByteArray("A rather long sentence of a stranger. ").repeated(5);
    QDir().mkpath(folder + QStringLiteral("/orders"));
    QFile manifest(folder + QStringLiteral("/orders/plugin.toml")),
        code(folder + QStringLiteral("/orders/orders.py"));
    REQUIRE(manifest.open(QIODevice::WriteOnly));
    manifest.write("[plugin]\nid = \"orders\"\nname = \"" + word +
                   "\"\nversion = \"1.2.3.dev4567+local.build.20261129\"\n"
                   "entry = \"orders\"\ndescription = \"" +
                   words + word + "\"\nauthors = [\"" + word +
                   "\"]\n"
                   "[settings.limit]\ntype = \"int\"\ntitle = \"" +
                   words.left(180) + "\"\ndescription = \"" + words +
                   "\"\n"
                   "[settings.name]\ntype = \"text\"\ntitle = \"" +
                   word + "\"\n");
    REQUIRE(code.open(QIODevice::WriteOnly));
    code.write("def activate(ctx): raise RuntimeError('" + word + "')\n");
}

std::string told(const QWidget *widget)
{
    return std::string(widget->metaObject()->className()) + " " + widget->objectName().toStdString() +
           " \"" + widget->accessibleName().toStdString() + "\"";
}

/* Whether what is in a widget may be larger than it, and is scrolled. */
bool scrolls(const QWidget *widget)
{
    const QWidget *parent = widget->parentWidget();
    return qobject_cast<const QAbstractScrollArea *>(widget) ||
           (parent && qobject_cast<const QAbstractScrollArea *>(parent));
}

void check_layout(const QWidget *widget)
{
    const QList<QWidget *> children = widget->findChildren<QWidget *>(QString(),
                                                                      Qt::FindDirectChildrenOnly);

    for (const QWidget *one : children) {
        if (!one->isVisible() || one->isWindow())
            continue;
        INFO(told(one) << " in " << told(widget));
        if (!scrolls(widget) && widget->layout()) {
            const bool is_inside = widget->rect().contains(one->geometry());
            CHECK(is_inside);
            for (const QWidget *other : children) {
                if (other == one || !other->isVisible() || other->isWindow())
                    continue;
                INFO("beside " << told(other));
                CHECK_FALSE(one->geometry().intersects(other->geometry()));
            }
        }
        check_layout(one);
    }
}

void check_names(QWidget *panel)
{
    for (QWidget *each : panel->findChildren<QWidget *>()) {
        if (!each->isVisible() || !(each->focusPolicy() & Qt::TabFocus) || each->focusProxy())
            continue;
        const auto *button = qobject_cast<QAbstractButton *>(each);
        INFO(told(each) << " in " << told(each->parentWidget()));
        CHECK((!each->accessibleName().isEmpty() || (button && !button->text().isEmpty())));
    }
}

void check_panel(tests::Desk &desk, QWidget *panel, const char *name)
{
    for (const QSize &size : {small, large, QSize(small.width(), large.height()),
                              QSize(large.width(), small.height())}) {
        INFO(name << " of " << size.width() << " x " << size.height());
        panel->resize(size);
        panel->show();
        REQUIRE(QTest::qWaitForWindowExposed(panel));
        desk.settle();
        QCoreApplication::processEvents();
        if (QApplication::font().pointSizeF() < 11)
            CHECK(panel->size() == size); /* nothing in it has made it larger */
        check_layout(panel);
        check_names(panel);
        if (const QString place = qEnvironmentVariable("QI_PICTURES"); !place.isEmpty())
            panel->grab().save(QStringLiteral("%1/%2-%3x%4.png")
                                   .arg(place, QString::fromUtf8(name))
                                   .arg(size.width())
                                   .arg(size.height()));
    }
    panel->hide();
}

void check_panels(const char *how, const std::function<void()> &prepare)
{
    tests::Desk desk;
    const QString plugins = desk.folder.path() + QStringLiteral("/plugins");
    const std::string name = how;

    prepare();
    write_plugin(plugins);
    desk.startPlugins(plugins, tests::Desk::agrees);
    qi_value found = qi_none();
    REQUIRE(qi_plugins_list(desk.runtime, &found) == QI_OK);
    qi_value_clear(&found);
    desk.exec(
        "import asyncio\n"
        "async def "
        "a_coroutine_whose_name_is_longer_than_any_column_of_the_monitor_could_ever_be(): await "
        "asyncio.sleep(1000)\n"
        "tasks = [asyncio.get_running_loop().create_task(\n"
        "    a_coroutine_whose_name_is_longer_than_any_column_of_the_monitor_could_ever_be(), "
        "name='n' * 200) for _ in range(3)]");
    {
        qi::ScriptConsole console(desk.runtime);
        console.setHistoryFile(QString());
        qi::TaskMonitor monitor(desk.runtime);
        qi::PluginManager manager(desk.runtime);
        console.execute(QStringLiteral("print('x' * 500)"));
        desk.until([&] { return !console.isRunning(); });
        check_panel(desk, &console, (name + "-console").c_str());
        console.find();
        check_panel(desk, &console, (name + "-console-finds").c_str());
        check_panel(desk, &monitor, (name + "-monitor").c_str());
        check_panel(desk, &manager, (name + "-manager").c_str());
    }
    desk.exec("[task.cancel() for task in tasks]");
    desk.settle();
}

void set_font(double points)
{
    QFont font = QApplication::font();
    font.setPointSizeF(points);
    QApplication::setFont(font);
}

} // namespace

TEST_CASE("panels as they are")
{
    check_panels("plain", [] {});
}

TEST_CASE("panels from right to left")
{
    check_panels("rtl", [] { QApplication::setLayoutDirection(Qt::RightToLeft); });
}

TEST_CASE("panels in German")
{
    check_panels("german", [] {
        QLocale::setDefault(QLocale(QLocale::German, QLocale::Germany));
        qi::translateWidgets(QLocale(QLocale::German, QLocale::Germany));
    });
}

TEST_CASE("panels with small letters")
{
    check_panels("small-letters", [] { set_font(8); });
}

TEST_CASE("panels with large letters")
{
    check_panels("large-letters", [] { set_font(18); });
}

TEST_CASE("panels in the dark")
{
    check_panels("dark", [] { QApplication::setPalette(tests::dark_palette()); });
}

TEST_CASE("panels in high contrast")
{
    check_panels("contrast", [] {
        QPalette palette(Qt::black);
        palette.setColor(QPalette::WindowText, Qt::white);
        palette.setColor(QPalette::Text, Qt::white);
        palette.setColor(QPalette::ButtonText, Qt::white);
        palette.setColor(QPalette::Base, Qt::black);
        palette.setColor(QPalette::Highlight, Qt::yellow);
        palette.setColor(QPalette::HighlightedText, Qt::black);
        QApplication::setPalette(palette);
    });
}

TEST_CASE("panels in another style")
{
    check_panels("windows", [] { REQUIRE(QApplication::setStyle(QStringLiteral("Windows"))); });
}
