// SPDX-License-Identifier: BSD-3-Clause
// The icons, as strokes in a square of 16 units.
#include "theme.h"

#include <QtGui/qguiapplication.h>
#include <QtGui/qiconengine.h>
#include <QtGui/qpainter.h>
#include <QtGui/qpainterpath.h>

namespace qi::theme
{

namespace
{

constexpr double SIDE = 16;

QPainterPath lines(std::initializer_list<QPointF> points, bool closed = false)
{
    QPainterPath path;
    path.addPolygon(QPolygonF(QList<QPointF>(points)));
    if (closed)
        path.closeSubpath();
    return path;
}

QPainterPath ring(QPointF center, double radius)
{
    QPainterPath path;
    path.addEllipse(center, radius, radius);
    return path;
}

QPainterPath arc(QPointF center, double radius, double from, double span)
{
    const QRectF square(center.x() - radius, center.y() - radius, 2 * radius, 2 * radius);
    QPainterPath path;
    path.arcMoveTo(square, from);
    path.arcTo(square, from, span);
    return path;
}

QPainterPath gear()
{
    QPainterPath path = ring({8, 8}, 4.2);
    path.addPath(ring({8, 8}, 1.6));
    for (int tooth = 0; tooth < 8; tooth++) {
        QTransform turn;
        turn.translate(8, 8);
        turn.rotate(45 * tooth);
        path.addPath(turn.map(lines({{4.2, 0}, {6.2, 0}})));
    }
    return path;
}

QPainterPath sign_of_exclamation()
{
    QPainterPath path = lines({{8, 5.2}, {8, 9}});
    path.addPath(lines({{8, 11.2}, {8, 11.4}}));
    return path;
}

QPainterPath power(bool on)
{
    QPainterPath path = arc({8, 8.8}, 4.8, 128, 284);
    path.addPath(lines({{8, 2}, {8, 7.5}}));
    if (!on)
        path.addPath(lines({{2.5, 2.5}, {13.5, 14}}));
    return path;
}

QPainterPath stack()
{
    QPainterPath path = lines({{8, 2.5}, {14, 5.5}, {8, 8.5}, {2, 5.5}}, true);
    path.addPath(lines({{2, 8.2}, {8, 11.2}, {14, 8.2}}));
    path.addPath(lines({{2, 10.9}, {8, 13.9}, {14, 10.9}}));
    return path;
}

QPainterPath reload()
{
    QPainterPath path = arc({8, 8}, 5.2, 60, 290);
    path.addPath(lines({{11.2, 1.2}, {10.7, 3.6}, {13.2, 4.2}}));
    return path;
}

QPainterPath plugin()
{
    QPainterPath path = lines({{4, 7}, {12, 7}, {12, 9}, {10, 12}, {6, 12}, {4, 9}}, true);
    path.addPath(lines({{6, 7}, {6, 2.5}}));
    path.addPath(lines({{10, 7}, {10, 2.5}}));
    path.addPath(lines({{8, 12}, {8, 14.5}}));
    return path;
}

QPainterPath joined(QPainterPath path, const QPainterPath &more)
{
    path.addPath(more);
    return path;
}

QPainterPath strokes(Icon which)
{
    switch (which) {
    case Icon::Run:
        return lines({{4.5, 2.8}, {13, 8}, {4.5, 13.2}}, true);
    case Icon::Stop:
        return lines({{3.5, 3.5}, {12.5, 3.5}, {12.5, 12.5}, {3.5, 12.5}}, true);
    case Icon::Reload:
        return reload();
    case Icon::Clear:
        return joined(lines({{2.5, 4}, {13.5, 4}}),
                      joined(lines({{6, 4}, {6.5, 2}, {9.5, 2}, {10, 4}}),
                             lines({{4, 4}, {4.8, 14}, {11.2, 14}, {12, 4}})));
    case Icon::Folder:
        return lines({{1.8, 13}, {1.8, 3.2}, {6, 3.2}, {7.6, 5.2}, {14.2, 5.2}, {14.2, 13}}, true);
    case Icon::Settings:
        return gear();
    case Icon::Search:
        return joined(ring({7, 7}, 4.4), lines({{10.3, 10.3}, {14, 14}}));
    case Icon::Filter:
        return lines({{2, 3}, {14, 3}, {9.5, 8.5}, {9.5, 13.5}, {6.5, 11.5}, {6.5, 8.5}}, true);
    case Icon::Enable:
        return power(true);
    case Icon::Disable:
        return power(false);
    case Icon::Error:
        return joined(ring({8, 8}, 6.2),
                      joined(lines({{5.6, 5.6}, {10.4, 10.4}}), lines({{10.4, 5.6}, {5.6, 10.4}})));
    case Icon::Warning:
        return joined(lines({{8, 1.8}, {14.8, 13.8}, {1.2, 13.8}}, true), sign_of_exclamation());
    case Icon::Info:
        return joined(ring({8, 8}, 6.2),
                      joined(lines({{8, 7.4}, {8, 11.2}}), lines({{8, 4.8}, {8, 5}})));
    case Icon::Good:
        return joined(ring({8, 8}, 6.2), lines({{5, 8.2}, {7.2, 10.4}, {11, 6}}));
    case Icon::Wrap:
        return joined(
            lines({{2, 3.5}, {14, 3.5}}),
            joined(joined(lines({{2, 8}, {10.5, 8}}), arc({10.5, 10}, 2, 90, -180)),
                   joined(lines({{10.5, 12}, {6, 12}}), lines({{8, 10}, {6, 12}, {8, 14}}))));
    case Icon::Stack:
        return stack();
    case Icon::Plugin:
        return plugin();
    case Icon::Add:
        return joined(lines({{8, 3}, {8, 13}}), lines({{3, 8}, {13, 8}}));
    case Icon::Remove:
        return lines({{3, 8}, {13, 8}});
    case Icon::Pause:
        return joined(lines({{5.5, 3}, {5.5, 13}}), lines({{10.5, 3}, {10.5, 13}}));
    case Icon::Copy:
        return joined(lines({{5.5, 5.5}, {13.5, 5.5}, {13.5, 14}, {5.5, 14}}, true),
                      lines({{3.5, 10.5}, {2.5, 10.5}, {2.5, 2}, {10.5, 2}, {10.5, 3.5}}));
    case Icon::Save:
        return joined(joined(lines({{8, 2}, {8, 10}}), lines({{4.8, 7}, {8, 10.2}, {11.2, 7}})),
                      lines({{2.5, 10}, {2.5, 13.5}, {13.5, 13.5}, {13.5, 10}}));
    case Icon::Undo:
        return joined(lines({{6, 3}, {2.8, 6.2}, {6, 9.4}}),
                      joined(lines({{2.8, 6.2}, {9.4, 6.2}}),
                             joined(arc({9.4, 9.5}, 3.3, 90, -180), lines({{9.4, 12.8}, {6, 12.8}}))));
    case Icon::Task:
        return joined(ring({8, 8}, 6.2), lines({{8, 4.2}, {8, 8}, {10.8, 9.8}}));
    }
    return {};
}

QColor color_of(Icon which, const QPalette &palette, QIcon::Mode mode)
{
    if (mode == QIcon::Disabled)
        return palette.color(QPalette::Disabled, QPalette::WindowText);
    if (mode == QIcon::Selected)
        return palette.color(QPalette::HighlightedText);
    switch (which) {
    case Icon::Error:
        return color(Role::Error, palette);
    case Icon::Warning:
        return color(Role::Warning, palette);
    case Icon::Info:
        return color(Role::Accent, palette);
    case Icon::Good:
        return color(Role::Good, palette);
    default:
        return palette.color(QPalette::WindowText);
    }
}

class Engine : public QIconEngine
{
  public:
    explicit Engine(Icon icon) : m_icon(icon) {}

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State) override
    {
        const double scale = std::min(rect.width(), rect.height()) / SIDE;
        QPen pen(color_of(m_icon, QGuiApplication::palette(), mode), 1.4);
        pen.setCapStyle(Qt::RoundCap);
        pen.setJoinStyle(Qt::RoundJoin);

        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->translate(rect.x() + (rect.width() - SIDE * scale) / 2,
                           rect.y() + (rect.height() - SIDE * scale) / 2);
        painter->scale(scale, scale);
        painter->strokePath(strokes(m_icon), pen);
        painter->restore();
    }

    /* Asked anew each time, so that the colours are those of today's palette. */
    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap picture(size);
        picture.fill(Qt::transparent);
        QPainter painter(&picture);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return picture;
    }

    QIconEngine *clone() const override { return new Engine(*this); }

  private:
    Icon m_icon;
};

} // namespace

QIcon icon(Icon which)
{
    return QIcon(new Engine(which));
}

} // namespace qi::theme
