/* SPDX-License-Identifier: BSD-3-Clause */
// qi::PluginList: the plugins as a model, for views of the host's own.
#include <qi/plugin_list.hpp>

#include <memory>

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qsignalspy.h>

#include "tests/support/catch.h"
#include "tests/widgets/desk.h"

namespace
{

struct Listed {
    Listed() { QDir().mkpath(plugins()); }

    QString plugins() const { return desk.folder.path() + QStringLiteral("/plugins"); }
    void write(const QString &id, const char *name, const QByteArray &text)
    {
        QDir().mkpath(plugins() + QLatin1Char('/') + id);
        QFile file(plugins() + QLatin1Char('/') + id + QLatin1Char('/') + QLatin1String(name));
        REQUIRE(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(text);
    }
    void add(const char *id, const QByteArray &code)
    {
        write(QString::fromUtf8(id), "plugin.toml",
              QByteArrayLiteral("[plugin]\nid = \"") + id + "\"\nname = \"The " + id +
                  "\"\nversion = \"1.2\"\ndescription = \"Does it\"\nentry = \"code\"\n");
        write(QString::fromUtf8(id), "code.py", code);
    }
    void start() { desk.startPlugins(plugins(), tests::Desk::agrees); }
    QVariant data(const qi::PluginList &list, const char *id, int role)
    {
        return list.find(QString::fromUtf8(id)).data(role);
    }

    tests::Desk desk;
};

} // namespace

TEST_CASE("plugins are rows, which follow what they do")
{
    Listed host;
    host.add("orders", "def activate(ctx): ctx.action('send', 'Send', lambda: None)\n");
    host.add("ticker", "def activate(ctx): raise ValueError('no feed')\n");
    qi::PluginList list(host.desk.runtime);
    const QAbstractItemModelTester tester(&list,
                                          QAbstractItemModelTester::FailureReportingMode::Fatal);
    QSignalSpy counts(&list, &qi::PluginList::countChanged),
        states(&list, &qi::PluginList::stateChanged);
    CHECK(list.count() == 0);
    host.start();
    host.desk.until([&] { return list.count() == 2; });
    CHECK_FALSE(counts.isEmpty());
    CHECK(host.data(list, "orders", Qt::DisplayRole).toString() == QStringLiteral("The orders"));
    CHECK(host.data(list, "orders", qi::PluginList::StateRole).toInt() == QI_PLUGIN_STATE_DISCOVERED);
    CHECK_FALSE(host.data(list, "orders", qi::PluginList::EnabledRole).toBool());
    CHECK(list.roleNames().value(qi::PluginList::IdRole) == "pluginId");
    CHECK_FALSE(list.find(QStringLiteral("none")).isValid());

    states.clear();
    list.enable(QStringLiteral("orders"));
    host.desk.until([&] {
        return host.data(list, "orders", qi::PluginList::StateNameRole) == QStringLiteral("active");
    });
    CHECK(states.last()[0].toString() == QStringLiteral("orders"));
    CHECK(states.last()[1].toInt() == QI_PLUGIN_STATE_ACTIVE);
    const QVariantList actions = host.data(list, "orders", qi::PluginList::ActionsRole).toList();
    REQUIRE(actions.size() == 1);
    CHECK(actions[0].toMap()[QStringLiteral("text")].toString() == QStringLiteral("Send"));

    list.enable(QStringLiteral("ticker"));
    host.desk.until([&] {
        return host.data(list, "ticker", qi::PluginList::StateRole) == QI_PLUGIN_STATE_FAILED;
    });
    CHECK(host.data(list, "ticker", qi::PluginList::ReasonRole)
              .toString()
              .contains(QStringLiteral("no feed")));
    CHECK(host.desk.take_reports().size() == 1);
    list.disable(QStringLiteral("orders"));
    host.desk.until([&] {
        return host.data(list, "orders", qi::PluginList::StateRole) == QI_PLUGIN_STATE_DISABLED;
    });
    CHECK(host.data(list, "orders", qi::PluginList::ActionsRole).toList().isEmpty());
}

TEST_CASE("what cannot be begun is told, and so are errors")
{
    Listed host;
    host.add("orders", "def activate(ctx): ctx.action('fail', 'Fail', fail)\n"
                       "def fail(): raise ValueError('out of paper')\n");
    host.start();
    qi::PluginList list(host.desk.runtime);
    QSignalSpy refused(&list, &qi::PluginList::refused), failed(&list, &qi::PluginList::failed);
    list.trigger(QStringLiteral("orders"), QStringLiteral("fail"));
    REQUIRE(refused.size() == 1);
    CHECK(refused[0][1].toString().contains(QStringLiteral("not active")));
    list.enable(QStringLiteral("orders"));
    host.desk.until([&] {
        return host.data(list, "orders", qi::PluginList::StateRole) == QI_PLUGIN_STATE_ACTIVE;
    });
    list.trigger(QStringLiteral("orders"), QStringLiteral("fail"));
    REQUIRE(failed.size() == 1);
    CHECK(failed[0][0].toString() == QStringLiteral("orders"));
    CHECK(failed[0][1].toString().contains(QStringLiteral("out of paper")));
    CHECK(host.desk.take_reports().size() == 1);
    list.enable(QStringLiteral("nobody"));
    CHECK(refused.size() == 2);
}

TEST_CASE("a list finds the runtime of the process, and is empty when that has ended")
{
    auto host = std::make_unique<Listed>();
    host->add("orders", "def activate(ctx): pass\n");
    host->start();
    qi::PluginList list;
    host->desk.until([&] { return list.count() == 1; });
    qi_runtime_shutdown(host->desk.runtime, 0);
    list.refresh();
    CHECK(list.count() == 0);
    QSignalSpy refused(&list, &qi::PluginList::refused);
    list.enable(QStringLiteral("orders"));
    CHECK(refused.size() == 1);
}
