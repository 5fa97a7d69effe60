// SPDX-License-Identifier: BSD-3-Clause
#include "window.h"

#include <cstdint>
#include <memory>
#include <utility>

#include <QtCore/qtimer.h>
#include <QtGui/qpainter.h>
#include <QtWidgets/qwidget.h>

#include "subject.h"

namespace bench
{

namespace
{

constexpr int INTERVAL_MS = 5;

double seconds_since(std::uint64_t then_ns)
{
    const std::uint64_t now = now_ns();

    return now > then_ns ? static_cast<double>(now - then_ns) / 1e9 : 0.0;
}

class Window : public QWidget
{
  public:
    Window()
    {
        m_timer.setSingleShot(true);
        m_timer.setTimerType(Qt::PreciseTimer);
        connect(&m_timer, &QTimer::timeout, this, [this] { tick(); });
        resize(320, 200);
        show();
        arm();
    }

    Lateness take() { return std::move(m_lateness); }

  protected:
    void paintEvent(QPaintEvent *) override
    {
        if (m_asked_ns != 0)
            m_lateness.paint.push_back(seconds_since(std::exchange(m_asked_ns, 0)));
        QPainter(this).fillRect(rect(), Qt::darkCyan);
    }

  private:
    void arm()
    {
        m_timer.start(INTERVAL_MS);
        m_due_ns = now_ns() + INTERVAL_MS * 1'000'000ULL;
    }

    void tick()
    {
        m_lateness.timer.push_back(seconds_since(m_due_ns));
        if (m_asked_ns == 0)
            m_asked_ns = now_ns();
        update();
        arm();
    }

    QTimer m_timer;
    std::uint64_t m_due_ns = 0;
    std::uint64_t m_asked_ns = 0; // 0: no paint event is under way
    Lateness m_lateness;
};

std::unique_ptr<Window> window;

} // namespace

void window_open()
{
    window = std::make_unique<Window>();
}

Lateness window_close()
{
    Lateness noted;

    if (window)
        noted = window->take();
    window.reset();
    return noted;
}

} // namespace bench
