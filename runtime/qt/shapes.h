/* SPDX-License-Identifier: BSD-3-Clause */
/* Points, sizes and rectangles: see shapes.cpp. GIL: held. */
#ifndef QIP_QT_SHAPES_H
#define QIP_QT_SHAPES_H

#include "qt/ref.h"

#include <QtCore/qrect.h>

namespace qi
{

/* New references, or NULL with an exception set. */
PyObject *shape_to_python(const QPoint &point);
PyObject *shape_to_python(const QPointF &point);
PyObject *shape_to_python(const QSize &size);
PyObject *shape_to_python(const QSizeF &size);
PyObject *shape_to_python(const QRect &rect);
PyObject *shape_to_python(const QRectF &rect);

/* Any tuple or list of as many numbers is taken. False with an exception set. */
bool shape_from_python(PyObject *object, QPoint *out);
bool shape_from_python(PyObject *object, QPointF *out);
bool shape_from_python(PyObject *object, QSize *out);
bool shape_from_python(PyObject *object, QSizeF *out);
bool shape_from_python(PyObject *object, QRect *out);
bool shape_from_python(PyObject *object, QRectF *out);

} // namespace qi

#endif
