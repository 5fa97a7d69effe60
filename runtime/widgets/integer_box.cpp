/* SPDX-License-Identifier: BSD-3-Clause */
#include "integer_box.h"

#include <algorithm>

#include <QtWidgets/qlineedit.h>

namespace qi
{

IntegerBox::IntegerBox(QWidget *parent) : QAbstractSpinBox(parent)
{
    lineEdit()->setText(QStringLiteral("0"));
    connect(lineEdit(), &QLineEdit::textEdited, this, &IntegerBox::read);
    /* What was half typed, or beyond the range, becomes what it counts as. */
    connect(this, &QAbstractSpinBox::editingFinished, this, [this] { setValue(m_value); });
}

void IntegerBox::setRange(qint64 least, qint64 most)
{
    m_least = least;
    m_most = std::max(least, most);
    setValue(m_value);
}

void IntegerBox::take(qint64 value)
{
    if (value == m_value)
        return;
    m_value = value;
    Q_EMIT valueChanged(value);
}

void IntegerBox::setValue(qint64 value)
{
    const qint64 within = std::clamp(value, m_least, m_most);
    const QString text = QString::number(within);

    if (lineEdit()->text() != text)
        lineEdit()->setText(text);
    take(within);
}

void IntegerBox::read(const QString &text)
{
    bool isNumber = false;
    const qint64 value = text.trimmed().toLongLong(&isNumber);

    if (isNumber && value >= m_least && value <= m_most)
        take(value);
}

void IntegerBox::stepBy(int steps)
{
    qint64 value = 0;

    if (__builtin_add_overflow(m_value, qint64(steps), &value))
        value = steps > 0 ? m_most : m_least;
    setValue(value);
    lineEdit()->selectAll();
}

QAbstractSpinBox::StepEnabled IntegerBox::stepEnabled() const
{
    StepEnabled enabled = StepNone;

    if (isReadOnly())
        return enabled;
    if (m_value < m_most)
        enabled |= StepUpEnabled;
    if (m_value > m_least)
        enabled |= StepDownEnabled;
    return enabled;
}

QValidator::State IntegerBox::validate(QString &text, int &) const
{
    const QString trimmed = text.trimmed();
    bool isNumber = false;
    const qint64 value = trimmed.toLongLong(&isNumber);

    if (isNumber)
        return value >= m_least && value <= m_most ? QValidator::Acceptable
                                                   : QValidator::Intermediate;
    if (trimmed.isEmpty() || trimmed == QLatin1String("-") || trimmed == QLatin1String("+"))
        return QValidator::Intermediate;
    return QValidator::Invalid;
}

void IntegerBox::fixup(QString &text) const
{
    bool isNumber = false;
    const qint64 value = text.trimmed().toLongLong(&isNumber);

    text = QString::number(isNumber ? std::clamp(value, m_least, m_most) : m_value);
}

} // namespace qi
