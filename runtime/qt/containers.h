/* SPDX-License-Identifier: BSD-3-Clause */
/* Containers for Qt: see containers.cpp. GIL: held. */
#ifndef QIP_QT_CONTAINERS_H
#define QIP_QT_CONTAINERS_H

#include <QtCore/qglobal.h>
#if QT_VERSION >= QT_VERSION_CHECK(6, 11, 0)
#include <QtCore/qmetaassociation.h>
#include <QtCore/qmetasequence.h>
#else
#include <QtCore/qassociativeiterable.h>
#include <QtCore/qsequentialiterable.h>
#endif

#include "qt/ref.h"

#include <QtCore/qmetatype.h>
#include <QtCore/qvariant.h>

namespace qi
{

/* Qt's views of any list or set, and of any map. */
#if QT_VERSION >= QT_VERSION_CHECK(6, 11, 0)
using SequenceView = QMetaSequence::Iterable;
using AssociationView = QMetaAssociation::Iterable;
#else
using SequenceView = QSequentialIterable;
using AssociationView = QAssociativeIterable;
#endif

/* Fills a list, map or JSON value of Qt's own; `*known` is set to false if the type is none of them. */
bool builtin_container_from_python(PyObject *object, QMetaType type, void *data, bool *known);

/* Fills `*out`, which is of any container's type. `*fits` says whether object and type are of a kind. */
bool container_from_python(PyObject *object, QMetaType type, QVariant *out, bool *fits);

/* What Python has for a container's type, for messages: "list". NULL: it is none. */
const char *container_kind(QMetaType type);

bool is_pair(QMetaType type);
bool is_set(QMetaType type);

} // namespace qi

#endif
