/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What qi.ListModel (pyshim/qi/_objects/list_model.py) asks of its QObject. Values are converted in the calling thread,
 * and the model is changed in its own. GIL: held, and released inside.
 */
#include <algorithm>
#include <array>
#include <functional>
#include <memory>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdatetime.h>

#include "qt/across.h"
#include "qt/bridge.h"
#include "qt/conversions.h"
#include "qt/list_model.h"
#include "qt/proxies.h"
#include "qt/setup.h"
#include "qt/thrown.h"

namespace qi
{

namespace
{

struct TypeName {
    const char *name;
    QMetaType type;
};

/* As _objects/list_model.py calls them; anything else takes all values. */
const std::array<TypeName, 8> type_names = {{
    {"bool", QMetaType::fromType<bool>()},
    {"int", QMetaType::fromType<qlonglong>()},
    {"float", QMetaType::fromType<double>()},
    {"str", QMetaType::fromType<QString>()},
    {"bytes", QMetaType::fromType<QByteArray>()},
    {"datetime", QMetaType::fromType<QDateTime>()},
    {"date", QMetaType::fromType<QDate>()},
    {"time", QMetaType::fromType<QTime>()},
}};

QMetaType type_named(const char *name)
{
    const auto known = std::find_if(type_names.begin(), type_names.end(), [&](const TypeName &type) {
        return qstrcmp(type.name, name) == 0;
    });
    return known == type_names.end() ? QMetaType() : known->type;
}

const char *python_name(QMetaType type)
{
    const auto known = std::find_if(type_names.begin(), type_names.end(),
                                    [&](const TypeName &named) { return named.type == type; });
    return known == type_names.end() ? type.name() : known->name;
}

/* -- changes, in the model's thread ------------------------------------------------------------------ */

struct Raised : RaisedInPython {
    Raised(PyObject *type, const char *text) : type(type), text(text) {}
    void raise() const override { PyErr_SetString(type, text); }

    PyObject *type; /* of Python's own */
    const char *text;
};

struct Change : Work {
    explicit Change(std::function<void(ListModel &)> change) : change(std::move(change)) {}

    void run(QObject *object) override
    {
        try {
            change(*static_cast<ListModel *>(object));
        } catch (const NoSuchRow &) {
            throw Raised(PyExc_IndexError, "there are no such rows");
        } catch (const Busy &) {
            throw Raised(PyExc_RuntimeError,
                         "rows cannot come or go while views are told of others; do "
                         "it later, as with asyncio's loop.call_soon()");
        }
    }

    std::function<void(ListModel &)> change;
};

PyObject *done(ListModel *model, std::function<void(ListModel &)> change)
{
    Change work(std::move(change));
    return perform(model, work) ? Py_NewRef(Py_None) : nullptr;
}

/* NULL with an exception. */
ListModel *model_of(PyObject *proxy)
{
    QObject *object = qip_qt_unwrap(proxy);
    auto *model = qobject_cast<ListModel *>(object);
    if (object && !model)
        expected("a qi.ListModel", proxy);
    return model;
}

/* -- values ------------------------------------------------------------------------------------------ */

bool value_for(const Role &role, PyObject *object, QVariant *out)
{
    if (object == Py_None && role.type.isValid()) {
        *out = QVariant();
        if (!role.optional)
            PyErr_Format(PyExc_TypeError, "%s expected, got None", python_name(role.type));
        return role.optional;
    }
    return role.type.isValid() ? from_python(object, role.type, out) : from_python(object, out);
}

/* A row is a list of values, one for each role. */
bool row_for(const std::vector<Role> &roles, PyObject *object, Py_ssize_t number,
             ListModel::Values *out)
{
    Ref values(PySequence_Fast(object, "a row is a sequence"));
    if (!values)
        return false;
    if (PySequence_Fast_GET_SIZE(values.get()) != Py_ssize_t(roles.size())) {
        PyErr_Format(PyExc_ValueError, "row %zd has %zd values; there are %zu roles", number,
                     PySequence_Fast_GET_SIZE(values.get()), roles.size());
        return false;
    }
    out->resize(roles.size());
    for (size_t column = 0; column < roles.size(); column++) {
        const Ref value = Ref::borrow(PySequence_Fast_GET_ITEM(values.get(), Py_ssize_t(column)));
        if (value_for(roles[column], value.get(), &(*out)[column]))
            continue;
        const QByteArray where = "row " + QByteArray::number(qlonglong(number)) + ", role '" +
                                 roles[column].name + "'";
        say_where(where.constData());
        return false;
    }
    return true;
}

bool rows_for(const std::vector<Role> &roles, PyObject *object, ListModel::Range *out)
{
    Ref rows(PySequence_Fast(object, "rows are a sequence"));
    if (!rows)
        return false;
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(rows.get()); i++) {
        const Ref row = Ref::borrow(PySequence_Fast_GET_ITEM(rows.get(), i));
        ListModel::Values values;
        if (!row_for(roles, row.get(), i, &values))
            return false;
        out->push_back(std::move(values));
    }
    return true;
}

bool role_for(PyObject *object, Role *out)
{
    const char *name, *type;
    int optional, editable;

    if (!PyArg_ParseTuple(object, "sspp", &name, &type, &optional, &editable))
        return false;
    *out = Role{name, type_named(type), bool(optional), bool(editable)};
    return true;
}

/* -- functions --------------------------------------------------------------------------------------- */

/* _list_model_new(type, [(name, type, optional, editable), …]): the proxy of a new model, which is of that type. */
PyObject *list_model_new(PyObject *, PyObject *args)
try {
    PyObject *type, *list;
    std::vector<Role> roles;

    if (!PyArg_ParseTuple(args, "O!O!:_list_model_new", &PyType_Type, &type, &PyList_Type, &list))
        return nullptr;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        Role role;
        if (!role_for(PyList_GET_ITEM(list, i), &role))
            return nullptr;
        roles.push_back(std::move(role));
    }
    if (!QCoreApplication::instance()) {
        PyErr_SetString(PyExc_RuntimeError, "a qi.ListModel needs a QCoreApplication");
        return nullptr;
    }
    if (!qip_proxies.list_model)
        qip_proxies.list_model = Py_NewRef(type);
    auto model = std::make_unique<ListModel>(std::move(roles));
    model->moveToThread(QCoreApplication::instance()->thread());
    PyObject *proxy = qip_qt_wrap(model.get());
    if (proxy)
        (void)model.release(); /* list_model_drop() ends it */
    return proxy;
} catch (...) {
    return qi::raise_thrown();
}

/* _list_model_drop(model): nobody in Python refers to it any more. It may have ended. */
PyObject *list_model_drop(PyObject *, PyObject *proxy)
try {
    if (!qip_qt_is_proxy(proxy))
        return expected("a qi.ListModel", proxy), nullptr;
    auto *model = qobject_cast<ListModel *>(static_cast<QObject *>(qip_proxy_port.object(proxy)));
    if (model && !model->parent())
        model->deleteLater();
    Py_RETURN_NONE;
} catch (...) {
    return qi::raise_thrown();
}

/* _list_model_size(model): how many rows there are, those included that views will be told of. */
PyObject *list_model_size(PyObject *, PyObject *proxy)
try {
    ListModel *model = model_of(proxy);
    if (!model)
        return nullptr;
    const auto size = std::make_shared<qsizetype>(0);
    Change work([size](ListModel &asked) { *size = asked.size(); });
    return perform(model, work) ? PyLong_FromSsize_t(*size) : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

/* _list_model_splice(model, first, count, rows): puts rows in the place of others; at the end if `first` is -1. */
PyObject *list_model_splice(PyObject *, PyObject *args)
try {
    PyObject *proxy, *list;
    Py_ssize_t first, count;

    if (!PyArg_ParseTuple(args, "OnnO:_list_model_splice", &proxy, &first, &count, &list))
        return nullptr;
    ListModel *model = model_of(proxy);
    if (!model)
        return nullptr;
    const auto rows = std::make_shared<ListModel::Range>();
    const std::vector<Role> roles = model->roles(); /* converting may run what ends the model */
    if (!rows_for(roles, list, rows.get()))
        return nullptr;
    model = model_of(proxy);
    return model ? done(model,
                        [=](ListModel &changed) {
                            if (first < 0)
                                changed.append(std::move(*rows));
                            else
                                changed.splice(first, count, std::move(*rows));
                        })
                 : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

/* _list_model_move(model, first, count, to) */
PyObject *list_model_move(PyObject *, PyObject *args)
try {
    PyObject *proxy;
    Py_ssize_t first, count, to;

    if (!PyArg_ParseTuple(args, "Onnn:_list_model_move", &proxy, &first, &count, &to))
        return nullptr;
    ListModel *model = model_of(proxy);
    return model ? done(model, [=](ListModel &changed) { changed.move(first, count, to); }) : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

/* _list_model_edit(model, row, columns, values): all of them, or none. */
PyObject *list_model_edit(PyObject *, PyObject *args)
try {
    PyObject *proxy, *columns, *objects;
    Py_ssize_t row;
    std::vector<std::pair<size_t, QVariant>> edits;

    if (!PyArg_ParseTuple(args, "OnO!O!:_list_model_edit", &proxy, &row, &PyList_Type, &columns,
                          &PyList_Type, &objects))
        return nullptr;
    ListModel *model = model_of(proxy);
    if (!model)
        return nullptr;
    const std::vector<Role> roles = model->roles(); /* converting may run what ends the model */
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(columns) && i < PyList_GET_SIZE(objects); i++) {
        const size_t column = PyLong_AsSize_t(PyList_GET_ITEM(columns, i));
        const Ref object = Ref::borrow(PyList_GET_ITEM(objects, i));
        QVariant value;
        if (column >= roles.size()) {
            PyErr_SetString(PyExc_IndexError, "there is no such role");
            return nullptr;
        }
        if (!value_for(roles[column], object.get(), &value)) {
            const QByteArray where = "role '" + roles[column].name + "'";
            say_where(where.constData());
            return nullptr;
        }
        edits.emplace_back(column, std::move(value));
    }
    model = model_of(proxy);
    return model ? done(model,
                        [row, edits = std::move(edits)](ListModel &changed) {
                            for (const auto &[column, value] : edits)
                                changed.edit(row, column, value);
                        })
                 : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

/* _list_model_tell(model): tells views now. */
PyObject *list_model_tell(PyObject *, PyObject *proxy)
try {
    ListModel *model = model_of(proxy);
    return model ? done(model, [](ListModel &changed) { changed.tell(); }) : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

PyMethodDef functions[] = {
    {"_list_model_new", list_model_new, METH_VARARGS, nullptr},
    {"_list_model_drop", list_model_drop, METH_O, nullptr},
    {"_list_model_size", list_model_size, METH_O, nullptr},
    {"_list_model_splice", list_model_splice, METH_VARARGS, nullptr},
    {"_list_model_move", list_model_move, METH_VARARGS, nullptr},
    {"_list_model_edit", list_model_edit, METH_VARARGS, nullptr},
    {"_list_model_tell", list_model_tell, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

} // namespace

} // namespace qi

int qip_list_model_setup(PyObject *module)
try {
    return PyModule_AddFunctions(module, qi::functions);
} catch (...) {
    return qi::raise_thrown(-1);
}
