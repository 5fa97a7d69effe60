// SPDX-License-Identifier: BSD-3-Clause
#include "chart.h"

#include <algorithm>
#include <cmath>

#include <QPainter>
#include <QPainterPath>

#include "look.h"

static const qsizetype kShown = 240; // values

LiveChart::LiveChart(QWidget *parent) : QWidget(parent), m_color(Look::accent())
{
}

void LiveChart::begin(const QString &address)
{
    m_address = address;
    m_values.clear();
    update();
}

void LiveChart::end()
{
    m_address.clear();
    update();
}

void LiveChart::append(double value)
{
    m_values.append(value);
    if (m_values.size() > kShown)
        m_values.removeFirst();
    ++m_received;
    update();
}

void LiveChart::setColor(const QString &color)
{
    m_color = QColor(color);
    update();
}

void LiveChart::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QPainterPath frame;
    frame.addRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    painter.fillPath(frame, Look::well());
    painter.setFont(Look::small(font()));
    painter.setPen(Look::faint());
    if (m_values.size() < 2) {
        painter.drawText(rect(), Qt::AlignCenter,
                         isLive() ? tr("The first values are coming …")
                                  : tr("Enable the plugin “Live feed”"));
        return;
    }
    painter.drawText(rect().adjusted(12, 8, -12, -8), Qt::AlignTop | Qt::AlignLeft,
                     isLive() ? m_address : tr("ended"));
    painter.drawText(rect().adjusted(12, 8, -12, -8), Qt::AlignTop | Qt::AlignRight,
                     tr("%1 °C").arg(m_values.last(), 0, 'f', 2));
    painter.setClipPath(frame);
    paintLine(&painter, QRectF(rect()).adjusted(0, 30, -1, -10));
}

void LiveChart::paintLine(QPainter *painter, const QRectF &area)
{
    const auto [low, high] = std::minmax_element(m_values.begin(), m_values.end());
    const double bottom = std::floor(*low), span = std::max(std::ceil(*high) - bottom, 1.0);
    const double step = area.width() / double(kShown - 1);
    const double start = area.right() - step * double(m_values.size() - 1);
    QPolygonF line;
    for (qsizetype i = 0; i < m_values.size(); ++i)
        line << QPointF(start + step * double(i),
                        area.bottom() - (m_values[i] - bottom) / span * area.height());

    QPolygonF below = line;
    below << QPointF(area.right(), height()) << QPointF(start, height());
    QLinearGradient shade(0, area.top(), 0, height());
    QColor tint = isLive() ? m_color : Look::faint();
    tint.setAlpha(70);
    shade.setColorAt(0, tint);
    tint.setAlpha(0);
    shade.setColorAt(1, tint);
    painter->setPen(Qt::NoPen);
    painter->setBrush(shade);
    painter->drawPolygon(below);
    painter->setBrush(Qt::NoBrush);
    painter->setPen(QPen(isLive() ? m_color : Look::faint(), 1.8));
    painter->drawPolyline(line);
}
