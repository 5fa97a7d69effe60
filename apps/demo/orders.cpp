// SPDX-License-Identifier: BSD-3-Clause
#include "orders.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QSpinBox>
#include <QTableWidget>

#include "look.h"
#include "market.h"

enum Column { Number, Side, Quantity, Symbol, Price, State };

// A combo box with an arrow of its own: a style sheet takes the native one away.
class SymbolBox : public QComboBox
{
  protected:
    void paintEvent(QPaintEvent *event) override
    {
        QComboBox::paintEvent(event);
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(Look::faint(), 1.6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        const QPointF tip(width() - 16, height() / 2.0 + 2.5);
        painter.drawPolyline(QPolygonF{tip + QPointF(-4.5, -4.5), tip, tip + QPointF(4.5, -4.5)});
    }
};

OrderDesk::OrderDesk(QWidget *parent) : QWidget(parent)
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(12);
    layout->addLayout(makeTicket());
    layout->addWidget(m_table = makeTable(), 1);
    m_note = new QLabel(tr("Enable the plugin “Orders” to send any."));
    m_note->setObjectName("faint");
    m_note->setTextFormat(Qt::PlainText);
    layout->addWidget(m_note);
    showButton();
}

QLayout *OrderDesk::makeTicket()
{
    m_symbol = new SymbolBox;
    m_symbol->addItems(Market::symbols());
    m_symbol->setMinimumHeight(32);
    m_symbol->setMinimumWidth(118);

    m_buy = new QPushButton(tr("Buy"));
    m_sell = new QPushButton(tr("Sell"));
    auto *sides = new QButtonGroup(this);
    for (QPushButton *side : {m_buy, m_sell}) {
        side->setCheckable(true);
        side->setMinimumSize(60, 32);
        sides->addButton(side);
    }
    m_buy->setChecked(true);

    m_quantity = new QSpinBox;
    m_quantity->setRange(1, 100000);
    m_quantity->setSingleStep(100);
    m_quantity->setValue(100);
    m_quantity->setButtonSymbols(QAbstractSpinBox::NoButtons);
    m_quantity->setAlignment(Qt::AlignRight);
    m_quantity->setMinimumHeight(32);
    m_quantity->setMinimumWidth(84);

    m_send = new QPushButton(tr("Send order"));
    m_send->setObjectName("primary");
    m_send->setMinimumHeight(32);
    connect(m_send, &QPushButton::clicked, this, &OrderDesk::sendRequested);

    auto *row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_symbol, 1);
    row->addWidget(m_buy);
    row->addWidget(m_sell);
    row->addWidget(m_quantity);
    row->addStretch(1);
    row->addWidget(m_send);
    return row;
}

QTableWidget *OrderDesk::makeTable()
{
    auto *table = new QTableWidget(0, 6);
    table->setHorizontalHeaderLabels(
        {tr("No"), tr("Side"), tr("Quantity"), tr("Symbol"), tr("Price"), tr("State")});
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(27);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table->horizontalHeader()->setHighlightSections(false);
    table->setShowGrid(false);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setSelectionMode(QAbstractItemView::NoSelection);
    table->setFocusPolicy(Qt::NoFocus);
    return table;
}

bool OrderDesk::sendEnabled() const
{
    return m_send->isEnabled();
}

void OrderDesk::setSendEnabled(bool enabled)
{
    m_sending = !enabled;
    showButton();
}

void OrderDesk::setOnline(bool online)
{
    m_online = online;
    m_sending = m_sending && online;
    showButton();
}

void OrderDesk::showButton()
{
    m_send->setEnabled(m_online && !m_sending);
    m_send->setText(m_sending ? tr("Sending …") : tr("Send order"));
}

QString OrderDesk::note() const
{
    return m_note->text();
}

void OrderDesk::setNote(const QString &note)
{
    m_note->setText(note);
}

QVariantMap OrderDesk::ticket() const
{
    return {{"symbol", m_symbol->currentText()},
            {"side", m_buy->isChecked() ? "buy" : "sell"},
            {"quantity", m_quantity->value()}};
}

int OrderDesk::book(const QVariantMap &ticket)
{
    const int number = count() + 1;
    const QString texts[] = {QString::number(number),
                             ticket["side"].toString(),
                             QLocale().toString(ticket["quantity"].toInt()),
                             ticket["symbol"].toString(),
                             QStringLiteral("–"),
                             {}};
    m_table->insertRow(0);
    for (int column = 0; column < m_table->columnCount(); ++column)
        m_table->setItem(0, column, new QTableWidgetItem(texts[column]));
    m_table->item(0, Side)->setForeground(ticket["side"] == "buy" ? Look::good() : Look::bad());
    report(number, tr("sent"), {});
    return number;
}

void OrderDesk::report(int number, const QString &state, const QString &price)
{
    const int row = count() - number;
    if (row < 0 || row >= count())
        return;
    QTableWidgetItem *item = m_table->item(row, State);
    item->setText(state);
    item->setForeground(state == "filled"     ? Look::good()
                        : state == "rejected" ? Look::bad()
                                              : Look::warn());
    if (!price.isEmpty())
        m_table->item(row, Price)->setText(price);
}

void OrderDesk::fillIn(const QString &symbol, bool buy, int quantity)
{
    m_symbol->setCurrentText(symbol);
    (buy ? m_buy : m_sell)->setChecked(true);
    m_quantity->setValue(quantity);
}

int OrderDesk::count() const
{
    return m_table->rowCount();
}

QString OrderDesk::state(int number) const
{
    const QTableWidgetItem *item = m_table->item(count() - number, State);
    return item ? item->text() : QString();
}
