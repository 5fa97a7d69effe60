/* SPDX-License-Identifier: BSD-3-Clause */
/* A spin box of 64 bits: QSpinBox ends at 32. */
#ifndef QI_WIDGETS_INTEGER_BOX_H
#define QI_WIDGETS_INTEGER_BOX_H

#include <limits>

#include <QtWidgets/qabstractspinbox.h>

namespace qi
{

class IntegerBox : public QAbstractSpinBox
{
    Q_OBJECT

  public:
    explicit IntegerBox(QWidget *parent = nullptr);

    void setRange(qint64 least, qint64 most);
    qint64 value() const { return m_value; }
    void setValue(qint64 value);

    void stepBy(int steps) override;
    QValidator::State validate(QString &text, int &position) const override;
    void fixup(QString &text) const override;

  Q_SIGNALS:
    void valueChanged(qint64 value);

  protected:
    StepEnabled stepEnabled() const override;

  private:
    void take(qint64 value);
    void read(const QString &text);

    qint64 m_value = 0;
    qint64 m_least = std::numeric_limits<qint64>::min(), m_most = std::numeric_limits<qint64>::max();
};

} // namespace qi

#endif
