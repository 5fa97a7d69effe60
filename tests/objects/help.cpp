/* SPDX-License-Identifier: BSD-3-Clause */
// What help(), inspect and completion tell of the host's objects.
#include <memory>

#include <QtCore/qstringlistmodel.h>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"
#include "tests/support/show.h"
#include "tests/support/thing.h"

using tests::Host;
using tests::show;
using tests::Thing;

namespace
{

/* A host with `thing`, and `has(text, line)`, which says whether a line of it is this one. */
void begin(Host &host, Thing &thing)
{
    show(host, "thing", &thing);
    host.exec("import inspect, io, pydoc, rlcompleter\n"
              "def has(text, line): return line in [one.strip() for one in text.splitlines()]\n"
              "def page(it): return pydoc.plain(pydoc.render_doc(it))");
}

} // namespace

TEST_CASE("help of an object shows its members as C++ declares them")
{
    Host host;
    Thing thing;
    begin(host, thing);

    host.exec("text = page(thing)");
    for (const char *line :
         {"tests::Thing, an object of the application", "Properties:",
          "int level    (`del` resets it, tells by levelChanged)", "int fixed    (read only)",
          "Signals:", "void several(int number, QString text, double real, bool flag)",
          "void defaulted(int number = ...)", "Methods:", "int add(int a, int b)",
          "QString greet(QString name = ...)", "void take(int number)",
          "Enumerations:", "Mood: Calm, Glad, None", "Traits (flags): Fast, Loud, Last",
          "From QObject:", "void deleteLater()"}) {
        INFO(line);
        CHECK(host.eval(("has(text, '" + std::string(line) + "')").c_str()) == "True");
    }
    CHECK(host.eval("'<qi.Object tests::Thing' in text") == "True");
}

TEST_CASE("help of a class stays that of the class")
{
    Host host;
    Thing thing;
    QStringListModel model;
    begin(host, thing);
    show(host, "model", &model);

    CHECK(host.eval("qi.Object.__doc__.startswith('A QObject of the host'), "
                    "inspect.getdoc(qi.Model)[:21], 'findChild' in page(qi.Object)") ==
          "(True, 'A QAbstractItemModel ', True)");
    CHECK(host.eval("model.__doc__.splitlines()[0]") ==
          "'QStringListModel, an object of the application'");
    CHECK(host.eval("'From QAbstractItemModel:' in page(model)") == "True");
}

TEST_CASE("signals and methods tell their declarations")
{
    Host host;
    Thing thing;
    begin(host, thing);

    CHECK(host.eval("thing.levelChanged.__doc__, thing.overloaded.__doc__") ==
          "('void levelChanged(int level)', 'void overloaded(int number)\\nvoid overloaded(QString "
          "text)')");
    CHECK(host.eval("thing.add.__doc__, thing.kind.__doc__") ==
          "('int add(int a, int b)', 'QString kind(int)\\nQString kind(double)\\nQString "
          "kind(QString)')");
    CHECK(host.eval("'int add(int a, int b)' in page(thing.add), 'void levelChanged(int level)' in "
                    "page(thing.levelChanged)") == "(True, True)");
}

TEST_CASE("signature of a method is known to inspect")
{
    Host host;
    Thing thing;
    begin(host, thing);

    CHECK(host.eval("str(inspect.signature(thing.add)), str(inspect.signature(thing.greet))") ==
          "('(a: int, b: int, /) -> int', '(name: str = Ellipsis, /) -> str')");
    CHECK(host.eval("str(inspect.signature(thing.take)), str(inspect.signature(thing.child))") ==
          "('(number: int, /) -> None', \"(name: str, /) -> 'QObject*'\")");
    CHECK(host.eval("str(inspect.signature(thing.kind))") == "'(*args)'");
}

TEST_CASE("completion offers members, and knows which are called")
{
    Host host;
    Thing thing;
    thing.setProperty("colour", 1);
    begin(host, thing);

    host.exec("complete = rlcompleter.Completer({'thing': thing}).attr_matches");
    CHECK(host.eval("complete('thing.lev')") == "['thing.level', 'thing.levelChanged']");
    CHECK(host.eval("complete('thing.ad'), complete('thing.die'), complete('thing.col'), "
                    "complete('thing.findChildr')") ==
          "(['thing.add('], ['thing.die()'], ['thing.colour'], ['thing.findChildren('])");
}

TEST_CASE("object that was destroyed has the help of its class")
{
    Host host;
    auto thing = std::make_unique<Thing>();
    begin(host, *thing);

    host.exec("add = thing.add; changed = thing.levelChanged");
    thing.reset();
    CHECK(host.eval("thing.__doc__ == qi.Object.__doc__, add.__doc__ == type(add).__doc__, "
                    "changed.__doc__ == type(changed).__doc__") == "(True, True, True)");
    CHECK(host.eval("'destroyed' in repr(thing), 'alive' in dir(thing)") == "(True, True)");
}
