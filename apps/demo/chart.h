// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QColor>
#include <QVector>
#include <QWidget>

// A live chart. The plugin `feed` writes it: each value that its WebSocket receives is one append().
class LiveChart : public QWidget
{
    Q_OBJECT
    Q_PROPERTY(QString color READ color WRITE setColor)

  public:
    explicit LiveChart(QWidget *parent = nullptr);

    // Between these two values come, from an address.
    Q_INVOKABLE void begin(const QString &address);
    Q_INVOKABLE void end();
    Q_INVOKABLE void append(double value);

    QString color() const { return m_color.name(); }
    void setColor(const QString &color);

    bool isLive() const { return !m_address.isEmpty(); }
    QString address() const { return m_address; }
    int received() const { return m_received; }
    QSize minimumSizeHint() const override { return {240, 120}; }

  protected:
    void paintEvent(QPaintEvent *event) override;

  private:
    void paintLine(QPainter *painter, const QRectF &area);

    QString m_address;
    QColor m_color;
    QVector<double> m_values; // the latest ones
    int m_received = 0;
};
