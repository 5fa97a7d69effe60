/* SPDX-License-Identifier: BSD-3-Clause */
#include "plugin_info.h"

#include <tuple>

#include <QtCore/qcoreapplication.h>

#include "plain_text.h"
#include "values.h"

namespace qi
{

bool SettingInfo::isLike(const SettingInfo &other) const
{
    return std::tie(key, title, description, type, otherwise, minimum, maximum, choices, multiline) ==
           std::tie(other.key, other.title, other.description, other.type, other.otherwise,
                    other.minimum, other.maximum, other.choices, other.multiline);
}

bool ActionInfo::operator==(const ActionInfo &other) const
{
    return std::tie(name, text, tooltip, shortcut, menu, icon, enabled, checkable, checked, toolBar) ==
           std::tie(other.name, other.text, other.tooltip, other.shortcut, other.menu, other.icon,
                    other.enabled, other.checkable, other.checked, other.toolBar);
}

bool DependencyInfo::operator==(const DependencyInfo &other) const
{
    return std::tie(name, specifier, installed, problem) ==
           std::tie(other.name, other.specifier, other.installed, other.problem);
}

bool PluginInfo::operator==(const PluginInfo &other) const
{
    const auto parts = [](const PluginInfo &info) {
        return std::tie(info.id, info.name, info.version, info.description, info.homepage,
                        info.license, info.folder, info.source, info.state, info.reason,
                        info.traceback, info.authors, info.problems, info.enabled, info.consented,
                        info.settings, info.actions, info.dependencies, info.contributes,
                        info.report, info.tasks, info.connections, info.errors, info.progress);
    };
    return parts(*this) == parts(other);
}

namespace
{

struct State {
    const char *name, *text;
    theme::Icon icon;
    theme::Role role;
};

const State states[] = {
    {"discovered", QT_TRANSLATE_NOOP("qi::PluginManager", "Not enabled"), theme::Icon::Plugin,
     theme::Role::Muted},
    {"disabled", QT_TRANSLATE_NOOP("qi::PluginManager", "Disabled"), theme::Icon::Disable,
     theme::Role::Muted},
    {"loading", QT_TRANSLATE_NOOP("qi::PluginManager", "Loading…"), theme::Icon::Reload,
     theme::Role::Accent},
    {"active", QT_TRANSLATE_NOOP("qi::PluginManager", "Active"), theme::Icon::Good, theme::Role::Good},
    {"failed", QT_TRANSLATE_NOOP("qi::PluginManager", "Failed"), theme::Icon::Error,
     theme::Role::Error},
    {"blocked", QT_TRANSLATE_NOOP("qi::PluginManager", "Blocked"), theme::Icon::Warning,
     theme::Role::Warning},
};

const State *stateOf(const QString &name)
{
    for (const State &state : states)
        if (name == QLatin1String(state.name))
            return &state;
    return nullptr;
}

} // namespace

QString PluginInfo::stateText() const
{
    const State *known = stateOf(state);

    /* What is going on just now is the state, rather than the reason for it. */
    if (isLoading())
        for (const auto &[name, text] :
             {std::pair("ending", QT_TRANSLATE_NOOP("qi::PluginManager", "Ending…")),
              std::pair("reloading", QT_TRANSLATE_NOOP("qi::PluginManager", "Reloading…")),
              std::pair("", QT_TRANSLATE_NOOP("qi::PluginManager",
                                              "Starting…"))}) /* or which check it is at */
            if (reason == QLatin1String(name) || !*name)
                return QCoreApplication::translate("qi::PluginManager", text);
    return known ? QCoreApplication::translate("qi::PluginManager", known->text) : state;
}

QString PluginInfo::stateLine() const
{
    /* The problems of a manifest are many lines, and stand on the page. */
    return reason.isEmpty() || isLoading() || !problems.isEmpty()
               ? stateText()
               : QStringLiteral("%1: %2").arg(stateText(), reason);
}

theme::Icon PluginInfo::stateIcon() const
{
    const State *known = stateOf(state);

    return known ? known->icon : theme::Icon::Info;
}

theme::Role PluginInfo::stateRole() const
{
    const State *known = stateOf(state);

    return known ? known->role : theme::Role::Muted;
}

/* What is there to be read. Keys, names of actions, folders and values stay as they are, since they are used. */
static QString words(const qi_value &map, const char *key)
{
    return plain::line(values::text(map, key));
}

static QString manyWords(const qi_value &map, const char *key)
{
    return plain::whole(values::text(map, key));
}

static QStringList lines(const qi_value &map, const char *key)
{
    QStringList result;

    for (const QString &text : values::texts(map, key))
        result += plain::lines(text);
    return result;
}

static SettingInfo readSetting(const qi_value &map)
{
    SettingInfo setting;

    setting.key = values::text(map, "key");
    setting.title = words(map, "title");
    setting.description = manyWords(map, "description");
    setting.type = values::text(map, "type");
    setting.value = values::variant(map, "value");
    setting.otherwise = values::variant(map, "default");
    setting.minimum = values::variant(map, "minimum");
    setting.maximum = values::variant(map, "maximum");
    setting.choices = values::variant(map, "choices").toList();
    setting.multiline = values::flag(map, "multiline");
    if (setting.title.isEmpty())
        setting.title = plain::line(setting.key);
    return setting;
}

static ActionInfo readAction(const qi_value &map)
{
    ActionInfo action;
    const qi_value *enabled = qi_value_get(&map, "enabled");

    action.name = values::text(map, "name");
    action.text = words(map, "text");
    action.tooltip = manyWords(map, "tooltip");
    action.shortcut = values::text(map, "shortcut");
    action.menu = words(map, "menu");
    action.enabled = !enabled || enabled->kind != QI_KIND_BOOL || enabled->as.boolean;
    action.checkable = values::flag(map, "checkable");
    action.checked = values::flag(map, "checked");
    action.icon = values::text(map, "icon");
    action.toolBar = values::flag(map, "toolbar");
    return action;
}

static constexpr int longestProblem = 1000; /* a package may need many that are missing */

static DependencyInfo readDependency(const qi_value &map)
{
    DependencyInfo dependency;

    dependency.name = words(map, "name");
    dependency.specifier = words(map, "specifier");
    dependency.installed = words(map, "installed");
    dependency.problem = plain::line(values::text(map, "problem"), longestProblem);
    return dependency;
}

PluginInfo readPlugin(const qi_value &map)
{
    PluginInfo info;

    info.id = values::text(map, "id");
    info.name = words(map, "name");
    info.version = words(map, "version");
    info.description = manyWords(map, "description");
    info.homepage = values::text(map, "homepage");
    info.license = words(map, "license");
    info.folder = values::text(map, "folder");
    info.source = values::text(map, "source");
    info.state = values::text(map, "state");
    info.reason = manyWords(map, "reason");
    info.traceback = manyWords(map, "traceback");
    for (const QString &author : values::texts(map, "authors"))
        info.authors += plain::line(author);
    info.problems = lines(map, "problems");
    info.enabled = values::flag(map, "enabled");
    info.consented = values::flag(map, "consented");
    info.contributes = values::variant(map, "contributes").toMap();
    info.report = values::variant(map, "report").toMap();
    info.tasks = values::integer(map, "tasks");
    info.connections = values::integer(map, "connections");
    info.errors = values::integer(map, "errors");
    const QVariant progress = values::variant(map, "progress");
    info.progress = progress.isValid() ? progress.toDouble() : -1;
    for (const qi_value &setting : values::items(map, "settings"))
        info.settings.append(readSetting(setting));
    for (const qi_value &action : values::items(map, "actions"))
        info.actions.append(readAction(action));
    for (const qi_value &dependency : values::items(map, "dependencies"))
        info.dependencies.append(readDependency(dependency));
    return info;
}

QList<PluginInfo> readPlugins(const qi_value &list)
{
    QList<PluginInfo> plugins;

    for (const qi_value &map : values::items(list))
        plugins.append(readPlugin(map));
    return plugins;
}

} // namespace qi
