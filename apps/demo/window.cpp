// SPDX-License-Identifier: BSD-3-Clause
#include "window.h"

#include <QDir>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QStatusBar>

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
    m_orders = new OrderDesk;
    m_downloads = new DownloadDesk(&m_python);
    m_trouble = new TroubleDesk;

    auto *body = new QWidget;
    auto *grid = new QGridLayout(body);
    grid->setContentsMargins(20, 16, 20, 8);
    grid->setSpacing(14);
    grid->addWidget(makeHead(), 0, 0, 1, 2);
    grid->addWidget(
        Look::card(
            tr("Order desk"),
            tr("The button is disabled in the coroutine's first step, before the click returns."),
            only(m_orders)),
        1, 0);
    grid->addWidget(Look::card(tr("Ticker"), tr("Each quote is a signal that launches a coroutine."),
                               only(new TickerView(&m_ticker))),
                    1, 1);
    grid->addWidget(
        Look::card(tr("Downloads"),
                   tr("aiohttp, from a server that the plugin runs in this very process."),
                   only(m_downloads)),
        2, 0);
    grid->addWidget(Look::card(tr("Trouble"),
                               tr("Nested event loops and exceptions, both without harm."),
                               only(m_trouble)),
                    2, 1);
    for (int i : {0, 1})
        grid->setColumnStretch(i, 1);
    for (int i : {1, 2})
        grid->setRowStretch(i, 1);
    setCentralWidget(body);
    statusBar()->setSizeGripEnabled(false);
    resize(1180, 840);
    connect(&m_python, &Python::failed, m_trouble, &TroubleDesk::showFailure);
}

QWidget *Window::makeHead()
{
    auto *head = new QWidget;
    auto *title = new QLabel(tr("A Qt window, run by coroutines"));
    title->setObjectName("title");
    auto *about = new QLabel(
        tr("The window is C++. What its buttons do is Python, loaded from plugin folders."));
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

bool Window::start(const QString &folder)
{
    if (!m_python.start(folder))
        return false;
    m_python.show("orders", m_orders);
    m_python.show("market", &m_market);
    m_python.show("ticker", &m_ticker);
    m_python.show("downloads", m_downloads);
    m_python.show("trouble", m_trouble);

    m_python.connectSignal(m_orders->sendButton(), "clicked", "orders:send", QI_OVERLAP_DROP);
    m_python.connectSignal(&m_market, "quote", "ticker:on_quote");
    m_python.connectSignal(m_trouble->askButton(), "clicked", "trouble:ask", QI_OVERLAP_DROP);
    m_python.connectSignal(m_trouble->raiseButton(), "clicked", "trouble:fail");
    // These two run until the program ends: shutting down cancels them, and they clean up after themselves.
    m_python.run("orders:exchange", {}, this);
    m_python.run("downloads:serve", {}, this);

    auto *facts = new QLabel(tr("libqi %1   ·   Python %2   ·   Qt %3   ·   plugins in %4")
                                 .arg(qi_version_string(), m_python.version(), qVersion(),
                                      QDir::toNativeSeparators(folder)));
    facts->setObjectName("faint");
    facts->setContentsMargins(18, 0, 18, 8);
    statusBar()->addWidget(facts, 1);
    return true;
}
