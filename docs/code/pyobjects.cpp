// SPDX-License-Identifier: BSD-3-Clause
// The program of docs/guide/threads-and-gil.md that uses CPython's own API.
#include <Python.h>

#include <QCoreApplication>
#include <QDebug>
#include <qi/python.hpp>
#include <qi/qi.hpp>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const auto python = qi::Runtime::start().expect("Python");

    // [with]
    QList<double> roots;
    const qi::Result<void> done = qi::withPython(python, [&] { // with the GIL
        PyObject *math = PyImport_ImportModule("math");
        PyObject *root = math ? PyObject_CallMethod(math, "sqrt", "i", 2) : nullptr;
        if (root)
            roots << qi::fromPython<double>(root).value_or(0);
        Py_XDECREF(root);
        Py_XDECREF(math);
    });
    if (!done) // an exception that was set at its end
        qWarning() << done.error();
    // [/with]
    qDebug() << roots;
    return roots.size() == 1 && roots[0] > 1.4 && roots[0] < 1.5 ? 0 : 1;
}
