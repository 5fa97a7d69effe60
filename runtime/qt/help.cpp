/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What help(), inspect.signature() and completion tell of the host's classes: the declarations as C++ has
 * them, from the meta-object. Parameters with defaults are marked, since the meta-object has their shorter
 * forms but not the values.
 */
#include "qt/class_info.h"
#include "qt/invoke.h"
#include "qt/object.h"
#include "qt/thrown.h"

namespace qi
{

namespace
{

/* How many parameters may be left out: each shorter form is a method of its own, right behind. */
int optional_count(const QMetaObject *meta_object, int index)
{
    int count = 0;

    while (index + count + 1 < meta_object->methodCount() &&
           (meta_object->method(index + count + 1).attributes() & QMetaMethod::Cloned))
        count++;
    return count;
}

QByteArray parameter(const QMetaMethod &method, int number)
{
    const QByteArray type = method.parameterTypes().at(number);
    const QByteArray name = method.parameterNames().at(number);

    return name.isEmpty() ? type : type + ' ' + name;
}

/* "int add(int a, int b)" */
QByteArray declaration(const QMetaObject *meta_object, int index)
{
    const QMetaMethod method = meta_object->method(index);
    const int required = method.parameterCount() - optional_count(meta_object, index);
    QByteArrayList parameters;

    for (int i = 0; i < method.parameterCount(); i++)
        parameters.append(parameter(method, i) + (i < required ? "" : " = ..."));
    const QByteArray result = method.typeName();
    return (result.isEmpty() ? "void" : result) + ' ' + method.name() + '(' +
           parameters.join(", ") + ')';
}

/* The forms under a name in the order of their declaration, without the shorter ones. */
QList<int> forms(const QMetaObject *meta_object, const Member &member)
{
    const QList<int> &indexes = member.signal_indexes.isEmpty() ? member.method_indexes
                                                                : member.signal_indexes;
    QList<int> found;

    for (int index : indexes) {
        if (!(meta_object->method(index).attributes() & QMetaMethod::Cloned))
            found.prepend(index);
    }
    return found;
}

QByteArray property_line(const QMetaProperty &property)
{
    QByteArrayList notes;

    if (!property.isWritable())
        notes.append("read only");
    if (property.isResettable())
        notes.append("`del` resets it");
    if (property.hasNotifySignal())
        notes.append("tells by " + property.notifySignal().name());
    return QByteArray(property.typeName()) + ' ' + property.name() +
           (notes.isEmpty() ? "" : "    (" + notes.join(", ") + ')');
}

QByteArray enumeration_line(const QMetaEnum &enumeration)
{
    QByteArrayList keys;

    for (int i = 0; i < enumeration.keyCount(); i++)
        keys.append(enumeration.key(i));
    return QByteArray(enumeration.name()) + (enumeration.isFlag() ? " (flags): " : ": ") +
           keys.join(", ");
}

void add_section(QByteArray *text, const char *title, const QByteArrayList &lines)
{
    if (lines.isEmpty())
        return;
    *text += QByteArray("\n") + title + ":\n";
    for (const QByteArray &line : lines)
        *text += "    " + line + '\n';
}

QByteArrayList methods_of(const QMetaObject *meta_object, bool are_signals)
{
    QByteArrayList lines;

    for (int i = meta_object->methodOffset(); i < meta_object->methodCount(); i++) {
        const QMetaMethod method = meta_object->method(i);
        if (method.access() == QMetaMethod::Public &&
            method.methodType() != QMetaMethod::Constructor &&
            (method.methodType() == QMetaMethod::Signal) == are_signals &&
            !(method.attributes() & QMetaMethod::Cloned))
            lines.append(declaration(meta_object, i));
    }
    return lines;
}

/* What a class itself declares. */
QByteArray class_text(const QMetaObject *meta_object)
{
    QByteArrayList properties, enumerations;
    QByteArray text;

    for (int i = meta_object->propertyOffset(); i < meta_object->propertyCount(); i++)
        properties.append(property_line(meta_object->property(i)));
    for (int i = meta_object->enumeratorOffset(); i < meta_object->enumeratorCount(); i++)
        enumerations.append(enumeration_line(meta_object->enumerator(i)));
    add_section(&text, "Properties", properties);
    add_section(&text, "Signals", methods_of(meta_object, true));
    add_section(&text, "Methods", methods_of(meta_object, false));
    add_section(&text, "Enumerations", enumerations);
    return text;
}

QByteArray all_classes_text(const QMetaObject *meta_object, const char *kind)
{
    QByteArray text = QByteArray(meta_object->className()) + ", " + kind + " of the application\n" +
                      class_text(meta_object);

    for (const QMetaObject *base = meta_object->superClass(); base; base = base->superClass()) {
        const QByteArray inherited = class_text(base);
        if (!inherited.isEmpty())
            text += QByteArray("\nFrom ") + base->className() + ":\n" + inherited;
    }
    return text;
}

/* (name of the result's type, [(type, name, whether it may be left out), …]) */
PyObject *form_of(const QMetaObject *meta_object, int index)
{
    const QMetaMethod method = meta_object->method(index);
    const int required = method.parameterCount() - optional_count(meta_object, index);
    Ref parameters(PyList_New(0));

    for (int i = 0; parameters && i < method.parameterCount(); i++) {
        Ref one(Py_BuildValue("(ssO)", method.parameterTypes().at(i).constData(),
                              method.parameterNames().at(i).constData(),
                              i < required ? Py_False : Py_True));
        if (!one || PyList_Append(parameters.get(), one.get()) < 0)
            return nullptr;
    }
    return parameters ? Py_BuildValue("(sO)", method.typeName(), parameters.get()) : nullptr;
}

} // namespace

PyObject *help_for_class(const QMetaObject *meta_object, const char *kind)
{
    return PyUnicode_FromString(all_classes_text(meta_object, kind).trimmed().constData());
}

PyObject *help_for_member(const QMetaObject *meta_object, PyObject *name)
{
    const Member *member = member_of(meta_object, name);
    QByteArrayList lines;

    PyErr_Clear();
    if (member) {
        for (int index : forms(meta_object, *member))
            lines.append(declaration(meta_object, index));
    }
    return PyUnicode_FromString(lines.join('\n').constData());
}

PyObject *forms_of_member(const QMetaObject *meta_object, PyObject *name)
{
    const Member *member = member_of(meta_object, name);

    PyErr_Clear();
    Ref list(PyList_New(0));
    if (!member)
        return list.release();
    for (int index : forms(meta_object, *member)) {
        Ref form(list ? form_of(meta_object, index) : nullptr);
        if (!form || PyList_Append(list.get(), form.get()) < 0)
            return nullptr;
    }
    return list.release();
}

} // namespace qi

using namespace qi;

PyObject *qip_qt_help(qi_object *object)
try {
    return help_for_class(object->metaObject(), "an object");
} catch (...) {
    return qi::raise_thrown();
}

PyObject *qip_qt_member_help(qi_object *object, PyObject *name)
try {
    return help_for_member(object->metaObject(), name);
} catch (...) {
    return qi::raise_thrown();
}

PyObject *qip_qt_member_forms(qi_object *object, PyObject *name)
try {
    return forms_of_member(object->metaObject(), name);
} catch (...) {
    return qi::raise_thrown();
}
