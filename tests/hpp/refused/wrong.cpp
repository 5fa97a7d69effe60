// SPDX-License-Identifier: BSD-3-Clause
// What the compiler refuses, and what it says: see compile.py. Without WRONG all of this compiles.
#include <functional>
#include <memory>
#include <string>

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qdatetime.h>
#include <QtCore/qobject.h>
#include <QtCore/qtimer.h>

#include <qi/qi.hpp>

struct Unknown {
    int number;
};

class Loose
{
  public:
    void changed() {}
};

class Sender : public QObject
{
    Q_OBJECT

  public:
    int answer();

  Q_SIGNALS:
    void plain();
    void asked(int &answer);
    void unknown(const Unknown &value);
    void pointed(Unknown *value);
    void forwarded(class Nowhere *object);
    void numbered(int number, const QString &text, QObject *object, Qt::Orientation orientation);
};

class Plain : public QObject
{
};

class Derived : public Sender
{
    Q_OBJECT
};

[[maybe_unused]] static void right(qi::Runtime &python, Derived *sender, QTimer *timer)
{
    qi::connect(sender, &Sender::numbered, "a:b").expect("a connection");
    python.connect(sender, &Derived::plain, "a:b").expect("a connection");
    qi::connect(timer, &QTimer::timeout, u"a:b").expect("a connection");
    python.run<QStringList>("a:b", 1, "two", sender, std::vector<std::string>{}).then(sender, [](auto) {
    });
    (void)python.run<std::map<int, std::optional<QDateTime>>>("a:b", QVariant(), nullptr).result();
}

#ifdef WRONG
[[maybe_unused]] static void wrong(qi::Runtime &python, Sender *sender, QTimer *timer, Loose *loose)
{
    (void)qi::connect(timer, &Sender::plain, "a:b"); // says: the sender is no pointer to an object
    (void)qi::connect(sender, &QTimer::timeout, "a:b"); // says: the sender is no pointer to an object
    (void)python.connect(sender, &Derived::destroyed, "a:b", 3); // says: no matching
    (void)qi::connect(loose, &Loose::changed, "a:b"); // says: is not derived from QObject
    (void)qi::connect(sender, 7, "a:b"); // says: a signal is given as a pointer to a member
    (void)qi::connect(sender, &Sender::answer, "a:b"); // says: returns something, so it is no signal
    (void)qi::connect(sender, &Sender::asked, "a:b");  // says: by a reference that is not const
    (void)qi::connect(sender, &Sender::unknown, "a:b");   // says: Python cannot get an argument
    (void)qi::connect(sender, &Sender::pointed, "a:b");   // says: Python cannot get an argument
    (void)qi::connect(sender, &Sender::forwarded, "a:b"); // says: Python cannot get an argument
    (void)python.run("a:b", Unknown{1});                  // says: cannot be given to Python
    (void)python.run("a:b", std::vector<Unknown>());      // says: cannot be given to Python
    (void)python.run("a:b", std::make_unique<int>(1));    // says: cannot be given to Python
    (void)python.run<Unknown>("a:b");                     // says: cannot be got from Python
    (void)python.run<const char *>("a:b");                // says: cannot be got from Python
    (void)python.run<QStringView>("a:b");                 // says: cannot be got from Python
    (void)python.run<QList<std::string_view>>("a:b");     // says: cannot be got from Python
    python.run<int>("a:b").then(sender, [](QString) {}); // says: then() wants a function that takes
    (void)python.registerFunction("f", [](auto) {});     // says: overloads and `auto` parameters
    (void)python.registerFunction("f", [](int &) {});    // says: take a value or a const &
    (void)python.registerFunction("f", [](QStringView) {}); // says: cannot be got from Python
    (void)python.eval<Unknown>(QString());                  // says: cannot be got from Python
    (void)qi::Result<int &>(qi::Error());                   // says: use a pointer for a reference
    python.eval<int>(QString());                            // says: nodiscard
    python.run<int>("a:b");                                 // says: nodiscard
    qi::Runtime copy = python;                              // says: deleted
    using Watcher = QFutureWatcher<int>;
    const auto end = &QTimer::timeout;
    qi::registerAwaitable<Plain>(&QObject::destroyed, nullptr);   // says: known by its meta-object
    qi::registerAwaitable<Watcher>(&QObject::destroyed, nullptr); // says: awaited as its future
    qi::registerAwaitable<QTimer>(end, [](int) { return true; }); // says: `isFinished` wants
    qi::registerAwaitable<QTimer>(end, nullptr, 3);               // says: `result` wants a function
    qi::registerAwaitable<QTimer>(end, nullptr, nullptr, 3);      // says: `cancel` wants a function
    qi::registerAwaitable<QTimer>(timer); // says: an object is awaited by its signal
    qi::registerAwaitable<Unknown>([](const Unknown &) { return 3; }); // says: returns a QFuture
}
#endif
