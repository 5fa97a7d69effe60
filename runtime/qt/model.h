/* SPDX-License-Identifier: BSD-3-Clause */
/* Places in models: see model.cpp. GIL: held. */
#ifndef QIP_QT_MODEL_H
#define QIP_QT_MODEL_H

#include "qt/ref.h"

#include <QtCore/qabstractitemmodel.h>

namespace qi
{

/* The qi.Row of an index; None for an invalid one. An index of a model of another thread, where alone it
 * means something, is a `_qi.Variant`. New reference. */
PyObject *index_to_python(const QModelIndex &index);

/* The index of a qi.Row, or an invalid one for None. False with TypeError or LookupError set. */
bool index_from_python(PyObject *object, QModelIndex *out);

} // namespace qi

#endif
