/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/fuzz/world.h"

#include <cstdio>
#include <cstring>
#include <stdexcept>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qtimer.h>

#include <Python.h>

namespace fuzz
{

Handles handles;
Objects objects;
Promises promises;
Owned owned;
Settings settings;
std::atomic<qi_runtime *> runtime{nullptr};
std::atomic<bool> left_behind{false};
std::atomic<bool> pausing{false};

// -- threads ------------------------------------------------------------------------------------------

static thread_local Thread *current;
static thread_local std::unique_ptr<Thread> guest;
static std::atomic<unsigned> guests{0};

Thread &thread()
{
    if (!current) {
        guest = std::make_unique<Thread>(settings.seed * 7919 + guests++, false);
        current = guest.get();
    }
    return *current;
}

void enter_thread(Thread *own)
{
    current = own;
}

// -- handles ------------------------------------------------------------------------------------------

void Handles::begin()
{
    std::lock_guard hold(lock);
    epoch++;
    making++;
}

void Handles::end(Kind kind, void *made)
{
    std::lock_guard hold(lock);
    epoch++;
    making--;
    if (made)
        live[kind].push_back(made);
}

bool Handles::lives(const void *pointer) const
{
    for (const auto &[kind, handles] : live) {
        for (const void *handle : handles) {
            if (handle == pointer)
                return true;
        }
    }
    return false;
}

/* With the lock. */
Drawn Handles::bad(Thread &by, Kind kind)
{
    static long long foreign[64];

    switch (by.below(4)) {
    case 0:
        return {nullptr, Sort::Null, epoch};
    case 1:
        return {reinterpret_cast<char *>(foreign) + by.below(sizeof foreign), Sort::Foreign, epoch};
    case 2: {
        const Kind other = Kind((int(kind) + 1 + int(by.below(kind_count - 1))) % kind_count);
        if (!live[other].empty())
            return {live[other][by.below(unsigned(live[other].size()))], Sort::Other, epoch};
        break;
    }
    default:
        break;
    }
    const auto &gone = released[kind];
    if (gone.empty())
        return {nullptr, Sort::Null, epoch};
    return {gone[by.below(unsigned(gone.size()))], Sort::Released, epoch};
}

Drawn Handles::draw(Thread &by, Kind kind)
{
    std::lock_guard hold(lock);
    const auto &handles = live[kind];

    /* Also before qi_runtime_init() has returned it. */
    qi_runtime *now = kind == Kind::Runtime && by.one_in(3) ? qi_runtime_current() : nullptr;
    if (now)
        return {now, Sort::Live, epoch};
    if (handles.empty() || by.one_in(6))
        return bad(by, kind);
    /* Of runtimes the last one, mostly: the others are CLOSED. */
    if (kind == Kind::Runtime && !by.one_in(8))
        return {handles.back(), Sort::Live, epoch};
    return {handles[by.below(unsigned(handles.size()))], Sort::Live, epoch};
}

Drawn Handles::draw_to_release(Thread &by, Kind kind)
{
    std::lock_guard hold(lock);
    auto &handles = live[kind];

    if (handles.empty() || by.one_in(6))
        return bad(by, kind);
    const size_t at = by.below(unsigned(handles.size()));
    Drawn drawn{handles[at], Sort::Live, epoch};
    handles.erase(handles.begin() + long(at));
    going.insert(drawn.pointer);
    epoch++;
    return drawn;
}

void Handles::gone(Kind kind, const Drawn &drawn)
{
    std::lock_guard hold(lock);

    if (drawn.sort != Sort::Live)
        return;
    going.erase(going.find(drawn.pointer));
    epoch++;
    released[kind].push_back(drawn.pointer);
    if (released[kind].size() > 64)
        released[kind].pop_front();
}

/* Nobody can be given a handle meanwhile, and so none at that address. */
void Handles::with_released(Thread &by, Kind kind, const std::function<void(void *)> &call)
{
    std::lock_guard hold(lock);
    const auto &gone = released[kind];

    if (making || gone.empty())
        return;
    void *pointer = gone[by.below(unsigned(gone.size()))];
    if (!lives(pointer) && !going.count(pointer))
        call(pointer);
}

void Handles::retained(Kind kind, void *handle)
{
    std::lock_guard hold(lock);
    live[kind].push_back(handle);
}

bool Handles::was_dead(const Drawn &drawn) const
{
    if (drawn.sort == Sort::Null || drawn.sort == Sort::Foreign)
        return true;
    if (drawn.sort != Sort::Released)
        return false;
    /* It may have been retained more than once, or given out again. */
    std::lock_guard hold(lock);
    return !making && epoch == drawn.epoch && !lives(drawn.pointer) && !going.count(drawn.pointer);
}

std::vector<void *> Handles::take_all(Kind kind)
{
    std::lock_guard hold(lock);
    std::vector<void *> all;
    all.swap(live[kind]);
    epoch++;
    return all;
}

size_t Handles::count(Kind kind) const
{
    std::lock_guard hold(lock);
    const auto found = live.find(kind);
    return found == live.end() ? 0 : found->second.size();
}

// -- objects ------------------------------------------------------------------------------------------

void Source::fail()
{
    throw std::runtime_error("a member that throws");
}

Lent::Lent(Lent &&other) noexcept : object(std::exchange(other.object, nullptr))
{
}

Lent &Lent::operator=(Lent &&other) noexcept
{
    std::swap(object, other.object);
    return *this;
}

Lent::~Lent()
{
    if (!object)
        return;
    std::lock_guard hold(objects.lock);
    for (Objects::Entry &entry : objects.entries) {
        if (entry.object == object)
            entry.lent--;
    }
}

void Objects::make(Thread &by)
{
    auto *object = new Source;
    std::lock_guard hold(lock);
    entries.push_back({object, &by, 0});
}

Lent Objects::lend(Thread &by, bool own_only)
{
    Lent lent;
    std::lock_guard hold(lock);
    for (int tries = 0; tries < 8 && !entries.empty() && !lent.object; tries++) {
        Entry &entry = entries[by.below(unsigned(entries.size()))];
        if (own_only && entry.home != &by)
            continue;
        entry.lent++;
        lent.object = entry.object;
    }
    return lent;
}

void Objects::destroy_one(Thread &by)
{
    Source *object = nullptr;
    {
        std::lock_guard hold(lock);
        for (size_t i = 0; i < entries.size() && !object; i++) {
            if (entries[i].home == &by && entries[i].lent == 0) {
                object = entries[i].object;
                entries.erase(entries.begin() + long(i));
            }
        }
    }
    delete object; /* without the lock: it runs what waits for its end */
}

void Objects::destroy_own(Thread &by)
{
    for (;;) {
        size_t before, after;
        {
            std::lock_guard hold(lock);
            before = entries.size();
        }
        destroy_one(by);
        {
            std::lock_guard hold(lock);
            after = entries.size();
        }
        if (before == after)
            return;
    }
}

// -- promises -----------------------------------------------------------------------------------------

Promise *Promises::open(const char *what)
{
    std::lock_guard hold(lock);
    promises.push_back(std::make_unique<Promise>());
    promises.back()->what = what;
    return promises.back().get();
}

void Promises::settle(Promise *promise, bool made)
{
    std::lock_guard hold(promise->lock);
    (made ? promise->made : promise->broken) = true;
    if (promise->broken && promise->kept)
        broken(std::string(promise->what) + " was called, although the call has failed");
}

void Promises::keep(void *data)
{
    auto *promise = static_cast<Promise *>(data);
    std::lock_guard hold(promise->lock);

    if (++promise->kept > 1)
        broken(std::string(promise->what) + " was called twice");
    if (promise->broken)
        broken(std::string(promise->what) + " was called, although the call has failed");
}

void Promises::check_all()
{
    std::lock_guard hold(lock);
    for (const auto &promise : promises) {
        if (promise->made && promise->kept != 1)
            broken(std::string(promise->what) + " was called " + std::to_string(promise->kept) +
                   " times by the end of the runtime");
    }
    promises.clear();
}

// -- values -------------------------------------------------------------------------------------------

Value::Value(Thread &by, int depth) : value(make(by, depth))
{
}

qi_value Value::make(Thread &by, int depth)
{
    static const char *const some_texts[] = {"", "text", "Größe", "\xF0\x9F\x90\x8D", "a\nb"};
    static const int64_t some_numbers[] = {0, 1, -1, INT64_MAX, INT64_MIN, 4096};

    switch (by.below(depth < 3 ? 15 : 9)) {
    case 0:
        return qi_none();
    case 1:
        return qi_bool(by.one_in(2));
    case 2:
        return qi_int(by.one_of(some_numbers));
    case 3:
        return qi_real(by.one_in(4) ? std::numeric_limits<double>::quiet_NaN()
                                    : double(by.below(100)) / 7);
    case 4:
        texts.emplace_back(by.one_of(some_texts));
        return qi_text_n(texts.back().data(), texts.back().size());
    case 5:
        texts.emplace_back(by.one_in(8) ? "no UTF-8: \xFF..." : "a NUL \0 inside", 14);
        return qi_text_n(texts.back().data(), by.below(15));
    case 6:
        texts.emplace_back(by.below(3000), char(by.below(256)));
        return qi_bytes(texts.back().data(), texts.back().size());
    case 7: {
        lent.push_back(objects.lend(by));
        return qi_qobject(lent.back().get());
    }
    case 8:
        return qi_uint(by.one_in(2) ? UINT64_MAX : by.below(9));
    case 9: {
        qi_value unknown = qi_none();
        if (by.one_in(8))
            unknown.kind = int(by.below(20) + QI_KIND_SET);
        return unknown;
    }
    case 13:
        return by.one_in(8) ? qi_list(nullptr, by.below(3)) : qi_text_n(nullptr, by.one_in(8));
    case 10: { /* as deep as it goes, or deeper */
        qi_value inner = qi_none();
        for (unsigned level = by.one_in(4) ? 150 + by.below(100) : by.below(5); level; level--) {
            lists.push_back({inner});
            inner = qi_list(lists.back().data(), 1);
        }
        return inner;
    }
    case 11: {
        std::vector<qi_value> items;
        for (unsigned i = by.below(5); i; i--)
            items.push_back(make(by, depth + 1));
        lists.push_back(std::move(items));
        return (by.one_in(3) ? qi_tuple : qi_list)(lists.back().data(), lists.back().size());
    }
    default: {
        std::vector<qi_entry> entries;
        for (unsigned i = by.below(4); i; i--) {
            const qi_value key = by.one_in(8) ? make(by, depth + 1) : qi_int(i);
            entries.push_back({key, make(by, depth + 1)});
        }
        maps.push_back(std::move(entries));
        return qi_map(maps.back().data(), maps.back().size());
    }
    }
}

void Owned::put(qi_value value)
{
    qi_value old = qi_none();
    {
        std::lock_guard hold(lock);
        values.push_back(value);
        if (values.size() > 64) {
            old = values.front();
            values.pop_front();
        }
    }
    qi_value_clear(&old); /* without the lock: it may run code of Python's */
}

bool Owned::take(Thread &by, qi_value *value)
{
    std::lock_guard hold(lock);
    if (values.empty())
        return false;
    const size_t at = by.below(unsigned(values.size()));
    *value = values[at];
    values.erase(values.begin() + long(at));
    return true;
}

void Owned::clear()
{
    std::deque<qi_value> all;
    {
        std::lock_guard hold(lock);
        all.swap(values);
    }
    for (qi_value &value : all)
        qi_value_clear(&value);
}

// -- the judge ----------------------------------------------------------------------------------------

static std::atomic<int> broken_count{0};

void broken(const std::string &what)
{
    static std::mutex lock;
    std::lock_guard hold(lock);

    if (++broken_count > 20)
        return;
    std::fprintf(stderr, "BROKEN: %s\n", what.c_str());
    std::fflush(stderr);
}

bool anything_broken()
{
    return broken_count > 0;
}

static bool contains(const std::vector<int> &statuses, int status)
{
    for (int one : statuses) {
        if (one == status)
            return true;
    }
    return false;
}

static const char *name_of(Sort sort)
{
    static const char *const names[] = {"a live", "a released", "a NULL", "a foreign",
                                        "another kind's"};
    return names[int(sort)];
}

struct Before {
    int record;
    uint64_t calls;
    int phase;
};

static int phase_of(const Drawn *handle, Kind kind)
{
    if (!handle || kind != Kind::Runtime || handle->sort != Sort::Live)
        return QI_RUNTIME_STATE_NONE;
    return qi_runtime_state(static_cast<const qi_runtime *>(handle->pointer));
}

/* What must be returned, whatever else is wrong with the call; 0: nothing certain. */
static int certain(Thread &by, const Function &function, const Drawn *handle, Kind kind, int before,
                   int after)
{
    /* A task whose handle was released is lent one for each call of its host's callbacks. */
    const bool may_be_lent = handle && kind == Kind::Task && handle->sort == Sort::Released;
    if (handle && !may_be_lent && handles.was_dead(*handle))
        return QI_ERR_HANDLE;
    if (handle && kind == Kind::Runtime && handle->sort == Sort::Other)
        return QI_ERR_HANDLE; /* runtimes are never released, so it is not one meanwhile */
    if (kind != Kind::Runtime || before != after)
        return 0;
    if (after == QI_RUNTIME_STATE_CLOSED)
        return QI_ERR_NOT_RUNNING;
    if (after == QI_RUNTIME_STATE_RUNNING && function.rule.gui && !by.gui)
        return QI_ERR_WRONG_THREAD;
    return 0;
}

/* One of the other threads, or the watchdog, has interrupted it: libqi's own code that it runs is not spared. */
static bool was_interrupted(int status, const qi_error *record)
{
    return status == QI_ERR_PYTHON && record->python_type &&
           std::strcmp(record->python_type, "qi.Interrupted") == 0;
}

static void judge_failure(const Function &function, int status, const Drawn *handle, bool undisturbed)
{
    const qi_error *record = qi_last_error();
    const bool by_python = contains(function.rule.failures, QI_ERR_PYTHON) &&
                           (status == QI_ERR_CANCELLED || status == QI_ERR_MEMORY);
    const bool allowed = contains(function.rule.failures, status) || by_python ||
                         (function.rule.gui && was_interrupted(status, record));

    if (status == QI_ERR_INTERNAL || !allowed)
        broken(std::string(function.rule.name) + " returned " + qi_status_name(status) + " for " +
               (handle ? name_of(handle->sort) : "no") +
               " handle, which its header does not name: " + record->message);
    if (undisturbed && record->status != status)
        broken(std::string(function.rule.name) + " returned " + qi_status_name(status) +
               ", but the record says " + qi_status_name(record->status) + ": " + record->message);
    if (!record->message || !*record->message)
        broken(std::string(function.rule.name) + " failed without a message");
}

int judge(Thread &by, const Function &function, const Drawn *handle, Kind kind,
          const std::function<int()> &call)
{
    auto &counted = const_cast<Function &>(function);
    const int before = phase_of(handle, kind);
    const int record = qi_last_error()->status;
    const uint64_t calls = ++by.calls;
    const char *outer = by.now.exchange(function.rule.name);

    counted.calls++;
    const int status = call();
    by.now = outer;
    const bool undisturbed = by.calls == calls; /* no callback has made calls of its own */
    if (status < 0)
        judge_failure(function, status, handle, undisturbed);
    else if (status != QI_OK)
        broken(std::string(function.rule.name) + " returned " + std::to_string(status));
    else if (undisturbed && qi_last_error()->status != record &&
             qi_last_error()->status !=
                 QI_ERR_SHUTTING_DOWN) /* of Python code that ran inside, and was refused */
        broken(std::string(function.rule.name) +
               " succeeded and changed the record: " + qi_last_error()->message);
    counted.successes += status == QI_OK;

    const int after = phase_of(handle, kind);
    const int must = undisturbed ? certain(by, function, handle, kind, before, after) : 0;
    if (must && status != must)
        broken(std::string(function.rule.name) + " returned " + qi_status_name(status) + " for " +
               name_of(handle->sort) + " handle in " + (by.gui ? "the GUI" : "another") +
               " thread instead of " + qi_status_name(must));
    if (undisturbed && before == QI_RUNTIME_STATE_RUNNING && after == QI_RUNTIME_STATE_RUNNING &&
        (status == QI_ERR_NOT_RUNNING || status == QI_ERR_SHUTTING_DOWN) && by.gui)
        broken(std::string(function.rule.name) + " returned " + qi_status_name(status) +
               " of a runtime that runs");
    return status;
}

void count(Thread &by, const Function &function, const std::function<void()> &call)
{
    auto &counted = const_cast<Function &>(function);
    const char *outer = by.now.exchange(function.rule.name);

    by.calls++;
    counted.calls++;
    counted.successes++;
    call();
    by.now = outer;
}

// -- the GIL ----------------------------------------------------------------------------------------------

std::atomic<int> gil_holders{0};
std::atomic<bool> no_gil{false};

/* No thread of the host's may come for the GIL of an interpreter that is about to end. */
class GilHold
{
  public:
    explicit GilHold(bool wanted)
    {
        gil_holders++;
        held = wanted && !no_gil && Py_IsInitialized();
        if (held)
            state = PyGILState_Ensure();
        else
            gil_holders--;
    }
    ~GilHold()
    {
        if (!held)
            return;
        PyGILState_Release(state);
        gil_holders--;
    }
    GilHold(const GilHold &) = delete;
    GilHold &operator=(const GilHold &) = delete;

  private:
    bool held;
    PyGILState_STATE state = PyGILState_UNLOCKED;
};

// -- what callbacks do ------------------------------------------------------------------------------------

void call_something(Thread &by)
{
    static const unsigned total = [] {
        unsigned sum = 0;
        for (const Function &function : functions())
            sum += function.weight;
        return sum;
    }();

    if (by.depth > 3)
        return;
    by.depth++;
    unsigned at = by.below(total);
    for (const Function &function : functions()) {
        if (at < function.weight) {
            /* A host may call with the GIL held, or without. */
            const bool wants = by.one_in(10) && !pausing;
            const GilHold gil(wants);
            function.call(by, function);
            break;
        }
        at -= function.weight;
    }
    by.depth--;
}

void spin(Thread &by)
{
    if (!by.gui || by.depth > 3)
        return;
    by.calls++; /* a launch that arrives may fail, and leaves its record */
    by.depth++;
    if (by.one_in(3)) {
        QEventLoop loop;
        QTimer::singleShot(int(by.below(4)), &loop, &QEventLoop::quit);
        loop.exec();
    } else {
        QCoreApplication::processEvents();
    }
    by.depth--;
}

void misbehave(bool may_throw)
{
    Thread &by = thread();

    switch (by.below(24)) {
    case 0:
    case 1:
    case 2:
        call_something(by);
        break;
    case 3:
        spin(by);
        break;
    case 4:
        if (may_throw && by.one_in(2))
            throw std::runtime_error("a callback of the host");
        break;
    case 5:
        if (by.gui)
            objects.destroy_one(by);
        break;
    default:
        break;
    }
}

} // namespace fuzz
