/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Plugins: folders with a manifest and Python code, which the user enables, and which can be disabled again.
 *
 *     qi::Plugins plugins = python.plugins();
 *     plugins
 *         .start(qi::PluginsConfig()
 *                    .applicationFolders({folder})
 *                    .onConsent([this](const qi::PluginConsent &asked) { return ask(asked.name, asked.hash); })
 *                    .onEvent([this](const qi::PluginEvent &event) { show(event); }))
 *         .expect("the plugins");
 *     plugins.enable("clock").then(this, [](qi::Result<qi::PluginInfo> clock) { ... });
 *
 * <qi/plugin.h> says what plugins are and what their states mean. What is not said of a function is as it is there: it wants
 * start() to have been called, and belongs to the GUI thread.
 */
#ifndef QI_PLUGINS_HPP
#define QI_PLUGINS_HPP

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>

#include <QtCore/qlist.h>
#include <QtCore/qstring.h>
#include <QtCore/qstringlist.h>
#include <QtCore/qvariant.h>

#include <qi/call.hpp>
#include <qi/fields.hpp>
#include <qi/listener.hpp>
#include <qi/plugin.h>
#include <qi/promise.hpp>
#include <qi/result.hpp>
#include <qi/runtime.hpp>
#include <qi/task.hpp>
#include <qi/text.hpp>
#include <qi/types.hpp>
#include <qi/value.hpp>

namespace qi
{
QI_ABI_BEGIN

/** The state of a plugin: see <qi/plugin.h>. */
enum class PluginState {
    Unknown = QI_PLUGIN_STATE_UNKNOWN,
    Discovered = QI_PLUGIN_STATE_DISCOVERED,
    Disabled = QI_PLUGIN_STATE_DISABLED,
    Loading = QI_PLUGIN_STATE_LOADING,
    Active = QI_PLUGIN_STATE_ACTIVE,
    Failed = QI_PLUGIN_STATE_FAILED,
    Blocked = QI_PLUGIN_STATE_BLOCKED
};

/** Its name in small letters, as "active". Thread: any. */
inline QString pluginStateName(PluginState state)
{
    return QString::fromUtf8(qi_plugin_state_name(int(state)));
}

/** A setting that the manifest of a plugin declares. */
struct PluginSetting {
    QString key, title, description;
    /** "bool", "int", "float", "text", "choice", "path", "color" or "list". */
    QString type;
    QVariant defaultValue, value;
    /** Invalid: no limit. */
    QVariant minimum, maximum;
    QVariantList choices;
    bool multiline = false;
};

/** An action that a plugin has registered. */
struct PluginAction {
    QString name, text, tooltip, shortcut;
    /** Where it stands, as "Tools/Export". */
    QString menu;
    bool enabled = false, checkable = false, checked = false;
    /** The path of a file, or a name of the icon theme's; empty: none. */
    QString icon;
    /** It wants to stand in a toolbar. */
    bool toolBar = false;
    /** What a trigger does while it runs already: "concurrent", "drop", "queue", "restart" or "latest". */
    QString overlap;
};

/** A package that a plugin needs. */
struct PluginDependency {
    QString name, specifier;
    /** The version that is there; empty: none. */
    QString installed;
    /** Empty: none. */
    QString problem;
};

/** What the last end of a plugin left behind. */
struct PluginReport {
    bool clean = false;
    QStringList tasks, connections, timers, modules, threads, descriptors, objects, processes;
    /** What it had changed of the process, and whether that was put back. */
    QStringList state;
};

/** All about a plugin: see qi_plugin_describe(). */
struct PluginInfo {
    QString id, name, version, description, homepage, license, folder;
    QStringList authors;
    /** "application", "user" or "system". */
    QString source;
    PluginState state = PluginState::Unknown;
    /** Why it is in that state. */
    QString reason;
    /** Of the error that it failed with. */
    QString traceback;
    /** From 0 to 1: how much of its files has been checked; -1: not known. */
    double progress = -1;
    /** The user wants it. */
    bool enabled = false;
    /** The user has agreed to it. */
    bool consented = false;
    /** What is wrong with its manifest. */
    QStringList problems;
    QList<PluginSetting> settings;
    QList<PluginAction> actions;
    /** As the manifest has it. */
    QVariantMap contributes;
    QList<PluginDependency> dependencies;
    int tasks = 0, connections = 0, errors = 0;
    /** Nothing, if it has not been ended yet. */
    std::optional<PluginReport> report;
};

/** What happened to a plugin, or to all of them. */
enum class PluginEventKind {
    Added = QI_PLUGIN_EVENT_ADDED,
    Removed = QI_PLUGIN_EVENT_REMOVED,
    State = QI_PLUGIN_EVENT_STATE,
    Actions = QI_PLUGIN_EVENT_ACTIONS,
    Setting = QI_PLUGIN_EVENT_SETTING,
    Error = QI_PLUGIN_EVENT_ERROR,
    Progress = QI_PLUGIN_EVENT_PROGRESS,
    Searched = QI_PLUGIN_EVENT_SEARCHED,
    Stopped = QI_PLUGIN_EVENT_STOPPED
};

/** An event of a plugin: see qi_plugin_event. */
struct PluginEvent {
    PluginEventKind kind = PluginEventKind::Added;
    QString id;
    PluginState state = PluginState::Unknown, before = PluginState::Unknown;
    /** Of the state, or an error's message. */
    QString reason, traceback;
    /** The key of a setting. */
    QString detail;
    /** From 0 to 1; -1: not known. */
    double progress = -1;
};

/** What the user is asked: see qi_plugin_consent. */
struct PluginConsent {
    QString id, name, version, folder;
    /** Of all its files: SHA-256, in hexadecimal digits. */
    QString hash;
    /** "new"; "changed": its files, since the user agreed; "elsewhere": agreed to was one of this id in another folder. */
    QString reason;
    /** "changed: shop.py", "added: …", "removed: …"; "agreed to: /folder", where it is elsewhere. */
    QStringList filesChanged;
};

namespace detail
{

using PluginEventFunction = std::function<void(const PluginEvent &)>;
using PluginConsentFunction = std::function<bool(const PluginConsent &)>;
using PluginConsentLaterFunction = std::function<void(PluginConsent, Promise<bool>)>;

inline void call_plugin_event(const qi_plugin_event *raw, void *user)
{
    PluginEvent event;
    event.kind = PluginEventKind(raw->kind);
    event.id = QString::fromUtf8(raw->id);
    event.state = PluginState(raw->state);
    event.before = PluginState(raw->before);
    event.reason = QString::fromUtf8(raw->reason);
    event.traceback = QString::fromUtf8(raw->traceback);
    event.detail = QString::fromUtf8(raw->detail);
    event.progress = raw->progress;
    Kept<PluginEventFunction>::of(user)(event);
}

inline PluginConsent consent_of(const qi_plugin_consent *raw)
{
    PluginConsent consent;
    consent.id = QString::fromUtf8(raw->id);
    consent.name = QString::fromUtf8(raw->name);
    consent.version = QString::fromUtf8(raw->version);
    consent.folder = QString::fromUtf8(raw->folder);
    consent.hash = QString::fromUtf8(raw->hash);
    consent.reason = QString::fromUtf8(raw->reason);
    for (std::size_t i = 0; i < raw->count; i++)
        consent.filesChanged.append(QString::fromUtf8(raw->files_changed[i]));
    return consent;
}

inline bool call_plugin_consent(const qi_plugin_consent *raw, void *user)
{
    return Kept<PluginConsentFunction>::of(user)(consent_of(raw));
}

inline void call_plugin_consent_later(const qi_plugin_consent *raw, qi_promise *owned, void *user)
{
    const Promise<bool> promise(owned);
    Kept<PluginConsentLaterFunction>::of(user)(consent_of(raw), promise);
}

inline PluginState state_of(const QString &name)
{
    int state = QI_PLUGIN_STATE_BLOCKED;
    while (state > QI_PLUGIN_STATE_UNKNOWN && name != pluginStateName(PluginState(state)))
        state--;
    return PluginState(state);
}

inline PluginSetting setting_of(const qi_value &map)
{
    return {
        text_of(map, "key"),        text_of(map, "title"),      text_of(map, "description"),
        text_of(map, "type"),       variant_of(map, "default"), variant_of(map, "value"),
        variant_of(map, "minimum"), variant_of(map, "maximum"), variant_of(map, "choices").toList(),
        is_set(map, "multiline")};
}

inline PluginAction action_of(const qi_value &map)
{
    return {text_of(map, "name"),     text_of(map, "text"),   text_of(map, "tooltip"),
            text_of(map, "shortcut"), text_of(map, "menu"),   is_set(map, "enabled"),
            is_set(map, "checkable"), is_set(map, "checked"), text_of(map, "icon"),
            is_set(map, "toolbar"),   text_of(map, "overlap")};
}

inline PluginDependency dependency_of(const qi_value &map)
{
    return {text_of(map, "name"), text_of(map, "specifier"), text_of(map, "installed"),
            text_of(map, "problem")};
}

inline std::optional<PluginReport> report_of(const qi_value &map)
{
    if (map.kind != QI_KIND_MAP)
        return std::nullopt;
    return PluginReport{is_set(map, "clean"),         texts_of(map, "tasks"),
                        texts_of(map, "connections"), texts_of(map, "timers"),
                        texts_of(map, "modules"),     texts_of(map, "threads"),
                        texts_of(map, "descriptors"), texts_of(map, "objects"),
                        texts_of(map, "processes"),   texts_of(map, "state")};
}

inline PluginInfo plugin_of(const qi_value &map)
{
    PluginInfo plugin;
    plugin.id = text_of(map, "id");
    plugin.name = text_of(map, "name");
    plugin.version = text_of(map, "version");
    plugin.description = text_of(map, "description");
    plugin.homepage = text_of(map, "homepage");
    plugin.license = text_of(map, "license");
    plugin.folder = text_of(map, "folder");
    plugin.authors = texts_of(map, "authors");
    plugin.source = text_of(map, "source");
    plugin.state = state_of(text_of(map, "state"));
    plugin.reason = text_of(map, "reason");
    plugin.traceback = text_of(map, "traceback");
    plugin.progress = fraction_of(map, "progress");
    plugin.enabled = is_set(map, "enabled");
    plugin.consented = is_set(map, "consented");
    plugin.problems = texts_of(map, "problems");
    plugin.settings = items_of(field_of(map, "settings"), setting_of);
    plugin.actions = items_of(field_of(map, "actions"), action_of);
    plugin.contributes = variant_of(map, "contributes").toMap();
    plugin.dependencies = items_of(field_of(map, "dependencies"), dependency_of);
    plugin.tasks = int(number_of(map, "tasks"));
    plugin.connections = int(number_of(map, "connections"));
    plugin.errors = int(number_of(map, "errors"));
    plugin.report = report_of(field_of(map, "report"));
    return plugin;
}

} // namespace detail

template <> struct Converter<PluginInfo> {
    static QString name() { return QStringLiteral("a plugin"); }
    static Result<PluginInfo> read(const qi_value &value)
    {
        if (value.kind != QI_KIND_MAP)
            return detail::wrong_type(name(), value);
        return detail::plugin_of(value);
    }
};

template <> struct Converter<QList<PluginInfo>> {
    static QString name() { return QStringLiteral("a list of plugins"); }
    static Result<QList<PluginInfo>> read(const qi_value &value)
    {
        if (value.kind != QI_KIND_LIST)
            return detail::wrong_type(name(), value);
        return detail::items_of(value, detail::plugin_of);
    }
};

/** How plugins are found and kept, a setting a call: see qi_plugins_config, whose defaults hold for what is not set. */
class PluginsConfig
{
  public:
    /** Folders that hold folders of plugins; of two with the same id the first one counts. */
    PluginsConfig &applicationFolders(const QStringList &folders)
    {
        return set(m_folders, folders);
    }
    /** The user's own; "": none. */
    PluginsConfig &userFolder(const QString &folder) { return set(m_user, folder); }
    /** That of the system; "": none. */
    PluginsConfig &systemFolder(const QString &folder) { return set(m_system, folder); }
    /** INI file for what the user has enabled, set and agreed to. */
    PluginsConfig &settingsFile(const QString &path) { return set(m_settings, path); }
    /** Folder in which each plugin may have one for its data. */
    PluginsConfig &dataFolder(const QString &folder) { return set(m_data, folder); }

    /** That activate() may take. */
    PluginsConfig &activateTime(std::chrono::milliseconds time)
    {
        return set(m_raw.activate_ms, detail::as_unsigned(time));
    }
    /** That deactivate(), and the end of its tasks, may take each. */
    PluginsConfig &deactivateTime(std::chrono::milliseconds time)
    {
        return set(m_raw.deactivate_ms, detail::as_unsigned(time));
    }
    /** A plugin with so many errors in so much time is Failed. */
    PluginsConfig &storm(unsigned errors, std::chrono::milliseconds time)
    {
        m_raw.storm_limit = errors;
        return set(m_raw.storm_ms, detail::as_unsigned(time));
    }
    /** Bytes that the Python code of a plugin may hold. */
    PluginsConfig &memoryLimit(std::size_t bytes) { return set(m_raw.memory_limit, bytes); }
    /** Reloads an active plugin, and retries a failed one, when its files change. */
    PluginsConfig &watchFiles(bool watch = true) { return set(m_raw.watch_files, watch); }

    /** Answers whether the user agrees that a plugin's code runs; it may show a dialog. Thread: GUI. */
    PluginsConfig &onConsent(std::function<bool(const PluginConsent &)> call)
    {
        m_consentLater = nullptr;
        return set(m_consent, std::move(call));
    }
    /**
     * The same for an answer that comes later: `call` gets the question and a Promise<bool>, and returns at once. It may be a
     * coroutine, of any type, which takes both by value:
     *
     *     .onConsentLater([this](qi::PluginConsent asked, qi::Promise<bool> answer) -> QCoro::Task<> {
     *         (void)answer.resolve(co_await ask(asked));
     *     })
     *
     * A promise that is given up without an answer is a no. Thread: GUI.
     */
    template <typename F> PluginsConfig &onConsentLater(F call)
    {
        static_assert(
            std::is_invocable_v<F &, PluginConsent, Promise<bool>>,
            "qi: onConsentLater() wants a function of qi::PluginConsent and qi::Promise<bool>");
        m_consent = nullptr;
        m_raw.consent = nullptr;
        m_consentLater = [call = std::move(call)](PluginConsent asked, Promise<bool> answer) mutable {
            (void)call(std::move(asked), std::move(answer));
        };
        return *this;
    }
    /** The same by a function of the C API, as qi::PluginManager::askConsent() of the widgets, with its window. */
    PluginsConfig &onConsent(qi_plugin_consent_fn call, void *user)
    {
        m_consent = nullptr;
        m_consentLater = nullptr;
        m_raw.consent = call;
        return set(m_raw.consent_user, user);
    }
    /** Gets what happens to plugins. Thread: GUI. */
    PluginsConfig &onEvent(std::function<void(const PluginEvent &)> call)
    {
        return set(m_event, std::move(call));
    }

    /** Starts the plugins of a runtime. For Plugins::start(). */
    Result<void> start(qi_runtime *runtime) const
    {
        detail::Texts texts;
        qi_plugins_config raw = m_raw;
        raw.application_folders = texts.list(m_folders, "a folder of applicationFolders()");
        raw.application_folder_count = std::size_t(m_folders.size());
        raw.user_folder = text(texts, m_user, "userFolder()");
        raw.system_folder = text(texts, m_system, "systemFolder()");
        raw.settings_file = text(texts, m_settings, "settingsFile()");
        raw.data_folder = text(texts, m_data, "dataFolder()");
        detail::Kept<detail::PluginConsentFunction> consent(m_consent);
        detail::Kept<detail::PluginConsentLaterFunction> later(m_consentLater);
        detail::Kept<detail::PluginEventFunction> event(m_event);
        if (m_consent) {
            raw.consent = detail::call_plugin_consent;
            raw.consent_user = consent.user();
            raw.consent_destroy = consent.destroy;
        } else if (m_consentLater) {
            raw.consent = nullptr;
            raw.consent_later = detail::call_plugin_consent_later;
            raw.consent_user = later.user();
            raw.consent_destroy = later.destroy;
        }
        if (m_event) {
            raw.event = detail::call_plugin_event;
            raw.event_user = event.user();
            raw.event_destroy = event.destroy;
        }
        return texts.then([&] {
            const int status = qi_plugins_start(runtime, &raw);
            if (m_consent)
                consent.taken(status);
            else if (m_consentLater)
                later.taken(status);
            if (m_event)
                event.taken(status);
            return status;
        });
    }

  private:
    template <typename T, typename U> PluginsConfig &set(T &member, U &&value)
    {
        member = std::forward<U>(value);
        return *this;
    }
    static const char *text(detail::Texts &texts, const std::optional<QString> &text, const char *what)
    {
        return text ? texts.text(*text, what) : nullptr;
    }
    static qi_plugins_config initial()
    {
        qi_plugins_config config;
        qi_plugins_config_init(&config);
        return config;
    }

    qi_plugins_config m_raw = initial(); /* what needs no memory of its own */
    QStringList m_folders;
    std::optional<QString> m_user, m_system, m_settings, m_data;
    detail::PluginConsentFunction m_consent;
    detail::PluginConsentLaterFunction m_consentLater;
    detail::PluginEventFunction m_event;
};

/** The plugins of a runtime, which it refers to. */
class Plugins
{
  public:
    explicit Plugins(qi_runtime *runtime) : m_runtime(runtime) {}

    /** Begins to look for plugins, and starts those that the user has enabled. Fails as qi_plugins_start(). */
    Result<void> start(const PluginsConfig &config = PluginsConfig()) const
    {
        return config.start(m_runtime);
    }
    /**
     * Ends all plugins; start() may be called again when the task has ended. Its result tells of those that were on, and what
     * they have left behind. Fails as qi_plugins_stop().
     */
    Task<QList<PluginInfo>> stop(const TaskOptions &options = {}) const
    {
        auto task = std::make_shared<detail::SharedTask>();
        task->launch(QStringLiteral("stop the plugins"), options, {},
                     [&](qi_task_options *raw, qi_task **out) {
                         return qi_plugins_stop(m_runtime, raw, out);
                     });
        return Task<QList<PluginInfo>>(task);
    }
    /** Looks for plugins again; PluginEventKind::Searched tells of the end. */
    Result<void> rescan() const { return Result<void>::of(qi_plugins_rescan(m_runtime)); }
    /** Whether a search goes on. Never waits. */
    bool isSearching() const { return qi_plugins_searching(m_runtime); }
    /** Has one more function told of events, before or after start(). Fails as qi_plugins_listen(). */
    Result<Listener> listen(std::function<void(const PluginEvent &)> call) const
    {
        detail::Kept<detail::PluginEventFunction> kept(std::move(call));
        qi_listener *listener = nullptr;
        if (kept.taken(qi_plugins_listen(m_runtime, kept ? detail::call_plugin_event : nullptr,
                                         kept.user(), kept.destroy, &listener)) != QI_OK)
            return Error::last();
        return Listener(listener);
    }

    /** All plugins, ordered by name. Waits for the first search. */
    Result<QList<PluginInfo>> list() const
    {
        qi_value list = qi_none();
        if (qi_plugins_list(m_runtime, &list) != QI_OK)
            return Error::last();
        return detail::take_items(list, detail::plugin_of);
    }
    /** Those that are known by now, as list(), but never waits: for what a window shows while a search goes on. */
    Result<QList<PluginInfo>> found() const
    {
        qi_value list = qi_none();
        if (qi_plugins_found(m_runtime, &list) != QI_OK)
            return Error::last();
        return detail::take_items(list, detail::plugin_of);
    }
    /** All about one of them. */
    Result<PluginInfo> describe(const QString &id) const
    {
        detail::Texts texts;
        const char *name = plugin(texts, id);
        qi_value map = qi_none();
        const auto done = texts.then([&] { return qi_plugin_describe(m_runtime, name, &map); });
        if (!done)
            return done.error();
        return detail::read_owned<PluginInfo>(map, id);
    }
    /** Its state; Unknown if there is none, or the call fails. */
    PluginState state(const QString &id) const
    {
        detail::Texts texts;
        const char *name = plugin(texts, id);
        return PluginState(texts.error() ? int(QI_PLUGIN_STATE_UNKNOWN)
                                         : qi_plugin_state(m_runtime, name));
    }

    /** Starts a plugin, now and with each start(): the state of the result says what came of it. */
    Task<PluginInfo> enable(const QString &id, const TaskOptions &options = {}) const
    {
        return launch(qi_plugin_enable, QStringLiteral("enable "), id, options);
    }
    /** Ends a plugin, now and until it is enabled again: the report of the result says what was left behind. */
    Task<PluginInfo> disable(const QString &id, const TaskOptions &options = {}) const
    {
        return launch(qi_plugin_disable, QStringLiteral("disable "), id, options);
    }
    /** Ends a plugin and starts it again, with its code as it now is. */
    Task<PluginInfo> reload(const QString &id, const TaskOptions &options = {}) const
    {
        return launch(qi_plugin_reload, QStringLiteral("reload "), id, options);
    }
    /** Disables a plugin and forgets that the user has agreed to it. */
    Task<PluginInfo> withdraw(const QString &id, const TaskOptions &options = {}) const
    {
        return launch(qi_plugin_withdraw, QStringLiteral("withdraw "), id, options);
    }

    /** A setting, as a T; also of a plugin that is off. */
    template <typename T = Value> Result<T> setting(const QString &id, const QString &key) const
    {
        qi_value value = qi_none();
        const Result<void> done = get(id, key, &value);
        if (!done)
            return done.error();
        return detail::read_owned<T>(value, key);
    }
    /** Sets a setting, stores it, and tells the plugin. Fails as qi_plugin_set_setting(). */
    template <typename T>
    Result<void> setSetting(const QString &id, const QString &key, const T &value) const
    {
        Storage storage;
        const qi_value written = storage.write(value);
        if (storage.error())
            return *storage.error();
        return put(id, key, &written);
    }
    /** Sets a setting to its default. */
    Result<void> resetSetting(const QString &id, const QString &key) const
    {
        return put(id, key, nullptr);
    }

    /**
     * Runs an action of an active plugin, as a task of the plugin's whose result is what the action returns, as an R; a
     * checkable one changes its state first. Fails as qi_plugin_trigger().
     */
    template <typename R = void>
    Task<R> trigger(const QString &id, const QString &action, const TaskOptions &options = {}) const
    {
        detail::Texts texts;
        const char *name = plugin(texts, id), *what = texts.text(action, "the name of an action");
        auto task = std::make_shared<detail::SharedTask>();
        task->launch(id + QLatin1Char(':') + action, options, texts.error(),
                     [&](qi_task_options *raw, qi_task **out) {
                         return qi_plugin_trigger(m_runtime, name, what, raw, out);
                     });
        return Task<R>(task);
    }

  private:
    static const char *plugin(detail::Texts &texts, const QString &id)
    {
        return texts.text(id, "the id of a plugin");
    }
    Task<PluginInfo> launch(int (*function)(qi_runtime *, const char *, const qi_task_options *,
                                            qi_task **),
                            const QString &verb, const QString &id, const TaskOptions &options) const
    {
        detail::Texts texts;
        const char *name = plugin(texts, id);
        auto task = std::make_shared<detail::SharedTask>();
        task->launch(verb + id, options, texts.error(), [&](qi_task_options *raw, qi_task **out) {
            return function(m_runtime, name, raw, out);
        });
        return Task<PluginInfo>(task);
    }
    Result<void> get(const QString &id, const QString &key, qi_value *out) const
    {
        detail::Texts texts;
        const char *name = plugin(texts, id), *what = texts.text(key, "the key of a setting");
        return texts.then([&] { return qi_plugin_get_setting(m_runtime, name, what, out); });
    }
    Result<void> put(const QString &id, const QString &key, const qi_value *value) const
    {
        detail::Texts texts;
        const char *name = plugin(texts, id), *what = texts.text(key, "the key of a setting");
        return texts.then([&] { return qi_plugin_set_setting(m_runtime, name, what, value); });
    }

    qi_runtime *m_runtime;
};

inline Plugins Runtime::plugins() const
{
    return Plugins(m_handle);
}

QI_ABI_END
} // namespace qi

#endif /* QI_PLUGINS_HPP */
