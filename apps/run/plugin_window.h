// SPDX-License-Identifier: BSD-3-Clause
// The window of `qi-run plugin run`.
#ifndef QI_RUN_PLUGIN_WINDOW_H
#define QI_RUN_PLUGIN_WINDOW_H

#include <memory>
#include <string>

#include <QtWidgets/qmainwindow.h>

#include <qi/qi.h>

class QMenu;

class PluginWindow : public QMainWindow
{
  public:
    PluginWindow(qi_runtime *runtime, const char *id);

    void happened(const qi_plugin_event *event);

  private:
    void add_docks();
    void add_dock(const QString &title, QWidget *widget, Qt::DockWidgetArea area);
    void show_actions();
    void add_action(const qi_value &described);

    qi_runtime *m_runtime;
    std::string m_id;
    QMenu *m_menu;
};

std::unique_ptr<PluginWindow> make_plugin_window(qi_runtime *runtime, const char *id);

#endif
