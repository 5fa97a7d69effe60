/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `_qi.Index`: a place in a QAbstractItemModel, which stays with its row when others come and go; and what
 * Python's rows ask of models. pyshim/qi/_objects/models.py derives qi.Row from it.
 *
 * A QPersistentModelIndex belongs to its model's thread: it is made there, asked there and, since the
 * object in Python may go anywhere, sent back there to be destroyed. So that rows can be compared in any thread,
 * there is one Place for each of them, and that is all that is compared.
 */
#include "qt/model.h"

#include <memory>
#include <mutex>
#include <new>
#include <unordered_map>

#include <QtCore/qpointer.h>

#include "python/module.h"
#include "qt/setup.h"
#include "qt/across.h"
#include "qt/bridge.h"
#include "qt/cache.h"
#include "qt/conversions.h"
#include "qt/list_model.h"
#include "qt/opaque.h"
#include "qt/object.h"
#include "qt/thrown.h"

namespace qi
{

namespace
{

PyObject *index_type; /* _qi.Index: a place in a model */

class Place;

/* By what the index refers to, not by where that is now: that changes, and all that are removed are equal in it. */
struct HashOfIndex {
    size_t operator()(const QPersistentModelIndex &index) const { return qHash(index); }
};

struct SameIndex {
    bool operator()(const QPersistentModelIndex &a, const QPersistentModelIndex &b) const
    {
        return qHash(a) == qHash(b) && a == b;
    }
};

/* What is known of a model of which somebody has places; its last holder ends it. */
struct Home {
    QPointer<QAbstractItemModel> model;
    QAbstractItemModel *posted_to; /* NULL once its places are invalid; the registry's lock guards it */
    /* Of its thread. They stay the same when rows move. */
    std::unordered_map<QPersistentModelIndex, std::weak_ptr<Place>, HashOfIndex, SameIndex> places;
};

using HomePtr = std::shared_ptr<Home>;

/* The homes of the models that live. The lock is never held while anything is called that may want the GIL. */
struct Registry {
    std::mutex lock;
    std::unordered_map<QAbstractItemModel *, HomePtr> homes;
};

Registry &registry()
{
    static auto *only = new Registry; /* never destroyed: who knows which model ends last */
    return *only;
}

/* Shared by the objects of Python and the work that is under way. */
class Place
{
  public:
    Place(const HomePtr &home, const QPersistentModelIndex &index)
        : m_home(home), m_index(std::make_shared<QPersistentModelIndex>(index))
    {
    }
    ~Place()
    {
        try {
            give_back();
        } catch (...) {
            tell_thrown("a place in a model was not given back to its thread");
        }
    }
    Place(const Place &) = delete;
    Place &operator=(const Place &) = delete;

    QAbstractItemModel *model() const { return m_home->model; }
    /* Whether the model lives, in this thread. */
    bool is_here() const
    {
        const std::lock_guard lock(registry().lock);
        QAbstractItemModel *model = living();
        return model && model->thread() == QThread::currentThread();
    }
    /* In the model's thread. */
    QModelIndex index() const { return *m_index; }

  private:
    /* With the registry's lock held, and as long as it is; the host may have cut what tells of the end. */
    QAbstractItemModel *living() const { return m_home->model ? m_home->posted_to : nullptr; }

    void give_back()
    {
        auto forget = [home = m_home, index = std::move(m_index)] {
            const auto found = home->places.find(*index);
            if (found != home->places.end() && found->second.expired())
                home->places.erase(found);
        };
        std::unique_lock lock(registry().lock);
        QAbstractItemModel *model = living();
        if (model && model->thread() != QThread::currentThread()) {
            /* Under the lock, so that the model cannot get beyond its end meanwhile. Where it never takes the event, it
             * destroys it there. */
            QMetaObject::invokeMethod(model, std::move(forget), Qt::QueuedConnection);
            return;
        }
        lock.unlock();
        if (model)
            forget();
    }

    HomePtr m_home;
    std::shared_ptr<QPersistentModelIndex> m_index;
};

using PlacePtr = std::shared_ptr<Place>;

HomePtr known_home(QAbstractItemModel *model)
{
    const std::lock_guard lock(registry().lock);
    const auto found = registry().homes.find(model);
    return found == registry().homes.end() || !found->second->model ? nullptr : found->second;
}

/* Its places are invalid by now, wherever they are: those of a model end before what it has of a QObject. */
void end_home(QAbstractItemModel *model, Home &home)
{
    const std::lock_guard lock(registry().lock);
    const auto found = registry().homes.find(model);

    home.posted_to = nullptr;
    if (found != registry().homes.end() && found->second.get() == &home)
        registry().homes.erase(found);
}

/* In the model's thread, without the GIL: a thread that destroys an object may want it, with Qt's lock held. */
HomePtr make_home(QAbstractItemModel *model)
{
    const HomePtr home(new Home{model, model, {}});

    QObject::connect(model, &QObject::destroyed, [model, home] { end_home(model, *home); });
    const std::lock_guard lock(registry().lock);
    registry().homes[model] = home;
    return home;
}

PlacePtr place_in(const HomePtr &home, const QModelIndex &index)
{
    const QPersistentModelIndex key(index);
    const auto found = home->places.find(key);
    PlacePtr place = found == home->places.end() ? nullptr : found->second.lock();

    if (!place) {
        place = std::make_shared<Place>(home, key);
        home->places[key] = place;
    }
    return place;
}

/* The place of a valid index. In the model's thread, without the GIL. */
PlacePtr place_at(const QModelIndex &index)
{
    auto *model = const_cast<QAbstractItemModel *>(index.model());
    const HomePtr home = known_home(model);
    return place_in(home ? home : make_home(model), index);
}

struct Index {
    PyObject_HEAD
    PlacePtr place;
};

const PlacePtr &place_of(PyObject *self)
{
    return reinterpret_cast<Index *>(self)->place;
}

bool is_index(PyObject *object)
{
    PyTypeObject *type = as_type(index_type);
    return type && PyObject_TypeCheck(object, type);
}

PyObject *index_new(const PlacePtr &place)
{
    PyObject *row = place ? cached_attribute("qi._objects.models", "Row") : nullptr;
    auto *type = reinterpret_cast<PyTypeObject *>(row);

    if (!place)
        return Py_NewRef(Py_None);
    PyObject *object = type ? type->tp_alloc(type, 0) : nullptr;
    if (object)
        new (&reinterpret_cast<Index *>(object)->place) PlacePtr(place);
    return object;
}

/* -- what is asked in the model's thread --------------------------------------------------------------- */

/* One question to a model about a place in it, or about the top, where `at` is empty. */
struct Question : Work {
    using Ask = void (*)(Question &, QAbstractItemModel &, const QModelIndex &);

    explicit Question(Ask ask, const PlacePtr &at = PlacePtr()) : ask(ask), at(at) {}

    void run(QObject *object) override
    {
        if (auto *list = qobject_cast<ListModel *>(object))
            list->tell_rows();
        const QModelIndex index = at ? at->index() : QModelIndex();
        gone = at && !index.isValid();
        if (!gone)
            ask(*this, *static_cast<QAbstractItemModel *>(object), index);
    }

    Ask ask;
    PlacePtr at;
    int row = 0, column = 0, role = Qt::DisplayRole;
    QVariant value;
    QVariantList values;
    QHash<int, QByteArray> names;
    PlacePtr found;
    bool answer = false;
    bool gone = false;
};

bool put_to(QObject *model, Question &question)
{
    if (!perform(model, question))
        return false;
    if (question.gone)
        PyErr_SetString(PyExc_LookupError, "the row was removed from its model");
    return !question.gone;
}

/* The same for a place, whose model may have gone. */
bool put(Question &question)
{
    QAbstractItemModel *model = question.at->model();

    if (model)
        return put_to(model, question);
    PyErr_SetString(PyExc_ReferenceError, "the model of the row was destroyed");
    return false;
}

/* The place that a parent names; empty for None. */
bool parent_place(QObject *model, PyObject *parent, PlacePtr *out)
{
    if (parent == Py_None)
        return true;
    if (!is_index(parent))
        return expected("a row, or None for the top,", parent);
    if (place_of(parent)->model() != model) {
        PyErr_Format(PyExc_ValueError, "%R belongs to another model", parent);
        return false;
    }
    *out = place_of(parent);
    return true;
}

/* -- the type -------------------------------------------------------------------------------------- */

void index_dealloc(PyObject *self)
try {
    PyTypeObject *type = Py_TYPE(self);

    reinterpret_cast<Index *>(self)->place.~PlacePtr();
    type->tp_free(self);
    Py_DECREF(type);
} catch (...) {
    qi::tell_thrown("the memory of an object was not freed");
}

PyObject *index_compare(PyObject *left, PyObject *right, int operation)
try {
    if (!is_index(left) || !is_index(right) || (operation != Py_EQ && operation != Py_NE))
        Py_RETURN_NOTIMPLEMENTED;
    const bool same = left == right || place_of(left) == place_of(right);
    return PyBool_FromLong(same == (operation == Py_EQ));
} catch (...) {
    return qi::raise_thrown();
}

Py_hash_t index_hash(PyObject *self)
try {
    const auto hash = Py_hash_t(reinterpret_cast<uintptr_t>(place_of(self).get()) >> 4);
    return hash == -1 ? -2 : hash;
} catch (...) {
    return qi::raise_thrown<Py_hash_t>(-1);
}

PyObject *index_model(PyObject *self, void *)
try {
    QAbstractItemModel *model = place_of(self)->model();

    if (model)
        return qip_qt_wrap(model);
    PyErr_SetString(PyExc_ReferenceError, "the model of the row was destroyed");
    return nullptr;
} catch (...) {
    return qi::raise_thrown();
}

PyObject *index_valid(PyObject *self, void *)
try {
    Question question([](Question &, QAbstractItemModel &, const QModelIndex &) {}, place_of(self));
    QAbstractItemModel *model = question.at->model();

    if (!model)
        Py_RETURN_FALSE;
    return perform(model, question) ? PyBool_FromLong(!question.gone) : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

bool where(PyObject *self, int *row, int *column)
{
    Question question(
        [](Question &asked, QAbstractItemModel &, const QModelIndex &index) {
            asked.row = index.row();
            asked.column = index.column();
        },
        place_of(self));
    if (!put(question))
        return false;
    *row = question.row;
    *column = question.column;
    return true;
}

PyObject *index_row(PyObject *self, void *)
try {
    int row, column;
    return where(self, &row, &column) ? PyLong_FromLong(row) : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

PyObject *index_column(PyObject *self, void *)
try {
    int row, column;
    return where(self, &row, &column) ? PyLong_FromLong(column) : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

PyObject *index_parent(PyObject *self, void *)
try {
    Question question(
        [](Question &asked, QAbstractItemModel &, const QModelIndex &index) {
            if (index.parent().isValid())
                asked.found = place_at(index.parent());
        },
        place_of(self));
    return put(question) ? index_new(question.found) : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

PyObject *index_read(PyObject *self, PyObject *args)
try {
    Question question(
        [](Question &asked, QAbstractItemModel &, const QModelIndex &index) {
            asked.value = index.siblingAtColumn(asked.column).data(asked.role);
        },
        place_of(self));
    if (!PyArg_ParseTuple(args, "ii:_read", &question.column, &question.role))
        return nullptr;
    return put(question) ? to_python(question.value) : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

PyObject *index_write(PyObject *self, PyObject *args)
try {
    PyObject *value;
    Question question(
        [](Question &asked, QAbstractItemModel &model, const QModelIndex &index) {
            const QModelIndex cell = index.siblingAtColumn(asked.column);
            auto *list = qobject_cast<ListModel *>(&model);
            asked.answer = list ? list->edit(cell, asked.value, asked.role)
                                : model.setData(cell, asked.value, asked.role);
        },
        place_of(self));
    if (!PyArg_ParseTuple(args, "iiO:_write", &question.column, &question.role, &value) ||
        !from_python(value, &question.value))
        return nullptr;
    return put(question) ? PyBool_FromLong(question.answer) : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

PyMethodDef index_methods[] = {
    {"_read", index_read, METH_VARARGS, nullptr},
    {"_write", index_write, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef index_members[] = {
    {"model", index_model, nullptr, "the model", nullptr},
    {"valid", index_valid, nullptr, "whether the row is still in its model", nullptr},
    {"row", index_row, nullptr, "the number of the row, which may change", nullptr},
    {"column", index_column, nullptr, "the number of the column", nullptr},
    {"parent", index_parent, nullptr, "the row of a tree that this one is below, or None", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot index_slots[] = {
    {Py_tp_doc, const_cast<char *>("A place in a model.")},
    {Py_tp_dealloc, reinterpret_cast<void *>(index_dealloc)},
    {Py_tp_richcompare, reinterpret_cast<void *>(index_compare)},
    {Py_tp_hash, reinterpret_cast<void *>(index_hash)},
    {Py_tp_methods, index_methods},
    {Py_tp_getset, index_members},
    {0, nullptr},
};

PyType_Spec index_spec = {
    "_qi.Index",
    int(sizeof(Index)),
    0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION |
        Py_TPFLAGS_IMMUTABLETYPE,
    index_slots,
};

} // namespace

PyObject *index_to_python(const QModelIndex &index)
{
    if (!index.isValid())
        return Py_NewRef(Py_None);
    if (index.model()->thread() != QThread::currentThread())
        return opaque_new(QVariant(index));
    PlacePtr place;
    if (const HomePtr home = known_home(const_cast<QAbstractItemModel *>(index.model()))) {
        place = place_in(home, index);
    } else {
        GilReleased released;
        place = place_at(index);
    }
    return index_new(place);
}

bool index_from_python(PyObject *object, QModelIndex *out)
{
    *out = QModelIndex();
    if (object == Py_None)
        return true;
    if (!is_index(object))
        return expected("a row of a model, or None,", object);
    const PlacePtr &place = place_of(object);
    if (!place->is_here()) {
        PyErr_SetString(PyExc_ReferenceError,
                        "the model of the row was destroyed, or lives in another thread");
        return false;
    }
    *out = place->index();
    if (!out->isValid())
        PyErr_SetString(PyExc_LookupError, "the row was removed from its model");
    return out->isValid();
}

} // namespace qi

using namespace qi;

int qip_index_setup(PyObject *module)
try {
    qip_module_keep(index_type);
    return add_type(module, &index_spec, &index_type);
} catch (...) {
    return qi::raise_thrown(-1);
}

/* -- models ------------------------------------------------------------------------------------------ */

PyObject *qip_qt_model_size(qi_object *model, PyObject *parent)
try {
    Question question([](Question &asked, QAbstractItemModel &model, const QModelIndex &index) {
        asked.row = model.rowCount(index);
        asked.column = model.columnCount(index);
    });
    if (!parent_place(model, parent, &question.at) || !put_to(model, question))
        return nullptr;
    return Py_BuildValue("(ii)", question.row, question.column);
} catch (...) {
    return qi::raise_thrown();
}

PyObject *qip_qt_model_index(qi_object *model, int row, int column, PyObject *parent)
try {
    Question question([](Question &asked, QAbstractItemModel &model, const QModelIndex &index) {
        const QModelIndex found = model.index(asked.row, asked.column, index);
        if (found.isValid())
            asked.found = place_at(found);
    });
    question.row = row;
    question.column = column;
    if (!parent_place(model, parent, &question.at) || !put_to(model, question))
        return nullptr;
    return index_new(question.found);
} catch (...) {
    return qi::raise_thrown();
}

PyObject *qip_qt_model_fetch(qi_object *model, PyObject *parent)
try {
    Question question([](Question &asked, QAbstractItemModel &model, const QModelIndex &index) {
        asked.answer = model.canFetchMore(index);
        if (asked.answer)
            model.fetchMore(index);
    });
    if (!parent_place(model, parent, &question.at) || !put_to(model, question))
        return nullptr;
    return PyBool_FromLong(question.answer);
} catch (...) {
    return qi::raise_thrown();
}

PyObject *qip_qt_model_roles(qi_object *model)
try {
    Question question([](Question &asked, QAbstractItemModel &model, const QModelIndex &) {
        asked.names = model.roleNames();
    });
    Ref roles(put_to(model, question) ? PyDict_New() : nullptr);

    for (auto role = question.names.cbegin(); roles && role != question.names.cend(); ++role) {
        Ref number(PyLong_FromLong(role.key()));
        if (!number || PyDict_SetItemString(roles.get(), role.value().constData(), number.get()) < 0)
            return nullptr;
    }
    return roles.release();
} catch (...) {
    return qi::raise_thrown();
}

PyObject *qip_qt_model_headers(qi_object *model, PyObject *parent)
try {
    Question question([](Question &asked, QAbstractItemModel &model, const QModelIndex &index) {
        for (int column = 0; column < model.columnCount(index); column++)
            asked.values.append(model.headerData(column, Qt::Horizontal));
    });
    if (!parent_place(model, parent, &question.at) || !put_to(model, question))
        return nullptr;
    return to_python(QVariant(question.values));
} catch (...) {
    return qi::raise_thrown();
}
