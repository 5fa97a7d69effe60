/* SPDX-License-Identifier: BSD-3-Clause */
/* Points, sizes and rectangles: named tuples of numbers in Python. */
#include "qt/shapes.h"

#include <QtCore/qrect.h>

#include "qt/cache.h"
#include "qt/numbers.h"

namespace qi
{

namespace
{

template <typename... Numbers>
PyObject *make(const char *name, const char *format, Numbers... numbers)
{
    PyObject *type = cached_attribute("qi._objects.types", name);
    return type ? PyObject_CallFunction(type, format, numbers...) : nullptr;
}

/* The numbers of a tuple or list of `count`. False with TypeError that says "a tuple of 2 numbers". */
template <typename Number>
bool numbers_from_python(PyObject *object, int count, bool (*read)(PyObject *, Number *), Number *out)
{
    if ((!PyTuple_Check(object) && !PyList_Check(object)) ||
        PySequence_Fast_GET_SIZE(object) != count) {
        PyErr_Format(PyExc_TypeError, "a tuple of %d numbers expected, got %R", count, object);
        return false;
    }
    for (int i = 0; i < count; i++) {
        Ref item(PySequence_GetItem(object, i));
        if (!item || !read(item.get(), &out[i]))
            return false;
    }
    return true;
}

bool int_from_python(PyObject *object, int *out)
{
    return put_integer<int>(object, QMetaType::fromType<int>(), out);
}

template <typename Shape> bool put_shape(PyObject *object, Shape *out)
{
    int n[2];

    if (!numbers_from_python(object, 2, int_from_python, n))
        return false;
    *out = Shape(n[0], n[1]);
    return true;
}

template <typename Shape> bool put_shape_f(PyObject *object, Shape *out)
{
    double n[2];

    if (!numbers_from_python(object, 2, double_from_python, n))
        return false;
    *out = Shape(n[0], n[1]);
    return true;
}

} // namespace

PyObject *shape_to_python(const QPoint &point)
{
    return make("Point", "ii", point.x(), point.y());
}

PyObject *shape_to_python(const QPointF &point)
{
    return make("PointF", "dd", double(point.x()), double(point.y()));
}

PyObject *shape_to_python(const QSize &size)
{
    return make("Size", "ii", size.width(), size.height());
}

PyObject *shape_to_python(const QSizeF &size)
{
    return make("SizeF", "dd", double(size.width()), double(size.height()));
}

PyObject *shape_to_python(const QRect &rect)
{
    return make("Rect", "iiii", rect.x(), rect.y(), rect.width(), rect.height());
}

PyObject *shape_to_python(const QRectF &rect)
{
    return make("RectF", "dddd", double(rect.x()), double(rect.y()), double(rect.width()),
                double(rect.height()));
}

bool shape_from_python(PyObject *object, QPoint *out)
{
    return put_shape(object, out);
}

bool shape_from_python(PyObject *object, QPointF *out)
{
    return put_shape_f(object, out);
}

bool shape_from_python(PyObject *object, QSize *out)
{
    return put_shape(object, out);
}

bool shape_from_python(PyObject *object, QSizeF *out)
{
    return put_shape_f(object, out);
}

bool shape_from_python(PyObject *object, QRect *out)
{
    int n[4];

    if (!numbers_from_python(object, 4, int_from_python, n))
        return false;
    *out = QRect(n[0], n[1], n[2], n[3]);
    return true;
}

bool shape_from_python(PyObject *object, QRectF *out)
{
    double n[4];

    if (!numbers_from_python(object, 4, double_from_python, n))
        return false;
    *out = QRectF(n[0], n[1], n[2], n[3]);
    return true;
}

} // namespace qi
