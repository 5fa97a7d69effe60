// SPDX-License-Identifier: BSD-3-Clause
// Ctrl and the wheel over a text, as steps of its font's size.
#ifndef QI_WIDGETS_ZOOM_WHEEL_H
#define QI_WIDGETS_ZOOM_WHEEL_H

#include <optional>

#include <QtGui/qevent.h>

namespace qi
{

class ZoomWheel
{
  public:
    /* The steps that the wheel was turned by, which may be 0; none: the event is not for this. */
    std::optional<int> turned(QWheelEvent *event)
    {
        if (event->modifiers() != Qt::ControlModifier)
            return std::nullopt;
        event->accept();
        m_angle += event->angleDelta().y(); /* touchpads send less than a step at a time */
        const int steps = m_angle / QWheelEvent::DefaultDeltasPerStep;
        m_angle -= steps * QWheelEvent::DefaultDeltasPerStep;
        return steps;
    }

  private:
    int m_angle = 0;
};

} // namespace qi

#endif
