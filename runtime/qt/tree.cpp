/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tree of objects for Python: parents and children. It belongs to the objects' thread, which may destroy what
 * was found before it is told.
 */
#include "qt/across.h"
#include "qt/bridge.h"
#include "qt/object.h"
#include "qt/text.h"
#include "qt/thrown.h"

#include <QtCore/qpointer.h>

namespace qi
{

namespace
{

using Pointers = QList<QPointer<QObject>>;

struct FindParent : Work {
    void run(QObject *object) override { found = object->parent(); }

    QPointer<QObject> found;
};

struct FindChildren : Work {
    void run(QObject *object) override { collect(object); }

    void collect(const QObject *object)
    {
        for (QObject *child : object->children()) {
            if ((any_name || child->objectName() == name) &&
                (class_name.isEmpty() || child->inherits(class_name.constData())))
                found.append(child);
            if (first_only && !found.isEmpty())
                return;
        }
        if (!recursive)
            return;
        for (const QObject *child : object->children()) {
            collect(child);
            if (first_only && !found.isEmpty())
                return;
        }
    }

    QString name;
    QByteArray class_name;
    bool any_name = true;
    bool recursive = true;
    bool first_only = false;
    Pointers found;
};

PyObject *wrap_all(const Pointers &pointers)
{
    Ref list(PyList_New(0));

    for (const QPointer<QObject> &pointer : pointers) {
        if (!list)
            break;
        if (!pointer)
            continue; /* destroyed by its thread since it was found */
        Ref proxy(qip_qt_wrap(pointer));
        if (!proxy || PyList_Append(list.get(), proxy.get()) < 0)
            return nullptr;
    }
    return list.release();
}

bool fill_search(FindChildren *work, PyObject *name, PyObject *class_name, bool recursive)
{
    work->recursive = recursive;
    if (name && name != Py_None) {
        work->any_name = false;
        if (!text_from_python(name, &work->name))
            return false;
    }
    if (class_name && class_name != Py_None) {
        QString text;
        if (!text_from_python(class_name, &text))
            return false;
        work->class_name = text.toUtf8();
    }
    return true;
}

} // namespace

} // namespace qi

using namespace qi;

PyObject *qip_qt_parent(qi_object *object)
try {
    FindParent work;
    return perform(object, work) ? qip_qt_wrap(work.found) : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

PyObject *qip_qt_children(qi_object *object)
try {
    FindChildren work;

    work.recursive = false;
    return perform(object, work) ? wrap_all(work.found) : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

PyObject *qip_qt_find_child(qi_object *object, PyObject *name, PyObject *class_name, bool recursive)
try {
    FindChildren work;

    work.first_only = true;
    if (!fill_search(&work, name, class_name, recursive) || !perform(object, work))
        return nullptr;
    return work.found.isEmpty() ? Py_NewRef(Py_None) : qip_qt_wrap(work.found.first());
} catch (...) {
    return qi::raise_thrown();
}

PyObject *qip_qt_find_children(qi_object *object, PyObject *name, PyObject *class_name, bool recursive)
try {
    FindChildren work;

    if (!fill_search(&work, name, class_name, recursive) || !perform(object, work))
        return nullptr;
    return wrap_all(work.found);
} catch (...) {
    return qi::raise_thrown();
}
