/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the threads of the fuzzer share: dice, handles that live and handles that were released, objects, what is
 * still owed to the host, and the judge of every call's result.
 *
 * The fuzzer is a host like any other: it knows the library by its headers alone, and it breaks none of the rules that
 * these leave to the host. A QObject is not destroyed while a call is given it, a value is not used by two threads at
 * once. All else is fair: handles that are NULL, foreign, of another kind, or released, meanwhile too; each function in
 * each thread; callbacks that call back in, run event loops, and throw.
 */
#ifndef QI_TESTS_FUZZ_WORLD_H
#define QI_TESTS_FUZZ_WORLD_H

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <QtCore/qobject.h>

#include <qi/qi.h>

namespace fuzz
{

// -- dice ---------------------------------------------------------------------------------------------

/* A thread of the fuzzer, and its own sequence of random numbers. */
struct Thread {
    Thread(unsigned seed, bool gui) : random(seed), gui(gui) {}

    unsigned below(unsigned limit) { return unsigned(random() % limit); }
    bool one_in(unsigned many) { return below(many) == 0; }
    template <typename T, size_t N> const T &one_of(const T (&items)[N]) { return items[below(N)]; }

    std::mt19937_64 random;
    const bool gui;
    int depth = 0;                            /* of calls inside callbacks inside calls */
    uint64_t calls = 0;                       /* that this thread has begun */
    std::atomic<const char *> now{"nothing"}; /* for the report of a hang */
};

/* That of the calling thread; callbacks come in threads of the library's, too, which get one then. */
Thread &thread();
void enter_thread(Thread *own);

// -- handles ------------------------------------------------------------------------------------------

enum class Kind { Runtime, Task, Callable, Connection, Scope };
constexpr int kind_count = 5;

/* What sort of pointer a call is given. */
enum class Sort { Live, Released, Null, Foreign, Other };

/* A pointer for a call, and what was known of it when it was drawn. */
struct Drawn {
    void *pointer = nullptr;
    Sort sort = Sort::Null;
    uint64_t epoch = 0;
};

class Handles
{
  public:
    /* Around each call that may make a handle: addresses are used again, so a released one may live once more. */
    void begin();
    void end(Kind kind, void *made);

    Drawn draw(Thread &by, Kind kind);
    /* Takes a live one out, to be released by the caller alone; or draws any other sort. */
    Drawn draw_to_release(Thread &by, Kind kind);
    /* It has been released: from now on it is one of the dead. */
    void gone(Kind kind, const Drawn &drawn);
    /* Calls with one that has been released, and is certainly nobody's as long as that takes; or does not. */
    void with_released(Thread &by, Kind kind, const std::function<void(void *)> &call);
    /* One more release is owed for it. */
    void retained(Kind kind, void *handle);

    /* Whether a drawn pointer was certainly no live handle during the whole call. */
    bool was_dead(const Drawn &drawn) const;

    std::vector<void *> take_all(Kind kind);
    size_t count(Kind kind) const;

  private:
    Drawn bad(Thread &by, Kind kind);
    bool lives(const void *pointer) const;

    mutable std::mutex lock;
    std::map<Kind, std::vector<void *>> live;
    std::map<Kind, std::deque<void *>> released;
    std::multiset<void *> going; /* taken out, but not released yet */
    uint64_t epoch = 0;
    int making = 0;
};

extern Handles handles;

// -- objects ------------------------------------------------------------------------------------------

/* Has signals, and belongs to the thread that made it. */
class Source : public QObject
{
    Q_OBJECT
    Q_PROPERTY(int level MEMBER level NOTIFY numbered)

  public:
    using QObject::QObject;
    int level = 0;

    Q_INVOKABLE int twice(int number) { return number * 2; }
    Q_INVOKABLE void fail();

  Q_SIGNALS:
    void plain();
    void numbered(int number);
    void paired(int number, const QString &text);
    void overloaded(int number);
    void overloaded(const QString &text);
};

/* An object that is not destroyed as long as somebody holds this. */
class Lent
{
  public:
    Lent() = default;
    Lent(Lent &&other) noexcept;
    Lent &operator=(Lent &&other) noexcept;
    ~Lent();
    Source *get() const { return object; }

  private:
    friend class Objects;
    Source *object = nullptr;
};

class Objects
{
  public:
    void make(Thread &by); /* one that belongs to the calling thread */
    Lent lend(Thread &by, bool own_only = false);
    void destroy_one(Thread &by); /* of the calling thread's, unless it is lent */
    void destroy_own(Thread &by); /* all of them; nothing may be lent any more */

  private:
    friend class Lent;
    struct Entry {
        Source *object;
        Thread *home;
        int lent;
    };
    std::mutex lock;
    std::vector<Entry> entries;
};

extern Objects objects;

// -- what is owed ---------------------------------------------------------------------------------------

/* A promise of a callback that comes once: `done` of a task, `destroy` of a function. */
struct Promise {
    enum class State { Open, Owed, Kept, Void };
    const char *what;
    std::mutex lock;
    bool made = false; /* the call that makes the promise has returned with success */
    int kept = 0;
    bool broken = false; /* the call has failed: it must never come */
};

class Promises
{
  public:
    Promise *open(const char *what);
    /* The call has returned. */
    void settle(Promise *promise, bool made);
    static void keep(void *promise);
    /* At the end of a runtime: all that were made were kept, once. */
    void check_all();

  private:
    std::mutex lock;
    std::vector<std::unique_ptr<Promise>> promises;
};

extern Promises promises;

// -- values ---------------------------------------------------------------------------------------------

/* A random value that borrows from itself. */
class Value
{
  public:
    explicit Value(Thread &by, int depth = 0);
    Value(const Value &) = delete;
    Value &operator=(const Value &) = delete;
    const qi_value *operator&() const { return &value; }

  private:
    qi_value make(Thread &by, int depth);
    std::deque<std::string> texts;
    std::deque<std::vector<qi_value>> lists;
    std::deque<std::vector<qi_entry>> maps;
    std::vector<Lent> lent;

  public:
    const qi_value value; /* the last member, since it points at the others */
};

/* Owning values that came out of the library, handed from thread to thread. */
class Owned
{
  public:
    void put(qi_value value);
    bool take(Thread &by, qi_value *value);
    void clear();

  private:
    std::mutex lock;
    std::deque<qi_value> values;
};

extern Owned owned;

// -- the judge --------------------------------------------------------------------------------------------

/* Notes that a promise of the headers was broken; the run fails. */
void broken(const std::string &what);
bool anything_broken();

/* What a function's header says of its failures. */
struct Rule {
    const char *name;
    bool gui;                  /* "Thread: GUI" */
    std::vector<int> failures; /* apart from those of a runtime's handle */
};

struct Function {
    Rule rule;
    void (*call)(Thread &by, const Function &function);
    unsigned weight; /* 0: only if asked for, since it is slow */
    std::atomic<uint64_t> calls{0}, successes{0};

    Function(const char *name, bool gui, std::vector<int> failures,
             void (*call)(Thread &, const Function &), unsigned weight = 10)
        : rule{name, gui, std::move(failures)}, call(call), weight(weight)
    {
    }
};

std::deque<Function> &functions();

/*
 * Makes a call and judges what it returned: a status that its header names, a record that fits a failure, no record for a
 * success, and refusals where the handle or the thread is wrong.
 */
int judge(Thread &by, const Function &function, const Drawn *handle, Kind kind,
          const std::function<int()> &call);
/* The same for functions that return no status: only counted. */
void count(Thread &by, const Function &function, const std::function<void()> &call);

/* Calls a random function, if that is not too deep. */
void call_something(Thread &by);
/* Runs a nested event loop for a moment, or handles what waits. */
void spin(Thread &by);
/* What a callback of the fuzzer does: nothing, a call, an event loop, a throw. */
void misbehave(bool may_throw = true);

// -- settings ---------------------------------------------------------------------------------------------

struct Settings {
    unsigned seed = 1;
    double seconds = 20;
    unsigned threads = 3;
    bool slow = false; /* the functions that start processes, too */
    std::string folder;
};

extern Settings settings;
/* The runtime that runs, if one does. */
extern std::atomic<qi_runtime *> runtime;
/* Its end has left something behind, which may hold anything. */
extern std::atomic<bool> left_behind;
/* Calls that hold the GIL, and whether there shall be no more. */
extern std::atomic<int> gil_holders;
extern std::atomic<bool> no_gil;
/* Workers hold still, so that the books can be checked. */
extern std::atomic<bool> pausing;

} // namespace fuzz

#endif
