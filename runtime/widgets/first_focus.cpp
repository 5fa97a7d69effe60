// SPDX-License-Identifier: BSD-3-Clause
#include "first_focus.h"

#include <QtCore/qpointer.h>
#include <QtGui/qevent.h>

namespace qi
{

namespace
{

class FirstFocus : public QObject
{
  public:
    FirstFocus(QWidget *panel, QWidget *part) : QObject(panel), m_part(part)
    {
        panel->installEventFilter(this);
    }

  protected:
    bool eventFilter(QObject *watched, QEvent *event) override
    {
        if (event->type() == QEvent::FocusIn && m_part)
            m_part->setFocus(static_cast<QFocusEvent *>(event)->reason());
        return QObject::eventFilter(watched, event);
    }

  private:
    QPointer<QWidget> m_part;
};

} // namespace

void hand_focus_to(QWidget *panel, QWidget *part)
{
    new FirstFocus(panel, part);
}

} // namespace qi
