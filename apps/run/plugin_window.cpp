// SPDX-License-Identifier: BSD-3-Clause
#include "plugin_window.h"

#include <QtGui/qaction.h>
#include <QtGui/qkeysequence.h>
#include <QtWidgets/qdockwidget.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qmenu.h>
#include <QtWidgets/qmenubar.h>
#include <QtWidgets/qstatusbar.h>

#include <qi/plugin_manager.hpp>
#include <qi/task_monitor.hpp>
#include <qi/widgets.hpp>

namespace
{

QString text_of(const qi_value &map, const char *key)
{
    const qi_value *value = qi_value_get(&map, key);
    return value && value->kind == QI_KIND_TEXT
               ? QString::fromUtf8(value->as.text.data, qsizetype(value->as.text.size))
               : QString();
}

bool is_set(const qi_value &map, const char *key)
{
    const qi_value *value = qi_value_get(&map, key);
    return value && value->kind == QI_KIND_BOOL && value->as.boolean;
}

} // namespace

PluginWindow::PluginWindow(qi_runtime *runtime, const char *id)
    : m_runtime(runtime), m_id(id), m_menu(menuBar()->addMenu(QString::fromUtf8(id)))
{
    auto *hint = new QLabel(
        QStringLiteral("The actions of %1 are in the menu. It is reloaded when its "
                       "files change.")
            .arg(QString::fromUtf8(id)));
    hint->setTextFormat(Qt::PlainText);
    hint->setAlignment(Qt::AlignCenter);
    hint->setWordWrap(true);
    hint->setMargin(24);
    setCentralWidget(hint);
    setWindowTitle(QStringLiteral("%1 - qi-run").arg(QString::fromUtf8(id)));
    qi::translateWidgets();
    add_docks();
    resize(1100, 760);
    show_actions();
}

void PluginWindow::add_docks()
{
    add_dock(QStringLiteral("Console"), new qi::ScriptConsole(m_runtime), Qt::BottomDockWidgetArea);
    add_dock(QStringLiteral("Tasks"), new qi::TaskMonitor(m_runtime), Qt::RightDockWidgetArea);
    add_dock(QStringLiteral("Plugins"), new qi::PluginManager(m_runtime), Qt::LeftDockWidgetArea);
}

void PluginWindow::add_dock(const QString &title, QWidget *widget, Qt::DockWidgetArea area)
{
    auto *dock = new QDockWidget(title, this);

    dock->setObjectName(title);
    dock->setWidget(widget);
    addDockWidget(area, dock);
}

void PluginWindow::happened(const qi_plugin_event *event)
{
    if (event->kind == QI_PLUGIN_EVENT_STATE) {
        QString told = QString::fromUtf8(qi_plugin_state_name(event->state));
        if (event->reason)
            told += QStringLiteral(": ") + QString::fromUtf8(event->reason);
        statusBar()->showMessage(told);
    }
    if (event->kind == QI_PLUGIN_EVENT_STATE || event->kind == QI_PLUGIN_EVENT_ACTIONS)
        show_actions();
}

void PluginWindow::show_actions()
{
    qi_value info = qi_none();

    m_menu->clear();
    m_menu->addAction(QStringLiteral("Reload"), this, [this] {
        (void)qi_plugin_reload(m_runtime, m_id.c_str(), nullptr, nullptr); /* events tell how it went */
    });
    m_menu->addSeparator();
    if (qi_plugin_describe(m_runtime, m_id.c_str(), &info) != QI_OK)
        return;
    const qi_value *actions = qi_value_get(&info, "actions");
    for (size_t i = 0; actions && i < actions->as.list.count; i++)
        add_action(actions->as.list.items[i]);
    qi_value_clear(&info);
}

void PluginWindow::add_action(const qi_value &described)
{
    const QByteArray name = text_of(described, "name").toUtf8();
    // What the plugin says is text: no letter of it is marked, and nothing in it is markup.
    const QString text = text_of(described, "text").replace(QLatin1Char('&'), QStringLiteral("&&"));
    QAction *action = m_menu->addAction(text, this, [this, name] {
        if (qi_plugin_trigger(m_runtime, m_id.c_str(), name.constData(), nullptr, nullptr) != QI_OK)
            statusBar()->showMessage(QString::fromUtf8(qi_last_error()->message));
    });

    action->setToolTip(
        QStringLiteral("<qt>%1</qt>").arg(text_of(described, "tooltip").toHtmlEscaped()));
    action->setShortcut(QKeySequence(text_of(described, "shortcut")));
    action->setEnabled(is_set(described, "enabled"));
    action->setCheckable(is_set(described, "checkable"));
    action->setChecked(is_set(described, "checked"));
}

std::unique_ptr<PluginWindow> make_plugin_window(qi_runtime *runtime, const char *id)
{
    auto window = std::make_unique<PluginWindow>(runtime, id);
    window->show();
    return window;
}
