// SPDX-License-Identifier: BSD-3-Clause
// Pictures of the panels in light and dark, for people to look at: QI_PICTURES=FOLDER keeps them there.
#include <qi/widgets.hpp>

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qframe.h>
#include <QtWidgets/qmainwindow.h>
#include <QtWidgets/qstatusbar.h>
#include <QtWidgets/qtabwidget.h>
#include <QtWidgets/qtextbrowser.h>
#include <QtWidgets/qtoolbutton.h>
#include <QtWidgets/qtreeview.h>

#include <qi/plugin.h>
#include <qi/task.h>

#include "runtime/widgets/consent_dialog.h"
#include "runtime/widgets/sparkline.h"
#include "tests/support/catch.h"
#include "tests/widgets/desk.h"

namespace
{

const char *const orders = R"([plugin]
id = "orders"
name = "Orders"
version = "1.2.0"
description = "Sends orders to the market and watches them until they are filled."
authors = ["Ada Lovelace", "Grace Hopper"]
homepage = "https://example.org/orders"
license = "MIT"
entry = "trading"
[settings.live]
type = "bool"
title = "Send to the real market"
description = "Otherwise orders go to the test market."
default = false
[settings.limit]
type = "int"
title = "Orders a day"
default = 100
minimum = 0
[settings.spread]
type = "float"
title = "Widest spread"
default = 0.25
[settings.side]
type = "choice"
title = "Side"
choices = ["buy", "sell"]
default = "buy"
[settings.log]
type = "path"
title = "Log file"
default = "orders.csv"
[settings.shade]
type = "color"
title = "Colour in charts"
default = "#2f66d8"
[settings.symbols]
type = "list"
title = "Symbols"
default = ["EURUSD", "GBPUSD"]
)";

const char *const trading = R"(
import asyncio

async def watch(order):
    await asyncio.sleep(1000)

async def poll():
    await asyncio.gather(*(watch(order) for order in range(3)))

def activate(ctx):
    ctx.action('send', 'Send order', lambda: None, shortcut='Ctrl+Shift+S')
    ctx.run_task(poll(), name='poll the market')
)";

const char *const feed = R"(
def connect(host):
    raise ValueError(f'no such market: {host}')

def activate(ctx):
    connect('nowhere')
)";

void write(const QString &path, const QByteArray &text)
{
    QFile file(path);
    REQUIRE(QDir().mkpath(QFileInfo(path).path()));
    REQUIRE(file.open(QIODevice::WriteOnly));
    REQUIRE(file.write(text) == text.size());
}

QByteArray manifest(const char *id, const char *name, const char *more = "")
{
    return QByteArrayLiteral("[plugin]\nid = \"") + id + "\"\nname = \"" + name +
           "\"\nversion = \"0.9\"\nentry = \"code\"\n" + more;
}

void startPlugins(tests::Desk &desk)
{
    const QString folder = desk.folder.path() + QStringLiteral("/plugins/");

    write(folder + QStringLiteral("orders/plugin.toml"), orders);
    write(folder + QStringLiteral("orders/trading.py"), trading);
    write(folder + QStringLiteral("feed/plugin.toml"), manifest("feed", "Broken feed"));
    write(folder + QStringLiteral("feed/code.py"), feed);
    write(folder + QStringLiteral("chart/plugin.toml"),
          manifest("chart", "Live chart", "dependencies = [\"no-such-package>=2\"]\n"));
    write(folder + QStringLiteral("chart/code.py"), "");
    write(folder + QStringLiteral("news/plugin.toml"), manifest("news", "News"));
    write(folder + QStringLiteral("news/code.py"), "def activate(ctx): pass\n");
    desk.startPlugins(folder, tests::Desk::agrees);
    for (const char *id : {"orders", "feed", "chart"})
        REQUIRE(qi_plugin_enable(desk.runtime, id, nullptr, nullptr) == QI_OK);
    desk.until([&] {
        return qi_plugin_state(desk.runtime, "orders") == QI_PLUGIN_STATE_ACTIVE &&
               qi_plugin_state(desk.runtime, "feed") == QI_PLUGIN_STATE_FAILED &&
               qi_plugin_state(desk.runtime, "chart") == QI_PLUGIN_STATE_BLOCKED;
    });
}

void keep(QWidget &widget, const char *name, bool dark)
{
    const QString folder = qEnvironmentVariable("QI_PICTURES");
    const QString file = QLatin1String(name) + QLatin1String(dark ? "-dark.png" : "-light.png");
    const QImage picture = widget.grab().toImage();
    const QColor corner = picture.pixelColor(2, 2);

    CHECK((corner.lightness() < 128) == dark);
    if (!folder.isEmpty())
        CHECK(picture.save(folder + QLatin1Char('/') + file));
}

} // namespace

TEST_CASE("pictures of the task monitor")
{
    tests::Desk desk;
    startPlugins(desk);
    desk.exec("import asyncio\n"
              "async def beat():\n"
              "    while True: await asyncio.sleep(0.02)\n"
              "hearts = [asyncio.get_running_loop().create_task(beat(), name=f'heart {i}') "
              "for i in range(4)]\n");

    for (bool dark : {false, true}) {
        QApplication::setPalette(dark ? tests::dark_palette() : tests::light_palette());
        qi::TaskMonitor monitor(desk.runtime);
        monitor.setInterval(50);
        monitor.resize(760, 460);
        monitor.show();
        const auto *plot = monitor.findChild<qi::Sparkline *>();
        desk.until([&] { return plot->samples().size() >= 60; });
        auto *tree = monitor.findChild<QTreeView *>(QStringLiteral("tasks"));
        tree->setCurrentIndex(tree->model()->index(0, 0));
        desk.settle();
        keep(monitor, "task-monitor", dark);
    }
    desk.take_reports();
}

TEST_CASE("pictures of the task strip")
{
    tests::Desk desk;
    desk.exec("import asyncio, qi\n"
              "async def load(value, maximum, text):\n"
              "    qi.progress(value, maximum, text)\n"
              "    await asyncio.get_running_loop().create_future()\n");

    for (bool dark : {false, true}) {
        QApplication::setPalette(dark ? tests::dark_palette() : tests::light_palette());
        QMainWindow window;
        auto *strip = new qi::TaskStrip;
        window.statusBar()->addPermanentWidget(strip, 1);
        window.resize(600, 120);
        const std::pair<const char *, int> loads[] = {{"Import", 3}, {"Preview", 0}, {"Upload", 4}};
        for (const auto &[title, of] : loads) {
            const qi_value args[] = {qi_int(1), qi_int(of), qi_text("prices.csv")};
            qi_task_options options;
            qi_task *task = nullptr;
            qi_task_options_init(&options);
            options.flags = QI_TASK_FLAG_PROGRESS;
            REQUIRE(qi_run_task(desk.runtime, "__main__:load", args, 3, &options, &task) == QI_OK);
            strip->watch(task, QString::fromUtf8(title));
            qi_task_release(task);
        }
        strip->addError(QStringLiteral("Export"), QStringLiteral("no such folder"));
        window.show();
        desk.settle();
        keep(window, "task-strip", dark);
        strip->findChild<QToolButton *>(QStringLiteral("more"))->click();
        auto *all = strip->findChild<QFrame *>(QStringLiteral("all"));
        REQUIRE(all);
        keep(*all, "task-strip-all", dark);
        strip->cancelAll();
        desk.until([&] { return strip->count() == 0; });
    }
}

TEST_CASE("pictures of the plugin manager")
{
    tests::Desk desk;
    startPlugins(desk);

    for (bool dark : {false, true}) {
        QApplication::setPalette(dark ? tests::dark_palette() : tests::light_palette());
        qi::PluginManager manager(desk.runtime);
        auto *tabs = manager.findChild<QTabWidget *>(QStringLiteral("tabs"));
        manager.resize(760, 460);
        manager.show();
        manager.setCurrentPlugin(QStringLiteral("orders"));
        desk.settle();
        keep(manager, "plugin-about", dark);
        tabs->setCurrentIndex(1);
        desk.settle();
        keep(manager, "plugin-settings", dark);
        manager.setCurrentPlugin(QStringLiteral("feed"));
        tabs->setCurrentIndex(2);
        desk.settle();
        keep(manager, "plugin-errors", dark);
    }
    desk.take_reports();
}

TEST_CASE("pictures of the question for consent")
{
    tests::Desk desk;
    startPlugins(desk);
    const char *changed[] = {"changed: trading.py", "added: helpers.py"};
    qi_plugin_consent consent = {};
    consent.size = sizeof consent;
    consent.id = "orders";
    consent.name = "Orders";
    consent.version = "1.2.0";
    consent.folder = "/home/ada/.local/share/desk/plugins/orders";
    consent.hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    consent.reason = "changed";
    consent.files_changed = changed;
    consent.count = 2;

    for (bool dark : {false, true}) {
        QApplication::setPalette(dark ? tests::dark_palette() : tests::light_palette());
        qi::ConsentDialog dialog(consent, nullptr);
        dialog.show();
        desk.settle();
        keep(dialog, "consent", dark);
    }
    desk.take_reports();
}
