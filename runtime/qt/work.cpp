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

/* `thrown`: what came in place of an outcome. */
void fulfil(Promise &promise, const std::shared_ptr<Held> &held, std::exception_ptr thrown)
{
    if (!thrown && held->has_failed())
        thrown = std::make_exception_ptr(Failure(held));
    if (thrown)
        promise.setException(thrown);
    else
        promise.addResult(QVariant::fromValue(Outcome{held}));
}

void run_on_pool(Promise &promise, std::shared_ptr<Held> &held)
{
    if (!promise.isCanceled())
        fulfil(promise, held, catch_from([&] { held->run(); }));
    held.reset();
    promise.finish();
}

/* A HostFuture of a promise that has begun. New reference, or NULL with an exception. */
PyObject *future_of(Promise &promise)
{
    const QMetaType type = QMetaType::fromType<QFuture<QVariant>>();

    if (!QMetaType::hasRegisteredConverterFunction(type, QMetaType::fromType<QFuture<void>>()))
        QMetaType::registerConverter<QFuture<QVariant>, QFuture<void>>(
            [](const QFuture<QVariant> &future) { return QFuture<void>(future); });
    promise.start();
    return future_new(QVariant::fromValue(promise.future()));
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
    Ref future(future_of(*promise));
    if (future)
        QThreadPool::globalInstance()->start(
            [promise, held]() mutable { run_on_pool(*promise, held); });
    return future.release();
} catch (...) {
    return qi::raise_thrown();
}

struct qip_qt_promise {
    Promise promise;
};

qip_qt_promise *qip_qt_promise_new(PyObject **future)
try {
    auto made = std::make_unique<qip_qt_promise>();

    *future = future_of(made->promise);
    return *future ? made.release() : nullptr;
} catch (...) {
    *future = nullptr;
    return qi::raise_thrown(nullptr), nullptr;
}

void qip_qt_promise_end(qip_qt_promise *promise, const qip_qt_work_class *work, void *data)
try {
    const auto held = hold(work, data);

    if (!promise->promise.isCanceled())
        fulfil(promise->promise, held, nullptr);
    promise->promise.finish();
} catch (...) {
    (void)qi::fail_thrown(); // without memory the promise goes as if it had been cancelled
}

void qip_qt_promise_drop(qip_qt_promise *promise)
try {
    delete promise;
} catch (...) {
    (void)qi::fail_thrown();
}

bool qip_qt_promise_is_cancelled(const qip_qt_promise *promise)
try {
    return promise->promise.isCanceled();
} catch (...) {
    return false;
}

int qip_qt_promise_report(qip_qt_promise *promise, int value, int maximum, const char *text)
try {
    promise->promise.setProgressRange(0, maximum);
    promise->promise.setProgressValueAndText(value, QString::fromUtf8(text));
    return QI_OK;
} catch (...) {
    return qi::fail_thrown();
}
