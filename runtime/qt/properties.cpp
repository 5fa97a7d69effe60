/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What properties shall be, from objects of Python: values of exactly their types. Those of a QObject are written
 * by object.cpp, in its thread; those of a gadget here, on a copy, since the host's code runs without the GIL.
 */
#include "qt/properties.h"

#include "python/compat.h"
#include "qt/across.h"
#include "qt/class_info.h"
#include "qt/enums.h"
#include "qt/conversions.h"

namespace qi
{

const char gadget_kinds[] = "property or method";

bool value_for_property(const QMetaProperty &property, const char *class_name, PyObject *object,
                        QVariant *out)
{
    const QMetaType type = property.metaType();
    /* Before code of Python runs: an object that makes its own class may take it with it. */
    const QByteArray full_name = QByteArray(class_name) + '.' + property.name();
    bool done;

    if (!type.isValid()) {
        done = from_python(object, out);
    } else if (property.isEnumType() && (type.flags() & QMetaType::IsEnumeration)) {
        *out = QVariant(type);
        done = enum_from_python(object, type, property.enumerator(), out->data());
    } else {
        done = from_python(object, type, out);
    }
    if (!done)
        say_where(full_name.constData());
    return done;
}

bool write_gadget(QVariant *gadget, const QMetaProperty &property, PyObject *value)
{
    QVariant converted;
    bool written = false;

    if (!property.isWritable()) {
        PyErr_Format(PyExc_AttributeError, "%s.%s cannot be written", gadget->typeName(),
                     property.name());
        return false;
    }
    if (!value_for_property(property, gadget->typeName(), value, &converted))
        return false;
    QVariant changed = *gadget;
    void *data = changed.data();
    if (!host_code([&] { written = property.writeOnGadget(data, converted); }))
        return false;
    if (written)
        gadget->swap(changed); /* what it was ends last: that may run code that looks here */
    else
        PyErr_Format(PyExc_ValueError, "%s.%s did not take %R", gadget->typeName(), property.name(),
                     value);
    return written;
}

bool gadget_from_dict(PyObject *dict, QVariant *out)
{
    const QMetaObject *meta_object = out->metaType().metaObject();
    Ref items(PyDict_Items(dict));

    for (Py_ssize_t i = 0; items && i < PyList_GET_SIZE(items.get()); i++) {
        PyObject *name = PyTuple_GET_ITEM(PyList_GET_ITEM(items.get(), i), 0);
        if (!PyUnicode_Check(name))
            return expected("the name of a property", name);
        const Member *member = member_of(meta_object, name);
        if (!member || member->property < 0) {
            raise_no_member(meta_object, name, gadget_kinds);
            Ref raised(qip_take_exception());
            PyErr_Format(PyExc_TypeError, "%S", raised.get());
            return false;
        }
        if (!write_gadget(out, meta_object->property(member->property),
                          PyTuple_GET_ITEM(PyList_GET_ITEM(items.get(), i), 1)))
            return false;
    }
    return bool(items);
}

} // namespace qi
