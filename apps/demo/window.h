// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QMainWindow>

#include "market.h"
#include "python.h"
#include "ticker.h"

class DownloadDesk;
class FrameMeter;
class OrderDesk;
class TroubleDesk;

// The demo's window: four desks, each served by a plugin, and the meter that shows that it never freezes.
class Window : public QMainWindow
{
    Q_OBJECT

  public:
    Window();

    // Starts Python and connects the desks to the plugins in `folder`; false with why() of python().
    bool start(const QString &folder);

    Python &python() { return m_python; }
    Market &market() { return m_market; }
    TickerModel &ticker() { return m_ticker; }
    OrderDesk *orders() const { return m_orders; }
    DownloadDesk *downloads() const { return m_downloads; }
    TroubleDesk *trouble() const { return m_trouble; }
    FrameMeter *meter() const { return m_meter; }

  private:
    QWidget *makeHead();

    Python m_python;
    Market m_market;
    TickerModel m_ticker;
    OrderDesk *m_orders;
    DownloadDesk *m_downloads;
    TroubleDesk *m_trouble;
    FrameMeter *m_meter;
};
