// SPDX-License-Identifier: BSD-3-Clause
#include "tour.h"

#include <QAbstractButton>
#include <QApplication>
#include <QMessageBox>
#include <QPixmap>
#include <QPushButton>
#include <QTextStream>

#include "downloads.h"
#include "meter.h"
#include "orders.h"
#include "trouble.h"
#include "window.h"

static const qint64 kPatience = 30000; // milliseconds for one step, on a slow and busy machine

Tour::Tour(Window *window, const QString &screenshot, QObject *parent)
    : QObject(parent), m_window(window), m_screenshot(screenshot)
{
    plan();
    connect(&m_timer, &QTimer::timeout, this, &Tour::advance);
}

void Tour::plan()
{
    planOrders();
    planTicker();
    planTrouble();
    planDownloads();
    planMessageBox();
    planEnd();
}

void Tour::claim(bool kept, const QString &text)
{
    QTextStream(stdout) << (kept ? "  ✓ " : "  ✗ ") << text << Qt::endl;
    m_failures += !kept;
}

void Tour::start()
{
    m_timer.start(10);
}

// Called over and over, also by the event loop of a message box: moves on when the step's wait is over.
void Tour::advance()
{
    if (m_at >= 0) {
        const Step &step = m_steps[m_at];
        const bool ready = !step.until || step.until();
        if (!ready && m_clock.elapsed() < kPatience)
            return;
        if (step.verify)
            step.verify();
        if (!ready) {
            claim(false,
                  tr("gave up after %1 seconds; nothing after this was tried").arg(kPatience / 1000));
            m_at = m_steps.size() - 1;
        }
    }
    if (++m_at == m_steps.size()) {
        m_timer.stop();
        emit finished();
        return;
    }
    m_clock.start();
    if (m_steps[m_at].act)
        m_steps[m_at].act();
}

void Tour::planOrders()
{
    OrderDesk *desk = m_window->orders();
    // The server's start-up is not what the meter is about.
    then({{},
          [this] {
              return !m_window->downloads()->files().isEmpty() && m_window->ticker().updates() > 20;
          },
          [this] {
              claim(!m_window->downloads()->files().isEmpty(),
                    tr("plugins loaded; their aiohttp server answers at %1")
                        .arg(m_window->downloads()->server()));
              m_window->meter()->reset();
          }});
    then({[this, desk] {
              desk->fillIn("ASML", true, 300);
              desk->sendButton()->click();
              claim(!desk->sendButton()->isEnabled(),
                    tr("Send order is disabled when click() returns: the coroutine's first step "
                       "has run"));
              desk->sendButton()->click();
              claim(desk->count() == 1,
                    tr("a second click at once sends nothing: %1 order booked").arg(desk->count()));
          },
          [desk] { return desk->sendButton()->isEnabled(); },
          [this, desk] {
              claim(desk->state(1) == "filled" && desk->sendButton()->isEnabled(),
                    tr("the order went to the exchange over TCP and is %1; the button is back")
                        .arg(desk->state(1)));
          }});
    const struct {
        const char *symbol;
        bool buy;
        int quantity;
        const char *state;
    } more[] = {{"NOKIA", false, 12000, "rejected"},
                {"SHELL", true, 1500, "filled"},
                {"KONE", false, 400, "filled"}};
    for (const auto &order : more) {
        then({[desk, order] {
                  desk->fillIn(order.symbol, order.buy, order.quantity);
                  desk->sendButton()->click();
              },
              [desk] { return desk->sendButton()->isEnabled(); },
              [this, desk, order] {
                  const QString state = desk->state(desk->count());
                  claim(state == order.state,
                        tr("an order of %1 %2 is %3").arg(order.quantity).arg(order.symbol, state));
              }});
    }
}

void Tour::planTicker()
{
    then({{},
          [this] { return m_window->ticker().updates() >= 300 && m_window->ticker().marks() > 0; },
          [this] {
              claim(m_window->ticker().updates() >= 300,
                    tr("%1 of %2 quotes of the signal stream were shown by coroutines, %3 symbols "
                       "were marked")
                        .arg(m_window->ticker().updates())
                        .arg(m_window->market().quotes())
                        .arg(m_window->ticker().marks()));
          }});
}

void Tour::planTrouble()
{
    TroubleDesk *desk = m_window->trouble();
    then({[desk] { desk->raiseButton()->click(); },
          [desk] { return desk->failureText().contains("OrderError"); },
          [this, desk] {
              const QString text = desk->failureText();
              claim(text.contains("OrderError: cannot send") && text.contains("in check") &&
                        text.contains("ValueError"),
                    tr("an exception reached the error callback with its cause and its traceback"));
              claim(text.contains("clicked(bool)") && text.contains("trouble:fail"),
                    tr("the error names the signal and the coroutine it came from"));
          }});
}

void Tour::planDownloads()
{
    DownloadDesk *desk = m_window->downloads();
    then({[desk] { desk->startButton()->click(); },
          [desk] {
              int moving = 0;
              for (const Download *file : desk->files())
                  moving += file->received() > 0;
              return moving == desk->files().size();
          },
          [this, desk] {
              claim(desk->running() >= 6,
                    tr("%1 files are fetched at the same time").arg(desk->running()));
          }});
    then({[desk] { desk->files()[2]->cancel(); },
          [desk] { return desk->files()[2]->state() == "cancelled"; },
          [this, desk] {
              claim(desk->files()[2]->state() == "cancelled" && desk->running() >= 5,
                    tr("%1 was cancelled; %2 others go on")
                        .arg(desk->files()[2]->name())
                        .arg(desk->running()));
          }});
}

static QMessageBox *openBox()
{
    return qobject_cast<QMessageBox *>(QApplication::activeModalWidget());
}

void Tour::planMessageBox()
{
    DownloadDesk *desk = m_window->downloads();
    // The click returns when the box is closed: the following steps run in the box's own event loop.
    then({[this] {
              QTimer::singleShot(0, m_window->trouble()->askButton(), &QAbstractButton::click);
          },
          [] { return openBox() != nullptr; },
          [this, desk] {
              claim(openBox() != nullptr, tr("a coroutine opened a QMessageBox with exec()"));
              m_quotes = m_window->ticker().updates();
              m_received = desk->received();
          }});
    then({{},
          [this, desk] {
              return m_window->ticker().updates() > m_quotes + 100 &&
                     desk->received() > m_received + 2000000;
          },
          [this, desk] {
              const int quotes = m_window->ticker().updates() - m_quotes;
              const double megabytes = double(desk->received() - m_received) / 1e6;
              claim(openBox() && quotes > 0 && megabytes > 0,
                    tr("while it is open, %1 more quotes and %2 MB of downloads arrived")
                        .arg(quotes)
                        .arg(megabytes, 0, 'f', 1));
              if (QMessageBox *box = openBox())
                  box->button(QMessageBox::Yes)->click();
          }});
    then({{},
          [this] { return m_window->trouble()->answerText().contains("yes"); },
          [this] {
              claim(m_window->trouble()->answerText().contains("The answer was yes"),
                    tr("the coroutine went on with the answer: %1")
                        .arg(m_window->trouble()->answerText()));
          }});
}

void Tour::planEnd()
{
    DownloadDesk *desk = m_window->downloads();
    then({{}, [desk] { return desk->count("done") >= 2 || desk->running() == 0; }, {}});
    then({[this] {
              m_window->orders()->fillIn("ORSTED", true, 250);
              m_window->orders()->sendButton()->click();
          },
          [this] { return m_window->orders()->state(m_window->orders()->count()) == "accepted"; },
          [this] {
              claim(m_window->grab().save(m_screenshot),
                    tr("screenshot saved to %1").arg(m_screenshot));
          }});
    then({{},
          [desk] { return desk->running() == 0; },
          [this, desk] {
              claim(desk->count("done") == desk->files().size() - 1 && desk->count("failed") == 0,
                    tr("%1 files arrived whole, their SHA-256 is right").arg(desk->count("done")));
              const FrameMeter *meter = m_window->meter();
              // Milliseconds are shown, not judged: on a loaded machine they say little of the window.
              claim(meter->frames() > 100,
                    tr("the window never froze: %1 frames, the longest took %2 ms")
                        .arg(meter->frames())
                        .arg(meter->longest(), 0, 'f', 0));
          }});
}
