// SPDX-License-Identifier: BSD-3-Clause
#include "window.h"

#include <QDir>
#include <QDockWidget>
#include <QGridLayout>
#include <QLabel>
#include <QMenuBar>
#include <QPushButton>
#include <QStatusBar>
#include <qi/console.hpp>
#include <qi/plugin_manager.hpp>
#include <qi/task_monitor.hpp>
#include <qi/task_strip.hpp>

#include "chart.h"
#include "downloads.h"
#include "look.h"
#include "meter.h"
#include "orders.h"
#include "trouble.h"

// A layout that holds one widget, as Look::card() wants it.
static QLayout *only(QWidget *widget)
{
    auto *layout = new QVBoxLayout;
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(widget);
    return layout;
}

Window::Window()
{
    setWindowTitle(tr("libqi demo"));
    setDockOptions(AnimatedDocks | AllowNestedDocks | AllowTabbedDocks);
    m_orders = new OrderDesk;
    m_downloads = new DownloadDesk(&m_python);
    m_chart = new LiveChart;
    m_trouble = new TroubleDesk;
    setCentralWidget(makeDesks());
    statusBar()->setSizeGripEnabled(false);
    resize(1800, 1100);
    connect(&m_python, &Python::failed, m_trouble, &TroubleDesk::showFailure);
    connect(&m_watchdog, &Watchdog::stalled, m_trouble, &TroubleDesk::showStall);
    connect(m_trouble, &TroubleDesk::commanded, this,
            [this](const QString &command) { m_plugins.trigger("trouble", command); });
    connect(&m_plugins, &Plugins::changed, this, [this](const QString &id, const QString &state) {
        if (id == "trouble")
            m_trouble->setActive(state == "active");
    });
    connect(&m_plugins, &Plugins::refused, m_trouble, [this](const QString &what, const QString &why) {
        m_trouble->showFailure({what, why, {}, {}, {}, {}, {}});
    });
}

Window::~Window() = default;

QWidget *Window::makeDesks()
{
    auto *body = new QWidget;
    auto *grid = new QGridLayout(body);
    grid->setContentsMargins(20, 16, 20, 8);
    grid->setSpacing(14);
    grid->addWidget(makeHead(), 0, 0, 1, 2);
    grid->addWidget(Look::card(tr("Order desk"),
                               tr("The button is disabled before the click returns."), only(m_orders)),
                    1, 0);
    grid->addWidget(Look::card(tr("Ticker"), tr("Each quote is a signal that launches a coroutine."),
                               only(new TickerView(&m_ticker))),
                    1, 1);
    grid->addWidget(
        Look::card(tr("Downloads"),
                   tr("aiohttp, from a server that the plugin runs in this very process."),
                   only(m_downloads)),
        2, 0);
    grid->addWidget(Look::card(tr("Live feed"),
                               tr("Each value comes through a WebSocket, and is painted."),
                               only(m_chart)),
                    2, 1);
    for (int i : {0, 1})
        grid->setColumnStretch(i, 1);
    for (int i : {1, 2})
        grid->setRowStretch(i, 1);
    return body;
}

QWidget *Window::makeHead()
{
    auto *head = new QWidget;
    auto *title = new QLabel(tr("A Qt window, run by coroutines"));
    title->setObjectName("title");
    auto *about = new QLabel(
        tr("The window is C++. What its desks do is Python, in plugins that come and go."));
    about->setObjectName("faint");
    m_meter = new FrameMeter;

    auto *words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(title);
    words->addWidget(about);
    auto *row = new QHBoxLayout(head);
    row->setContentsMargins(4, 0, 0, 0);
    row->addLayout(words, 1);
    row->addWidget(m_meter);
    return head;
}

QDockWidget *Window::addDock(const QString &title, const char *name, QWidget *content,
                             Qt::DockWidgetArea area)
{
    auto *dock = new QDockWidget(title);
    dock->setObjectName(name);
    dock->setWidget(content);
    addDockWidget(area, dock);
    return dock;
}

// The widgets of libqi, which want a runtime.
void Window::makeDocks()
{
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    m_manager = new qi::PluginManager(m_python.handle());
    m_console = new qi::ScriptConsole(m_python.handle());
    auto *plugins = addDock(tr("Plugins"), "plugins", m_manager, Qt::RightDockWidgetArea);
    auto *console = addDock(tr("Console"), "console", m_console, Qt::BottomDockWidgetArea);
    auto *trouble = addDock(tr("Trouble"), "trouble", m_trouble, Qt::BottomDockWidgetArea);
    QList<QDockWidget *> docks = {plugins, console, trouble};
    splitDockWidget(console, trouble, Qt::Horizontal);
    m_tasks = new qi::TaskMonitor(m_python.handle());
    auto *tasks = addDock(tr("Tasks"), "tasks", m_tasks, Qt::RightDockWidgetArea);
    docks.append(tasks);
    resizeDocks({plugins, tasks}, {560, 440}, Qt::Vertical);
    resizeDocks({plugins}, {620}, Qt::Horizontal);
    resizeDocks({console, trouble}, {520, 640}, Qt::Horizontal);
    resizeDocks({console}, {270}, Qt::Vertical);

    QMenu *view = menuBar()->addMenu(tr("&View"));
    for (QDockWidget *dock : docks)
        view->addAction(dock->toggleViewAction());
    qi::PluginManager::fillMenu(menuBar()->addMenu(tr("&Plugins")), m_python.handle());
}

bool Window::start(const PluginPlaces &places, qi_plugin_consent_fn consent, void *user)
{
    if (!m_python.start()) {
        m_why = m_python.why();
        return false;
    }
    m_python.show("orders", m_orders);
    m_python.show("market", &m_market);
    m_python.show("ticker", &m_ticker);
    m_python.show("downloads", m_downloads);
    m_python.show("chart", m_chart);
    m_python.show("trouble", m_trouble);
    makeDocks();
    if (!consent) {
        consent = qi::PluginManager::askConsent;
        user = this;
    }
    if (!m_watchdog.start(m_python.handle()) ||
        !m_plugins.start(m_python.handle(), places, consent, user)) {
        m_why = QString::fromUtf8(qi_last_error()->message);
        return false;
    }
    showFacts(places.plugins);
    return true;
}

void Window::showFacts(const QString &plugins)
{
    auto *facts = new QLabel(tr("libqi %1   ·   Python %2   ·   Qt %3   ·   plugins in %4")
                                 .arg(qi_version_string(), m_python.version(), qVersion(),
                                      QDir::toNativeSeparators(plugins)));
    facts->setObjectName("faint");
    facts->setContentsMargins(18, 0, 18, 8);
    statusBar()->addWidget(facts, 1);
    auto *strip = new qi::TaskStrip;
    strip->setMinimumWidth(520);
    statusBar()->addPermanentWidget(strip);
    connect(m_downloads, &DownloadDesk::started, strip,
            [strip](Download *download) { strip->watch(download->task(), download->name()); });
}
