/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The actions of plugins in a menu, the menus of a menu bar, or a toolbar of the host. It lives as long as that, and
 * changes what is there in place where it can, so that a menu that is open does not flicker and shortcuts stay.
 */
#ifndef QI_WIDGETS_PLUGIN_MENU_H
#define QI_WIDGETS_PLUGIN_MENU_H

#include <QtCore/qpointer.h>
#include <QtWidgets/qmenu.h>
#include <QtWidgets/qmenubar.h>
#include <QtWidgets/qtoolbar.h>

#include "plugin_events.h"
#include "plugin_info.h"

namespace qi
{

class PluginMenu : public QObject
{
    Q_OBJECT

  public:
    PluginMenu(QMenu *menu, qi_runtime *runtime);
    /* Each goes into the menu that it names; `otherwise` gets those that name none, and may be NULL. */
    PluginMenu(QMenuBar *bar, QMenu *otherwise, qi_runtime *runtime);
    /* Those that want to stand in one. */
    PluginMenu(QToolBar *bar, qi_runtime *runtime);

  private:
    /* An action of a plugin, with where it stands. */
    struct Entry {
        QString plugin, name, menu;
        bool operator==(const Entry &other) const
        {
            return plugin == other.plugin && name == other.name && menu == other.menu;
        }
    };

    PluginMenu(QWidget *place, QWidget *otherwise, bool isToolBar, qi_runtime *runtime);
    void refreshWith(QMenu *menu);
    bool takes(const ActionInfo &action) const;
    void refresh();
    void takeOut();
    void rebuild(const QList<Entry> &entries);
    QMenu *submenu(QWidget *place, const QString &title);
    QWidget *placeOf(const QString &path);
    QAction *makeAction(const Entry &entry);
    void trigger(const Entry &entry, const QString &text);
    void show(QAction *action, const ActionInfo &info);
    QKeySequence shortcutFor(QAction *action, const QString &wanted) const;

    QWidget *m_place;              /* a QMenu, QMenuBar or QToolBar */
    QPointer<QWidget> m_otherwise; /* what names no menu; NULL: it is not shown */
    bool m_isToolBar;
    PluginEvents m_events;
    QList<Entry> m_entries;
    QList<QPointer<QAction>> m_actions; /* one for each entry */
    QList<QPointer<QObject>> m_parts;   /* all that was added: actions, submenus */
};

} // namespace qi

#endif
