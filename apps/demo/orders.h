// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QVariantMap>
#include <QWidget>

class QButtonGroup;
class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;
class QTableWidget;

// The order desk. It knows nothing of exchanges: the plugin `orders` takes the ticket when Send order is
// clicked, talks to the exchange, and tells what became of it.
class OrderDesk : public QWidget
{
    Q_OBJECT
    Q_PROPERTY(bool sendEnabled READ sendEnabled WRITE setSendEnabled)

  public:
    explicit OrderDesk(QWidget *parent = nullptr);

    bool sendEnabled() const;
    void setSendEnabled(bool enabled);

    // What is filled in: symbol, side and quantity.
    Q_INVOKABLE QVariantMap ticket() const;
    // Adds a line to the table; returns its number, from 1.
    Q_INVOKABLE int book(const QVariantMap &ticket);
    // Says how an order stands: "sent", "accepted", "filled" or "rejected", and at what price.
    Q_INVOKABLE void report(int number, const QString &state, const QString &price);

    QPushButton *sendButton() const { return m_send; }
    void fillIn(const QString &symbol, bool buy, int quantity);
    int count() const;
    QString state(int number) const;

  private:
    QLayout *makeTicket();
    QTableWidget *makeTable();

    QComboBox *m_symbol;
    QPushButton *m_buy, *m_sell, *m_send;
    QSpinBox *m_quantity;
    QTableWidget *m_table;
};
