/* SPDX-License-Identifier: BSD-3-Clause */
#include "plugin_menu.h"

#include <QtCore/qdir.h>
#include <QtCore/qloggingcategory.h>
#include <QtGui/qicon.h>
#include <QtGui/qshortcut.h>

#include <qi/plugin_manager.hpp>
#include <qi/task_strip.hpp>

#include "plain_text.h"
#include "values.h"

namespace qi
{

Q_LOGGING_CATEGORY(widgetsLog, "qi.widgets")

PluginMenu::PluginMenu(QWidget *place, QWidget *otherwise, bool isToolBar, qi_runtime *runtime)
    : QObject(place), m_place(place), m_otherwise(otherwise), m_isToolBar(isToolBar),
      m_events(runtime)
{
    connect(&m_events, &PluginEvents::changed, this, &PluginMenu::refresh);
}

PluginMenu::PluginMenu(QMenu *menu, qi_runtime *runtime) : PluginMenu(menu, menu, false, runtime)
{
    refreshWith(menu);
    refresh();
}

PluginMenu::PluginMenu(QMenuBar *bar, QMenu *otherwise, qi_runtime *runtime)
    : PluginMenu(bar, otherwise, false, runtime)
{
    if (otherwise)
        refreshWith(otherwise);
    refresh();
}

PluginMenu::PluginMenu(QToolBar *bar, qi_runtime *runtime) : PluginMenu(bar, bar, true, runtime)
{
    refresh();
}

/* The runtime, or its plugins, may have started since. */
void PluginMenu::refreshWith(QMenu *menu)
{
    connect(menu, &QMenu::aboutToShow, this, [this] {
        m_events.listen();
        refresh();
    });
}

bool PluginMenu::takes(const ActionInfo &action) const
{
    return m_isToolBar ? action.toolBar : m_otherwise || !action.menu.isEmpty();
}

void PluginMenu::refresh()
{
    values::Owned list;
    QList<Entry> entries;
    QList<ActionInfo> actions;

    qi_runtime *runtime = m_events.runtime();
    if (runtime)
        (void)qi_plugins_found(runtime, list.out());
    for (const PluginInfo &plugin : readPlugins(list.get())) {
        if (!plugin.isActive())
            continue;
        for (const ActionInfo &action : plugin.actions) {
            if (!takes(action))
                continue;
            entries.append({plugin.id, action.name, m_isToolBar ? QString() : action.menu});
            actions.append(action);
        }
    }
    if (entries != m_entries || m_parts.isEmpty())
        rebuild(entries);
    for (qsizetype i = 0; i < entries.size(); i++)
        if (m_actions[i])
            show(m_actions[i], actions[i]);
}

/* Out of all places at once, and deleted later: one of them may be what is being triggered. */
void PluginMenu::takeOut()
{
    for (const QPointer<QObject> &part : std::as_const(m_parts)) {
        auto *menu = qobject_cast<QMenu *>(part);
        auto *action = menu ? menu->menuAction() : qobject_cast<QAction *>(part);
        if (!action)
            continue;
        action->setEnabled(false);
        action->setShortcut({}); /* which its successor, while this is not deleted yet, may have */
        for (QObject *place : action->associatedObjects())
            if (auto *widget = qobject_cast<QWidget *>(place))
                widget->removeAction(action);
        part->deleteLater();
    }
    m_parts.clear();
    m_actions.clear();
}

void PluginMenu::rebuild(const QList<Entry> &entries)
{
    auto *menu = qobject_cast<QMenu *>(m_place);

    takeOut();
    m_entries = entries;
    for (qsizetype i = 0; i < entries.size(); i++) {
        if (menu && entries[i].menu.isEmpty() &&
            (i == 0 || entries[i - 1].plugin != entries[i].plugin) && !menu->isEmpty())
            m_parts.append(menu->addSeparator());
        m_actions.append(makeAction(entries[i]));
    }
    if (menu && menu->isEmpty()) {
        QAction *nothing = menu->addAction(PluginManager::tr("No plugin offers anything here"));
        nothing->setEnabled(false);
        m_parts.append(nothing);
    }
}

/* What a menu is called, without the mark of its mnemonic. */
static QString titleOf(const QAction *action)
{
    QString title = action->text(), plain;
    for (qsizetype i = 0; i < title.size(); i++) {
        if (title[i] == QLatin1Char('&'))
            i++;
        if (i < title.size())
            plain += title[i];
    }
    return plain;
}

/* The menu of that title: the host's own, one that is here for another plugin, or a new one. */
QMenu *PluginMenu::submenu(QWidget *place, const QString &title)
{
    for (QAction *action : place->actions())
        if (action->menu() && titleOf(action) == title)
            return action->menu();
    auto *menu = new QMenu(plain::label(title), place);
    place->addAction(menu->menuAction());
    m_parts.append(menu);
    return menu;
}

/* Where the submenu of a path is, as "Tools/Export". */
QWidget *PluginMenu::placeOf(const QString &path)
{
    const QStringList parts = path.split(QLatin1Char('/'), Qt::SkipEmptyParts);
    QWidget *place = parts.isEmpty() ? m_otherwise.data() : m_place;

    for (const QString &part : parts)
        place = submenu(place, part.trimmed());
    return place ? place : m_place;
}

QAction *PluginMenu::makeAction(const Entry &entry)
{
    auto *action = new QAction(m_place);

    action->setObjectName(entry.plugin + QLatin1Char('.') + entry.name);
    placeOf(entry.menu)->addAction(action);
    m_parts.append(action);
    connect(action, &QAction::triggered, this,
            [this, entry, action] { trigger(entry, titleOf(action)); });
    return action;
}

/* A file of the plugin's, or a name of the theme's. */
static QIcon iconOf(const QString &icon)
{
    return QDir::isAbsolutePath(icon) ? QIcon(icon) : QIcon::fromTheme(icon);
}

void PluginMenu::show(QAction *action, const ActionInfo &info)
{
    const QString text = info.text.isEmpty() ? info.name : info.text;
    action->setText(plain::label(text));
    action->setToolTip(plain::tip(info.tooltip.isEmpty() ? text : info.tooltip));
    action->setStatusTip(plain::line(info.tooltip));
    action->setIcon(iconOf(info.icon));
    action->setShortcut(shortcutFor(action, info.shortcut));
    action->setEnabled(info.enabled);
    action->setCheckable(info.checkable);
    action->setChecked(info.checked);
}

/* The window that the menu or toolbar belongs to. */
static QWidget *windowOf(QWidget *place)
{
    while (place->parentWidget())
        place = place->parentWidget();
    return place;
}

static bool hasShortcut(const QWidget *window, const QKeySequence &key, const QAction *except)
{
    for (const QAction *each : window->findChildren<QAction *>() + window->actions())
        if (each != except && each->shortcuts().contains(key))
            return true;
    for (const QShortcut *each : window->findChildren<QShortcut *>())
        if (each->key() == key)
            return true;
    return false;
}

/* None, where something else in the window has it: two would be ambiguous, and the application's own would not work either. */
QKeySequence PluginMenu::shortcutFor(QAction *action, const QString &wanted) const
{
    const QKeySequence key(wanted, QKeySequence::PortableText);

    if (key.isEmpty() || !hasShortcut(windowOf(m_place), key, action))
        return key;
    if (!action->property("qi_told").toBool())
        qCInfo(widgetsLog, "%s: %s is taken in this window, so that this action has no key",
               qUtf8Printable(action->objectName()), qUtf8Printable(key.toString()));
    action->setProperty("qi_told", true);
    return {};
}

/* What the plugin's own code raises is reported under its name; here is what keeps it from being called. */
void PluginMenu::trigger(const Entry &entry, const QString &text)
{
    qi_runtime *runtime = m_events.runtime();
    const QPointer<PluginMenu> self = this;
    qi_task_options options;
    qi_task *task = nullptr;

    if (!runtime)
        return;
    qi_task_options_init(&options);
    options.flags = QI_TASK_FLAG_PROGRESS | QI_TASK_FLAG_REPORT;
    if (qi_plugin_trigger(runtime, entry.plugin.toUtf8().constData(),
                          entry.name.toUtf8().constData(), &options, &task) != QI_OK)
        qCWarning(widgetsLog, "%s", qi_last_error()->message);
    if (self && qi_task_state(task) == QI_TASK_STATE_PENDING)
        if (TaskStrip *strip = windowOf(m_place)->findChild<TaskStrip *>())
            strip->follow(task, text);
    qi_task_release(task);
    /* What is checked is for the plugin to say, and not for the click. */
    if (self)
        refresh();
}

void PluginManager::fillMenu(QMenu *menu, qi_runtime *runtime)
{
    if (menu)
        new PluginMenu(menu, runtime);
}

void PluginManager::fillMenuBar(QMenuBar *bar, QMenu *otherwise, qi_runtime *runtime)
{
    if (bar)
        new PluginMenu(bar, otherwise, runtime);
}

void PluginManager::fillToolBar(QToolBar *bar, qi_runtime *runtime)
{
    if (bar)
        new PluginMenu(bar, runtime);
}

} // namespace qi
