/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `_qi.Buffer`: memory of the host's in Python, and memory of Python's for the host, both without a copy.
 *
 * What an exporter of Python's has given is released with the host's last copy, in whatever thread, for which
 * the GIL is taken; after the interpreter's end there is nothing left to release.
 */
#include "qt/buffer.h"

#include <new>

#include "core/buffer.h"
#include "python/docs.h"
#include "python/compat.h"
#include "python/module.h"
#include "qt/bridge.h"
#include "qt/setup.h"
#include "qt/conversions.h"
#include "qt/thrown.h"

namespace qi
{

namespace
{

static_assert(sizeof(Py_ssize_t) == sizeof(qsizetype), "Qt and Python count alike");

PyObject *buffer_type; /* _qi.Buffer: memory that is shared with the host */

struct BufferObject {
    PyObject_HEAD
    Buffer buffer;
};

Buffer &self_of(PyObject *object)
{
    return reinterpret_cast<BufferObject *>(object)->buffer;
}

bool is_buffer(PyObject *object)
{
    return is_of(object, buffer_type);
}

/* -- Python's memory ---------------------------------------------------------------------------------- */

struct ReleaseView {
    void operator()(Py_buffer *view) const
    {
        if (GilHeld gil; gil)
            PyBuffer_Release(view);
        delete view;
    }
};

QList<qsizetype> list_of(const Py_ssize_t *sizes, int count)
{
    QList<qsizetype> list;
    for (int i = 0; sizes && i < count; i++)
        list.append(sizes[i]);
    return list;
}

/* Arrays of ctypes tell no strides, also who asks for them: their items lie one after another. */
QList<qsizetype> strides_of(const Py_buffer *view)
{
    QList<qsizetype> strides(view->ndim);
    qsizetype stride = view->itemsize;

    if (view->strides)
        return list_of(view->strides, view->ndim);
    for (int i = view->ndim - 1; i >= 0; i--) {
        strides[i] = stride;
        stride *= view->shape[i];
    }
    return strides;
}

Buffer wrap(const std::shared_ptr<Py_buffer> &view)
{
    Buffer::Layout layout;

    layout.start = view->buf;
    layout.item = view->format ? view->format : "B";
    layout.itemSize = view->itemsize;
    layout.shape = list_of(view->shape, view->ndim);
    layout.strides = strides_of(view.get());
    layout.isWritable = !view->readonly;
    return Buffer(layout, view);
}

/* -- what Python asks --------------------------------------------------------------------------------- */

bool refuse_view(Py_buffer *view, const char *why)
{
    PyErr_SetString(PyExc_BufferError, why);
    Py_CLEAR(view->obj);
    return false;
}

bool asks(int flags, int wanted)
{
    return (flags & wanted) == wanted;
}

/* Leaves out what was not asked for, if the rest still tells the truth. */
bool fit(Py_buffer *view, int flags)
{
    const bool in_c_order = PyBuffer_IsContiguous(view, 'C');
    const bool in_f_order = PyBuffer_IsContiguous(view, 'F');

    if (asks(flags, PyBUF_WRITABLE) && view->readonly)
        return refuse_view(view,
                           "the memory belongs to the application, which lets nobody write it; "
                           "copy() makes one of your own");
    if ((!in_c_order && (asks(flags, PyBUF_C_CONTIGUOUS) || !asks(flags, PyBUF_STRIDES))) ||
        (!in_f_order && asks(flags, PyBUF_F_CONTIGUOUS)) ||
        (!in_c_order && !in_f_order && asks(flags, PyBUF_ANY_CONTIGUOUS)))
        return refuse_view(view, "the items do not lie one after another; those of copy() do");
    if (!asks(flags, PyBUF_STRIDES))
        view->strides = nullptr;
    if (!asks(flags, PyBUF_ND)) {
        view->shape = nullptr;
        view->ndim = 1;
    }
    if (!asks(flags, PyBUF_FORMAT))
        view->format = nullptr;
    return true;
}

int buffer_get(PyObject *self, Py_buffer *view, int flags)
try {
    const Buffer &buffer = self_of(self);
    const Buffer::Layout &layout = buffer.layout();

    view->obj = Py_NewRef(self);
    view->buf = layout.start;
    view->len = buffer.size();
    view->readonly = !layout.isWritable;
    view->itemsize = layout.itemSize;
    view->format = const_cast<char *>(layout.item.constData());
    view->ndim = int(layout.shape.size());
    /* Never written, and there as long as this object is. */
    view->shape = const_cast<Py_ssize_t *>(
        reinterpret_cast<const Py_ssize_t *>(layout.shape.constData()));
    view->strides = const_cast<Py_ssize_t *>(
        reinterpret_cast<const Py_ssize_t *>(layout.strides.constData()));
    view->suboffsets = nullptr;
    view->internal = nullptr;
    return fit(view, flags) ? 0 : -1;
} catch (...) {
    return qi::raise_thrown(-1);
}

PyObject *tuple_of(const QList<qsizetype> &list)
{
    Ref tuple(PyTuple_New(list.size()));

    for (qsizetype i = 0; tuple && i < list.size(); i++) {
        PyObject *number = PyLong_FromSsize_t(list[i]);
        if (!number)
            return nullptr;
        PyTuple_SET_ITEM(tuple.get(), i, number);
    }
    return tuple.release();
}

PyObject *get_shape(PyObject *self, void *)
try {
    return tuple_of(self_of(self).layout().shape);
} catch (...) {
    return qi::raise_thrown();
}

PyObject *get_strides(PyObject *self, void *)
try {
    return tuple_of(self_of(self).layout().strides);
} catch (...) {
    return qi::raise_thrown();
}

PyObject *get_item_format(PyObject *self, void *)
try {
    return PyUnicode_FromString(self_of(self).layout().item.constData());
} catch (...) {
    return qi::raise_thrown();
}

PyObject *get_readonly(PyObject *self, void *)
{
    return PyBool_FromLong(!self_of(self).layout().isWritable);
}

PyObject *get_nbytes(PyObject *self, void *)
{
    return PyLong_FromSsize_t(self_of(self).size());
}

PyObject *buffer_copy(PyObject *self, PyObject *)
try {
    const Buffer copy = self_of(self).copy();

    if (self_of(self) && !copy)
        return PyErr_NoMemory();
    return buffer_new(copy);
} catch (...) {
    return qi::raise_thrown();
}

PyObject *buffer_getattro(PyObject *self, PyObject *name)
try {
    PyObject *found = PyObject_GenericGetAttr(self, name);
    QString text;

    if (found || !PyErr_ExceptionMatches(PyExc_AttributeError) || !PyUnicode_Check(name))
        return found;
    Ref raised(qip_take_exception());
    if (!text_from_python(name, &text))
        return nullptr;
    const QVariantMap &attributes = self_of(self).layout().attributes;
    const auto place = attributes.constFind(text);
    if (place != attributes.constEnd())
        return to_python(*place);
    qip_give_exception(raised.release());
    return nullptr;
} catch (...) {
    return qi::raise_thrown();
}

PyObject *buffer_dir(PyObject *self, PyObject *)
try {
    Ref names(PyObject_Dir(reinterpret_cast<PyObject *>(Py_TYPE(self))));

    for (const QString &name : self_of(self).layout().attributes.keys()) {
        Ref text(names ? to_python(name) : nullptr);
        if (!text || PyList_Append(names.get(), text.get()) < 0)
            return nullptr;
    }
    return names.release();
} catch (...) {
    return qi::raise_thrown();
}

Py_ssize_t buffer_length(PyObject *self)
{
    const QList<qsizetype> &shape = self_of(self).layout().shape;
    return shape.isEmpty() ? 0 : shape.first();
}

PyObject *buffer_repr(PyObject *self)
try {
    const Buffer::Layout &layout = self_of(self).layout();
    Ref shape(get_shape(self, nullptr)), attributes(to_python(QVariant(layout.attributes)));

    if (!shape || !attributes)
        return nullptr;
    return PyUnicode_FromFormat("<qi.Buffer %s, shape %R, %s, %S>", layout.item.constData(),
                                shape.get(), layout.isWritable ? "writable" : "read-only",
                                attributes.get());
} catch (...) {
    return qi::raise_thrown();
}

/* Buffer(object, **attributes) */
PyObject *buffer_make(PyTypeObject *, PyObject *args, PyObject *keywords)
try {
    PyObject *object;
    Buffer buffer;

    if (!PyArg_ParseTuple(args, "O:Buffer", &object) || !buffer_from_python(object, &buffer))
        return nullptr;
    if (!buffer) /* None, as which a parameter takes it */
        return expected("an object with the buffer protocol", object), nullptr;
    Buffer::Layout layout = buffer.layout();
    layout.source = QVariant();
    if (keywords) {
        QVariant attributes;
        if (!from_python(keywords, QMetaType::fromType<QVariantMap>(), &attributes))
            return nullptr;
        layout.attributes.insert(attributes.toMap());
    }
    return buffer_new(Buffer(layout, std::make_shared<const Buffer>(buffer)));
} catch (...) {
    return qi::raise_thrown();
}

void buffer_dealloc(PyObject *self)
try {
    PyTypeObject *type = Py_TYPE(self);

    self_of(self).~Buffer();
    type->tp_free(self);
    Py_DECREF(type);
} catch (...) {
    qi::tell_thrown("the memory of an object was not freed");
}

/* -- the type ----------------------------------------------------------------------------------------- */

PyMethodDef buffer_methods[] = {
    {"copy", buffer_copy, METH_NOARGS,
     "copy($self, /)\n--\n\nA copy with memory of its own, which may be written."},
    {"__dir__", buffer_dir, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef buffer_getset[] = {
    {"shape", get_shape, nullptr, "how many items there are in each dimension", nullptr},
    {"strides", get_strides, nullptr, "how many bytes from one item to the next in each dimension",
     nullptr},
    {"item_format", get_item_format, nullptr, "what an item is, as in the module struct", nullptr},
    {"readonly", get_readonly, nullptr, "whether nobody may write the memory", nullptr},
    {"nbytes", get_nbytes, nullptr, "how many bytes the items take", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot buffer_slots[] = {
    {Py_tp_doc,
     const_cast<char *>(
         "Buffer(object, /, **attributes)\n--\n\n"
         "Memory that Python and the application share: an image, or a block of data. It has the\n"
         "buffer protocol, so memoryview() and numpy.asarray() look at the same memory, and is "
         "kept\n"
         "as long as anybody looks. What more the application tells of it, as the `width`, "
         "`height`,\n"
         "`format` and `channels` of an image, are attributes.\n\n"
         "Buffer(array, format='RGB32') shares the memory of any object of Python's that has the\n"
         "protocol, with such attributes, for a parameter of the application's that wants them.")},
    {Py_tp_new, reinterpret_cast<void *>(buffer_make)},
    {Py_tp_dealloc, reinterpret_cast<void *>(buffer_dealloc)},
    {Py_tp_repr, reinterpret_cast<void *>(buffer_repr)},
    {Py_tp_getattro, reinterpret_cast<void *>(buffer_getattro)},
    {Py_sq_length, reinterpret_cast<void *>(buffer_length)},
    {Py_bf_getbuffer, reinterpret_cast<void *>(buffer_get)},
    {Py_tp_methods, buffer_methods},
    {Py_tp_getset, buffer_getset},
    {0, nullptr},
};

PyType_Spec buffer_spec = {
    "_qi.Buffer", int(sizeof(BufferObject)), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    buffer_slots,
};

} // namespace

PyObject *buffer_new(const Buffer &buffer)
{
    if (!buffer)
        return Py_NewRef(Py_None);
    PyTypeObject *type = as_type(buffer_type);
    PyObject *object = type ? type->tp_alloc(type, 0) : nullptr;

    if (object)
        new (&self_of(object)) Buffer(buffer);
    return object;
}

bool buffer_from_python(PyObject *object, Buffer *out)
{
    if (object == Py_None) {
        *out = Buffer();
        return true;
    }
    if (is_buffer(object)) {
        *out = self_of(object);
        return true;
    }
    if (!PyObject_CheckBuffer(object))
        return expected("an object with the buffer protocol (bytes, memoryview, numpy array, …)",
                        object);
    auto view = std::make_unique<Py_buffer>();
    if (PyObject_GetBuffer(object, view.get(), PyBUF_RECORDS_RO) < 0)
        return false;
    *out = wrap(std::shared_ptr<Py_buffer>(view.release(), ReleaseView()));
    return true;
}

bool bytes_from_python(PyObject *object, QByteArray *out)
{
    Py_buffer view;

    if (!PyObject_CheckBuffer(object))
        return expected("bytes", object);
    const QVariant *source = buffer_source(object);
    if (source && source->metaType() == QMetaType::fromType<QByteArray>()) {
        *out = source->toByteArray();
        return true;
    }
    if (PyObject_GetBuffer(object, &view, PyBUF_CONTIG_RO) < 0)
        return false;
    *out = QByteArray(static_cast<const char *>(view.buf), view.len);
    PyBuffer_Release(&view);
    return true;
}

const QVariant *buffer_source(PyObject *object)
{
    if (!is_buffer(object))
        return nullptr;
    const QVariant &source = self_of(object).layout().source;
    return source.isValid() ? &source : nullptr;
}

} // namespace qi

PyObject *qip_qt_share_buffer(qi_buffer *taken)
try {
    const std::shared_ptr<qi_buffer> owner(taken, qi_buffer_release);
    const qi_buffer_layout *given = qip_buffer_layout(taken);
    qi::Buffer::Layout layout;

    layout.start = given->data;
    layout.item = given->format;
    layout.itemSize = qsizetype(given->item_size);
    for (size_t i = 0; i < given->dimensions; i++) {
        layout.shape.append(qsizetype(given->shape[i]));
        layout.strides.append(qsizetype(given->strides[i]));
    }
    layout.isWritable = given->writable;
    return qi::buffer_new(qi::Buffer(layout, owner));
} catch (...) {
    return qi::raise_thrown();
}

int qip_buffer_setup(PyObject *module)
try {
    qip_module_keep(qi::buffer_type);
    return qi::add_type(module, &qi::buffer_spec, &qi::buffer_type);
} catch (...) {
    return qi::raise_thrown(-1);
}
