/* SPDX-License-Identifier: BSD-3-Clause */
/* Objects for Python: their members and properties. Calls are in invoke.cpp, parents and children in tree.cpp. */
#include "qt/object.h"

#include "qt/across.h"
#include "qt/bridge.h"
#include "qt/class_info.h"
#include "qt/properties.h"
#include "qt/conversions.h"
#include "qt/enums.h"
#include "qt/to_python.h"

#include <QtCore/qpointer.h>

#include "python/compat.h"
#include "qt/thrown.h"

namespace qi
{

namespace
{

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

bool dynamic_names(QObject *object, QByteArrayList *names)
{
    ListDynamic work;

    if (!perform(object, work))
        return false;
    *names = work.names;
    return true;
}

} // namespace

} // namespace qi

using namespace qi;

/* -- members --------------------------------------------------------------------------------------- */

qip_qt_kind qip_qt_member(qi_object *object, PyObject *name, int *index)
try {
    const Member *member = member_of(object->metaObject(), name);

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
} catch (...) {
    return qi::raise_thrown(QIP_QT_FAILED);
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
try {
    const QByteArrayList names = class_info(object->metaObject()).names();
    QByteArrayList dynamic;

    return dynamic_names(object, &dynamic) ? list_of(names + dynamic) : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

PyObject *qip_qt_dynamic_names(qi_object *object)
try {
    QByteArrayList names;
    return dynamic_names(object, &names) ? list_of(names) : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

/* -- properties ------------------------------------------------------------------------------------ */

PyObject *qip_qt_property_read(qi_object *object, int index)
try {
    Read work(object->metaObject()->property(index));

    if (!work.property.isReadable())
        return PyErr_Format(PyExc_AttributeError, "%s.%s cannot be read",
                            object->metaObject()->className(), work.property.name());
    const QMetaEnum enumeration = work.property.isEnumType() ? work.property.enumerator()
                                                             : QMetaEnum();
    const QPointer<QObject> alive(object);
    if (!perform(object, work))
        return nullptr;
    const QMetaType type = work.value.metaType();
    if (!type.isValid())
        return Py_NewRef(Py_None);
    /* What destroys its object in a getter may have taken its class with it. */
    return ToPython(type, alive ? enumeration : QMetaEnum())(work.value.constData());
} catch (...) {
    return qi::raise_thrown();
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
try {
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
    if (!alive)
        PyErr_SetString(PyExc_ReferenceError, "the QObject was destroyed by what took the value");
    else
        PyErr_Format(PyExc_ValueError, "%s.%s did not take %R", object->metaObject()->className(),
                     property.name(), value);
    return -1;
} catch (...) {
    return qi::raise_thrown(-1);
}

PyObject *qip_qt_dynamic_read(qi_object *object, PyObject *name)
try {
    const QByteArray key = name_of(name);
    ReadDynamic work{QByteArray(key.constData(), key.size())};

    if (key.isEmpty() || !perform(object, work))
        return nullptr;
    /* An invalid value is how Qt says that there is no such property. */
    return work.value.isValid() ? to_python(work.value) : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

int qip_qt_dynamic_write(qi_object *object, PyObject *name, PyObject *value)
try {
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
} catch (...) {
    return qi::raise_thrown(-1);
}

int qip_qt_dynamic_has(qi_object *object, PyObject *name)
try {
    QByteArrayList names;

    return dynamic_names(object, &names) ? int(names.contains(name_of(name))) : -1;
} catch (...) {
    return qi::raise_thrown(-1);
}

PyObject *qip_qt_enum(qi_object *object, int index)
try {
    PyObject *type = enum_class(object->metaObject()->enumerator(index));

    if (type)
        return Py_NewRef(type);
    PyErr_SetString(PyExc_RuntimeError, "the enumeration cannot be shown to Python");
    return nullptr;
} catch (...) {
    return qi::raise_thrown();
}

/* -- what it is -------------------------------------------------------------------------------------- */

const char *qip_qt_class_name(qi_object *object)
{
    return object->metaObject()->className();
}

bool qip_qt_inherits(qi_object *object, const char *class_name)
{
    return object->inherits(class_name);
}

PyObject *qip_qt_name_now(qi_object *object)
try {
    return object->thread() == QThread::currentThread() ? to_python(object->objectName()) : nullptr;
} catch (...) {
    return qi::raise_thrown();
}
