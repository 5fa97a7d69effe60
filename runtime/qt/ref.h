/* SPDX-License-Identifier: BSD-3-Clause */
/* For C++ code that calls CPython: owners of a reference, of the GIL, of a level of recursion; types; and the
 * exception for what is of another type. */
#ifndef QIP_QT_REF_H
#define QIP_QT_REF_H

#include <Python.h>

#include <utility>

#include "python/compat.h"
#include "python/interp.h"
#include "python/visit.h"

namespace qi
{

/* One owned reference, or none. */
class Ref
{
  public:
    Ref() = default;
    explicit Ref(PyObject *taken) : m_object(taken) {}
    Ref(Ref &&other) noexcept : m_object(std::exchange(other.m_object, nullptr)) {}
    Ref &operator=(Ref &&other) noexcept
    {
        std::swap(m_object, other.m_object);
        return *this;
    }
    Ref(const Ref &) = delete;
    Ref &operator=(const Ref &) = delete;
    ~Ref() { Py_XDECREF(m_object); }

    static Ref borrow(PyObject *object) { return Ref(Py_XNewRef(object)); }

    PyObject *get() const { return m_object; }
    PyObject *release() { return std::exchange(m_object, nullptr); }
    explicit operator bool() const { return m_object; }

  private:
    PyObject *m_object = nullptr;
};

inline PyTypeObject *as_type(PyObject *type)
{
    return reinterpret_cast<PyTypeObject *>(type);
}

/* Whether an object is of exactly this type, which may be NULL: of none. */
inline bool is_of(const PyObject *object, const PyObject *type)
{
    return reinterpret_cast<const PyObject *>(Py_TYPE(object)) == type;
}

/* Raises TypeError: "`what` expected, got int". Returns false. */
inline bool expected(const char *what, PyObject *object)
{
    PyErr_Format(PyExc_TypeError, "%s expected, got %s", what, Py_TYPE(object)->tp_name);
    return false;
}

/* Puts "`where`: " before the message of a conversion that has failed. Exceptions of classes of others stay what they
 * are: those may be made of something else than a message. */
inline void say_where(const char *where)
{
    Ref raised(qip_take_exception());
    PyObject *type = raised ? reinterpret_cast<PyObject *>(Py_TYPE(raised.get())) : nullptr;

    if (type == PyExc_TypeError || type == PyExc_OverflowError || type == PyExc_ValueError)
        PyErr_Format(type, "%s: %S", where, raised.get());
    else
        qip_give_exception(raised.release());
}

/* Makes a type and adds it to the module under its name. 0, or -1 with an exception. */
inline int add_type(PyObject *module, PyType_Spec *spec, PyObject **type)
{
    *type = PyType_FromModuleAndSpec(module, spec, nullptr);
    return *type ? PyModule_AddType(module, as_type(*type)) : -1;
}

/*
 * Beware: CPython up to 3.13 ends a thread that asks for the GIL during finalisation by unwinding it, so
 * the destructors below must let that pass.
 */

/* One level of recursion that Python's own limit bounds; false, with an exception set, beyond it. */
class Recursion
{
  public:
    explicit Recursion(const char *where) : m_entered(Py_EnterRecursiveCall(where) == 0) {}
    ~Recursion()
    {
        if (m_entered)
            Py_LeaveRecursiveCall();
    }
    Recursion(const Recursion &) = delete;
    Recursion &operator=(const Recursion &) = delete;
    explicit operator bool() const { return m_entered; }

  private:
    bool m_entered;
};

/* Holds the GIL for a scope, in any thread; false: there is no interpreter, or it ends. */
class GilHeld
{
  public:
    GilHeld() : m_entered(qip_python_try_enter(&m_visit)) {}
    ~GilHeld() noexcept(false)
    {
        if (m_entered)
            qip_python_leave(m_visit);
    }
    GilHeld(const GilHeld &) = delete;
    GilHeld &operator=(const GilHeld &) = delete;
    explicit operator bool() const { return m_entered; }

  private:
    qip_visit m_visit;
    bool m_entered;
};

/* Gives the GIL up for a scope in which host code runs; the thread holds it before and after. */
class GilReleased
{
  public:
    GilReleased() : m_thread(qip_gil_drop()) {}
    ~GilReleased() noexcept(false) { qip_gil_take(m_thread); }
    GilReleased(const GilReleased &) = delete;
    GilReleased &operator=(const GilReleased &) = delete;

  private:
    PyThreadState *m_thread;
};

} // namespace qi

#endif
