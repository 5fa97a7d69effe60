/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Classes of QObjects that Python awaits, by their names: what the host has registered, and below that what libqi knows of
 * QtCore. A class is found by its name in the chain of meta-objects, so that libqi need not be linked to what declares it,
 * and objects of derived classes, whether or not anybody has their headers, are awaited alike.
 *
 * The functions are the host's. They run in the thread where the object lives, by the rules of across.h: what they read is
 * nobody's meanwhile, and an emission of that thread finds the object as it was when it was emitted.
 */
#include "qt/awaitables.h"

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include <QtCore/qobject.h>

#include "core/hostcall.h"
#include "core/opaque.h"
#include "core/sized.h"
#include "core/status.h"
#include "python/border.h"
#include "python/convert.h"
#include "qt/across.h"
#include "qt/ref.h"
#include "qt/thrown.h"

namespace qi
{

namespace
{

/* What was registered; ends with the last wait that uses it. */
class Kept
{
  public:
    explicit Kept(const qi_awaitable &given)
        : m_given(given), m_signals(given.signal_names, given.signal_names + given.signal_count)
    {
        m_given.destroy = nullptr; /* until nothing can fail any more */
    }
    Kept(const Kept &) = delete;
    Kept &operator=(const Kept &) = delete;
    ~Kept()
    {
        if (m_given.destroy)
            qip_hostcall("the destroy callback of an awaitable", destroy, &m_given);
    }
    void own(qi_destroy_fn destroy) { m_given.destroy = destroy; }

    const std::vector<std::string> &signal_names() const { return m_signals; }
    bool looks() const { return m_given.look; }
    bool cancels() const { return m_given.cancel; }
    int look(QObject *object, int emitted, qi_value *result) const
    {
        const qi_emission emission = {sizeof emission, emitted};
        return m_given.look(object, emitted < 0 ? nullptr : &emission, result, m_given.user);
    }
    void cancel(QObject *object) const { m_given.cancel(object, m_given.user); }

  private:
    static void destroy(void *call)
    {
        const auto *gone = static_cast<const qi_awaitable *>(call);
        gone->destroy(gone->user);
    }

    qi_awaitable m_given;
    std::vector<std::string> m_signals;
};

using Shared = std::shared_ptr<Kept>;
using Classes = std::map<std::string, Shared, std::less<>>;

struct Registry {
    Registry()
    {
        for (const qi_awaitable *known = awaitables_of_qt; known->class_name; known++)
            qts[known->class_name] = std::make_shared<Kept>(*known);
    }

    std::shared_mutex lock;
    Classes hosts; /* what the host has registered */
    Classes qts;   /* what libqi knows by itself; it never changes */
};

Q_GLOBAL_STATIC(Registry, registry) /* NULL once the process ends */

/* Under the lock, and borrowed from the registry. NULL: none. */
const Shared *find(const Registry &known, const QMetaObject *meta_object)
{
    for (; meta_object; meta_object = meta_object->superClass()) {
        for (const Classes *classes : {&known.hosts, &known.qts}) {
            const auto found = classes->find(std::string_view(meta_object->className()));
            if (found != classes->end())
                return &found->second;
        }
    }
    return nullptr;
}

/* -- asking an object --------------------------------------------------------------------------------- */

/* What an object has come to. */
struct Outcome {
    Outcome() = default;
    Outcome(const Outcome &) = delete;
    Outcome &operator=(const Outcome &) = delete;
    ~Outcome()
    {
        qi_value_clear(&result);
        qip_error_free(error);
    }

    int status = QI_ERR_PENDING;
    qi_value result = qi_none();
    qi_error *error = nullptr;
};

struct Look : Work {
    Look(Shared kept, int emitted) : kept(std::move(kept)), emitted(emitted) {}
    void run(QObject *object) override
    {
        const unsigned before = qip_fail_count();
        outcome->status = kept->look(object, emitted, &outcome->result);
        if (outcome->status >= 0)
            outcome->status = qip_value_own(&outcome->result);
        if (outcome->status < 0 && outcome->status != QI_ERR_PENDING)
            outcome->error = qip_error_told(outcome->status, before);
    }

    Shared kept;
    int emitted;
    std::shared_ptr<Outcome> outcome = std::make_shared<Outcome>();
};

struct Cancel : Work {
    explicit Cancel(Shared kept) : kept(std::move(kept)) {}
    void run(QObject *object) override { kept->cancel(object); }

    Shared kept;
};

/* What an emission is worth where there is nobody who looks. New reference. */
PyObject *result_of_emission(PyObject *arguments)
{
    switch (PyTuple_GET_SIZE(arguments)) {
    case 0:
        return PyTuple_Pack(1, Py_None);
    case 1:
        return Py_NewRef(arguments);
    default:
        return PyTuple_Pack(1, arguments);
    }
}

/* -- registering -------------------------------------------------------------------------------------- */

int check_name(const char *text, const char *what)
{
    const int status = qip_check_text(text, what);
    if (status == QI_OK && !*text)
        return qip_fail(QI_ERR_ARGUMENT, "%s is empty", what);
    return status;
}

int check(const qi_awaitable &awaitable)
{
    const int status = check_name(awaitable.class_name, "the name of the class that is awaited");
    if (status != QI_OK)
        return status;
    if (!awaitable.signal_names || !awaitable.signal_count)
        return qip_fail(QI_ERR_ARGUMENT,
                        "a class that is awaited has a signal at least, which tells of the end");
    for (size_t i = 0; i < awaitable.signal_count; i++) {
        const int checked = check_name(awaitable.signal_names[i],
                                       "the name of a signal of the class that is awaited");
        if (checked != QI_OK)
            return checked;
    }
    return QI_OK;
}

} // namespace

/* Beware: an object of another thread waits in its destructor meanwhile, so nothing of the host's may end in here. */
bool is_awaitable(const QMetaObject *meta_object)
{
    Registry *known = registry();
    if (!known)
        return false;
    const std::shared_lock lock(known->lock);
    return find(*known, meta_object) != nullptr;
}

} // namespace qi

using namespace qi;

struct qip_qt_awaitable {
    Shared kept;
};

qip_qt_awaitable *qip_qt_awaitable_of(qi_object *object)
try {
    Registry *known = registry();
    if (!known)
        return nullptr;
    auto made = std::make_unique<qip_qt_awaitable>(); /* first, so that what is found ends without the lock */
    const std::shared_lock lock(known->lock);
    const Shared *kept = find(*known, object->metaObject());
    if (!kept)
        return nullptr;
    made->kept = *kept;
    return made.release();
} catch (...) {
    return qi::raise_thrown(nullptr), nullptr;
}

void qip_qt_awaitable_drop(qip_qt_awaitable *awaitable)
try {
    GilReleased released; /* the host may destroy what it was for */
    delete awaitable;
} catch (...) {
    qi::tell_thrown("what an object was awaited by was not freed");
}

size_t qip_qt_awaitable_signal_count(const qip_qt_awaitable *awaitable)
try {
    return awaitable->kept->signal_names().size();
} catch (...) {
    return 0;
}

const char *qip_qt_awaitable_signal_name(const qip_qt_awaitable *awaitable, size_t number)
try {
    return awaitable->kept->signal_names()[number].c_str();
} catch (...) {
    return "";
}

PyObject *qip_qt_awaitable_look(const qip_qt_awaitable *awaitable, qi_object *object, int emitted,
                                PyObject *arguments)
try {
    if (!awaitable->kept->looks())
        return arguments ? result_of_emission(arguments) : Py_NewRef(Py_None);
    Look look(awaitable->kept, emitted);
    if (!perform(object, look))
        return nullptr;
    const Outcome &outcome = *look.outcome;
    if (outcome.status == QI_ERR_PENDING)
        return Py_NewRef(Py_None);
    if (outcome.status < 0)
        return outcome.error ? qip_raise_status(outcome.error) : PyErr_NoMemory();
    const Ref result(qip_value_to_python(&outcome.result));
    return result ? PyTuple_Pack(1, result.get()) : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

int qip_qt_awaitable_cancel(const qip_qt_awaitable *awaitable, qi_object *object)
try {
    if (!awaitable->kept->cancels())
        return 0;
    Cancel cancel(awaitable->kept);
    return perform(object, cancel) ? 0 : -1;
} catch (...) {
    return qi::raise_thrown(-1);
}

int qi_awaitable_register(const qi_awaitable *given)
try {
    qi_awaitable awaitable;
    if (!given)
        return qip_fail(QI_ERR_ARGUMENT, "there is no awaitable to register");
    int status = qip_sized_read(&awaitable, sizeof awaitable, given, "qi_awaitable");
    if (status == QI_OK)
        status = check(awaitable);
    if (status != QI_OK)
        return status;
    Registry *known = registry();
    if (!known)
        return qip_fail(QI_ERR_STATE, "the process is ending");
    const auto made = std::make_shared<Kept>(awaitable);
    Shared other = made; /* then what was there before, whose end comes without the lock */
    std::unique_lock lock(known->lock);
    known->hosts[awaitable.class_name].swap(other);
    made->own(awaitable.destroy);
    lock.unlock();
    return QI_OK;
} catch (...) {
    return qi::fail_thrown();
}

int qi_awaitable_unregister(const char *class_name)
try {
    const int status = check_name(class_name, "the name of the class that was awaited");
    if (status != QI_OK)
        return status;
    Shared taken; /* ends without the lock */
    if (Registry *known = registry()) {
        const std::unique_lock lock(known->lock);
        const auto found = known->hosts.find(std::string_view(class_name));
        if (found != known->hosts.end()) {
            taken = found->second;
            known->hosts.erase(found);
        }
    }
    return taken
               ? QI_OK
               : qip_fail(QI_ERR_NOT_FOUND, "no class %s was registered to be awaited", class_name);
} catch (...) {
    return qi::fail_thrown();
}
