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
// clicked, talks to the exchange, and tells what became of it. Without the plugin there is nothing to send.
class OrderDesk : public QWidget
{
    Q_OBJECT
    Q_PROPERTY(bool sendEnabled READ sendEnabled WRITE setSendEnabled)
    Q_PROPERTY(bool online READ isOnline WRITE setOnline)
    Q_PROPERTY(QString note READ note WRITE setNote)

  public:
    explicit OrderDesk(QWidget *parent = nullptr);

    bool sendEnabled() const;
    void setSendEnabled(bool enabled);

    // Whether somebody takes orders.
    bool isOnline() const { return m_online; }
    void setOnline(bool online);

    // A line that the plugin writes below the table.
    QString note() const;
    void setNote(const QString &note);

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

  signals:
    void sendRequested();

  private:
    QLayout *makeTicket();
    void showButton();
    QTableWidget *makeTable();

    QComboBox *m_symbol;
    QPushButton *m_buy, *m_sell, *m_send;
    QSpinBox *m_quantity;
    QTableWidget *m_table;
    QLabel *m_note;
    bool m_online = false;
    bool m_sending = false;
};
