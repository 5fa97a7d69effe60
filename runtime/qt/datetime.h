/* SPDX-License-Identifier: BSD-3-Clause */
/* Dates and times: see datetime.cpp. GIL: held. */
#ifndef QIP_QT_DATETIME_H
#define QIP_QT_DATETIME_H

#include "qt/ref.h"

#include <QtCore/qdatetime.h>

namespace qi
{

/* New references, or NULL with an exception set; None for what is invalid. */
PyObject *date_to_python(const QDate &date);
PyObject *time_to_python(const QTime &time);
PyObject *datetime_to_python(const QDateTime &moment);

bool is_date(PyObject *object);
bool is_time(PyObject *object);
bool is_datetime(PyObject *object); /* a datetime is a date too, as in Python */

/* False with an exception set. */
bool date_from_python(PyObject *object, QDate *out);
bool time_from_python(PyObject *object, QTime *out);
bool datetime_from_python(PyObject *object, QDateTime *out);

} // namespace qi

#endif
