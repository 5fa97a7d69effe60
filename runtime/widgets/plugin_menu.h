/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The actions of plugins in a menu of the host. It lives as long as the menu, and changes what is there in
 * place where it can, so that a menu that is open does not flicker and shortcuts stay.
 */
#ifndef QI_WIDGETS_PLUGIN_MENU_H
#define QI_WIDGETS_PLUGIN_MENU_H

#include <QtCore/qpointer.h>
#include <QtWidgets/qmenu.h>

#include "plugin_events.h"
#include "plugin_info.h"

namespace qi
{

class PluginMenu : public QObject
{
    Q_OBJECT

  public:
    PluginMenu(QMenu *menu, qi_runtime *runtime);

  private:
    /* An action of a plugin, with where it stands. */
    struct Entry {
        QString plugin, name, menu;
        bool operator==(const Entry &other) const
        {
            return plugin == other.plugin && name == other.name && menu == other.menu;
        }
    };

    void refresh();
    void rebuild(const QList<Entry> &entries);
    QMenu *submenu(const QString &path);
    QAction *makeAction(const Entry &entry);
    void trigger(const Entry &entry);
    static void show(QAction *action, const ActionInfo &info);

    QMenu *m_menu;
    PluginEvents m_events;
    QList<Entry> m_entries;
    QList<QPointer<QAction>> m_actions; /* one for each entry */
    QList<QPointer<QObject>> m_parts;   /* all that was added: actions, submenus */
    QHash<QString, QMenu *> m_submenus;
};

} // namespace qi

#endif
