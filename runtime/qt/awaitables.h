/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Classes of QObjects that Python awaits: what is registered for an object, and the calls of that. See awaitables.cpp.
 * GIL: held, and released inside wherever code of the host may run. "An exception" is one of Python's.
 */
#ifndef QIP_QT_AWAITABLES_H
#define QIP_QT_AWAITABLES_H

#include <Python.h>

#include <qi/awaitable.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A reference to what is registered for the class of one object. */
typedef struct qip_qt_awaitable qip_qt_awaitable;

/* NULL without an exception: nothing is. Owned: qip_qt_awaitable_drop(). */
qip_qt_awaitable *qip_qt_awaitable_of(qi_object *object);
void qip_qt_awaitable_drop(qip_qt_awaitable *awaitable);

/* The signals after which to look, as they were registered; borrowed. */
size_t qip_qt_awaitable_signal_count(const qip_qt_awaitable *awaitable);
const char *qip_qt_awaitable_signal_name(const qip_qt_awaitable *awaitable, size_t number);

/* What an object has come to: a tuple of one, the result; None: nothing yet. `emitted` is the number of the signal whose
 * `arguments`, a tuple, have just come, or -1, without any. New reference; NULL with the exception that is to be raised. */
PyObject *qip_qt_awaitable_look(const qip_qt_awaitable *awaitable, qi_object *object, int emitted,
                                PyObject *arguments);

/* Asks the object to end. 0, or -1 with an exception: it threw, or its thread was not to be had. */
int qip_qt_awaitable_cancel(const qip_qt_awaitable *awaitable, qi_object *object);

#ifdef __cplusplus
}

#include <QtCore/qobjectdefs.h>

namespace qi
{

/* Whether objects of the class, or of one above it, are awaited. Does not take the GIL. */
bool is_awaitable(const QMetaObject *meta_object);

/* What libqi knows by itself, ended by one without a class: awaitables_of_qt.cpp. */
extern const qi_awaitable awaitables_of_qt[];

} // namespace qi
#endif

#endif
