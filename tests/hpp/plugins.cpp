/* SPDX-License-Identifier: BSD-3-Clause */
// qi::Plugins: a plugin that is found, agreed to, enabled, set up, triggered and ended from C++.
#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qtemporarydir.h>
#include <QtCore/qtimer.h>

#include "tests/support/modern.h"

using tests::value_of;

namespace
{

class Plugged : public tests::Modern
{
  public:
    Plugged()
    {
        REQUIRE(directory.isValid());
        write("clock", "plugin.toml",
              "[plugin]\n"
              "id = \"clock\"\n"
              "name = \"Clock\"\n"
              "version = \"1.2\"\n"
              "entry = \"clock\"\n"
              "authors = [\"A\", \"B\"]\n"
              "[settings.format]\n"
              "type = \"choice\"\n"
              "title = \"Format\"\n"
              "default = \"24h\"\n"
              "choices = [\"24h\", \"12h\"]\n"
              "[settings.size]\n"
              "type = \"int\"\n"
              "title = \"Size\"\n"
              "default = 10\n"
              "minimum = 1\n"
              "maximum = 20\n"
              "[contributes]\n"
              "actions = [{name = \"tick\", text = \"Tick\", menu = \"Tools/Time\"}]\n"
              "faces = 2\n");
        write("clock", "clock.py",
              "import qi\n"
              "async def activate(ctx):\n"
              "    ctx.action('tick', callback=qi.host.ticks)\n"
              "    ctx.action('run', 'Run', run, checkable=True, icon='media-playback-start', "
              "toolbar=True, overlap='drop')\n"
              "async def run(on): return 7 if on else 0\n");
        write(
            "broken", "plugin.toml",
            "[plugin]\nid = \"broken\"\nname = \"Broken\"\nversion = \"1\"\nentry = \"broken\"\n");
        write("broken", "broken.py", "async def activate(ctx): raise ValueError('no spring')\n");
        REQUIRE(python.registerFunction("ticks", [this] { ticks++; }));
    }

    void write(const char *id, const char *name, const char *text)
    {
        const QString folder = directory.filePath(QStringLiteral("plugins/") + QString::fromUtf8(id));
        QDir().mkpath(folder);
        QFile file(folder + QStringLiteral("/") + QString::fromUtf8(name));
        REQUIRE(file.open(QIODevice::WriteOnly));
        file.write(text);
    }

    qi::PluginsConfig config()
    {
        return qi::PluginsConfig()
            .applicationFolders({directory.filePath(QStringLiteral("plugins"))})
            .userFolder(QString())
            .systemFolder(QStringLiteral(""))
            .settingsFile(directory.filePath(QStringLiteral("settings.ini")))
            .dataFolder(directory.filePath(QStringLiteral("data")))
            .activateTime(std::chrono::seconds(15))
            .deactivateTime(std::chrono::seconds(15))
            .storm(5, std::chrono::seconds(2))
            .onConsent([this](const qi::PluginConsent &consent) {
                asked << consent;
                return agrees;
            })
            .onEvent([this](const qi::PluginEvent &event) { events << event; });
    }

    void start()
    {
        REQUIRE(plugins.start(config()));
        until([&] { return !plugins.isSearching(); });
        settle();
    }

    QTemporaryDir directory;
    qi::Plugins plugins = python.plugins();
    QList<qi::PluginConsent> asked;
    QList<qi::PluginEvent> events;
    bool agrees = true;
    int ticks = 0;
};

} // namespace

TEST_CASE("plugins are found, and described by their manifest")
{
    Plugged host;
    CHECK(host.plugins.list().status() == QI_ERR_STATE);
    host.start();
    CHECK(host.plugins.start().status() == QI_ERR_STATE);

    const QList<qi::PluginInfo> all = value_of(host.plugins.list());
    REQUIRE(all.size() == 2);
    const qi::PluginInfo &clock = all[1];
    CHECK(clock.id == QLatin1String("clock"));
    CHECK(clock.name == QLatin1String("Clock"));
    CHECK(clock.version == QLatin1String("1.2"));
    CHECK(clock.authors == QStringList{QStringLiteral("A"), QStringLiteral("B")});
    CHECK(clock.source == QLatin1String("application"));
    CHECK(clock.state == qi::PluginState::Discovered);
    CHECK_FALSE(clock.enabled);
    CHECK_FALSE(clock.consented);
    CHECK(clock.problems.isEmpty());
    CHECK(clock.contributes[QStringLiteral("faces")].toInt() == 2);
    CHECK_FALSE(clock.report);
    REQUIRE(clock.settings.size() == 2);
    CHECK(clock.settings[0].key == QLatin1String("format"));
    CHECK(clock.settings[0].type == QLatin1String("choice"));
    CHECK(clock.settings[0].choices == QVariantList{QStringLiteral("24h"), QStringLiteral("12h")});
    CHECK(clock.settings[0].defaultValue == QVariant(QStringLiteral("24h")));
    CHECK(clock.settings[1].value.toInt() == 10);
    CHECK(clock.settings[1].minimum.toInt() == 1);
    CHECK(clock.settings[1].maximum.toInt() == 20);
    CHECK_FALSE(clock.settings[0].minimum.isValid());
    CHECK(host.plugins.describe(QStringLiteral("clcok")).status() == QI_ERR_NOT_FOUND);
    CHECK(host.plugins.state(QStringLiteral("none")) == qi::PluginState::Unknown);
    CHECK(host.plugins.state(QString(QChar(u'\0'))) == qi::PluginState::Unknown);
    CHECK(qi::pluginStateName(clock.state) == QLatin1String("discovered"));
}

TEST_CASE("a plugin is enabled once the user agrees, runs its actions, and is ended with a report")
{
    Plugged host;
    host.start();
    QList<qi::PluginEvent> heard;
    qi::Listener listener = host.plugins
                                .listen([&](const qi::PluginEvent &event) { heard << event; })
                                .expect("a listener");
    const QString id = QStringLiteral("clock");

    const auto enabling = host.plugins.enable(id);
    const qi::PluginInfo clock = value_of(host.ended(enabling).result());
    CHECK(clock.state == qi::PluginState::Active);
    CHECK(clock.enabled);
    CHECK(clock.consented);
    REQUIRE(host.asked.size() == 1);
    CHECK(host.asked[0].id == id);
    CHECK(host.asked[0].name == QLatin1String("Clock"));
    CHECK(host.asked[0].reason == QLatin1String("new"));
    CHECK(host.asked[0].hash.size() == 64);
    REQUIRE(clock.actions.size() == 2);
    CHECK(clock.actions[0].name == QLatin1String("tick"));
    CHECK(clock.actions[0].menu == QLatin1String("Tools/Time"));
    CHECK(clock.actions[0].enabled);
    CHECK(clock.actions[1].checkable);

    CHECK(host.plugins.trigger(id, QStringLiteral("tick")).result());
    CHECK(host.ticks == 1);
    CHECK(host.plugins.trigger(id, QStringLiteral("tock")).result().status() == QI_ERR_NOT_FOUND);
    CHECK(value_of(host.ended(host.plugins.trigger<int>(id, QStringLiteral("run"))).result()) == 7);
    CHECK(clock.actions[1].icon == QLatin1String("media-playback-start"));
    CHECK(clock.actions[1].toolBar);
    CHECK(clock.actions[1].overlap == QLatin1String("drop"));
    CHECK(value_of(host.plugins.describe(id)).actions[1].checked);

    CHECK(value_of(host.ended(host.plugins.reload(id)).result()).state == qi::PluginState::Active);
    const qi::PluginInfo ended = value_of(host.ended(host.plugins.disable(id)).result());
    CHECK(ended.state == qi::PluginState::Disabled);
    REQUIRE(ended.report);
    CHECK(ended.report->clean);
    CHECK(value_of(host.ended(host.plugins.withdraw(id)).result()).consented == false);

    CHECK_FALSE(heard.isEmpty());
    CHECK(std::any_of(heard.begin(), heard.end(), [](const qi::PluginEvent &event) {
        return event.kind == qi::PluginEventKind::State && event.state == qi::PluginState::Active &&
               event.before == qi::PluginState::Loading && event.id == QLatin1String("clock");
    }));
    const qsizetype before = heard.size();
    REQUIRE(listener.release());
    REQUIRE(host.plugins.rescan());
    host.events.clear();
    host.until([&] {
        return std::any_of(host.events.begin(), host.events.end(), [](const qi::PluginEvent &event) {
            return event.kind == qi::PluginEventKind::Searched;
        });
    });
    CHECK(heard.size() == before);
    CHECK(host.plugins.listen({}).status() == QI_ERR_ARGUMENT);
}

TEST_CASE("all plugins are stopped, and started again")
{
    Plugged host;
    CHECK(host.plugins.stop().result().status() == QI_ERR_STATE);
    host.start();
    const QString id = QStringLiteral("clock");
    CHECK(value_of(host.ended(host.plugins.enable(id)).result()).state == qi::PluginState::Active);
    const auto stopped = value_of(host.ended(host.plugins.stop()).result());
    REQUIRE(stopped.size() == 1);
    CHECK(stopped[0].id == id);
    CHECK(stopped[0].state == qi::PluginState::Disabled);
    REQUIRE(stopped[0].report);
    CHECK(stopped[0].report->clean);
    CHECK(host.events.last().kind == qi::PluginEventKind::Stopped);
    CHECK(host.plugins.list().status() == QI_ERR_STATE);
    host.start();
    host.until([&] { return host.plugins.state(id) == qi::PluginState::Active; });
    CHECK(value_of(host.ended(host.plugins.stop()).result()).size() == 1);
}

TEST_CASE("a plugin that the user refuses is blocked, and one whose code fails says how")
{
    Plugged host;
    host.start();
    host.agrees = false;
    CHECK(value_of(host.ended(host.plugins.enable(QStringLiteral("clock"))).result()).state ==
          qi::PluginState::Blocked);
    host.agrees = true;
    const qi::PluginInfo broken = value_of(
        host.ended(host.plugins.enable(QStringLiteral("broken"))).result());
    CHECK(broken.state == qi::PluginState::Failed);
    CHECK(broken.reason.contains(QLatin1String("no spring")));
    CHECK(broken.traceback.contains(QLatin1String("ValueError")));
    host.take_reports();
    const auto nobody = host.ended(host.plugins.enable(QStringLiteral("nobody"))).result();
    CHECK(nobody.status() == QI_ERR_NOT_FOUND);
    CHECK(host.plugins.enable(QString(QChar(u'\0'))).result().status() == QI_ERR_ARGUMENT);
}

TEST_CASE("consent may be asked for by a function of the C API")
{
    Plugged host;
    QString asked;
    REQUIRE(host.plugins.start(host.config().onConsent(
        [](const qi_plugin_consent *consent, void *user) {
            *static_cast<QString *>(user) = QString::fromUtf8(consent->id);
            return false;
        },
        &asked)));
    CHECK(value_of(host.ended(host.plugins.enable(QStringLiteral("clock"))).result()).state ==
          qi::PluginState::Blocked);
    CHECK(asked == QLatin1String("clock"));
    CHECK(host.asked.isEmpty());
}

#ifdef __cpp_impl_coroutine
namespace
{

/* The least type of coroutine that starts at once and is waited for by nobody. */
struct Detached {
    struct promise_type {
        Detached get_return_object() { return {}; }
        std::suspend_never initial_suspend() { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
};

} // namespace

TEST_CASE("consent may be a coroutine")
{
    Plugged host;
    QTimer answers;
    answers.setSingleShot(true);
    REQUIRE(host.plugins.start(host.config().onConsentLater(
        [&](qi::PluginConsent asked, qi::Promise<bool> answer) -> Detached {
            host.asked << asked;
            answers.start(1);
            (void)co_await qi::signal(&answers, &QTimer::timeout);
            (void)answer.resolve(asked.id == QLatin1String("clock"));
        })));
    CHECK(value_of(host.ended(host.plugins.enable(QStringLiteral("clock"))).result()).state ==
          qi::PluginState::Active);
    REQUIRE(host.asked.size() == 1);
    CHECK(host.asked.first().reason == QLatin1String("new"));
    host.shutdown(); /* which tells of the plugin's end, while somebody can hear it */
}
#endif

TEST_CASE("a promise of consent that is given up is a no")
{
    Plugged host;
    auto alive = std::make_shared<int>(0);
    REQUIRE(host.plugins.start(host.config().onConsentLater(
        [alive](const qi::PluginConsent &, const qi::Promise<bool> &) {})));
    CHECK(alive.use_count() == 2);
    CHECK(value_of(host.ended(host.plugins.enable(QStringLiteral("clock"))).result()).state ==
          qi::PluginState::Blocked);
    host.take_reports();
    host.shutdown();
    CHECK(alive.use_count() == 1);
}

TEST_CASE("settings are read and set by their types")
{
    Plugged host;
    host.start();
    const QString id = QStringLiteral("clock"), size = QStringLiteral("size");
    CHECK(value_of(host.plugins.setting<int>(id, size)) == 10);
    CHECK(host.plugins.setSetting(id, size, 12));
    CHECK(value_of(host.plugins.setting<int>(id, size)) == 12);
    CHECK(host.plugins.setSetting(id, size, 21).status() == QI_ERR_RANGE);
    CHECK(host.plugins.setSetting(id, size, "big").status() == QI_ERR_TYPE);
    CHECK(host.plugins.setting<QString>(id, QStringLiteral("format")).value_or(QString()) ==
          QLatin1String("24h"));
    CHECK(host.plugins.setting<QString>(id, size).status() == QI_ERR_TYPE);
    CHECK(host.plugins.setting(id, QStringLiteral("sizes")).status() == QI_ERR_NOT_FOUND);
    CHECK(host.plugins.resetSetting(id, size));
    CHECK(value_of(host.plugins.setting<int>(id, size)) == 10);
    CHECK(host.plugins.setSetting(id, QString(QChar(u'\0')), 1).status() == QI_ERR_ARGUMENT);
}

TEST_CASE("the functions of a configuration end with the runtime")
{
    Plugged host;
    auto alive = std::make_shared<int>(0);
    REQUIRE(host.plugins.start(host.config()
                                   .onConsent([alive](const qi::PluginConsent &) { return true; })
                                   .onEvent([alive](const qi::PluginEvent &) {})));
    CHECK(alive.use_count() == 3);
    host.shutdown();
    CHECK(alive.use_count() == 1);
    CHECK(host.plugins.list().status() < 0);
}
