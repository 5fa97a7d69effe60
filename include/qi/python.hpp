/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For hosts that use CPython's own API, pybind11 or nanobind beside libqi: <qi/python.h> for C++. <qi/qi.hpp> does not
 * include it, and it does not include Python.h.
 *
 *     const auto plotted = qi::withPython(python, [&] {        // with the GIL
 *         PyObject *figure = make_figure();
 *         kept = qi::fromPython<qi::Value>(figure).value_or(qi::Value());
 *         Py_XDECREF(figure);
 *     });
 *     if (!plotted)                                            // an exception of Python's that was set at its end
 *         show(plotted.error());
 *
 * <qi/python.h> has the rules of the GIL.
 */
#ifndef QI_PYTHON_HPP
#define QI_PYTHON_HPP

#include <type_traits>
#include <utility>

#include <qi/call.hpp>
#include <qi/python.h>
#include <qi/result.hpp>
#include <qi/runtime.hpp>
#include <qi/types.hpp>

namespace qi
{
QI_ABI_BEGIN

/**
 * Calls a function with the GIL held. An exception of Python that is set at its end is the error; what it throws in C++
 * is reported, and an error, too. Thread: any. Fails as qi_python_run().
 */
template <typename F> Result<void> withPython(const Runtime &runtime, F &&function)
{
    using Type = std::remove_reference_t<F>;
    const auto call = [](void *user) { (*static_cast<Type *>(user))(); };
    return Result<void>::of(qi_python_run(runtime.handle(), call,
                                          const_cast<void *>(static_cast<const void *>(&function))));
}

/** An object of Python as a T; the caller keeps its reference. Thread, and fails: as qi_value_from_python(). */
template <typename T = Value> Result<T> fromPython(struct _object *object)
{
    qi_value value = qi_none();
    if (qi_value_from_python(object, &value) != QI_OK)
        return Error::last();
    return detail::read_owned<T>(value, QStringLiteral("fromPython()"));
}

/** An object of Python for a value, a new reference. Thread, and fails: as qi_value_to_python(). */
template <typename T> Result<struct _object *> toPython(const T &value)
{
    Storage storage;
    struct _object *object = nullptr;
    const qi_value written = storage.write(value);
    if (storage.error())
        return *storage.error();
    if (qi_value_to_python(&written, &object) != QI_OK)
        return Error::last();
    return object;
}

QI_ABI_END
} // namespace qi

#endif /* QI_PYTHON_HPP */
