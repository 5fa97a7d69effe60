/* SPDX-License-Identifier: BSD-3-Clause */
// <qi/python.h>: a host that holds objects of Python itself.
#include <Python.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

#include <QtCore/qobject.h>

#include <qi/python.hpp>
#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"

using tests::Host;
using tests::take;

namespace
{

int run(const Host &host, const std::function<void()> &function)
{
    return qi_python_run(
        host.runtime, [](void *user) { (*static_cast<const std::function<void()> *>(user))(); },
        const_cast<std::function<void()> *>(&function));
}

} // namespace

TEST_CASE("a function of the host runs with the GIL, in any thread")
{
    Host host;
    bool held = false;
    CHECK(run(host, [&] { held = PyGILState_Check(); }) == QI_OK);
    CHECK(held);
    CHECK_FALSE(PyGILState_Check()); /* and not after it */
    int status = 1;
    std::thread([&] {
        status = run(
            host, [&] { held = PyGILState_Check() && run(host, [] { PyErr_Clear(); }) == QI_OK; });
    }).join();
    CHECK(status == QI_OK);
    CHECK(held);
}

TEST_CASE("an exception that the function leaves is the failure of the call")
{
    Host host;
    CHECK(run(host, [] { PyRun_SimpleString("import sys"); }) == QI_OK);
    CHECK(run(host, [] { Py_XDECREF(PyLong_FromString("seven", nullptr, 10)); }) == QI_ERR_PYTHON);
    CHECK(std::string(qi_last_error()->python_type) == "ValueError");
    CHECK(std::string(qi_last_error()->message).find("seven") != std::string::npos);
    CHECK(run(host, [] { PyErr_NoMemory(); }) == QI_ERR_MEMORY);
    CHECK(run(host, [] { throw std::runtime_error("not of Python"); }) == QI_ERR_STATE);
    const auto reports = host.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].message.find("not of Python") != std::string::npos);
    CHECK(qi_python_run(host.runtime, nullptr, nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_python_run(
              nullptr, [](void *) {}, nullptr) == QI_ERR_HANDLE);

    /* What was set before is the caller's, and stays. */
    CHECK(run(host, [&] {
              PyErr_SetString(PyExc_KeyError, "mine");
              const int inner = run(host, [] { PyErr_SetString(PyExc_OSError, "other"); });
              qi_value value = qi_none();
              const bool converted = qi_value_from_python(Py_None, &value) == QI_OK;
              const bool kept = PyErr_ExceptionMatches(PyExc_KeyError);
              PyErr_Clear();
              if (inner != QI_ERR_PYTHON || !converted || !kept)
                  PyErr_SetString(PyExc_AssertionError, "it was lost");
          }) == QI_OK);
}

TEST_CASE("objects become values and values objects, as arguments and results do")
{
    Host host;
    QObject object;
    qi_value value = qi_int(7);
    CHECK(run(host, [&] {
              PyObject *list = Py_BuildValue("[isd]", 1, "two", 3.0);
              if (qi_value_from_python(list, &value) != QI_OK)
                  PyErr_SetString(PyExc_AssertionError, qi_last_error()->message);
              Py_DECREF(list);
          }) == QI_OK);
    CHECK(take(value) == "[1, 'two', 3.0]");

    const qi_value items[] = {qi_qobject(&object), qi_text("text")}, list = qi_list(items, 2);
    PyObject *made = nullptr;
    REQUIRE(qi_value_to_python(&list, &made) == QI_OK); /* without the GIL as well */
    CHECK(run(host, [&] {
              qi_value back = qi_none();
              if (qi_value_from_python(made, &back) != QI_OK ||
                  qi_value_object(qi_value_at(&back, 0)) != &object || Py_REFCNT(made) != 1)
                  PyErr_SetString(PyExc_AssertionError, "it is another object");
              qi_value_clear(&back);
              Py_CLEAR(made);
          }) == QI_OK);

    /* What is opaque is the same object again. */
    qi_value opaque = qi_none();
    REQUIRE(qi_eval(host.runtime, "{1, 2}", &opaque) == QI_OK);
    REQUIRE(qi_value_to_python(&opaque, &made) == QI_OK);
    CHECK(run(host, [&] {
              if (!PySet_Check(made) || Py_REFCNT(made) != 2)
                  PyErr_SetString(PyExc_AssertionError, "it is another object");
              Py_CLEAR(made);
          }) == QI_OK);
    qi_value_clear(&opaque);
}

TEST_CASE("what cannot cross fails, and leaves no exception and no object")
{
    Host host;
    PyObject *made = nullptr;
    const qi_value broken = qi_text_n("\xFF", 1), absent = qi_text_n(nullptr, 2);
    qi_value value = qi_int(7);
    CHECK(qi_value_to_python(&broken, &made) == QI_ERR_TYPE);
    CHECK(qi_value_to_python(&absent, &made) == QI_ERR_TYPE);
    CHECK(qi_value_to_python(nullptr, &made) == QI_ERR_ARGUMENT);
    CHECK(qi_value_to_python(&value, nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_value_from_python(nullptr, &value) == QI_ERR_ARGUMENT);
    CHECK(made == nullptr);
    CHECK(run(host, [&] {
              PyObject *nested = PyList_New(0);
              PyList_Append(nested, nested);
              if (qi_value_from_python(nested, &value) >= 0 || PyErr_Occurred())
                  PyErr_SetString(PyExc_AssertionError, "an endless list has become a value");
              PyList_SetSlice(nested, 0, 1, nullptr);
              Py_DECREF(nested);
          }) == QI_OK);
    CHECK(value.kind == QI_KIND_INT); /* untouched */
    host.shutdown();
    CHECK(qi_python_run(
              host.runtime, [](void *) {}, nullptr) == QI_ERR_NOT_RUNNING);
    CHECK(qi_value_to_python(&value, &made) == QI_OK); /* the interpreter is there still */
    const PyGILState_STATE gil = PyGILState_Ensure();
    Py_CLEAR(made);
    PyGILState_Release(gil);
}

TEST_CASE("the same in C++, with types")
{
    Host host;
    const qi::Runtime python(host.runtime);
    QString text;
    CHECK(qi::withPython(python, [&] {
        PyObject *made = PyUnicode_FromString("text");
        text = qi::fromPython<QString>(made).value_or(QString());
        Py_DECREF(made);
    }));
    CHECK(text == QLatin1String("text"));
    const auto failed = qi::withPython(python, [] { PyErr_SetString(PyExc_ValueError, "no"); });
    CHECK(failed.status() == QI_ERR_PYTHON);
    CHECK(failed.error().type == QLatin1String("ValueError"));
    CHECK(qi::withPython(python, [&] {
        const auto list = qi::toPython(QStringList{QStringLiteral("a"), QStringLiteral("b")});
        if (!list || PyList_GET_SIZE(*list) != 2 || qi::fromPython<int>(*list).status() != QI_ERR_TYPE)
            PyErr_SetString(PyExc_AssertionError, "no list");
        if (list)
            Py_DECREF(*list);
    }));
}
