/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Callables of Python in the hands of the host: qi_callable_call() of <qi/qt.hpp>, and how an object becomes
 * a qi::Callable, or whatever the host has registered a conversion of that to.
 *
 * The callable runs in the GUI thread. A call from another thread that wants no result is posted there and
 * owns what it was given; one that wants a result waits, by the rules of across.h.
 */
#include "qt/callback.h"

#include <qi/qt.hpp>

#include <QtCore/qcoreapplication.h>

#include "core/handles.h"
#include "core/status.h"
#include "python/target.h"
#include "python/compat.h"
#include "python/gate.h"
#include "python/report.h"
#include "qt/across.h"
#include "qt/conversions.h"
#include "qt/opaque.h"
#include "python/signature.h"
#include "qt/bridge.h"
#include "qt/thrown.h"

namespace qi
{

namespace
{

/* How many of `count` arguments a callable takes; -1 with TypeError: it wants more. */
int takes(PyObject *callable, int count)
{
    qip_signature signature;

    if (qip_signature_read(callable, &signature) < 0)
        return -1;
    if (signature.least > count) {
        PyErr_Format(PyExc_TypeError, "%R wants %d arguments, but the application gives %d",
                     callable, signature.least, count);
        return -1;
    }
    return signature.most < 0 || signature.most > count ? count : signature.most;
}

using Values = QVariantList;

const char not_running[] = "the runtime has shut down; nothing was called";
const char has_failed[] =
    "a callable of Python raised an exception, or returned what does not fit; it "
    "was reported";

/* The object that the callable returns, or NULL with an exception set. */
PyObject *call_with(PyObject *callable, const Values &values)
{
    const int count = takes(callable, int(values.size()));
    Ref arguments(count >= 0 ? PyTuple_New(count) : nullptr);

    for (int i = 0; arguments && i < count; i++) {
        PyObject *object = to_python(values[i]);
        if (!object)
            return nullptr;
        PyTuple_SET_ITEM(arguments.get(), i, object);
    }
    return arguments ? PyObject_CallObject(callable, arguments.get()) : nullptr;
}

/* False with an exception set. The result keeps the type that it has. */
bool take_result(PyObject *object, QVariant *result)
{
    const QMetaType wanted = result->metaType();
    QVariant value;

    if (!(wanted.isValid() ? from_python(object, wanted, &value) : from_python(object, &value)))
        return false;
    *result = value;
    return true;
}

/* GIL: held. An exception is reported, and is the thread's error record as well. */
int call_here(PyObject *callable, const Values &values, QVariant *result)
{
    PyObject *raised = PyErr_Occurred() ? qip_take_exception() : nullptr; /* a destructor's call */
    Ref returned(call_with(callable, values));
    const bool done = returned && (!result || take_result(returned.get(), result));

    if (!done)
        qip_report_emission(nullptr, callable);
    if (raised)
        qip_give_exception(raised);
    return done ? QI_OK : qip_fail(QI_ERR_PYTHON, "%s", has_failed);
}

/* A call from another thread. */
struct Errand : Work {
    void run(QObject *) override
    {
        GilHeld gil;
        if (!gil || !qip_runtime_current())
            return; /* it has shut down since the call was made */
        Ref object(held_python(callable.metaType(), callable.constData()));
        status = call_here(object.get(), values, wants_result ? &result : nullptr);
    }

    QVariant callable; /* holds the object */
    Values values;
    QVariant result;
    bool wants_result = false;
    int status = QI_ERR_NOT_RUNNING;
};

void drop_errand(void *data)
{
    delete static_cast<Errand *>(data);
}

void run_errand(void *data)
{
    static_cast<Errand *>(data)->run(nullptr);
    drop_errand(data);
}

/* The record of what went wrong is the GUI thread's; the caller wants one, too. */
int status_for_caller(int status)
{
    switch (status) {
    case QI_OK:
        return QI_OK;
    case QI_ERR_NOT_RUNNING:
        return qip_fail(status, "%s", not_running);
    default:
        return qip_fail(status, "%s", has_failed);
    }
}

int call_from_elsewhere(PyObject *callable, const Values &values, QVariant *result)
{
    auto errand = std::make_unique<Errand>();

    errand->callable = hold_python(callable);
    errand->values = values;
    if (!result) {
        const int status = qip_qt_post_owned(run_errand, drop_errand, errand.get());
        if (status == QI_OK)
            (void)errand.release();
        return status;
    }
    errand->wants_result = true;
    errand->result = *result;
    if (!perform(static_cast<QObject *>(QCoreApplication::instance()), *errand)) {
        qip_report_emission(nullptr, callable);
        return qip_fail(QI_ERR_PYTHON, "the GUI thread did not take the call of a callable");
    }
    if (errand->status == QI_OK)
        *result = errand->result;
    return status_for_caller(errand->status);
}

} // namespace

bool is_callback(QMetaType type)
{
    const QMetaType callable = QMetaType::fromType<Callable>();
    return type == callable || QMetaType::hasRegisteredConverterFunction(callable, type);
}

bool callback_from_python(PyObject *object, QVariant *out)
{
    const QMetaType type = out->metaType(), callable = QMetaType::fromType<Callable>();
    Callable made;

    if (object != Py_None) {
        if (!PyCallable_Check(object))
            return expected("a callable", object);
        qi_callable *handle = qip_callable_for_host(object);
        if (!handle)
            return false;
        made = Callable(handle);
    }
    if (type == callable)
        *out = QVariant::fromValue(made);
    else if (!QMetaType::convert(callable, &made, type, out->data()))
        return expected(type.name(), object);
    return true;
}

} // namespace qi

using namespace qi;

int qi_callable_call(const qi_callable *callable, const QVariant *arguments, size_t count,
                     QVariant *result)
try {
    if (const int status = qip_handle_check(callable, QIP_HANDLE_CALLABLE, "callable"))
        return status;
    if (!qip_runtime_current())
        return qip_fail(QI_ERR_NOT_RUNNING, "%s", not_running);
    const Values values(arguments, arguments + count);
    GilHeld gil;
    if (!gil)
        return qip_fail(QI_ERR_NOT_RUNNING, "%s", not_running);
    Ref object(Py_XNewRef(qip_callable_object(callable, nullptr)));
    if (!object)
        return QI_ERR_HANDLE;
    return !QCoreApplication::instance() || qip_qt_on_application_thread()
               ? call_here(object.get(), values, result)
               : call_from_elsewhere(object.get(), values, result);
} catch (...) {
    return qi::fail_thrown();
}
