/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Conversions that the host has registered for types of its own, by type. The functions are the host's: they
 * run without the GIL, and what they throw becomes an exception of Python's.
 */
#include "qt/host_converters.h"

#include <memory>

#include <QtCore/qhash.h>
#include <QtCore/qreadwritelock.h>

#include <qi/convert.hpp>

#include "core/status.h"
#include "python/compat.h"
#include "qt/across.h"
#include "qt/conversions.h"
#include "qt/thrown.h"

namespace qi
{

std::atomic<bool> has_converters{false};

namespace
{

using Shared = std::shared_ptr<const AnyConverter>;

struct Registry {
    QReadWriteLock lock;
    QHash<int, Shared> converters;
};

Q_GLOBAL_STATIC(Registry, registry)

Shared find(QMetaType type)
{
    if (!has_converters.load(std::memory_order_acquire) || !registry())
        return nullptr;
    QReadLocker lock(&registry()->lock);
    return registry()->converters.value(type.id());
}

/* A conversion that fails is wrong input: a ValueError. */
void raise_thrown(const char *type, const std::exception_ptr &thrown)
{
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception &exception) {
        PyErr_Format(PyExc_ValueError, "%s: %s", type, exception.what());
    } catch (...) {
        raise_host_exception(thrown);
    }
}

bool convertible(PyObject *object, const AnyConverter &converter, QVariant *given)
{
    const bool done = converter.wanted.isValid() ? from_python(object, converter.wanted, given)
                                                 : from_python(object, given);
    if (done || !PyErr_ExceptionMatches(PyExc_TypeError))
        return done;
    Ref raised(qip_take_exception());
    PyErr_Format(PyExc_TypeError, "%s: %S", converter.type.name(), raised.get());
    return false;
}

int refuse(PyObject *object, QMetaType type, const QString &why)
{
    if (why.isEmpty())
        PyErr_Format(PyExc_TypeError, "%s expected, got %R", type.name(), object);
    else
        PyErr_Format(PyExc_ValueError, "%s: %s", type.name(), why.toUtf8().constData());
    return -1;
}

} // namespace

bool is_converted(QMetaType type)
{
    const Shared converter = find(type);
    return converter && converter->to;
}

PyObject *convert_to_python(QMetaType type, const void *data)
{
    const Shared converter = find(type);
    QVariant made;
    std::exception_ptr thrown;

    if (!converter || !converter->to)
        return nullptr;
    {
        GilReleased released;
        thrown = catch_from([&] { made = converter->to(data); });
    }
    if (thrown) {
        raise_thrown(type.name(), thrown);
        return nullptr;
    }
    Recursion level(" in a conversion of the application's"); /* it may be a circle */
    return level ? to_python(made) : nullptr;
}

int convert_from_python(PyObject *object, QMetaType type, QVariant *out)
{
    const Shared converter = find(type);
    QVariant given, made;
    QString why;
    std::exception_ptr thrown;

    if (!converter || !converter->from)
        return 0;
    Recursion level(" in a conversion of the application's");
    if (!level || !convertible(object, *converter, &given))
        return -1;
    {
        GilReleased released;
        thrown = catch_from([&] { made = converter->from(given, &why); });
    }
    if (thrown) {
        raise_thrown(type.name(), thrown);
        return -1;
    }
    if (made.metaType() != type)
        return refuse(object, type, why);
    *out = made;
    return 1;
}

} // namespace qi

using namespace qi;

int qi_converter_register(const AnyConverter *converter)
try {
    if (!converter || !converter->type.isValid())
        return qip_fail(QI_ERR_ARGUMENT, "a converter wants a type that Qt's type system knows");
    if (is_builtin(converter->type))
        return qip_fail(
            QI_ERR_ARGUMENT,
            "%s has a conversion of libqi's own, which cannot be replaced; register a type of the "
            "application's",
            converter->type.name());
    if (!registry())
        return qip_fail(QI_ERR_STATE, "the process is ending");
    const int id = converter->type.id();
    QWriteLocker lock(&registry()->lock);
    registry()->converters.insert(id, std::make_shared<const AnyConverter>(*converter));
    has_converters.store(true, std::memory_order_release);
    return QI_OK;
} catch (...) {
    return qi::fail_thrown();
}
