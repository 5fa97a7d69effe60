/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calling slots and invokables, and emitting signals: the overload is chosen by the number of arguments
 * and by how well they fit, the arguments become values of exactly its types, and the call is made
 * through the meta-object, without the GIL and in the object's thread.
 *
 * The shorter forms that default arguments give a method are methods of their own in the meta-object.
 */
#include "qt/invoke.h"

#include "qt/across.h"
#include "qt/class_info.h"
#include "qt/future.h"
#include "qt/object.h"
#include "qt/conversions.h"
#include "qt/fitness.h"
#include "qt/opaque.h"

#include <QtCore/qpointer.h>
#include <QtCore/qvarlengtharray.h>

#include "python/compat.h"
#include "qt/thrown.h"

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
    explicit Call(const QMetaMethod &method)
        : method(method), returned(method.isValid() ? method.returnMetaType() : QMetaType())
    {
    }

    void run(QObject *object) override
    {
        Addresses addresses = prepare();
        QMetaObject::metacall(object, QMetaObject::InvokeMetaMethod, method.methodIndex(),
                              addresses.data());
    }

    /* `data` is what the gadget's own class takes for `this`. */
    void run_on_gadget(void *data)
    {
        const QMetaObject *owner = method.enclosingMetaObject();
        Addresses addresses = prepare();
        owner->d.static_metacall(static_cast<QObject *>(data), QMetaObject::InvokeMetaMethod,
                                 method.relativeMethodIndex(), addresses.data());
    }

    using Addresses = QVarLengthArray<void *, 8>;

    Addresses prepare()
    {
        Addresses addresses;
        const bool has_result = returned.isValid() && returned.id() != QMetaType::Void;

        if (has_result && returned.id() != QMetaType::QVariant)
            result = QVariant(returned);
        addresses.append(has_result ? storage(result, returned) : nullptr);
        for (qsizetype i = 0; i < arguments.size(); i++)
            addresses.append(storage(arguments[i], method.parameterMetaType(int(i))));
        return addresses;
    }

    QMetaMethod method; /* which an object that makes its own class takes with it */
    QMetaType returned;
    Arguments arguments;
    QVariant result;
};

/* What a call was given. */
struct Given {
    PyObject *const *items;
    Py_ssize_t count;
};

QByteArray full_name(const QMetaObject *meta_object, const QMetaMethod &method)
{
    return QByteArray(meta_object->className()) + '.' + method.name();
}

/* Conversions may run code of Python, and that may destroy the object, and its class where it is its own. */
bool still_alive(const QPointer<QObject> &object)
{
    if (!object)
        PyErr_SetString(PyExc_ReferenceError,
                        "the QObject was destroyed while the arguments were converted");
    return object;
}

/* Whose class it is: an object's, or NULL for a gadget's, which stays. */
using Owner = const QPointer<QObject> *;

bool convert(const QMetaObject *meta_object, Owner owner, const QMetaMethod &method, Given given,
             Arguments *out)
{
    for (Py_ssize_t i = 0; i < given.count; i++) {
        const QMetaType type = method.parameterMetaType(int(i));
        if (!type.isValid()) {
            PyErr_Format(PyExc_TypeError,
                         "%s(): the type '%s' of argument %zd is not known to Qt's type system",
                         full_name(meta_object, method).constData(),
                         method.parameterTypes().at(i).constData(), i + 1);
            return false;
        }
        QVariant value;
        const bool done = from_python(given.items[i], type, &value);
        if (owner && !*owner)
            return done && still_alive(*owner);
        if (!done) {
            say_where((full_name(meta_object, method) + "(), argument " + QByteArray::number(i + 1))
                          .constData());
            return false;
        }
        out->append(value);
    }
    return true;
}

/* The sum of how well each argument fits; -1: at least one does not, or the owner has gone. */
int sum_of_fitness(Owner owner, const QMetaMethod &method, Given given)
{
    int sum = 0;

    for (Py_ssize_t i = 0; i < given.count; i++) {
        const QMetaType type = method.parameterMetaType(int(i));
        const int one = type.isValid() ? fitness(given.items[i], type) : 0;
        if (!one || (owner && !*owner))
            return -1;
        sum += one;
    }
    return sum;
}

QMetaMethod refuse(const QMetaObject *meta_object, const QMetaMethod &any,
                   const QList<int> &indexes, Given given)
{
    const QByteArray forms = signatures(meta_object, indexes);

    PyErr_Format(PyExc_TypeError, "%s(): no form of it takes %s %zd argument%s; there is %s",
                 full_name(meta_object, any).constData(), given.count ? "these" : "just",
                 given.count, given.count == 1 ? "" : "s", forms.constData());
    return QMetaMethod();
}

/* The form of a method that fits; an invalid one with an exception set if none does. */
QMetaMethod choose(const QMetaObject *meta_object, Owner owner, const QList<int> &indexes, Given given)
{
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
        const int sum = sum_of_fitness(owner, method, given);
        if (owner && !still_alive(*owner))
            return QMetaMethod();
        if (sum >= 0 && sum >= best_fitness) {
            best = method;
            best_fitness = sum;
        }
    }
    return best.isValid()
               ? best
               : refuse(meta_object, meta_object->method(indexes.first()), indexes, given);
}

/* False with TypeError: the result could not be handed out. */
bool check_result(const QMetaObject *meta_object, const QMetaMethod &method)
{
    const QMetaType type = method.returnMetaType();

    if (type.isValid() && strncmp(type.name(), "QFuture<", 8) == 0 && !is_future(type)) {
        const QByteArray inner = QByteArray(type.name()).mid(8).chopped(1);
        PyErr_Format(PyExc_TypeError,
                     "%s() returns %s, of which Qt's type system knows nothing but the name; call "
                     "qi::registerFuture<%s>() of <qi/qt.hpp> in the application",
                     full_name(meta_object, method).constData(), type.name(), inner.constData());
        return false;
    }
    if (type.isValid())
        return true;
    PyErr_Format(PyExc_TypeError, "%s() returns '%s', which Qt's type system does not know",
                 full_name(meta_object, method).constData(), method.typeName());
    return false;
}

PyObject *make_result(const Call &work)
{
    return work.returned.id() == QMetaType::Void ? Py_NewRef(Py_None) : to_python(work.result);
}

} // namespace

PyObject *call_on_gadget(PyObject *gadget, PyObject *name, PyObject *const *arguments,
                         Py_ssize_t count)
{
    const Given given = {arguments, count};
    const QMetaObject *meta_object = opaque_slot(gadget)->metaType().metaObject();
    const Member *member = member_of(meta_object, name);

    if (!member || member->method_indexes.isEmpty())
        return PyErr_Occurred() ? nullptr
                                : PyErr_Format(PyExc_AttributeError, "%s has no method %R",
                                               meta_object->className(), name);
    const QList<int> indexes = member->method_indexes;
    Call work(choose(meta_object, nullptr, indexes, given));
    if (!work.method.isValid() || !check_result(meta_object, work.method) ||
        !convert(meta_object, nullptr, work.method, given, &work.arguments))
        return nullptr;
    QVariant changed = *opaque_slot(gadget);
    void *data = changed.data();
    if (!host_code([&] { work.run_on_gadget(data); }))
        return nullptr;
    /* Methods that are not const may have changed it. What it was ends last: that may run code that looks here. */
    opaque_slot(gadget)->swap(changed);
    return make_result(work);
}

PyObject *signatures_of(const QMetaObject *meta_object, PyObject *name)
{
    const Member *member = member_of(meta_object, name);
    QByteArrayList lines;

    PyErr_Clear();
    if (member) {
        for (int index : member->signal_indexes + member->method_indexes)
            lines.prepend(meta_object->method(index).methodSignature());
    }
    return PyUnicode_FromString(lines.join('\n').constData());
}

} // namespace qi

using namespace qi;

PyObject *qip_qt_call(qi_object *object, PyObject *name, PyObject *const *arguments, Py_ssize_t count)
try {
    const Given given = {arguments, count};
    const QMetaObject *meta_object = object->metaObject();
    const Member *member = member_of(meta_object, name);
    const QPointer<QObject> alive(object);

    if (!member || member->method_indexes.isEmpty())
        return PyErr_Occurred() ? nullptr : qip_qt_raise_no_member(object, name);
    const QList<int> indexes = member->method_indexes; /* which stay, whatever the conversions do */
    Call work(choose(meta_object, &alive, indexes, given));
    if (!work.method.isValid() || !check_result(meta_object, work.method) ||
        !convert(meta_object, &alive, work.method, given, &work.arguments))
        return nullptr;
    return perform(object, work) ? make_result(work) : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

PyObject *qip_qt_emit(qi_object *object, PyObject *name, int index, PyObject *const *arguments,
                      Py_ssize_t count)
try {
    const Given given = {arguments, count};
    const QMetaObject *meta_object = object->metaObject();
    const Member *member = member_of(meta_object, name);
    const QPointer<QObject> alive(object);
    QList<int> indexes;

    if (!member)
        return PyErr_Occurred() ? nullptr : qip_qt_raise_no_member(object, name);
    for (int candidate : member->signal_indexes) {
        if (index < 0 || original_signal(meta_object, candidate) == index)
            indexes.append(candidate);
    }
    if (indexes.isEmpty())
        return qip_qt_raise_no_member(object, name);
    Call work(choose(meta_object, &alive, indexes, given));
    if (!work.method.isValid() || !convert(meta_object, &alive, work.method, given, &work.arguments))
        return nullptr;
    /* As in C++, a signal may be emitted in any thread: its slots know where they belong. */
    return host_code([&] { work.run(object); }) ? Py_NewRef(Py_None) : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

int qip_qt_accepts(qi_object *object, PyObject *name, int most)
try {
    const Member *member = member_of(object->metaObject(), name);
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
} catch (...) {
    return qi::raise_thrown(-1);
}

int qip_qt_original_signal(qi_object *object, int index)
{
    return original_signal(object->metaObject(), index);
}

PyObject *qip_qt_signatures(qi_object *object, PyObject *name)
try {
    return signatures_of(object->metaObject(), name);
} catch (...) {
    return qi::raise_thrown();
}
