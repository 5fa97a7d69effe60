// SPDX-License-Identifier: BSD-3-Clause
#include "tour.h"

#include <algorithm>

#include <QAbstractButton>
#include <QApplication>
#include <QDirIterator>
#include <QFile>
#include <QMessageBox>
#include <QPixmap>
#include <QProgressBar>
#include <QPushButton>
#include <QTextStream>
#include <qi/console.hpp>
#include <qi/task_monitor.hpp>

#include "chart.h"
#include "downloads.h"
#include "meter.h"
#include "orders.h"
#include "trouble.h"
#include "window.h"

static const qint64 kPatience = 30000; // milliseconds for one step, on a slow and busy machine

static const QStringList kHonest = {"downloads", "feed", "orders", "ticker"};
static const QStringList kAll = kHonest + QStringList("trouble");

Tour::Tour(Window *window, const QString &screenshot, QObject *parent)
    : QObject(parent), m_window(window), m_screenshot(screenshot)
{
    plan();
    connect(&m_timer, &QTimer::timeout, this, &Tour::advance);
}

// As an installed plugin has it: nobody else may write to it.
static void makePrivate(const QString &path)
{
    QFile::Permissions permissions = QFile::ReadOwner | QFile::WriteOwner;
    if (QFileInfo(path).isDir())
        permissions |= QFile::ExeOwner;
    QFile::setPermissions(path, permissions);
}

bool Tour::copyPlugins(const QString &folder)
{
    const QDir from(folder), to(m_folder.filePath("plugins"));
    QDirIterator files(folder, {"*.py", "*.toml"}, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString name = from.relativeFilePath(files.next());
        const QString copy = to.filePath(name);
        if (!QDir().mkpath(QFileInfo(copy).path()) || !QFile::copy(from.filePath(name), copy))
            return false;
        makePrivate(copy);
        makePrivate(QFileInfo(copy).path());
    }
    makePrivate(to.path());
    return m_folder.isValid() && to.exists();
}

PluginPlaces Tour::places() const
{
    return {m_folder.filePath("plugins"), m_folder.filePath("settings.ini"),
            m_folder.filePath("data")};
}

bool Tour::agree(const qi_plugin_consent *consent, void *user)
{
    auto *tour = static_cast<Tour *>(user);

    tour->m_asked.append(QString("%1 %2").arg(consent->reason, consent->id));
    return !tour->m_changed.isEmpty() && tour->m_changed == consent->id;
}

void Tour::plan()
{
    planStart();
    planOrders();
    planTicker();
    planFeed();
    planErrors();
    planHang();
    planDownloads();
    planMessageBox();
    planWidgets();
    planReload();
    planPicture();
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
        if (!ready)
            giveUp(tr("gave up after %1 seconds; nothing after this was tried").arg(kPatience / 1000));
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

void Tour::giveUp(const QString &why)
{
    claim(false, why);
    m_at = m_steps.size() - 1;
}

bool Tour::are(const QStringList &ids, const QString &state) const
{
    return std::all_of(ids.begin(), ids.end(),
                       [&](const QString &id) { return m_window->plugins().state(id) == state; });
}

void Tour::planStart()
{
    then({{},
          [this] {
              return std::all_of(kAll.begin(), kAll.end(), [this](const QString &id) {
                  const QString state = m_window->plugins().state(id);
                  return state == "active" || state == "blocked" || state == "failed";
              });
          },
          [this] {
              for (const QString &id : kAll)
                  if (m_window->plugins().state(id) != "active")
                      claim(false, id + ": " + m_window->plugins().info(id)["reason"].toString());
              claim(m_asked.isEmpty() && are(kAll, "active"),
                    tr("%1 plugins, which came with the demo, are active at its first start")
                        .arg(m_window->plugins().list().size()));
              if (!are(kAll, "active"))
                  giveUp(tr("without them there is nothing to show"));
          }});
}

void Tour::planOrders()
{
    OrderDesk *desk = m_window->orders();
    then({{},
          [this] {
              return !m_window->downloads()->files().isEmpty() && m_window->ticker().updates() > 20;
          },
          [this] {
              claim(!m_window->downloads()->files().isEmpty(),
                    tr("their aiohttp server answers at %1").arg(m_window->downloads()->server()));
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

void Tour::planFeed()
{
    then({{},
          [this] { return m_window->chart()->received() >= 60; },
          [this] {
              claim(m_window->chart()->received() >= 60,
                    tr("%1 values came through the WebSocket at %2")
                        .arg(m_window->chart()->received())
                        .arg(m_window->chart()->address()));
          }});
    then({[this] { m_window->plugins().set("feed", "color", "#2a9d62"); },
          [this] { return m_window->chart()->color() == "#2a9d62"; },
          [this] {
              claim(m_window->chart()->color() == "#2a9d62",
                    tr("a setting that was changed reached the plugin and the chart"));
              m_window->plugins().set("feed", "color", {});
          }});
}

void Tour::planErrors()
{
    TroubleDesk *desk = m_window->trouble();
    then({[desk] { desk->button("fail")->click(); },
          [desk] { return desk->failureText().contains("OrderError"); },
          [this, desk] {
              const QString text = desk->failureText();
              claim(text.contains("OrderError: cannot send") && text.contains("in check") &&
                        text.contains("ValueError"),
                    tr("an exception reached the error callback with its cause and its traceback"));
              claim(text.contains("plugin trouble") && text.contains("provoked()"),
                    tr("it names the plugin and the signal that it came from"));
          }});
    then({[desk] { desk->button("storm")->click(); },
          [this] { return m_window->plugins().state("trouble") == "failed"; },
          [this, desk] {
              claim(m_window->plugins().state("trouble") == "failed" && are(kHonest, "active"),
                    tr("a plugin that fails all the time was ended, the others go on: %1")
                        .arg(m_window->plugins().info("trouble")["reason"].toString()));
              claim(!desk->button("fail")->isEnabled(), tr("its buttons are out of reach"));
          }});
    then({[this] { m_window->plugins().enable("trouble"); },
          [this] { return m_window->plugins().state("trouble") == "active"; },
          [this] {
              claim(m_window->plugins().state("trouble") == "active",
                    tr("enabled again, it is back"));
          }});
}

void Tour::planHang()
{
    TroubleDesk *desk = m_window->trouble();
    then({[this, desk] {
              m_quotes = m_window->market().quotes();
              desk->button("hang")->click(); // returns when the watchdog has ended it
          },
          [this, desk] {
              return !desk->stallText().isEmpty() && m_window->market().quotes() > m_quotes + 20;
          },
          [this, desk] {
              claim(desk->stallText().contains("trouble"),
                    tr("an endless loop was noticed from outside: %1").arg(desk->stallText()));
              claim(m_window->market().quotes() > m_quotes + 20 && are(kAll, "active"),
                    tr("it was ended by an exception in that plugin, and the window goes on"));
              m_window->meter()->reset();
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
              const QList<QProgressBar *> bars = desk->findChildren<QProgressBar *>();
              const auto moved = std::count_if(bars.begin(), bars.end(), [](const QProgressBar *bar) {
                  return bar->value() > bar->minimum();
              });
              claim(moved == bars.size() && moved > 0,
                    tr("%1 bars show what the coroutines told by qi.progress()").arg(moved));
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
              QTimer::singleShot(0, m_window->trouble()->button("ask"), &QAbstractButton::click);
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

void Tour::planWidgets()
{
    then({[this] {
              m_window->console()->execute("import asyncio\n"
                                           "await asyncio.sleep(0.01)\n"
                                           "print('six times seven is', 6 * 7)");
          },
          [this] {
              return !m_window->console()->isRunning() &&
                     m_window->console()->transcript().contains("is 42");
          },
          [this] {
              claim(m_window->console()->transcript().contains("six times seven is 42"),
                    tr("the console awaited, and printed"));
              m_window->tasks()->refresh();
              claim(m_window->tasks()->text().contains("feed: listen"),
                    tr("the monitor lists the tasks, such as that of the feed"));
          }});
}

void Tour::planReload()
{
    OrderDesk *desk = m_window->orders();
    then({[this] {
              QFile file(m_folder.filePath("plugins/orders/__init__.py"));
              bool changed = file.open(QIODevice::ReadWrite);
              const QByteArray source = file.readAll().replace("VERSION = 1", "VERSION = 2");
              changed = changed && file.seek(0) && file.write(source) == source.size();
              file.close();
              claim(changed, tr("the source of a plugin was changed"));
              m_changed = "orders";
              m_window->plugins().reload("orders");
          },
          [desk] { return desk->note().contains("version 2"); },
          [this, desk] {
              claim(desk->note() == tr("%1 sent, version 2").arg(desk->count()),
                    tr("it was reloaded, and its ctx.state was kept: %1").arg(desk->note()));
              claim(m_asked == QStringList("changed orders"),
                    tr("the user was asked again, since its files had changed"));
          }});
}

void Tour::planPicture()
{
    OrderDesk *desk = m_window->orders();
    then({{}, [this] { return m_window->downloads()->count("done") >= 2; }, {}});
    then({[this, desk] {
              m_window->trouble()->button("fail")->click();
              m_window->console()->execute("host.market.ask('ASML')");
              desk->fillIn("ORSTED", true, 250);
              desk->sendButton()->click();
          },
          [this, desk] {
              return desk->state(desk->count()) == "accepted" && !m_window->console()->isRunning();
          },
          [this] {
              if (!m_screenshot.isEmpty())
                  claim(m_window->grab().save(m_screenshot),
                        tr("screenshot saved to %1").arg(m_screenshot));
          }});
}

void Tour::planEnd()
{
    DownloadDesk *desk = m_window->downloads();
    then({{},
          [desk] { return desk->running() == 0; },
          [this, desk] {
              claim(desk->count("done") == desk->files().size() - 1 && desk->count("failed") == 0,
                    tr("%1 files arrived whole, their SHA-256 is right").arg(desk->count("done")));
              const FrameMeter *meter = m_window->meter();
              // Milliseconds are shown, not judged: on a loaded machine they say little of the window.
              claim(meter->frames() > 100,
                    tr("the window has not frozen since: %1 frames, the longest took %2 ms")
                        .arg(meter->frames())
                        .arg(meter->longest(), 0, 'f', 0));
          }});
    then({[this] {
              m_window->trouble()->button("leak")->click();
              m_window->plugins().disable("trouble");
          },
          [this] { return m_window->plugins().state("trouble") == "disabled"; },
          [this] {
              const QVariantMap report = m_window->plugins().info("trouble")["report"].toMap();
              const QStringList threads = report["threads"].toStringList();
              claim(!report["clean"].toBool() && threads.join(' ').contains("forgotten"),
                    tr("what a plugin left behind is named: %1").arg(threads.join(", ")));
          }});
    then({[this] {
              for (const QString &id : kHonest)
                  m_window->plugins().disable(id);
          },
          [this] { return are(kHonest, "disabled"); },
          [this] {
              for (const QString &id : kHonest) {
                  const QVariantMap report = m_window->plugins().info(id)["report"].toMap();
                  QStringList left;
                  for (const QVariant &what : report)
                      left += what.toStringList();
                  claim(report["clean"].toBool(),
                        tr("%1 left nothing behind%2")
                            .arg(id, report["clean"].toBool() ? QString() : ": " + left.join("; ")));
              }
              claim(m_window->downloads()->files().isEmpty() && !m_window->chart()->isLive() &&
                        !m_window->orders()->sendButton()->isEnabled(),
                    tr("the desks are as they were without plugins"));
          }});
}
