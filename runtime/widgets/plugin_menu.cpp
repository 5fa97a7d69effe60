/* SPDX-License-Identifier: BSD-3-Clause */
#include "plugin_menu.h"

#include <QtCore/qloggingcategory.h>

#include <qi/plugin_manager.hpp>

#include "plain_text.h"
#include "values.h"

namespace qi
{

Q_LOGGING_CATEGORY(widgetsLog, "qi.widgets")

PluginMenu::PluginMenu(QMenu *menu, qi_runtime *runtime)
    : QObject(menu), m_menu(menu), m_events(runtime)
{
    connect(&m_events, &PluginEvents::changed, this, &PluginMenu::refresh);
    /* The runtime, or its plugins, may have started since. */
    connect(menu, &QMenu::aboutToShow, this, [this] {
        m_events.listen();
        refresh();
    });
    refresh();
}

void PluginMenu::refresh()
{
    values::Owned list;
    QList<Entry> entries;
    QList<ActionInfo> actions;

    qi_runtime *runtime = m_events.runtime();
    if (runtime &&
        !(m_entries.isEmpty() && qi_plugins_searching(runtime))) /* else it would wait for the disk */
        (void)qi_plugins_list(runtime, list.out());
    for (const PluginInfo &plugin : readPlugins(list.get())) {
        if (!plugin.isActive())
            continue;
        for (const ActionInfo &action : plugin.actions) {
            entries.append({plugin.id, action.name, action.menu});
            actions.append(action);
        }
    }
    if (entries != m_entries || m_parts.isEmpty())
        rebuild(entries);
    for (qsizetype i = 0; i < entries.size(); i++)
        if (m_actions[i])
            show(m_actions[i], actions[i]);
}

void PluginMenu::rebuild(const QList<Entry> &entries)
{
    /* Later: one of them may be what is being triggered. */
    for (const QPointer<QObject> &part : std::as_const(m_parts)) {
        if (auto *action = qobject_cast<QAction *>(part)) {
            action->setEnabled(false); /* nor does its shortcut compete with its successor's */
            m_menu->removeAction(action);
        }
        if (auto *menu = qobject_cast<QMenu *>(part))
            m_menu->removeAction(menu->menuAction());
        if (part)
            part->deleteLater();
    }
    m_parts.clear();
    m_actions.clear();
    m_submenus.clear();
    m_entries = entries;
    for (qsizetype i = 0; i < entries.size(); i++) {
        if (entries[i].menu.isEmpty() && (i == 0 || entries[i - 1].plugin != entries[i].plugin) &&
            !m_menu->isEmpty())
            m_parts.append(m_menu->addSeparator());
        m_actions.append(makeAction(entries[i]));
    }
    if (m_menu->isEmpty()) {
        QAction *nothing = m_menu->addAction(PluginManager::tr("No plugin offers anything here"));
        nothing->setEnabled(false);
        m_parts.append(nothing);
    }
}

/* The submenu of a path as "Tools/Export". */
QMenu *PluginMenu::submenu(const QString &path)
{
    QMenu *menu = m_menu;
    QString sofar;

    for (const QString &part : path.split(QLatin1Char('/'), Qt::SkipEmptyParts)) {
        sofar += QLatin1Char('/') + part.trimmed();
        QMenu *&known = m_submenus[sofar];
        if (!known) {
            known = menu->addMenu(plain::label(part.trimmed()));
            if (menu == m_menu)
                m_parts.append(known);
        }
        menu = known;
    }
    return menu;
}

QAction *PluginMenu::makeAction(const Entry &entry)
{
    auto *action = new QAction(m_menu);

    action->setObjectName(entry.plugin + QLatin1Char('.') + entry.name);
    submenu(entry.menu)->addAction(action);
    m_parts.append(action);
    connect(action, &QAction::triggered, this, [this, entry] { trigger(entry); });
    return action;
}

void PluginMenu::show(QAction *action, const ActionInfo &info)
{
    action->setText(plain::label(info.text.isEmpty() ? info.name : info.text));
    action->setToolTip(plain::tip(info.tooltip.isEmpty() ? info.text : info.tooltip));
    action->setStatusTip(plain::line(info.tooltip));
    action->setShortcut(QKeySequence(info.shortcut, QKeySequence::PortableText));
    action->setEnabled(info.enabled);
    action->setCheckable(info.checkable);
    action->setChecked(info.checked);
}

/* What the plugin's own code raises is reported under its name; here is what keeps it from being called. */
void PluginMenu::trigger(const Entry &entry)
{
    qi_runtime *runtime = m_events.runtime();
    const QPointer<PluginMenu> self = this;

    if (!runtime)
        return;
    if (qi_plugin_trigger(runtime, entry.plugin.toUtf8().constData(),
                          entry.name.toUtf8().constData()) != QI_OK)
        qCWarning(widgetsLog, "%s", qi_last_error()->message);
    /* What is checked is for the plugin to say, and not for the click. */
    if (self)
        refresh();
}

void PluginManager::fillMenu(QMenu *menu, qi_runtime *runtime)
{
    if (menu)
        new PluginMenu(menu, runtime);
}

} // namespace qi
