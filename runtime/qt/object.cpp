/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Objects for Python: their properties, names and children. Calls are in invoke.cpp.
 */
#include "qt/object.h"

#include "qt/across.h"
#include "qt/bridge.h"
#include "qt/class_info.h"
#include "qt/invoke.h"
#include "qt/names.h"
#include "qt/variant.h"

#include <QtCore/qpointer.h>

#include "python/compat.h"

namespace qi
{

namespace
{

/* A member's name, borrowed from the str, which keeps its UTF-8. Empty with an exception: no UTF-8. */
QByteArray name_of(PyObject *name)
{
    Py_ssize_t size;
    const char *data = PyUnicode_AsUTF8AndSize(name, &size);
    return data ? QByteArray::fromRawData(data, size) : QByteArray();
}

/* -- work: what is done in the object's thread ------------------------------------------------------- */

struct Read : Work {
    explicit Read(const QMetaProperty &property) : property(property) {}
    void run(QObject *object) override { value = property.read(object); }

    QMetaProperty property;
    QVariant value;
};

struct Write : Work {
    Write(const QMetaProperty &property, const QVariant &value) : property(property), value(value)
    {
    }
    void run(QObject *object) override { written = property.write(object, value); }

    QMetaProperty property;
    QVariant value;
    bool written = false;
};

struct Reset : Work {
    explicit Reset(const QMetaProperty &property) : property(property) {}
    void run(QObject *object) override { done = property.reset(object); }

    QMetaProperty property;
    bool done = false;
};

struct ReadDynamic : Work {
    explicit ReadDynamic(const QByteArray &name) : name(name) {}
    void run(QObject *object) override { value = object->property(name.constData()); }

    QByteArray name;
    QVariant value;
};

struct WriteDynamic : Work {
    WriteDynamic(const QByteArray &name, const QVariant &value) : name(name), value(value) {}
    void run(QObject *object) override { object->setProperty(name.constData(), value); }

    QByteArray name;
    QVariant value;
};

struct ListDynamic : Work {
    void run(QObject *object) override { names = object->dynamicPropertyNames(); }

    QByteArrayList names;
};

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

bool dynamic_names(QObject *object, QByteArrayList *names)
{
    ListDynamic work;

    if (!perform(object, work))
        return false;
    *names = work.names;
    return true;
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

/* Puts "Class.property: " before the message of a conversion that failed. */
void name_the_property(const char *class_name, const char *name)
{
    Ref raised(qip_take_exception());
    PyErr_Format(reinterpret_cast<PyObject *>(Py_TYPE(raised.get())), "%s.%s: %S", class_name, name,
                 raised.get());
}

bool is_conversion_error()
{
    return PyErr_ExceptionMatches(PyExc_TypeError) || PyErr_ExceptionMatches(PyExc_OverflowError) ||
           PyErr_ExceptionMatches(PyExc_ValueError);
}

} // namespace

bool value_for_property(const QMetaProperty &property, const char *class_name, PyObject *object,
                        QVariant *out)
{
    const QMetaType type = property.metaType();
    bool done;

    if (!type.isValid()) {
        done = from_python(object, out);
    } else if (property.isEnumType() && (type.flags() & QMetaType::IsEnumeration)) {
        *out = QVariant(type);
        done = enum_from_python(object, type, property.enumerator(), out->data());
    } else {
        done = from_python(object, type, out);
    }
    if (!done && is_conversion_error())
        name_the_property(class_name, property.name());
    return done;
}

} // namespace qi

using namespace qi;

/* -- members --------------------------------------------------------------------------------------- */

qip_qt_kind qip_qt_member(qi_object *object, PyObject *name, int *index)
{
    const Member *member = class_info(object->metaObject()).find(name_of(name));

    if (!member) {
        PyErr_Clear();
        return QIP_QT_NOTHING;
    }
    if (member->property >= 0) {
        *index = member->property;
        return QIP_QT_PROPERTY;
    }
    if (!member->signal_indexes.isEmpty()) {
        const QMetaObject *meta_object = object->metaObject();
        int first = original_signal(meta_object, member->signal_indexes.first());
        for (int other : member->signal_indexes) {
            if (original_signal(meta_object, other) != first)
                first = -1;
        }
        *index = first;
        return QIP_QT_SIGNAL;
    }
    if (!member->method_indexes.isEmpty())
        return QIP_QT_METHOD;
    *index = member->enumerator;
    return member->enumerator >= 0 ? QIP_QT_ENUM : QIP_QT_NOTHING;
}

static PyObject *list_of(const QByteArrayList &names)
{
    Ref list(PyList_New(0));

    for (const QByteArray &name : names) {
        Ref text(list ? PyUnicode_FromString(name.constData()) : nullptr);
        if (!text || PyList_Append(list.get(), text.get()) < 0)
            return nullptr;
    }
    return list.release();
}

PyObject *qip_qt_member_names(qi_object *object)
{
    const QByteArrayList names = class_info(object->metaObject()).names();
    QByteArrayList dynamic;

    return dynamic_names(object, &dynamic) ? list_of(names + dynamic) : nullptr;
}

PyObject *qip_qt_dynamic_names(qi_object *object)
{
    QByteArrayList names;
    return dynamic_names(object, &names) ? list_of(names) : nullptr;
}

PyObject *qip_qt_raise_no_member(qi_object *object, PyObject *name)
{
    const QMetaObject *meta_object = object->metaObject();
    const QByteArray hint = qip_near_names_hint(name_of(name), class_info(meta_object).names());

    PyErr_Clear();
    PyErr_Format(PyExc_AttributeError, "%s has no property, signal or method %R%s",
                 meta_object->className(), name, hint.constData());
    return nullptr;
}

/* -- properties ------------------------------------------------------------------------------------ */

PyObject *qip_qt_property_read(qi_object *object, int index)
{
    Read work(object->metaObject()->property(index));

    if (!work.property.isReadable())
        return PyErr_Format(PyExc_AttributeError, "%s.%s cannot be read",
                            object->metaObject()->className(), work.property.name());
    if (!perform(object, work))
        return nullptr;
    const QMetaType type = work.value.metaType();
    if (!type.isValid())
        return Py_NewRef(Py_None);
    const QMetaEnum enumeration = work.property.isEnumType() ? work.property.enumerator()
                                                             : QMetaEnum();
    return ToPython(type, enumeration)(work.value.constData());
}

/* Conversions may run code of Python, and that may destroy the object. */
static bool check_alive(const QPointer<QObject> &object)
{
    if (!object)
        PyErr_SetString(PyExc_ReferenceError,
                        "the QObject was destroyed while the value was converted");
    return object;
}

static int reset_property(QObject *object, const QMetaProperty &property)
{
    Reset work(property);

    if (!property.isResettable()) {
        PyErr_Format(PyExc_AttributeError, "%s.%s cannot be reset, so it cannot be deleted",
                     object->metaObject()->className(), property.name());
        return -1;
    }
    return perform(object, work) ? 0 : -1;
}

int qip_qt_property_write(qi_object *object, int index, PyObject *value)
{
    const QMetaProperty property = object->metaObject()->property(index);
    QVariant variant;

    if (!value)
        return reset_property(object, property);
    if (!property.isWritable()) {
        PyErr_Format(PyExc_AttributeError, "%s.%s cannot be written",
                     object->metaObject()->className(), property.name());
        return -1;
    }
    const QPointer<QObject> alive(object);
    if (!value_for_property(property, object->metaObject()->className(), value, &variant) ||
        !check_alive(alive))
        return -1;
    Write work(property, variant);
    if (!perform(object, work))
        return -1;
    if (work.written)
        return 0;
    PyErr_Format(PyExc_ValueError, "%s.%s did not take %R", object->metaObject()->className(),
                 property.name(), value);
    return -1;
}

PyObject *qip_qt_dynamic_read(qi_object *object, PyObject *name)
{
    const QByteArray key = name_of(name);
    ReadDynamic work{QByteArray(key.constData(), key.size())};

    if (key.isEmpty() || !perform(object, work))
        return nullptr;
    /* An invalid value is how Qt says that there is no such property. */
    return work.value.isValid() ? to_python(work.value) : nullptr;
}

int qip_qt_dynamic_write(qi_object *object, PyObject *name, PyObject *value)
{
    const QByteArray key = name_of(name);
    const QPointer<QObject> alive(object);
    QVariant variant;

    if (PyErr_Occurred() || (value && !from_python(value, &variant)) || !check_alive(alive))
        return -1;
    /* None is a value here, unlike the invalid QVariant, which would remove the property. */
    if (value == Py_None)
        variant = QVariant::fromValue(nullptr);
    WriteDynamic work(QByteArray(key.constData(), key.size()), variant);
    return perform(object, work) ? 0 : -1;
}

bool qip_qt_dynamic_has(qi_object *object, PyObject *name)
{
    QByteArrayList names;

    if (dynamic_names(object, &names))
        return names.contains(name_of(name));
    PyErr_Clear();
    return false;
}

PyObject *qip_qt_enum(qi_object *object, int index)
{
    PyObject *type = enum_class(object->metaObject()->enumerator(index));

    if (type)
        return Py_NewRef(type);
    PyErr_SetString(PyExc_RuntimeError, "the enumeration cannot be shown to Python");
    return nullptr;
}

/* -- the tree -------------------------------------------------------------------------------------- */

const char *qip_qt_class_name(qi_object *object)
{
    return object->metaObject()->className();
}

bool qip_qt_inherits(qi_object *object, const char *class_name)
{
    return object->inherits(class_name);
}

PyObject *qip_qt_name_now(qi_object *object)
{
    return object->thread() == QThread::currentThread() ? to_python(object->objectName()) : nullptr;
}

PyObject *qip_qt_parent(qi_object *object)
{
    FindParent work;
    return perform(object, work) ? qip_qt_wrap(work.found) : nullptr;
}

PyObject *qip_qt_children(qi_object *object)
{
    FindChildren work;

    work.recursive = false;
    return perform(object, work) ? wrap_all(work.found) : nullptr;
}

PyObject *qip_qt_find_child(qi_object *object, PyObject *name, PyObject *class_name, bool recursive)
{
    FindChildren work;

    work.first_only = true;
    if (!fill_search(&work, name, class_name, recursive) || !perform(object, work))
        return nullptr;
    return work.found.isEmpty() ? Py_NewRef(Py_None) : qip_qt_wrap(work.found.first());
}

PyObject *qip_qt_find_children(qi_object *object, PyObject *name, PyObject *class_name, bool recursive)
{
    FindChildren work;

    if (!fill_search(&work, name, class_name, recursive) || !perform(object, work))
        return nullptr;
    return wrap_all(work.found);
}
