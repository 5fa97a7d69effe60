// SPDX-License-Identifier: BSD-3-Clause
#include "meter.h"

#include <algorithm>

#include <QPainter>
#include <QPainterPath>

#include "look.h"

static const double kFrame = 16.7; // milliseconds at 60 frames a second
static const double kTop = 50;     // what the tallest bar stands for

FrameMeter::FrameMeter(QWidget *parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setToolTip(
        tr("Time between two turns of the window's event loop; the line is 60 frames a second"));
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setInterval(16);
    connect(&m_timer, &QTimer::timeout, this, &FrameMeter::tick);
    m_timer.start();
    m_clock.start();
}

void FrameMeter::reset()
{
    m_frames = 0;
    m_longest = 0;
    m_times.fill(0);
    m_clock.restart();
}

void FrameMeter::tick()
{
    const double time = double(m_clock.nsecsElapsed()) / 1e6;
    m_clock.restart();
    m_times[m_next] = time;
    m_next = (m_next + 1) % m_times.size();
    m_longest = std::max(m_longest, time);
    ++m_frames;
    update();
}

double FrameMeter::recentLongest() const
{
    return *std::max_element(m_times.begin(), m_times.end());
}

void FrameMeter::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF chart(0, 0, width() - 112, height());
    QPainterPath frame;
    frame.addRoundedRect(chart.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    painter.fillPath(frame, Look::well());

    painter.setClipPath(frame);
    const double step = chart.width() / double(m_times.size());
    for (size_t i = 0; i < m_times.size(); ++i) {
        const double time = m_times[(m_next + i) % m_times.size()];
        const double tall = std::min(time / kTop, 1.0) * chart.height();
        const QColor colour = time < 2 * kFrame   ? Look::good()
                              : time < 6 * kFrame ? Look::warn()
                                                  : Look::bad();
        painter.fillRect(
            QRectF(double(i) * step, chart.bottom() - tall, std::max(step - 0.6, 1.0), tall), colour);
    }
    const double line = chart.bottom() - kFrame / kTop * chart.height();
    painter.setPen(QPen(Look::faint(), 1, Qt::DotLine));
    painter.drawLine(QPointF(0, line), QPointF(chart.right(), line));
    painter.setClipping(false);

    const QRectF text(chart.right() + 12, 0, 100, height());
    QFont big = font();
    big.setPointSizeF(font().pointSizeF() * 1.5);
    big.setBold(true);
    painter.setFont(big);
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(text.adjusted(0, 4, 0, -height() / 2.0 + 4), Qt::AlignLeft | Qt::AlignVCenter,
                     tr("%1 ms").arg(recentLongest(), 0, 'f', 0));
    painter.setFont(Look::small(font()));
    painter.setPen(Look::faint());
    painter.drawText(text.adjusted(0, height() / 2.0, 0, -4), Qt::AlignLeft | Qt::AlignVCenter,
                     tr("longest frame"));
}
