/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What one side has and the other has nothing for, each carried by the other unopened: `_qi.Variant`, a
 * Python object that holds a QVariant, and a QVariant that holds an object of Python.
 */
#include "qt/opaque.h"

#include <new>
#include <utility>

#include <QtCore/qdebug.h>
#include <QtCore/qmetaobject.h>

#include "python/module.h"
#include "qt/setup.h"
#include "qt/ref.h"
#include "qt/thrown.h"

namespace qi
{

VariantTypes variant_types;

namespace
{

/* -- a QVariant in Python -------------------------------------------------------------------------- */

struct Opaque {
    PyObject_HEAD
    QVariant value;
};

Opaque *self_of(PyObject *object)
{
    return reinterpret_cast<Opaque *>(object);
}

void opaque_dealloc(PyObject *object)
try {
    PyTypeObject *type = Py_TYPE(object);

    self_of(object)->value.~QVariant();
    type->tp_free(object);
    Py_DECREF(type);
} catch (...) {
    qi::tell_thrown("the memory of an object was not freed");
}

PyObject *opaque_repr(PyObject *object)
try {
    QString text;
    QDebug(&text).nospace() << self_of(object)->value;
    if (!text.startsWith(QLatin1String("QVariant")))
        text = QLatin1String("QVariant(") + text + QLatin1Char(')');
    return PyUnicode_FromFormat("<qi.%s>", text.trimmed().toUtf8().constData());
} catch (...) {
    return qi::raise_thrown();
}

/* Gadgets that C++ cannot compare are as equal as their properties. */
bool opaque_equal(const QVariant &a, const QVariant &b)
{
    const QMetaObject *gadget = a.metaType().metaObject();

    if (!gadget || a.metaType() != b.metaType() || a.metaType().isEqualityComparable() ||
        !(a.metaType().flags() & QMetaType::IsGadget))
        return a == b;
    for (int i = 0; i < gadget->propertyCount(); i++) {
        const QMetaProperty property = gadget->property(i);
        if (property.readOnGadget(a.constData()) != property.readOnGadget(b.constData()))
            return false;
    }
    return gadget->propertyCount() > 0;
}

PyObject *opaque_compare(PyObject *left, PyObject *right, int operation)
try {
    const QVariant *a = opaque_value(left), *b = opaque_value(right);

    if (!a || !b || (operation != Py_EQ && operation != Py_NE))
        Py_RETURN_NOTIMPLEMENTED;
    return PyBool_FromLong(opaque_equal(*a, *b) == (operation == Py_EQ));
} catch (...) {
    return qi::raise_thrown();
}

PyObject *opaque_type_name(PyObject *object, void *)
try {
    return PyUnicode_FromString(self_of(object)->value.typeName());
} catch (...) {
    return qi::raise_thrown();
}

PyGetSetDef opaque_members[] = {
    {"type_name", opaque_type_name, nullptr, "Qt's name of the type of the value", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot opaque_slots[] = {
    {Py_tp_doc, const_cast<char *>("A value of a Qt type that Python has no type for. It may be "
                                   "compared, and given back to Qt.")},
    {Py_tp_dealloc, reinterpret_cast<void *>(opaque_dealloc)},
    {Py_tp_repr, reinterpret_cast<void *>(opaque_repr)},
    {Py_tp_richcompare, reinterpret_cast<void *>(opaque_compare)},
    {Py_tp_getset, opaque_members},
    {0, nullptr},
};

PyType_Spec opaque_spec = {
    "_qi.Variant",
    int(sizeof(Opaque)),
    0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION |
        Py_TPFLAGS_IMMUTABLETYPE,
    opaque_slots,
};

} // namespace

/* -- an object of Python in Qt ---------------------------------------------------------------------- */

/* Copied and destroyed by Qt's containers, in whatever thread these are; hence the GIL is taken. After
 * the interpreter's end there is nothing left to count. */
struct PythonObject {
    PythonObject() = default;
    explicit PythonObject(PyObject *object) : object(object) { take(); }
    PythonObject(const PythonObject &other) : object(other.object) { take(); }
    PythonObject &operator=(const PythonObject &other)
    {
        PythonObject copy(other);
        std::swap(object, copy.object);
        return *this;
    }
    ~PythonObject()
    {
        if (!object)
            return;
        if (GilHeld gil; gil)
            Py_DECREF(object);
    }

    friend bool operator==(const PythonObject &a, const PythonObject &b)
    {
        return a.object == b.object;
    }

    PyObject *object = nullptr;

  private:
    /* What is not counted is not held either: it would be there no longer than Python's own. */
    void take()
    {
        if (!object)
            return;
        if (GilHeld gil; gil)
            Py_INCREF(object);
        else
            object = nullptr;
    }
};

} // namespace qi

Q_DECLARE_METATYPE(qi::PythonObject)

namespace qi
{

bool is_gadget(QMetaType type)
{
    const QMetaObject *meta_object = type.flags() & QMetaType::IsGadget ? type.metaObject() : nullptr;
    return meta_object && (meta_object->propertyCount() || meta_object->methodCount());
}

PyObject *opaque_new(const QVariant &value)
{
    PyTypeObject *type = as_type(is_gadget(value.metaType()) ? variant_types.gadget
                                                             : variant_types.variant);
    QVariant copy = value; /* which may throw, so before there is an object */
    PyObject *object = type ? type->tp_alloc(type, 0) : nullptr;

    if (object)
        new (&self_of(object)->value) QVariant(std::move(copy));
    return object;
}

const QVariant *opaque_value(PyObject *object)
{
    return opaque_slot(object);
}

QVariant *opaque_slot(PyObject *object)
{
    return is_of(object, variant_types.variant) || is_of(object, variant_types.gadget)
               ? &self_of(object)->value
               : nullptr;
}

QVariant hold_python(PyObject *object)
{
    return QVariant::fromValue(PythonObject(object));
}

PyObject *held_python(QMetaType type, const void *data)
{
    if (type != QMetaType::fromType<PythonObject>())
        return nullptr;
    PyObject *object = static_cast<const PythonObject *>(data)->object;
    return Py_NewRef(object ? object : Py_None);
}

} // namespace qi

int qip_variant_setup(PyObject *module)
try {
    qip_module_keep(qi::variant_types);
    return qi::add_type(module, &qi::opaque_spec, &qi::variant_types.variant);
} catch (...) {
    return qi::raise_thrown(-1);
}
