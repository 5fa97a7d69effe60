/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `_qi.Gadget`: a value of a Q_GADGET type. Its properties, invokable methods and enumerations are
 * attributes, as those of a QObject's proxy are, but it is a value: Python has a copy of its own, and what
 * it changes there the host sees when the value goes back.
 *
 * Host code runs without the GIL here too, hence on a copy that no other thread of Python can change.
 */
#include "python/docs.h"
#include "python/compat.h"
#include "qt/setup.h"
#include "qt/across.h"
#include "qt/class_info.h"
#include "qt/enums.h"
#include "qt/invoke.h"
#include "qt/opaque.h"
#include "qt/properties.h"
#include "qt/ref.h"
#include "qt/to_python.h"
#include "qt/cache.h"
#include "qt/thrown.h"

namespace qi
{

namespace
{

const QMetaObject *meta_object_of(PyObject *self)
{
    return opaque_slot(self)->metaType().metaObject();
}

PyObject *read_property(PyObject *self, const QMetaProperty &property)
{
    const QVariant gadget = *opaque_slot(self);
    QVariant value;

    if (!property.isReadable())
        return PyErr_Format(PyExc_AttributeError, "%s.%s cannot be read", gadget.typeName(),
                            property.name());
    const bool done = host_code([&] { value = property.readOnGadget(gadget.constData()); });
    if (!done || !value.metaType().isValid())
        return done ? Py_NewRef(Py_None) : nullptr;
    return ToPython(value.metaType(),
                    property.isEnumType() ? property.enumerator() : QMetaEnum())(value.constData());
}

/* -- attributes ------------------------------------------------------------------------------------- */

PyObject *bound_method(PyObject *self, PyObject *name)
{
    PyObject *type = cached_attribute("qi._objects.gadgets", "GadgetMethod");
    return type ? PyObject_CallFunctionObjArgs(type, self, name, nullptr) : nullptr;
}

PyObject *gadget_getattro(PyObject *self, PyObject *name)
try {
    const QMetaObject *meta_object = meta_object_of(self);
    const Member *member = member_of(meta_object, name);

    PyErr_Clear();
    if (member && member->property >= 0)
        return read_property(self, meta_object->property(member->property));
    if (member && !member->method_indexes.isEmpty())
        return bound_method(self, name);
    if (member && member->enumerator >= 0) {
        PyObject *type = enum_class(meta_object->enumerator(member->enumerator));
        if (!type)
            PyErr_SetString(PyExc_RuntimeError, "the enumeration cannot be shown to Python");
        return Py_XNewRef(type);
    }
    PyObject *found = PyObject_GenericGetAttr(self, name);
    if (!found && PyErr_ExceptionMatches(PyExc_AttributeError))
        raise_no_member(meta_object, name, gadget_kinds);
    return found;
} catch (...) {
    return qi::raise_thrown();
}

int gadget_setattro(PyObject *self, PyObject *name, PyObject *value)
try {
    const QMetaObject *meta_object = meta_object_of(self);
    const Member *member = member_of(meta_object, name);

    PyErr_Clear();
    if (!value) {
        PyErr_Format(PyExc_AttributeError, "%s.%U cannot be deleted", meta_object->className(), name);
        return -1;
    }
    if (!member || member->property < 0) {
        raise_no_member(meta_object, name, gadget_kinds);
        return -1;
    }
    return write_gadget(opaque_slot(self), meta_object->property(member->property), value) ? 0 : -1;
} catch (...) {
    return qi::raise_thrown(-1);
}

PyObject *gadget_dir(PyObject *self, PyObject *)
try {
    Ref names(PyObject_Dir(reinterpret_cast<PyObject *>(Py_TYPE(self))));

    for (const QByteArray &name : class_info(meta_object_of(self)).names()) {
        Ref text(names ? PyUnicode_FromString(name.constData()) : nullptr);
        if (!text || PyList_Append(names.get(), text.get()) < 0)
            return nullptr;
    }
    return names.release();
} catch (...) {
    return qi::raise_thrown();
}

/* -- methods ---------------------------------------------------------------------------------------- */

PyObject *gadget_repr(PyObject *self)
try {
    const QMetaObject *meta_object = meta_object_of(self);
    Recursion level(" in the repr() of a gadget");
    Ref parts(level ? PyList_New(0) : nullptr);

    for (int i = 0; parts && i < meta_object->propertyCount(); i++) {
        const QMetaProperty property = meta_object->property(i);
        Ref value(read_property(self, property));
        Ref part(value ? PyUnicode_FromFormat("%s=%R", property.name(), value.get()) : nullptr);
        if (!part || PyList_Append(parts.get(), part.get()) < 0)
            return nullptr;
    }
    Ref comma(parts ? PyUnicode_FromString(", ") : nullptr);
    Ref joined(comma ? PyUnicode_Join(comma.get(), parts.get()) : nullptr);
    return joined ? PyUnicode_FromFormat("<qi.Gadget %s(%U)>", opaque_slot(self)->typeName(),
                                         joined.get())
                  : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

PyObject *gadget_invoke(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
try {
    if (count < 1 || !PyUnicode_Check(arguments[0])) {
        PyErr_SetString(PyExc_TypeError, "the name of a method expected");
        return nullptr;
    }
    return call_on_gadget(self, arguments[0], arguments + 1, count - 1);
} catch (...) {
    return qi::raise_thrown();
}

PyObject *gadget_signatures(PyObject *self, PyObject *name)
try {
    return signatures_of(meta_object_of(self), name);
} catch (...) {
    return qi::raise_thrown();
}

PyObject *gadget_member_help(PyObject *self, PyObject *name)
try {
    return help_for_member(meta_object_of(self), name);
} catch (...) {
    return qi::raise_thrown();
}

PyObject *gadget_forms(PyObject *self, PyObject *name)
try {
    return forms_of_member(meta_object_of(self), name);
} catch (...) {
    return qi::raise_thrown();
}

PyObject *gadget_doc(PyObject *self)
try {
    return help_for_class(meta_object_of(self), "a value");
} catch (...) {
    return qi::raise_thrown();
}

PyObject *gadget_copy(PyObject *self, PyObject *)
try {
    return opaque_new(*opaque_slot(self));
} catch (...) {
    return qi::raise_thrown();
}

PyMethodDef gadget_methods[] = {
    {"__dir__", gadget_dir, METH_NOARGS, nullptr},
    {"__copy__", gadget_copy, METH_NOARGS, nullptr},
    {"__deepcopy__", gadget_copy, METH_O, nullptr},
    {"_invoke", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(gadget_invoke)),
     METH_FASTCALL, nullptr},
    {"_signatures", gadget_signatures, METH_O, nullptr},
    {"_member_help", gadget_member_help, METH_O, nullptr},
    {"_forms", gadget_forms, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot gadget_slots[] = {
    {Py_tp_doc,
     const_cast<char *>(
         "A value of a Q_GADGET type of the application. Its properties, invokable methods\n"
         "and enumerations are attributes. Python has a copy: what it changes there, the\n"
         "application sees when the value is given back.")},
    {Py_tp_repr, reinterpret_cast<void *>(gadget_repr)},
    {Py_tp_getattro, reinterpret_cast<void *>(gadget_getattro)},
    {Py_tp_setattro, reinterpret_cast<void *>(gadget_setattro)},
    {Py_tp_methods, gadget_methods},
    {0, nullptr},
};

PyType_Spec gadget_spec = {
    "_qi.Gadget",
    0, /* as large as what it derives from */
    0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    gadget_slots,
};

} // namespace

} // namespace qi

int qip_gadget_setup(PyObject *module)
try {
    PyObject **type = &qi::variant_types.gadget;

    *type = PyType_FromModuleAndSpec(module, &qi::gadget_spec, qi::variant_types.variant);
    if (!*type || qip_docs_set(*type, qi::gadget_doc) < 0)
        return -1;
    return PyModule_AddType(module, qi::as_type(*type));
} catch (...) {
    return qi::raise_thrown(-1);
}
