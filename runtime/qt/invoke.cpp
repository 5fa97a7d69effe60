/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calling slots and invokables, and emitting signals: the overload is chosen by the number of arguments
 * and by how well they fit, the arguments become values of exactly its types, and the call is made
 * through the meta-object, without the GIL and in the object's thread.
 *
 * The shorter forms that default arguments give a method are methods of their own in the meta-object.
 */
#include "object.h"

#include "across.h"
#include "class_info.h"
#include "variant.h"

#include <QtCore/qvarlengtharray.h>

#include "../rooms.h"

namespace qi
{

namespace
{

using Arguments = QVarLengthArray<QVariant, 6>;

/* The address that a call through the meta-object expects of an argument or a result. */
void *storage(QVariant &value, QMetaType type)
{
    return type.id() == QMetaType::QVariant ? static_cast<void *>(&value) : value.data();
}

struct Call : Work {
    explicit Call(const QMetaMethod &method) : method(method) {}

    void run(QObject *object) override
    {
        QVarLengthArray<void *, 8> addresses;
        const QMetaType type = method.returnMetaType();
        const bool has_result = type.isValid() && type.id() != QMetaType::Void;

        if (has_result && type.id() != QMetaType::QVariant)
            result = QVariant(type);
        addresses.append(has_result ? storage(result, type) : nullptr);
        for (qsizetype i = 0; i < arguments.size(); i++)
            addresses.append(storage(arguments[i], method.parameterMetaType(int(i))));
        QMetaObject::metacall(object, QMetaObject::InvokeMetaMethod, method.methodIndex(),
                              addresses.data());
    }

    QMetaMethod method;
    Arguments arguments;
    QVariant result;
};

/* What a call was given. */
struct Given {
    PyObject *const *items;
    Py_ssize_t count;
};

QByteArray full_name(QObject *object, const QMetaMethod &method)
{
    return QByteArray(object->metaObject()->className()) + '.' + method.name();
}

bool convert(QObject *object, const QMetaMethod &method, Given given, Arguments *out)
{
    for (Py_ssize_t i = 0; i < given.count; i++) {
        const QMetaType type = method.parameterMetaType(int(i));
        if (!type.isValid()) {
            PyErr_Format(PyExc_TypeError,
                         "%s(): the type '%s' of argument %zd is not known to Qt's type system",
                         full_name(object, method).constData(),
                         method.parameterTypes().at(i).constData(), i + 1);
            return false;
        }
        QVariant value;
        if (!from_python(given.items[i], type, &value)) {
            Ref raised(qi_room_exception_take());
            if (PyErr_GivenExceptionMatches(raised.get(), PyExc_TypeError) ||
                PyErr_GivenExceptionMatches(raised.get(), PyExc_OverflowError) ||
                PyErr_GivenExceptionMatches(raised.get(), PyExc_ValueError))
                PyErr_Format(reinterpret_cast<PyObject *>(Py_TYPE(raised.get())),
                             "%s(), argument %zd: %S", full_name(object, method).constData(), i + 1,
                             raised.get());
            else
                qi_room_exception_give(raised.release());
            return false;
        }
        out->append(value);
    }
    return true;
}

/* The sum of how well each argument fits; -1: at least one does not. */
int sum_of_fitness(const QMetaMethod &method, Given given)
{
    int sum = 0;

    for (Py_ssize_t i = 0; i < given.count; i++) {
        const QMetaType type = method.parameterMetaType(int(i));
        const int one = type.isValid() ? fitness(given.items[i], type) : 0;
        if (!one)
            return -1;
        sum += one;
    }
    return sum;
}

QMetaMethod refuse(QObject *object, const QMetaMethod &any, const QList<int> &indexes, Given given)
{
    const QByteArray forms = signatures(object->metaObject(), indexes);

    PyErr_Format(PyExc_TypeError, "%s(): no form of it takes %s %zd argument%s; there is %s",
                 full_name(object, any).constData(), given.count ? "these" : "just", given.count,
                 given.count == 1 ? "" : "s", forms.constData());
    return QMetaMethod();
}

/* The form of a method that fits; an invalid one with an exception set if none does. */
QMetaMethod choose(QObject *object, const QList<int> &indexes, Given given)
{
    const QMetaObject *meta_object = object->metaObject();
    QList<int> right_count;

    for (int index : indexes) {
        if (meta_object->method(index).parameterCount() == given.count)
            right_count.append(index);
    }
    if (right_count.size() == 1)
        return meta_object->method(right_count.first());
    QMetaMethod best;
    int best_fitness = -1;
    /* The indexes go down; of forms that fit alike the one declared first is taken. */
    for (int index : right_count) {
        const QMetaMethod method = meta_object->method(index);
        const int sum = sum_of_fitness(method, given);
        if (sum >= 0 && sum >= best_fitness) {
            best = method;
            best_fitness = sum;
        }
    }
    return best.isValid() ? best
                          : refuse(object, meta_object->method(indexes.first()), indexes, given);
}

const Member *member_of(QObject *object, PyObject *name)
{
    const char *text = PyUnicode_AsUTF8(name);
    return text ? class_info(object->metaObject()).find(text) : nullptr;
}

PyObject *call_method(QObject *object, const QMetaMethod &method, Given given)
{
    Call work(method);
    const QMetaType type = method.returnMetaType();

    if (!type.isValid())
        return PyErr_Format(PyExc_TypeError,
                            "%s() returns '%s', which Qt's type system does not know",
                            full_name(object, method).constData(), method.typeName());
    if (!convert(object, method, given, &work.arguments) || !perform(object, work))
        return nullptr;
    if (type.id() == QMetaType::Void)
        Py_RETURN_NONE;
    return to_python(work.result);
}

} // namespace

} // namespace qi

using namespace qi;

PyObject *qi_qt_call(qi_object *object, PyObject *name, PyObject *const *arguments, Py_ssize_t count)
{
    const Given given = {arguments, count};
    const Member *member = member_of(object, name);

    if (!member || member->method_indexes.isEmpty())
        return PyErr_Occurred() ? nullptr : qi_qt_raise_no_member(object, name);
    const QMetaMethod method = choose(object, member->method_indexes, given);
    return method.isValid() ? call_method(object, method, given) : nullptr;
}

PyObject *qi_qt_emit(qi_object *object, PyObject *name, int index, PyObject *const *arguments,
                     Py_ssize_t count)
{
    const Given given = {arguments, count};
    const Member *member = member_of(object, name);
    QList<int> indexes;

    if (!member)
        return PyErr_Occurred() ? nullptr : qi_qt_raise_no_member(object, name);
    for (int candidate : member->signal_indexes) {
        if (index < 0 || original_signal(object->metaObject(), candidate) == index)
            indexes.append(candidate);
    }
    if (indexes.isEmpty())
        return qi_qt_raise_no_member(object, name);
    const QMetaMethod method = choose(object, indexes, given);
    if (!method.isValid())
        return nullptr;
    Call work(method);
    if (!convert(object, method, given, &work.arguments))
        return nullptr;
    {
        /* As in C++, a signal may be emitted in any thread: its slots know where they belong. */
        GilReleased released;
        work.run(object);
    }
    Py_RETURN_NONE;
}

int qi_qt_accepts(qi_object *object, PyObject *name, int most)
{
    const Member *member = member_of(object, name);
    int best = -1;

    PyErr_Clear();
    if (member) {
        for (int index : member->method_indexes + member->signal_indexes) {
            const int count = object->metaObject()->method(index).parameterCount();
            if (count <= most && count > best)
                best = count;
        }
    }
    return best;
}

int qi_qt_original_signal(qi_object *object, int index)
{
    return original_signal(object->metaObject(), index);
}

PyObject *qi_qt_signatures(qi_object *object, PyObject *name)
{
    const Member *member = member_of(object, name);
    QByteArrayList lines;

    PyErr_Clear();
    if (member) {
        for (int index : member->signal_indexes + member->method_indexes)
            lines.prepend(object->metaObject()->method(index).methodSignature());
    }
    return PyUnicode_FromString(lines.join('\n').constData());
}
