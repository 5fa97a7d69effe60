// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QObject>
#include <QRandomGenerator>
#include <QStringList>
#include <QTimer>
#include <QVector>

// A market that the host is connected to: some hundred prices a second, each a signal.
class Market : public QObject
{
    Q_OBJECT

  public:
    explicit Market(QObject *parent = nullptr);

    static QStringList symbols();
    int quotes() const { return m_quotes; }

    // The last price asked of a symbol.
    Q_INVOKABLE double ask(const QString &symbol) const;

  signals:
    void quote(const QString &symbol, double bid, double ask);

  private:
    void tick();

    QTimer m_timer;
    QVector<double> m_prices;
    QRandomGenerator m_random{20240229};
    int m_quotes = 0;
};
