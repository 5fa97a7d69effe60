/* SPDX-License-Identifier: BSD-3-Clause */
/* One plugin as qi_plugin_describe() describes it. */
#ifndef QI_WIDGETS_PLUGIN_INFO_H
#define QI_WIDGETS_PLUGIN_INFO_H

#include <QtCore/qlist.h>
#include <QtCore/qstringlist.h>
#include <QtCore/qvariant.h>

#include <qi/value.h>

#include "theme.h"

namespace qi
{

struct SettingInfo {
    QString key, title, description, type;
    QVariant value, otherwise /* the default */, minimum, maximum;
    QVariantList choices;
    bool multiline = false;

    /* Tells whether the same editor serves both. */
    bool isLike(const SettingInfo &other) const;
    bool operator==(const SettingInfo &other) const
    {
        return isLike(other) && value == other.value;
    }
};

struct ActionInfo {
    QString name, text, tooltip, shortcut, menu, icon;
    bool enabled = true, checkable = false, checked = false, toolBar = false;
    bool operator==(const ActionInfo &other) const;
};

struct DependencyInfo {
    QString name, specifier, installed, problem;
    bool operator==(const DependencyInfo &other) const;
};

struct PluginInfo {
    QString id, name, version, description, homepage, license, folder, source, state, reason,
        traceback;
    QStringList authors, problems;
    bool enabled = false, consented = false;
    QList<SettingInfo> settings;
    QList<ActionInfo> actions;
    QList<DependencyInfo> dependencies;
    QVariantMap contributes, report;
    qint64 tasks = 0, connections = 0, errors = 0;
    double progress = -1; /* of the checks of its files, 0 to 1; -1: not known */

    bool operator==(const PluginInfo &other) const;
    /* What it is called; its id, where it has no name. */
    QString title() const { return name.isEmpty() ? id : name; }
    bool isActive() const { return state == QLatin1String("active"); }
    bool isLoading() const { return state == QLatin1String("loading"); }
    /* The state as users are told, and its picture. */
    QString stateText() const;
    /* And why. */
    QString stateLine() const;
    theme::Icon stateIcon() const;
    theme::Role stateRole() const;
};

PluginInfo readPlugin(const qi_value &map);
QList<PluginInfo> readPlugins(const qi_value &list);

} // namespace qi

#endif
