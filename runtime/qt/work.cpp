/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Work that Python asks of the host: in the thread of an object, by the rules of across.h, or in one of the
 * global pool, whose outcome is then a QFuture<QVariant>, which Python awaits as any other.
 *
 * The pool's threads have nothing to do with Python. What came out travels unopened, as a value of a type of
 * its own, and is opened by whoever asks the future.
 */
#include "qt/work.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qfuture.h>
#include <QtCore/qpromise.h>
#include <QtCore/qscopeguard.h>
#include <QtCore/qthreadpool.h>

#include "qt/across.h"
#include "qt/bridge.h"
#include "qt/future.h"
#include "qt/thrown.h"

namespace qi
{

namespace
{

/* A reference to the work's data. */
class Held
{
  public:
    Held(const qip_qt_work_class *work, void *data) : m_work(work), m_data(data) {}
    ~Held() { m_work->drop(m_data); }
    Held(const Held &) = delete;
    Held &operator=(const Held &) = delete;

    void run() const { m_work->run(m_data); }
    bool has_failed() const { return m_work->has_failed(m_data); }
    PyObject *outcome() const { return m_work->outcome(m_data); }

  private:
    const qip_qt_work_class *m_work;
    void *m_data;
};

struct HeldWork : Work {
    explicit HeldWork(std::shared_ptr<Held> held) : held(std::move(held)) {}
    void run(QObject *) override { held->run(); }

    std::shared_ptr<Held> held;
};

/* Takes the data, also where there is no memory to hold it. */
std::shared_ptr<Held> hold(const qip_qt_work_class *work, void *data)
{
    auto drops = qScopeGuard([work, data] { work->drop(data); });
    auto held = std::make_shared<Held>(work, data);

    drops.dismiss();
    return held;
}

} // namespace

struct Outcome {
    std::shared_ptr<Held> held;
};

} // namespace qi

Q_DECLARE_METATYPE(qi::Outcome)

namespace qi
{

namespace
{

/* What the future has failed with, in place of an exception of the host's. */
struct Failure : RaisedInPython {
    explicit Failure(std::shared_ptr<Held> held) : held(std::move(held)) {}
    const char *what() const noexcept override { return "the function failed"; }
    void raise() const override
    {
        const Ref outcome(held->outcome()); /* there is none, but an exception */
    }

    std::shared_ptr<Held> held;
};

using Promise = QPromise<QVariant>;

void run_on_pool(Promise &promise, std::shared_ptr<Held> &held)
{
    if (!promise.isCanceled()) {
        std::exception_ptr thrown = catch_from([&] { held->run(); });
        if (!thrown && held->has_failed())
            thrown = std::make_exception_ptr(Failure(held));
        if (thrown)
            promise.setException(thrown);
        else
            promise.addResult(QVariant::fromValue(Outcome{held}));
    }
    held.reset();
    promise.finish();
}

} // namespace

PyObject *outcome_to_python(QMetaType type, const void *data)
{
    if (type != QMetaType::fromType<Outcome>())
        return nullptr;
    return static_cast<const Outcome *>(data)->held->outcome();
}

} // namespace qi

using namespace qi;

int qip_qt_work_perform(qi_object *object, const qip_qt_work_class *work, void *data)
try {
    HeldWork held(hold(work, data));

    if (!object)
        object = QCoreApplication::instance();
    if (object)
        return perform(object, held) ? 0 : -1;
    PyErr_SetString(PyExc_RuntimeError, "the application has ended");
    return -1;
} catch (...) {
    return qi::raise_thrown(-1);
}

PyObject *qip_qt_work_on_pool(const qip_qt_work_class *work, void *data)
try {
    auto held = hold(work, data);
    auto promise = std::make_shared<Promise>();
    const QMetaType type = QMetaType::fromType<QFuture<QVariant>>();

    if (!QMetaType::hasRegisteredConverterFunction(type, QMetaType::fromType<QFuture<void>>()))
        QMetaType::registerConverter<QFuture<QVariant>, QFuture<void>>(
            [](const QFuture<QVariant> &future) { return QFuture<void>(future); });
    promise->start();
    Ref future(future_new(QVariant::fromValue(promise->future())));
    if (future)
        QThreadPool::globalInstance()->start(
            [promise, held]() mutable { run_on_pool(*promise, held); });
    return future.release();
} catch (...) {
    return qi::raise_thrown();
}
