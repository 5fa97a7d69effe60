/* SPDX-License-Identifier: BSD-3-Clause */
/* Text, bytes, and what is spelled as text: see text.cpp. GIL: held. */
#ifndef QIP_QT_TEXT_H
#define QIP_QT_TEXT_H

#include "qt/ref.h"

#include <QtCore/qmetatype.h>
#include <QtCore/qstring.h>

namespace qi
{

/* New references, or NULL with an exception set. */
PyObject *to_python(const QString &text);
PyObject *to_python(const QByteArray &bytes);
PyObject *url_to_python(const QUrl &url);
PyObject *uuid_to_python(const QUuid &uuid);

/* False with an exception set. */
bool text_from_python(PyObject *object, QString *out);
/* `data` is of the type, which is one of those of a character. */
bool character_from_python(PyObject *object, QMetaType type, void *data);
bool url_from_python(PyObject *object, QUrl *out);
bool uuid_from_python(PyObject *object, QUuid *out);

} // namespace qi

#endif
