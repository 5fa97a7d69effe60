/* SPDX-License-Identifier: BSD-3-Clause */
/* Classes by name: see class_info.h. */
#include <set>
#include <unordered_map>

#include "qt/class_info.h"

#include <memory>

#include <QtCore/qset.h>

#include "qt/names.h"
#include "qt/object.h"
#include "qt/ref.h"
#include "qt/thrown.h"

namespace qi
{

namespace
{

/* True if the list has a method with the same parameters: a derived class has declared it again. */
bool has_signature(const QMetaObject *meta_object, const QList<int> &indexes,
                   const QByteArray &signature)
{
    for (int index : indexes) {
        if (meta_object->method(index).methodSignature() == signature)
            return true;
    }
    return false;
}

} // namespace

ClassInfo::ClassInfo(const QMetaObject *meta_object)
    : m_strings(meta_object->d.stringdata), m_data(meta_object->d.data),
      m_methods(meta_object->methodCount()), m_properties(meta_object->propertyCount())
{
    add_methods(meta_object);
    /* Going up from the base class, so that what a derived class declares replaces it. */
    for (int i = 0; i < m_properties; i++)
        m_members[meta_object->property(i).name()].property = i;
    for (int i = 0; i < meta_object->enumeratorCount(); i++)
        m_members[meta_object->enumerator(i).name()].enumerator = i;
}

void ClassInfo::add_methods(const QMetaObject *meta_object)
{
    for (int i = m_methods - 1; i >= 0; i--) {
        const QMetaMethod method = meta_object->method(i);
        if (method.access() != QMetaMethod::Public || method.methodType() == QMetaMethod::Constructor)
            continue;
        Member &member = m_members[method.name()];
        QList<int> &indexes = method.methodType() == QMetaMethod::Signal ? member.signal_indexes
                                                                         : member.method_indexes;
        if (!has_signature(meta_object, indexes, method.methodSignature()))
            indexes.append(i);
    }
}

bool ClassInfo::describes(const QMetaObject *meta_object) const
{
    return m_strings == meta_object->d.stringdata && m_data == meta_object->d.data &&
           m_methods == meta_object->methodCount() && m_properties == meta_object->propertyCount();
}

const ClassInfo &class_info(const QMetaObject *meta_object)
{
    static std::unordered_map<const QMetaObject *, std::shared_ptr<ClassInfo>> known;
    std::shared_ptr<ClassInfo> &info = known[meta_object];

    if (!info || !info->describes(meta_object))
        info = std::make_shared<ClassInfo>(meta_object);
    return *info;
}

const char *class_name_kept(const QMetaObject *meta_object)
{
    static std::set<QByteArray> names;
    return names.insert(meta_object->className()).first->constData();
}

QByteArray name_of(PyObject *name)
{
    Py_ssize_t size;
    const char *data = PyUnicode_AsUTF8AndSize(name, &size);
    return data ? QByteArray::fromRawData(data, size) : QByteArray();
}

const Member *member_of(const QMetaObject *meta_object, PyObject *name)
{
    const QByteArray text = name_of(name);
    return text.isNull() ? nullptr : class_info(meta_object).find(text);
}

PyObject *raise_no_member(const QMetaObject *meta_object, PyObject *name, const char *kinds)
{
    const QByteArray hint = qip_near_names_hint(name_of(name), class_info(meta_object).names());

    PyErr_Clear();
    return PyErr_Format(PyExc_AttributeError, "%s has no %s %R%s", meta_object->className(), kinds,
                        name, hint.constData());
}

int original_signal(const QMetaObject *meta_object, int index)
{
    while (meta_object->method(index).attributes() & QMetaMethod::Cloned)
        index--;
    return index;
}

QList<int> signals_named(const QMetaObject *meta_object, const QByteArray &name)
{
    QList<int> found;

    for (int i = meta_object->methodCount() - 1; i >= 0; i--) {
        const QMetaMethod method = meta_object->method(i);
        if (method.methodType() != QMetaMethod::Signal || method.name() != name ||
            (method.attributes() & QMetaMethod::Cloned))
            continue;
        if (!has_signature(meta_object, found, method.methodSignature()))
            found.append(i);
    }
    return found;
}

QByteArrayList signal_names(const QMetaObject *meta_object)
{
    QByteArrayList names;

    for (int i = 0; i < meta_object->methodCount(); i++) {
        const QMetaMethod method = meta_object->method(i);
        if (method.methodType() == QMetaMethod::Signal && !names.contains(method.name()))
            names.append(method.name());
    }
    return names;
}

QByteArray signatures(const QMetaObject *meta_object, const QList<int> &indexes)
{
    QByteArrayList texts;

    for (int index : indexes)
        texts.append('\'' + meta_object->method(index).methodSignature() + '\'');
    return texts.join(", ");
}

} // namespace qi

PyObject *qip_qt_raise_no_member(qi_object *object, PyObject *name)
try {
    return qi::raise_no_member(object->metaObject(), name, "property, signal or method");
} catch (...) {
    return qi::raise_thrown();
}
