// SPDX-License-Identifier: BSD-3-Clause
#include "market.h"

static const struct {
    const char *symbol;
    double price;
} kListed[] = {{"AIRBUS", 148.20}, {"ASML", 861.40},   {"KONE", 47.85},
               {"NOKIA", 3.412},   {"ORSTED", 402.10}, {"PHILIPS", 21.74},
               {"SAP", 176.30},    {"SHELL", 33.05},   {"VOLVO", 271.90}};

static const double kSpread = 0.0004;

Market::Market(QObject *parent) : QObject(parent)
{
    for (const auto &listed : kListed)
        m_prices.append(listed.price);
    connect(&m_timer, &QTimer::timeout, this, &Market::tick);
    m_timer.start(5);
}

QStringList Market::symbols()
{
    QStringList names;
    for (const auto &listed : kListed)
        names.append(listed.symbol);
    return names;
}

double Market::ask(const QString &symbol) const
{
    const qsizetype index = symbols().indexOf(symbol);
    return index < 0 ? 0 : m_prices[index] * (1 + kSpread);
}

// One step of a random walk for one symbol.
void Market::tick()
{
    const int index = int(m_random.bounded(quint32(m_prices.size())));
    double &price = m_prices[index];
    price *= 1 + (m_random.generateDouble() - 0.498) * 0.0024;
    ++m_quotes;
    emit quote(QString(kListed[index].symbol), price * (1 - kSpread), price * (1 + kSpread));
}
