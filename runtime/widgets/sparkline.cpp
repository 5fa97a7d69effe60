/* SPDX-License-Identifier: BSD-3-Clause */
#include "sparkline.h"

#include <algorithm>
#include <cmath>

#include <QtGui/qaccessible.h>
#include <QtGui/qpainter.h>
#include <QtGui/qpainterpath.h>
#include <QtGui/qevent.h>

#include "plain_text.h"
#include "theme.h"

namespace qi
{

/* Of frames and base lines: to be seen, and no more. */
static QColor lineColor(const QPalette &palette)
{
    QColor color = palette.color(QPalette::Text);

    color.setAlphaF(0.2f);
    return color;
}

Sparkline::Sparkline(const QString &title, double least, Format format, QWidget *parent)
    : QWidget(parent), m_title(title), m_least(least), m_format(std::move(format))
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    tellOthers();
}

void Sparkline::add(double value)
{
    const QString before = valueText();

    m_samples.push_back(value);
    if (m_samples.size() > kSamples)
        m_samples.pop_front();
    if (valueText() != before)
        tellOthers();
    update();
}

void Sparkline::clear()
{
    m_samples.clear();
    tellOthers();
    update();
}

QString Sparkline::valueText() const
{
    return m_samples.empty() ? QStringLiteral("–") : m_format(m_samples.back());
}

/* A plot is a picture: the tool tip and those who listen instead of looking get its meaning. */
void Sparkline::tellOthers()
{
    const QString text = QStringLiteral("%1: %2").arg(m_title, valueText());

    setAccessibleName(text);
}

QSize Sparkline::sizeHint() const
{
    return QSize(fontMetrics().averageCharWidth() * 18, fontMetrics().height() * 4);
}

QSize Sparkline::minimumSizeHint() const
{
    return QSize(fontMetrics().averageCharWidth() * 10, sizeHint().height());
}

bool Sparkline::event(QEvent *event)
{
    if (event->type() == QEvent::ToolTip && !m_samples.empty()) {
        const double most = *std::max_element(m_samples.begin(), m_samples.end());
        setToolTip(
            tr("%1: %2, at most %3 in what is shown").arg(m_title, valueText(), m_format(most)));
    }
    return QWidget::event(event);
}

/* The upper end of the plot: a round number, so that it does not change with each sample. */
double Sparkline::scale() const
{
    double most = m_least;

    for (const double sample : m_samples)
        most = std::max(most, sample);
    const double power = std::pow(10, std::floor(std::log10(most)));
    for (const double step : {1.0, 2.0, 5.0, 10.0})
        if (most <= step * power)
            return step * power;
    return most;
}

void Sparkline::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF all = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    painter.setPen(lineColor(palette()));
    painter.setBrush(palette().color(QPalette::Base));
    painter.drawRoundedRect(all, 4, 4);

    const int pad = fontMetrics().averageCharWidth();
    const QRect head(pad, pad / 2, width() - 2 * pad, fontMetrics().height());
    QFont bold = font();
    bold.setBold(true);
    const QString value = plain::leftToRight(valueText());
    const int room = head.width() - QFontMetrics(bold).horizontalAdvance(value) - pad;
    painter.setPen(theme::color(theme::Role::Muted, palette()));
    painter.drawText(head, Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(m_title, Qt::ElideRight, room));
    painter.setPen(palette().color(QPalette::Text));
    painter.setFont(bold);
    painter.drawText(head, Qt::AlignRight | Qt::AlignVCenter, value);
    paintPlot(painter, QRectF(pad, head.bottom() + pad / 2.0, width() - 2 * pad,
                              height() - head.bottom() - pad * 1.2));
}

void Sparkline::paintPlot(QPainter &painter, const QRectF &area) const
{
    const QColor accent = theme::color(theme::Role::Accent, palette());
    const double top = scale();
    QColor tint = accent;

    painter.setPen(lineColor(palette()));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    if (m_samples.empty())
        return;
    const double step = area.width() / double(kSamples - 1);
    double x = area.right() - step * double(m_samples.size() - 1);
    QPolygonF curve;
    for (const double sample : m_samples) {
        curve << QPointF(x, area.bottom() - area.height() * std::clamp(sample / top, 0.0, 1.0));
        x += step;
    }
    QPolygonF filled = curve;
    filled << area.bottomRight() << QPointF(curve.first().x(), area.bottom());
    tint.setAlphaF(0.18f);
    painter.setPen(Qt::NoPen);
    painter.setBrush(tint);
    painter.drawPolygon(filled);
    painter.setPen(QPen(accent, 1.5));
    painter.drawPolyline(curve);
}

} // namespace qi
