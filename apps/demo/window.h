// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QMainWindow>

#include <qi/base.h>

#include "market.h"
#include "plugins.h"
#include "python.h"
#include "ticker.h"
#include "watchdog.h"

namespace qi
{
QI_ABI_BEGIN
class PluginManager;
class ScriptConsole;
class TaskMonitor;
QI_ABI_END
} // namespace qi

class DownloadDesk;
class FrameMeter;
class LiveChart;
class OrderDesk;
class TroubleDesk;

// The demo's window: four desks, each served by a plugin, the meter that shows that it never freezes, and
// around them the widgets of libqi.
class Window : public QMainWindow
{
    Q_OBJECT

  public:
    Window();
    ~Window() override;

    // Starts Python and looks for plugins; false with why(). `consent` decides whether one may run; NULL: the
    // user does.
    bool start(const PluginPlaces &places, qi_plugin_consent_fn consent = nullptr,
               void *user = nullptr);
    QString why() const { return m_why; }

    Python &python() { return m_python; }
    Plugins &plugins() { return m_plugins; }
    Market &market() { return m_market; }
    TickerModel &ticker() { return m_ticker; }
    OrderDesk *orders() const { return m_orders; }
    DownloadDesk *downloads() const { return m_downloads; }
    LiveChart *chart() const { return m_chart; }
    TroubleDesk *trouble() const { return m_trouble; }
    FrameMeter *meter() const { return m_meter; }
    qi::ScriptConsole *console() const { return m_console; }
    qi::TaskMonitor *tasks() const { return m_tasks; }
    qi::PluginManager *manager() const { return m_manager; }

  private:
    QWidget *makeHead();
    QWidget *makeDesks();
    void makeDocks();
    QDockWidget *addDock(const QString &title, const char *name, QWidget *content,
                         Qt::DockWidgetArea area);
    void showFacts(const QString &plugins);

    Market m_market;
    TickerModel m_ticker;
    // The runtime ends first: it tells the others of it.
    Plugins m_plugins;
    Watchdog m_watchdog;
    Python m_python;
    QString m_why;
    OrderDesk *m_orders;
    DownloadDesk *m_downloads;
    LiveChart *m_chart;
    TroubleDesk *m_trouble;
    FrameMeter *m_meter;
    qi::ScriptConsole *m_console = nullptr;
    qi::TaskMonitor *m_tasks = nullptr;
    qi::PluginManager *m_manager = nullptr;
};
