// SPDX-License-Identifier: BSD-3-Clause
#include "plugin.h"

#include <cstdio>
#include <memory>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdir.h>
#include <QtCore/qfileinfo.h>
#include <QtCore/qtemporarydir.h>

#include <qi/monitor.h>

#include "plugin_window.h"

const char plugin_help[] =
    R"(usage: qi-run [options] plugin run [--host=PATH] [--headless] [--once] FOLDER

Runs a plugin in a test host: a window with the plugin's actions, a plugin manager, a console and a task
monitor. It is enabled at once, without asking, and reloaded when its files change. Settings and data
of it are kept nowhere. Code that holds the window for a second is named with its stack, and ended by an
exception after five.

  --host=PATH stand-ins of the application's objects, for qi.host: a module of Python, host.py, whose
              objects they are, or a folder with stubs that the application has written
  --headless  no window; what happens is printed, until Ctrl+C
  --once      activate it, deactivate it, print what it has left behind, and end
  --help      print this and exit

The exit status is 0, 1 if the plugin fails (with --once: or leaves something behind), 2 for a wrong
command line, 130 after Ctrl+C.
)";

PluginWish parse_plugin_run(const Options &options)
{
    PluginWish wish;

    for (int i = 2; i < int(options.argv.size()); i++) {
        const std::string given = options.argv[size_t(i)];
        if (const char *host = value_of("--host", options.argv, i))
            wish.host = whole_path(host);
        else if (given == "--headless")
            wish.headless = true;
        else if (given == "--once")
            wish.once = wish.headless = true;
        else if (given == "--help" || given == "-h")
            wish.help = true;
        else if (given[0] == '-')
            wish.wrong = "plugin run does not know " + given;
        else if (!wish.folder.empty())
            wish.wrong = "plugin run takes one folder";
        else
            wish.folder = whole_path(given.c_str());
    }
    if (wish.folder.empty() && wish.wrong.empty())
        wish.wrong = "plugin run wants the folder of a plugin";
    while (wish.folder.size() > 1 && wish.folder.back() == '/')
        wish.folder.pop_back();
    return wish;
}

namespace
{

constexpr int FAILED = 1;
constexpr unsigned STALL_MS = 1000;     // until code that holds the GUI thread is told of
constexpr unsigned INTERRUPT_MS = 5000; // and until it is ended

std::string text_of(const qi_value &map, const char *key)
{
    const qi_value *value = qi_value_get(&map, key);
    return value && value->kind == QI_KIND_TEXT
               ? std::string(value->as.text.data, value->as.text.size)
               : std::string();
}

// Names that the plugin uses are its own, and may be anything: they must not steer the terminal.
std::string shown(const std::string &name)
{
    QString text = QString::fromStdString(name);
    for (QChar &each : text) {
        if (!each.isPrint() && !each.isSurrogate())
            each = QLatin1Char('?');
    }
    return text.toStdString();
}

class Host
{
  public:
    Host(qi_runtime *runtime, const PluginWish &wish)
        : m_runtime(runtime), m_wish(wish),
          m_id(QFileInfo(QString::fromStdString(wish.folder)).fileName().toStdString())
    {
    }

    int run()
    {
        if (!m_place.isValid()) {
            std::fprintf(stderr, "qi-run: no folder for its settings and data can be made in %s\n",
                         qPrintable(QDir::tempPath()));
            return 1;
        }
        if (!m_wish.host.empty() && !show_stand_ins())
            return fail("the stand-ins of the application's objects cannot be made");
        if (!start())
            return fail("the plugin cannot be run");
        if (!m_wish.headless)
            m_window = make_plugin_window(m_runtime, m_id.c_str());
        const int status = QCoreApplication::exec();
        m_window.reset();
        return status ? status : m_status;
    }

  private:
    bool is_at_the_desk()
    {
        return qi_call(m_runtime, "qi._python.importable:work_at_the_desk", nullptr, 0, nullptr, 0,
                       nullptr) == QI_OK;
    }

    bool show_stand_ins()
    {
        const qi_value path = qi_text_n(m_wish.host.data(), m_wish.host.size());
        return qi_call(m_runtime, "qi._life.stand_ins:show", &path, 1, nullptr, 0, nullptr) == QI_OK;
    }

    bool start()
    {
        const std::string parent = QFileInfo(QString::fromStdString(m_wish.folder)).path().toStdString();
        const char *folders[] = {parent.c_str()};
        const std::string settings = m_place.filePath(QStringLiteral("settings.ini")).toStdString();
        const std::string data = m_place.filePath(QStringLiteral("data")).toStdString();
        qi_plugins_config config;

        qi_plugins_config_init(&config);
        config.application_folders = folders;
        config.application_folder_count = 1;
        config.user_folder = config.system_folder = "";
        config.settings_file = settings.c_str();
        config.data_folder = data.c_str();
        config.watch_files = !m_wish.once;
        config.consent = consents;
        config.event = happened;
        config.consent_user = config.event_user = this;
        return is_at_the_desk() && watch() && qi_plugins_start(m_runtime, &config) == QI_OK &&
               enable();
    }

    // An author's endless loop shall say where it is, and end.
    bool watch()
    {
        qi_watchdog_options options;

        qi_watchdog_options_init(&options);
        options.limit_ms = STALL_MS;
        options.interrupt_ms = INTERRUPT_MS;
        options.stalled = stalled;
        return qi_watchdog_start(m_runtime, &options) == QI_OK;
    }

    // In the watchdog's thread, while the GUI thread is stuck.
    static int stalled(const qi_stall *stall, void *)
    {
        const char *who = stall->plugin ? stall->plugin : "qi-run";

        if (stall->over)
            std::printf("%s: goes on after %u ms\n", who, stall->milliseconds);
        else
            std::printf("%s: hangs, for %u ms now:\n%s", who, stall->milliseconds,
                        stall->stack ? stall->stack : "");
        std::fflush(stdout);
        return QI_STALL_WAIT;
    }

    bool enable()
    {
        qi_task_options options;

        qi_task_options_init(&options);
        options.done = enabled;
        options.user = this;
        return qi_plugin_enable(m_runtime, m_id.c_str(), &options, nullptr) == QI_OK;
    }

    int fail(const char *what)
    {
        const qi_error *error = qi_last_error();
        std::fprintf(stderr, "qi-run: %s: %s\n", what, error->message);
        if (error->traceback)
            std::fputs(error->traceback, stderr);
        return FAILED;
    }

    // The plugin that was named is its author's own; all others have not been asked for.
    static bool consents(const qi_plugin_consent *consent, void *user)
    {
        return static_cast<Host *>(user)->m_id == consent->id;
    }

    static void happened(const qi_plugin_event *event, void *user)
    {
        auto *self = static_cast<Host *>(user);

        if (self->m_id != event->id)
            return;
        if (event->kind == QI_PLUGIN_EVENT_STATE)
            std::printf("%s: %s%s%s\n", event->id, qi_plugin_state_name(event->state),
                        event->reason ? ": " : "", event->reason ? event->reason : "");
        else if (event->kind == QI_PLUGIN_EVENT_ERROR)
            std::printf("%s: error: %s\n", event->id, event->reason ? event->reason : "");
        else if (event->kind == QI_PLUGIN_EVENT_SETTING)
            std::printf("%s: setting %s has changed\n", event->id, shown(event->detail).c_str());
        std::fflush(stdout); // the traceback of an error is in the log, on stderr
        if (self->m_window)
            self->m_window->happened(event);
    }

    static void enabled(qi_task *, const qi_task_end *end, void *user)
    {
        auto *self = static_cast<Host *>(user);
        const bool active = end->status == QI_OK &&
                            qi_plugin_state(self->m_runtime, self->m_id.c_str()) ==
                                QI_PLUGIN_STATE_ACTIVE;

        if (end->status != QI_OK)
            std::fprintf(stderr, "qi-run: %s\n", end->error->message);
        if (!active)
            self->m_status = FAILED;
        if (self->m_wish.once && active)
            self->disable();
        else if (self->m_wish.once || (self->m_wish.headless && end->status != QI_OK))
            QCoreApplication::quit();
        else if (active)
            self->describe();
        else if (self->m_wish.headless)
            self->say("failed; a change of its files tries again, Ctrl+C ends it");
    }

    void say(const char *what)
    {
        std::printf("%s: %s\n", m_id.c_str(), what);
        std::fflush(stdout);
    }

    // What a user could do with it.
    void describe()
    {
        qi_value info = qi_none();

        if (!m_wish.headless || qi_plugin_describe(m_runtime, m_id.c_str(), &info) != QI_OK)
            return;
        const qi_value *actions = qi_value_get(&info, "actions");
        for (size_t i = 0; actions && i < actions->as.list.count; i++)
            std::printf("%s: action %s: %s\n", m_id.c_str(),
                        shown(text_of(actions->as.list.items[i], "name")).c_str(),
                        text_of(actions->as.list.items[i], "text").c_str());
        say("runs; a change of its files reloads it, Ctrl+C ends it");
        qi_value_clear(&info);
    }

    void disable()
    {
        qi_task_options options;

        qi_task_options_init(&options);
        options.done = disabled;
        options.user = this;
        if (qi_plugin_disable(m_runtime, m_id.c_str(), &options, nullptr) == QI_OK)
            return;
        m_status = fail("the plugin cannot be disabled");
        QCoreApplication::quit();
    }

    static void disabled(qi_task *, const qi_task_end *end, void *user)
    {
        auto *self = static_cast<Host *>(user);
        const qi_value *report = end->status == QI_OK ? qi_value_get(end->result, "report") : nullptr;

        if (report && report->kind == QI_KIND_MAP)
            self->print(*report);
        QCoreApplication::quit();
    }

    void print(const qi_value &report)
    {
        for (size_t i = 0; i < report.as.map.count; i++) {
            const qi_entry &entry = report.as.map.entries[i];
            if (entry.value.kind != QI_KIND_LIST)
                continue;
            for (size_t j = 0; j < entry.value.as.list.count; j++) {
                std::printf("%s: left behind: %s: %s\n", m_id.c_str(), entry.key.as.text.data,
                            entry.value.as.list.items[j].as.text.data);
                m_status = FAILED;
            }
        }
        if (m_status == 0)
            say("left nothing behind");
        std::fflush(stdout);
    }

    qi_runtime *m_runtime;
    PluginWish m_wish;
    std::string m_id;
    QTemporaryDir m_place;
    std::unique_ptr<PluginWindow> m_window;
    int m_status = 0;
};

} // namespace

int run_plugin(qi_runtime *runtime, const PluginWish &wish)
{
    // Kept to the end of the process: a shutdown of the runtime still tells of the plugin's end.
    static std::unique_ptr<Host> host;

    host = std::make_unique<Host>(runtime, wish);
    return host->run();
}
