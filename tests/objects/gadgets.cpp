/* SPDX-License-Identifier: BSD-3-Clause */
// Values of Q_GADGET types: their members, and that they are values.
#include <stdexcept>

#include <QtCore/qobject.h>
#include <QtCore/qvariant.h>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"
#include "tests/support/raises.h"
#include "tests/support/show.h"

namespace shop
{
Q_NAMESPACE

struct Price {
    Q_GADGET
    Q_PROPERTY(double amount MEMBER amount)
    Q_PROPERTY(QString currency MEMBER currency)

  public:
    double amount = 0;
    QString currency = QStringLiteral("EUR");

    friend bool operator==(const Price &a, const Price &b)
    {
        return a.amount == b.amount && a.currency == b.currency;
    }
    friend bool operator!=(const Price &a, const Price &b) { return !(a == b); }
};

/* Cannot be compared in C++. */
class Order
{
    Q_GADGET
    Q_PROPERTY(QString item MEMBER item)
    Q_PROPERTY(int count READ count WRITE setCount)
    Q_PROPERTY(shop::Price price MEMBER price)
    Q_PROPERTY(State state MEMBER state)
    Q_PROPERTY(double total READ total)

  public:
    enum State { Open, Sent = 3 };
    Q_ENUM(State)

    int count() const { return m_count; }
    void setCount(int count) { m_count = count; }
    double total() const { return m_count * price.amount; }

    Q_INVOKABLE QString text(const QString &before = QStringLiteral("an order of ")) const
    {
        return before + item;
    }
    Q_INVOKABLE void add(int more) { m_count += more; }
    Q_INVOKABLE int fail() const { throw std::runtime_error("no stock"); }

    QString item;
    Price price;
    State state = Open;

  private:
    int m_count = 1;
};

class Desk : public QObject
{
    Q_OBJECT
    Q_PROPERTY(shop::Order last READ getLast WRITE setLast)
    Q_PROPERTY(QVariant anything MEMBER anything)

  public:
    Order getLast() const { return last; }
    void setLast(const Order &order) { last = order; }

    Q_INVOKABLE shop::Order order(const QString &item)
    {
        Order made;
        made.item = item;
        made.price.amount = 2.5;
        return made;
    }
    Q_INVOKABLE double charge(const shop::Order &order) { return order.total(); }
    Q_INVOKABLE QVariantList history() { return {QVariant::fromValue(last), 1}; }
    Q_INVOKABLE double sum(const QList<shop::Order> &orders)
    {
        double sum = 0;
        for (const Order &one : orders)
            sum += one.total();
        return sum;
    }

    Order last;
    QVariant anything;

  Q_SIGNALS:
    void sold(const shop::Order &order);
};

} // namespace shop

using shop::Desk;
using tests::Host;
using tests::raises;
using tests::show;

TEST_CASE("members of a value are attributes")
{
    Host host;
    Desk desk;
    show(host, "desk", &desk);

    host.exec("order = desk.order('tea'); order.count = 4");
    CHECK(host.eval("order.item, order.count, order.total, order.text(), order.text('the ')") ==
          "('tea', 4, 10.0, 'an order of tea', 'the tea')");
    CHECK(host.eval("order.price.amount, order.price.currency, order.state, order.State.Sent") ==
          "(2.5, 'EUR', <shop.Order.State.Open: 0>, <shop.Order.State.Sent: 3>)");
    CHECK(
        host.eval("order.type_name, isinstance(order, qi.Gadget), isinstance(order, qi.Variant)") ==
        "('shop::Order', True, True)");
    CHECK(host.eval("order") ==
          "<qi.Gadget shop::Order(item='tea', count=4, price=<qi.Gadget shop::Price(amount=2.5, "
          "currency='EUR')>, state=<shop.Order.State.Open: 0>, total=10.0)>");
    CHECK(host.eval("{'item', 'count', 'add', 'State', 'type_name'} <= set(dir(order))") == "True");
    host.exec("order.add(2); order.state = 'Sent'");
    CHECK(host.eval("order.add.__doc__, str(__import__('inspect').signature(order.add)), "
                    "order.__doc__.splitlines()[0]") ==
          "('void add(int more)', '(more: int, /) -> None', 'shop::Order, a value of the "
          "application')");
    CHECK(host.eval("order.count, order.state.name, order.add.signatures, order.text.signatures") ==
          "(6, 'Sent', 'add(int)', 'text(QString)\\ntext()')");
}

TEST_CASE("values go back to the host, in whatever they are")
{
    Host host;
    Desk desk;
    show(host, "desk", &desk);

    host.exec("order = desk.order('tea'); order.count = 3; desk.last = order\n"
              "desk.anything = {'orders': [order]}");
    CHECK(desk.last.item == QStringLiteral("tea"));
    CHECK(desk.last.count() == 3);
    const QVariantList orders = desk.anything.toMap().value(QStringLiteral("orders")).toList();
    CHECK(orders.first().value<shop::Order>().count() == 3);
    CHECK(host.eval("desk.charge(order), desk.sum([order, order]), desk.history()[0].count, "
                    "desk.anything['orders'][0].item") == "(7.5, 15.0, 3, 'tea')");
    host.exec("sold = []; desk.sold.connect(sold.append); desk.sold.emit(order)");
    CHECK(host.eval("sold[0] == order") == "True");
}

TEST_CASE("value is a copy")
{
    Host host;
    Desk desk;
    show(host, "desk", &desk);

    host.exec("import copy\n"
              "desk.last = desk.order('tea'); order = desk.last; order.count = 9\n"
              "twin = copy.copy(order); twin.count = 8; deep = copy.deepcopy(order)\n"
              "order.price.amount = 99");
    CHECK(desk.last.count() == 1);
    CHECK(host.eval("order.count, twin.count, deep == order, twin == order, twin != order, "
                    "order.price.amount") == "(9, 8, True, False, True, 2.5)");
}

TEST_CASE("what changes a value while another property of it is converted is kept")
{
    Host host;
    Desk desk;
    show(host, "desk", &desk);

    host.exec("order = desk.order('tea')\n"
              "class Renaming:\n"
              "    def __index__(self):\n"
              "        order.item = 'coffee'\n"
              "        return 3\n"
              "order.count = Renaming()");
    CHECK(host.eval("order.item, order.count") == "('coffee', 3)");
}

TEST_CASE("dict of properties is a value")
{
    Host host;
    Desk desk;
    show(host, "desk", &desk);

    CHECK(host.eval("desk.charge({'count': 2, 'price': {'amount': 1.5}, 'state': 'Sent'}), "
                    "desk.charge({})") == "(3.0, 0.0)");
    CHECK(raises(host, "desk.charge({'cuont': 2})")
              .find("TypeError: shop::Desk.charge(), argument 1: shop::Order has no property or "
                    "method 'cuont'; did you mean 'count'?") == 0);
    CHECK(
        raises(host, "desk.charge({'count': 'x'})") ==
        "TypeError: shop::Desk.charge(), argument 1: shop::Order.count: int expected for int, got "
        "str");
}

TEST_CASE("wrong use of a value names its class")
{
    Host host;
    Desk desk;
    show(host, "desk", &desk);

    host.exec("order = desk.order('tea')");
    CHECK(raises(host, "order.itme")
              .find("AttributeError: shop::Order has no property or method 'itme'; did you mean "
                    "'item'?") == 0);
    CHECK(raises(host, "order.itme = 1").find("AttributeError: shop::Order has no") == 0);
    CHECK(raises(host, "order.total = 1") == "AttributeError: shop::Order.total cannot be written");
    CHECK(raises(host, "del order.item") == "AttributeError: shop::Order.item cannot be deleted");
    CHECK(raises(host, "order.count = 'x'") ==
          "TypeError: shop::Order.count: int expected for int, got str");
    CHECK(raises(host, "order.add()")
              .find("TypeError: shop::Order.add(): no form of it takes just 0 "
                    "arguments; there is 'add(int)'") == 0);
    CHECK(raises(host, "order.fail()") == "RuntimeError: the host threw a C++ exception: no stock");
    CHECK(raises(host, "hash(order)").find("TypeError: unhashable") == 0);
}

#include "gadgets.moc"
