/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What proxy.c asks of Qt about one object: its members by name, reading, writing, calling. Every
 * function that takes an object expects a live one, which the caller has just asked its guard for.
 * GIL: held, and released inside wherever code of the host may run. "An exception" is one of Python's.
 */
#ifndef QIP_QT_OBJECT_H
#define QIP_QT_OBJECT_H

#include <Python.h>

#include <qi/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum qip_qt_kind {
    QIP_QT_FAILED = -1, /* with an exception: memory is missing */
    QIP_QT_NOTHING = 0,
    QIP_QT_PROPERTY,
    QIP_QT_SIGNAL,
    QIP_QT_METHOD,
    QIP_QT_ENUM
} qip_qt_kind;

/* What an object has under a name, and the number of it: of a signal the method index or, if it has
 * overloads, -1; of a method nothing. */
qip_qt_kind qip_qt_member(qi_object *object, PyObject *name, int *index);

/* The names of all members and dynamic properties: a new list of str. */
PyObject *qip_qt_member_names(qi_object *object);

/* Raises AttributeError with near names. Returns NULL. */
PyObject *qip_qt_raise_no_member(qi_object *object, PyObject *name);

/* -- properties ----------------------------------------------------------------------------------- */

PyObject *qip_qt_property_read(qi_object *object, int index);
/* NULL as the value resets. 0, or -1 with an exception. */
int qip_qt_property_write(qi_object *object, int index, PyObject *value);

/* Dynamic properties. The first returns NULL without an exception if there is none of that name; the
 * second makes one where there is none, and removes one if the value is NULL. */
PyObject *qip_qt_dynamic_read(qi_object *object, PyObject *name);
int qip_qt_dynamic_write(qi_object *object, PyObject *name, PyObject *value);
int qip_qt_dynamic_has(qi_object *object, PyObject *name); /* 1, 0, or -1 with an exception */
PyObject *qip_qt_dynamic_names(qi_object *object);         /* a new list of str */

/* -- calls ---------------------------------------------------------------------------------------- */

/* Calls the slot or invokable whose overload fits best, in the object's thread. */
PyObject *qip_qt_call(qi_object *object, PyObject *name, PyObject *const *arguments,
                      Py_ssize_t count);

/* Emits a signal in this thread; of the overloads the one that fits best, or the one of the index if
 * that is not -1. */
PyObject *qip_qt_emit(qi_object *object, PyObject *name, int index, PyObject *const *arguments,
                      Py_ssize_t count);

/* The largest number of arguments, `most` or fewer, that a form of the slot, invokable or signal takes;
 * -1: none, or with an exception. */
int qip_qt_accepts(qi_object *object, PyObject *name, int most);

/* The signal with all its parameters whose shorter form this may be. */
int qip_qt_original_signal(qi_object *object, int index);

/* "send(QString)", "send(QString,int)": the signatures under a name, one a line. New str. */
PyObject *qip_qt_signatures(qi_object *object, PyObject *name);

/* What help() shows of an object, and of what it has under a name: declarations as C++ has them. New str. */
PyObject *qip_qt_help(qi_object *object);
PyObject *qip_qt_member_help(qi_object *object, PyObject *name);
/* The forms of a method, for pyshim/qi/_objects/describe.py. New list. */
PyObject *qip_qt_member_forms(qi_object *object, PyObject *name);
/* Its class and all that are reached from there, for pyshim/qi/_life/stubs.py. New list. */
PyObject *qip_qt_class_table(qi_object *object);

/* The class of an enumeration. New reference. */
PyObject *qip_qt_enum(qi_object *object, int index);

/* -- the tree -------------------------------------------------------------------------------------- */

const char *qip_qt_class_name(qi_object *object);
bool qip_qt_inherits(qi_object *object, const char *class_name);
/* Only from the object's own thread; elsewhere NULL without an exception. New str. */
PyObject *qip_qt_name_now(qi_object *object);
PyObject *qip_qt_parent(qi_object *object);
PyObject *qip_qt_children(qi_object *object);
/* `name` may be NULL, and `class_name` too: any. The first one or None, or the list of all. */
PyObject *qip_qt_find_child(qi_object *object, PyObject *name, PyObject *class_name, bool recursive);
PyObject *qip_qt_find_children(qi_object *object, PyObject *name, PyObject *class_name,
                               bool recursive);

/* -- models (qt/model.cpp) ------------------------------------------------------------------------- */

/* What pyshim/qi/_objects/models.py asks of a QAbstractItemModel. `parent` is a `_qi.Index`, or None for the top.
 * New references, or NULL with an exception. */
PyObject *qip_qt_model_size(qi_object *model, PyObject *parent); /* (rows, columns) */
PyObject *qip_qt_model_index(qi_object *model, int row, int column, PyObject *parent);
PyObject *qip_qt_model_fetch(qi_object *model, PyObject *parent);   /* whether there was more */
PyObject *qip_qt_model_roles(qi_object *model);                     /* dict of names to numbers */
PyObject *qip_qt_model_headers(qi_object *model, PyObject *parent); /* list, one for each column */

/* -- watchers (qt/watcher.cpp) ----------------------------------------------------------------------- */

/* The `_qi.HostFuture` of what a QFutureWatcher watches. New reference, or NULL with an exception. */
PyObject *qip_qt_watched_future(qi_object *watcher);

/* -- other bindings (qt/foreign.cpp) ----------------------------------------------------------------- */

/* What Python has for a value that a binding has wrapped; NULL without an exception: it is none. */
PyObject *qip_qt_value_of_foreign(PyObject *object);
/* Where the value of a `_qi.Variant` lies, as long as that lives. New int. */
PyObject *qip_qt_value_address(PyObject *variant);
/* The names of an object's class and of those that it derives from. New list. */
PyObject *qip_qt_class_names(qi_object *object);

#ifdef __cplusplus
}
#endif

#endif
