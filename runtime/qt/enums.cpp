/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Enumerations: one IntEnum or IntFlag for each QMetaEnum, made when the first value of it crosses and
 * kept in the module's cache under "Class::Name". Qt takes its members, numbers, names, and the members of
 * PyQt6's and PySide6's classes of the same name.
 */
#include "qt/enums.h"

#include "qt/cache.h"
#include "qt/numbers.h"
#include "qt/text.h"

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
    PyObject *base = cached_attribute("qi._objects.enums",
                                      enumeration.isFlag() ? "HostFlag" : "HostEnum");
    Ref members(base ? members_of(enumeration).release() : nullptr);

    if (!members)
        return nullptr;
    QByteArray qualified = full_name;
    qualified.replace("::", ".");
    Ref arguments(Py_BuildValue("(sO)", enumeration.name(), members.get()));
    Ref keywords(Py_BuildValue("{s:s,s:s}", "module", "qi", "qualname", qualified.constData()));
    if (!arguments || !keywords)
        return nullptr;
    Ref made(PyObject_Call(base, arguments.get(), keywords.get()));
    Ref text(made ? PyUnicode_FromFormat("%s of the application", full_name.constData()) : nullptr);
    if (!text || PyObject_SetAttrString(made.get(), "__doc__", text.get()) < 0)
        return nullptr;
    return made.release();
}

QByteArray full_name(const QMetaEnum &enumeration)
{
    return QByteArray(enumeration.scope()) + "::" + enumeration.name();
}

/* -- from Python ------------------------------------------------------------------------------------ */

bool refuse_name(const QMetaEnum &enumeration, PyObject *object)
{
    QByteArrayList names;

    for (int i = 0; i < enumeration.keyCount(); i++)
        names.append(enumeration.key(i));
    PyErr_Format(PyExc_ValueError, "%R is no name of %s; there is %s", object,
                 full_name(enumeration).constData(), names.join(", ").constData());
    return false;
}

/* One name, spelled as in C++, with its scope or without, or as Python's class has it. */
bool value_of_name(const QMetaEnum &enumeration, const QByteArray &spelled, int *value)
{
    const qsizetype scope_end = spelled.lastIndexOf("::");
    const QByteArray name = scope_end < 0 ? spelled : spelled.mid(scope_end + 2);
    bool known = false;

    if (scope_end >= 0) {
        const QByteArray end = "::" + spelled.left(scope_end);
        if (!("::" + full_name(enumeration)).endsWith(end) &&
            !QByteArray("::").append(enumeration.scope()).endsWith(end))
            return false;
    }
    *value = enumeration.keyToValue(name.constData(), &known);
    for (int i = 0; !known && i < enumeration.keyCount(); i++) {
        if (member_name(enumeration.key(i)) == name) {
            *value = enumeration.value(i);
            known = true;
        }
    }
    return known;
}

/* "Glad"; of flags "Fast|Loud", and "" for none of them. New reference to the number, or an exception. */
PyObject *number_of_names(const QMetaEnum &enumeration, PyObject *object)
{
    QString text;
    int value = 0;

    if (!text_from_python(object, &text))
        return nullptr;
    const QByteArray spelled = text.toUtf8().trimmed();
    const bool flags = enumeration.isFlag();
    if (flags && spelled.isEmpty())
        return PyLong_FromLong(0);
    for (const QByteArray &name : flags ? spelled.split('|') : QByteArrayList{spelled}) {
        int one;
        if (!value_of_name(enumeration, name.trimmed(), &one)) {
            refuse_name(enumeration, object);
            return nullptr;
        }
        value |= one;
    }
    return flags ? PyLong_FromUnsignedLong(quint32(value)) : PyLong_FromLong(value);
}

/* A member of an enum that is no number: those of PyQt6 and PySide6 are of the same name as Qt's. */
PyObject *number_of_member(const QMetaEnum &enumeration, PyObject *object)
{
    const QByteArray name = Py_TYPE(object)->tp_name;
    const QByteArray own = name.mid(name.lastIndexOf('.') + 1);

    if (own != enumeration.name() && own != enumeration.enumName()) {
        PyErr_Format(PyExc_TypeError, "a member of %s expected, got %R",
                     full_name(enumeration).constData(), object);
        return nullptr;
    }
    return PyObject_GetAttrString(object, "value");
}

} // namespace

PyObject *enum_class(const QMetaEnum &enumeration)
{
    PyObject *cache = qip_qt_cache();
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

bool enum_from_python(PyObject *object, QMetaType type, const QMetaEnum &enumeration, void *data)
{
    if (PyIndex_Check(object) || !enumeration.isValid())
        return enum_number_from_python(object, type, data);
    if (PyUnicode_Check(object)) {
        Ref number(number_of_names(enumeration, object));
        return number && enum_number_from_python(number.get(), type, data);
    }
    PyObject *base = cached_attribute("enum", "Enum");
    const int is_member = base ? PyObject_IsInstance(object, base) : -1;
    if (is_member < 0)
        return false;
    if (!is_member)
        return expected(full_name(enumeration).constData(), object);
    Ref number(number_of_member(enumeration, object));
    return number && enum_number_from_python(number.get(), type, data);
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
