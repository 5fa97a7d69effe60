/* SPDX-License-Identifier: BSD-3-Clause */
// Enumerations and flags: by member, number and name, also those of other bindings.
#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"
#include "tests/support/raises.h"
#include "tests/support/show.h"
#include "tests/support/thing.h"

using tests::Host;
using tests::raises;
using tests::show;
using tests::Thing;

namespace
{

class Painter : public QObject
{
    Q_OBJECT
    Q_PROPERTY(Qt::Orientation direction MEMBER direction)
    Q_PROPERTY(Qt::Alignment alignment MEMBER alignment)
    Q_PROPERTY(Size size MEMBER size)

  public:
    enum class Size : quint8 { Small = 1, Large = 200 };
    Q_ENUM(Size)

    Q_INVOKABLE int align(Qt::Alignment how) { return int(how); }
    Q_INVOKABLE Qt::Orientation turned(Qt::Orientation how)
    {
        return how == Qt::Horizontal ? Qt::Vertical : Qt::Horizontal;
    }
    Q_INVOKABLE QString paint(Size) { return QStringLiteral("size"); }
    Q_INVOKABLE QString paint(const QString &) { return QStringLiteral("text"); }

    Qt::Orientation direction = Qt::Horizontal;
    Qt::Alignment alignment;
    Size size = Size::Small;
};

} // namespace

TEST_CASE("names set enumerations and flags")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    host.exec("thing.mood = 'Glad'; thing.traits = 'Fast|Loud'");
    CHECK(thing.mood == Thing::Glad);
    CHECK(thing.traits == (Thing::Fast | Thing::Loud));
    host.exec("thing.mood = 'Thing::None'; thing.traits = ' Last | Fast '");
    CHECK(thing.mood == Thing::None);
    CHECK(thing.traits == (Thing::Fast | Thing::Last));
    host.exec("thing.mood = 'None_'; thing.traits = ''");
    CHECK(thing.mood == Thing::None);
    CHECK(thing.traits == Thing::Traits());
    host.exec("thing.mood = 5; thing.traits = 2");
    CHECK(thing.mood == Thing::Glad);
    CHECK(thing.traits == Thing::Loud);
}

TEST_CASE("name that an enumeration does not have is refused with those that it has")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    CHECK(raises(host, "thing.mood = 'Gald'") ==
          "ValueError: tests::Thing.mood: 'Gald' is no name of tests::Thing::Mood; there is Calm, "
          "Glad, None");
    CHECK(raises(host, "thing.traits = 'Fast|Slow'") ==
          "ValueError: tests::Thing.traits: 'Fast|Slow' is no name of tests::Thing::Traits; there "
          "is Fast, Loud, Last");
    CHECK(raises(host, "thing.mood = 1.5") ==
          "TypeError: tests::Thing.mood: tests::Thing::Mood expected, got float");
    CHECK(thing.mood == Thing::Calm);
}

TEST_CASE("classes of enumerations name their scope")
{
    Host host;
    Thing thing;
    show(host, "thing", &thing);

    thing.traits = Thing::Traits(Thing::Fast) | Thing::Loud;
    CHECK(host.eval("thing.mood, thing.traits") ==
          "(<tests.Thing.Mood.Calm: 0>, <tests.Thing.Traits.Fast|Loud: 3>)");
    CHECK(host.eval("thing.Mood.__module__, thing.Mood.__qualname__, thing.Mood.__doc__") ==
          "('qi', 'tests.Thing.Mood', 'tests::Thing::Mood of the application')");
    CHECK(host.eval("thing.mood is thing.Mood.Calm, thing.Mood is type(thing.mood)") ==
          "(True, True)");
}

TEST_CASE("enumerations of Qt itself, and small ones")
{
    Host host;
    Painter painter;
    show(host, "painter", &painter);

    CHECK(host.eval("painter.direction, painter.turned('Horizontal'), painter.turned(2)") ==
          "(<Qt.Orientation.Horizontal: 1>, <Qt.Orientation.Vertical: 2>, "
          "<Qt.Orientation.Horizontal: 1>)");
    CHECK(host.eval("painter.align('AlignLeft|AlignTop')") == "33");
    host.exec("painter.alignment = 'AlignRight'; painter.size = 'Large'");
    CHECK(painter.alignment == Qt::AlignRight);
    CHECK(painter.size == Painter::Size::Large);
    CHECK(raises(host, "painter.turned('Diagonal')")
              .find("argument 1: 'Diagonal' is no name of Qt::Orientation; there is Horizontal") !=
          std::string::npos);
}

TEST_CASE("text prefers the overload that takes text")
{
    Host host;
    Painter painter;
    show(host, "painter", &painter);

    CHECK(host.eval("painter.paint('Small'), painter.paint(painter.Size.Small)") ==
          "('text', 'size')");
}

TEST_CASE("members of a binding's enumerations are taken by their class")
{
    Host host;
    Painter painter;
    show(host, "painter", &painter);

    /* As PyQt6 and PySide6 make them: no numbers. */
    host.exec("import enum\n"
              "class Orientation(enum.Enum): Horizontal = 1; Vertical = 2\n"
              "class AlignmentFlag(enum.Flag): AlignLeft = 1; AlignTop = 0x20\n"
              "painter.direction = Orientation.Vertical\n"
              "painter.alignment = AlignmentFlag.AlignLeft | AlignmentFlag.AlignTop");
    CHECK(painter.direction == Qt::Vertical);
    CHECK(painter.alignment == (Qt::AlignLeft | Qt::AlignTop));
    CHECK(raises(host, "painter.direction = AlignmentFlag.AlignLeft")
              .find("TypeError: Painter.direction: a member of Qt::Orientation expected, got "
                    "<AlignmentFlag.AlignLeft: 1>") != std::string::npos);
}

#include "enums.moc"
