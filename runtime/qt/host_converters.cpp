/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Conversions that the host has registered for types of its own, by type. The functions are the host's: they
 * run without the GIL, and what they throw becomes an exception of Python's.
 */
#include "qt/host_converters.h"

#include <memory>
#include <mutex>
#include <shared_mutex>

#include <QtCore/qhash.h>

#include <qi/convert.hpp>

#include "core/hostcall.h"
#include "core/sized.h"
#include "core/status.h"
#include "python/compat.h"
#include "qt/across.h"
#include "qt/conversions.h"
#include "qt/opaque.h"
#include "qt/thrown.h"

namespace qi
{

std::atomic<bool> has_converters{false};

namespace
{

/* What was registered; ends with the last conversion that uses it. */
struct Kept {
    explicit Kept(const qi_converter &given) : converter(given) {}
    Kept(const Kept &) = delete;
    Kept &operator=(const Kept &) = delete;
    ~Kept()
    {
        if (converter.destroy)
            qip_hostcall("the destroy callback of a converter", destroy, &converter);
    }
    static void destroy(void *call)
    {
        const auto *gone = static_cast<const qi_converter *>(call);
        gone->destroy(gone->user);
    }
    QMetaType wanted() const { return QMetaType(converter.wanted); }

    qi_converter converter;
};

using Shared = std::shared_ptr<const Kept>;

struct Registry {
    std::shared_mutex lock;
    QHash<int, Shared> converters;
};

Q_GLOBAL_STATIC(Registry, registry)

Shared find(QMetaType type)
{
    if (!has_converters.load(std::memory_order_acquire) || !registry())
        return nullptr;
    const std::shared_lock lock(registry()->lock);
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

bool convertible(PyObject *object, const Kept &kept, QVariant *given)
{
    const bool done = kept.wanted().isValid() ? from_python(object, kept.wanted(), given)
                                              : from_python(object, given);
    if (done || !PyErr_ExceptionMatches(PyExc_TypeError))
        return done;
    Ref raised(qip_take_exception());
    PyErr_Format(PyExc_TypeError, "%s: %S", QMetaType(kept.converter.type).name(), raised.get());
    return false;
}

/* Says why a conversion was not made, by the status of the host's function, which has left the reason. */
void refuse(PyObject *object, QMetaType type, int status)
{
    if (status == QI_ERR_TYPE || status == QI_OK)
        PyErr_Format(PyExc_TypeError, "%s expected, got %R", type.name(), object);
    else
        PyErr_Format(PyExc_ValueError, "%s: %s", type.name(), qi_last_error()->message);
}

} // namespace

bool is_converted(QMetaType type)
{
    const Shared converter = find(type);
    return converter && converter->converter.to;
}

PyObject *convert_to_python(QMetaType type, const void *data)
{
    const Shared converter = find(type);
    QVariant made;
    std::exception_ptr thrown;

    if (!converter || !converter->converter.to)
        return nullptr;
    int status = QI_OK;
    {
        GilReleased released;
        thrown = catch_from(
            [&] { status = converter->converter.to(data, &made, converter->converter.user); });
    }
    if (thrown) {
        raise_thrown(type.name(), thrown);
        return nullptr;
    }
    if (status < 0)
        return PyErr_Format(PyExc_ValueError, "%s: %s", type.name(), qi_last_error()->message);
    if (made.metaType() == type) /* left as it was */
        return opaque_new(made);
    Recursion level(" in a conversion of the application's"); /* it may be a circle */
    return level ? to_python(made) : nullptr;
}

int convert_from_python(PyObject *object, QMetaType type, QVariant *out)
{
    const Shared converter = find(type);
    QVariant given, made;
    int status = QI_OK;
    std::exception_ptr thrown;

    if (!converter || !converter->converter.from)
        return 0;
    Recursion level(" in a conversion of the application's");
    if (!level || !convertible(object, *converter, &given))
        return -1;
    {
        GilReleased released;
        thrown = catch_from(
            [&] { status = converter->converter.from(&given, &made, converter->converter.user); });
    }
    if (thrown) {
        raise_thrown(type.name(), thrown);
        return -1;
    }
    if (status < 0 || made.metaType() != type) {
        refuse(object, type, status);
        return -1;
    }
    *out = made;
    return 1;
}

} // namespace qi

using namespace qi;

int qi_converter_register(const qi_converter *given)
try {
    qi_converter read;
    const qi_converter *converter = &read;
    if (!given)
        return qip_fail(QI_ERR_ARGUMENT, "there is no converter to register");
    const int status = qip_sized_read(&read, sizeof read, given, "qi_converter");
    if (status != QI_OK)
        return status;
    const QMetaType type(converter->type);
    if (!type.isValid())
        return qip_fail(QI_ERR_ARGUMENT, "a converter wants a type that Qt's type system knows");
    if (is_builtin(type))
        return qip_fail(
            QI_ERR_ARGUMENT,
            "%s has a conversion of libqi's own, which cannot be replaced; register a type of the "
            "application's",
            type.name());
    if (!registry())
        return qip_fail(QI_ERR_STATE, "the process is ending");
    const auto made = std::make_shared<Kept>(*converter);
    made->converter.destroy = nullptr; /* until nothing can fail any more */
    Shared other = made; /* then what was there before, whose end comes without the lock */
    std::unique_lock lock(registry()->lock);
    registry()->converters[type.id()].swap(other);
    made->converter.destroy = converter->destroy;
    has_converters.store(true, std::memory_order_release);
    lock.unlock();
    return QI_OK;
} catch (...) {
    return qi::fail_thrown();
}

int qi_converter_unregister(int type)
try {
    Shared taken; /* ends without the lock */
    if (registry()) {
        std::unique_lock lock(registry()->lock);
        taken = registry()->converters.take(type);
    }
    return taken
               ? QI_OK
               : qip_fail(QI_ERR_NOT_FOUND, "there is no converter of the type with the id %d", type);
} catch (...) {
    return qi::fail_thrown();
}
