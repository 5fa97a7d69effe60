/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Enumerations: one IntEnum or IntFlag for each QMetaEnum, made when the first value of it crosses and
 * kept in the module's cache under "Class::Name".
 */
#include "variant.h"

#include "../rooms.h"

namespace qi
{

namespace
{

/* Names that an enum class cannot have as members get an underscore, as PyQt does with `None`. */
QByteArray member_name(const char *key)
{
    static const QByteArrayList reserved = {"None", "True", "False", "mro", "name", "value"};
    QByteArray name(key);
    return reserved.contains(name) || name.startsWith('_') ? name + '_' : name;
}

Ref members_of(const QMetaEnum &enumeration)
{
    Ref members(PyList_New(0));

    for (int i = 0; members && i < enumeration.keyCount(); i++) {
        /* Flags are unsigned in Qt, though their values are handed out as int. */
        const qlonglong value = enumeration.isFlag() ? qlonglong(quint32(enumeration.value(i)))
                                                     : enumeration.value(i);
        Ref pair(Py_BuildValue("(sL)", member_name(enumeration.key(i)).constData(), value));
        if (!pair || PyList_Append(members.get(), pair.get()) < 0)
            return Ref();
    }
    return members;
}

PyObject *make_class(const QMetaEnum &enumeration, const QByteArray &full_name)
{
    PyObject *base = cached_attribute("enum", enumeration.isFlag() ? "IntFlag" : "IntEnum");
    Ref members(base ? members_of(enumeration).release() : nullptr);

    if (!members)
        return nullptr;
    QByteArray qualified = full_name;
    qualified.replace("::", ".");
    Ref arguments(Py_BuildValue("(sO)", enumeration.name(), members.get()));
    Ref keywords(Py_BuildValue("{s:s,s:s}", "module", "qi", "qualname", qualified.constData()));
    if (!arguments || !keywords)
        return nullptr;
    return PyObject_Call(base, arguments.get(), keywords.get());
}

QByteArray full_name(const QMetaEnum &enumeration)
{
    return QByteArray(enumeration.scope()) + "::" + enumeration.name();
}

} // namespace

PyObject *enum_class(const QMetaEnum &enumeration)
{
    PyObject *cache = qi_room_cache();
    const QByteArray name = full_name(enumeration);

    if (cache) {
        if (PyObject *known = PyDict_GetItemString(cache, name.constData()))
            return known;
        Ref made(make_class(enumeration, name));
        if (made && PyDict_SetItemString(cache, name.constData(), made.get()) == 0)
            return made.get(); /* the cache holds it */
    }
    /* Plain integers do as well; a class is a convenience. */
    PyErr_Clear();
    return nullptr;
}

QMetaEnum enum_of(QMetaType type)
{
    const QMetaObject *scope = type.flags() & QMetaType::IsEnumeration ? type.metaObject() : nullptr;
    if (!scope)
        return QMetaEnum();

    QByteArray name(type.name());
    const bool flags = name.startsWith("QFlags<") && name.endsWith('>');
    if (flags)
        name = name.mid(7, name.size() - 8);
    name = name.mid(name.lastIndexOf(':') + 1);
    for (int i = 0; i < scope->enumeratorCount(); i++) {
        const QMetaEnum candidate = scope->enumerator(i);
        if (name == (flags ? candidate.enumName() : candidate.name()) ||
            (!flags && name == candidate.enumName()))
            return candidate;
    }
    return QMetaEnum();
}

PyObject *enum_member(PyObject *enumeration, qlonglong value)
{
    Ref number(PyLong_FromLongLong(value));

    if (!number || !enumeration)
        return number.release();
    PyObject *member = PyObject_CallOneArg(enumeration, number.get());
    if (!member && PyErr_ExceptionMatches(PyExc_ValueError)) {
        PyErr_Clear(); /* a value without a name, which C++ allows */
        return number.release();
    }
    return member;
}

} // namespace qi
