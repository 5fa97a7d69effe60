/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The classes of an object as data, for the stubs that editors read: its own, those that it is derived from, and
 * those that its members give or take. pyshim/qi/_life/stubs.py writes them down.
 */
#include "qt/awaitables.h"
#include "qt/class_info.h"
#include "qt/enums.h"
#include "qt/object.h"
#include "qt/thrown.h"

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qfuturewatcher.h>

#include <vector>

namespace qi
{

namespace
{

class ClassTable
{
  public:
    explicit ClassTable(const QMetaObject *first) { reach(first); }

    /* A list of dicts, the object's own class first; NULL with an exception. */
    Ref classes()
    {
        Ref list(PyList_New(0));

        for (size_t i = 0; list && i < m_reached.size(); i++) { /* it grows meanwhile */
            Ref one(description(m_reached[i]));
            if (!one || PyList_Append(list.get(), one.get()) < 0)
                return Ref();
        }
        return list;
    }

  private:
    void reach(const QMetaObject *meta_object)
    {
        for (const QMetaObject *known : m_reached) {
            if (known == meta_object)
                return;
        }
        m_reached.push_back(meta_object);
    }

    /* A type as (kind, name): of an enumeration with all about it, since its class may be none of an object. */
    PyObject *type_of(QMetaType type, const char *written)
    {
        const QMetaEnum enumeration = enum_of(type);
        if (enumeration.isValid())
            return Py_BuildValue("(sN)", "enum", enumeration_of(enumeration));
        if ((type.flags() & QMetaType::PointerToQObject) && type.metaObject()) {
            reach(type.metaObject());
            return Py_BuildValue("(ss)", "object", type.metaObject()->className());
        }
        const bool gadget = type.flags() & QMetaType::IsGadget;
        return Py_BuildValue("(ss)", gadget ? "gadget" : "value",
                             type.isValid() ? type.name() : written);
    }

    PyObject *enumeration_of(const QMetaEnum &enumeration)
    {
        PyObject *made = enum_class(enumeration); /* borrowed; NULL where plain integers have to do */
        return Py_BuildValue("(ssOO)", enumeration.scope(), enumeration.name(),
                             enumeration.isFlag() ? Py_True : Py_False, made ? made : Py_None);
    }

    bool add_properties(PyObject *list, const QMetaObject *meta_object)
    {
        for (int i = meta_object->propertyOffset(); i < meta_object->propertyCount(); i++) {
            const QMetaProperty property = meta_object->property(i);
            PyObject *type = property.isEnumType()
                                 ? Py_BuildValue("(sN)", "enum",
                                                 enumeration_of(property.enumerator()))
                                 : type_of(property.metaType(), property.typeName());
            if (!append(list, Py_BuildValue("(sNOs)", property.name(), type,
                                            property.isWritable() ? Py_True : Py_False,
                                            property.hasNotifySignal()
                                                ? property.notifySignal().name().constData()
                                                : "")))
                return false;
        }
        return true;
    }

    /* (name, result, [(type, name), …], how many may be left out, whether it is a signal) */
    bool add_methods(PyObject *list, const QMetaObject *meta_object)
    {
        int shorter = 0;

        for (int i = meta_object->methodCount() - 1; i >= meta_object->methodOffset(); i--) {
            const QMetaMethod method = meta_object->method(i);
            if (method.access() != QMetaMethod::Public ||
                method.methodType() == QMetaMethod::Constructor)
                continue;
            if (method.attributes() & QMetaMethod::Cloned) {
                shorter++;
                continue;
            }
            if (!append(list, description(method, shorter)))
                return false;
            shorter = 0;
        }
        return PyList_Reverse(list) == 0;
    }

    PyObject *description(const QMetaMethod &method, int optional)
    {
        Ref parameters(PyList_New(0));

        for (int i = 0; parameters && i < method.parameterCount(); i++) {
            PyObject *type = type_of(method.parameterMetaType(i), method.parameterTypes().at(i));
            if (!append(parameters.get(),
                        Py_BuildValue("(Ns)", type, method.parameterNames().at(i).constData())))
                return nullptr;
        }
        if (!parameters)
            return nullptr;
        return Py_BuildValue("(sNOiO)", method.name().constData(),
                             type_of(method.returnMetaType(), method.typeName()), parameters.get(),
                             optional,
                             method.methodType() == QMetaMethod::Signal ? Py_True : Py_False);
    }

    bool add_enumerations(PyObject *list, const QMetaObject *meta_object)
    {
        for (int i = meta_object->enumeratorOffset(); i < meta_object->enumeratorCount(); i++) {
            if (!append(list, enumeration_of(meta_object->enumerator(i))))
                return false;
        }
        return true;
    }

    static bool is_awaited(const QMetaObject *meta_object)
    {
        return meta_object && (meta_object->inherits(&QFutureWatcherBase::staticMetaObject) ||
                               is_awaitable(meta_object));
    }

    PyObject *description(const QMetaObject *meta_object)
    {
        const QMetaObject *base = meta_object->superClass();
        Ref properties(PyList_New(0)), methods(PyList_New(0)), enumerations(PyList_New(0));

        if (base)
            reach(base);
        if (!properties || !methods || !enumerations ||
            !add_properties(properties.get(), meta_object) ||
            !add_methods(methods.get(), meta_object) ||
            !add_enumerations(enumerations.get(), meta_object))
            return nullptr;
        return Py_BuildValue(
            "{ss sz sO sO sO sO sO}", "name", meta_object->className(), "base",
            base ? base->className() : nullptr, "model",
            meta_object->inherits(&QAbstractItemModel::staticMetaObject) ? Py_True : Py_False,
            "awaited", is_awaited(meta_object) && !is_awaited(base) ? Py_True : Py_False,
            "properties", properties.get(), "methods", methods.get(), "enumerations",
            enumerations.get());
    }

    /* Takes the reference, which may be NULL with an exception. */
    static bool append(PyObject *list, PyObject *item)
    {
        Ref owned(item);
        return owned && PyList_Append(list, owned.get()) == 0;
    }

    std::vector<const QMetaObject *> m_reached;
};

} // namespace

} // namespace qi

PyObject *qip_qt_class_table(qi_object *object)
try {
    return qi::ClassTable(object->metaObject()).classes().release();
} catch (...) {
    return qi::raise_thrown();
}
