/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a class of QObjects offers, by name: looked up once for each class and kept, since the
 * meta-object itself answers only by going through all its strings. GIL: held, which also guards this.
 */
#ifndef QIP_QT_CLASS_INFO_H
#define QIP_QT_CLASS_INFO_H

#include <QtCore/qbytearraylist.h>
#include <QtCore/qhash.h>
#include <QtCore/qlist.h>
#include <QtCore/qmetaobject.h>

typedef struct _object PyObject; /* as Python.h declares it */

namespace qi
{

/* Everything that a class has under one name. Where there are several kinds, Python sees the first. */
struct Member {
    int property = -1;
    int enumerator = -1;
    QList<int> signal_indexes; /* most derived class first, clones with fewer parameters included */
    QList<int> method_indexes; /* the same for public slots and invokables */
};

class ClassInfo
{
  public:
    explicit ClassInfo(const QMetaObject *meta_object);

    /* NULL if the class has nothing of that name. Borrowed. */
    const Member *find(const QByteArray &name) const
    {
        const auto found = m_members.constFind(name);
        return found == m_members.constEnd() ? nullptr : &*found;
    }
    QByteArrayList names() const { return m_members.keys(); }

    /* Meta-objects made at run time may be replaced by others at the same address. */
    bool describes(const QMetaObject *meta_object) const;

  private:
    void add_methods(const QMetaObject *meta_object);

    QHash<QByteArray, Member> m_members;
    const void *m_strings;
    const void *m_data;
    int m_methods;
    int m_properties;
};

/* The description of an object's class, which stays as long as the class does. */
const ClassInfo &class_info(const QMetaObject *meta_object);

/* The name of a class, in a text that stays until the process ends, even if the class does not. */
const char *class_name_kept(const QMetaObject *meta_object);

/* -- for Python -------------------------------------------------------------------------------------- */

/* A member's name, borrowed from the str, which keeps its UTF-8. Empty with an exception: no UTF-8. */
QByteArray name_of(PyObject *name);

/* What a class has under a name, borrowed; NULL if there is nothing, with an exception: no UTF-8. */
const Member *member_of(const QMetaObject *meta_object, PyObject *name);

/* Raises AttributeError with near names: "`Class` has no `kinds` 'name'". Returns NULL. */
PyObject *raise_no_member(const QMetaObject *meta_object, PyObject *name, const char *kinds);

/* -- signals (no GIL needed) ------------------------------------------------------------------------ */

/* The signal whose clone this is: the same with all parameters. Emissions only know that one. */
int original_signal(const QMetaObject *meta_object, int index);

/* Signals of this name, each with all its parameters; those that a derived class repeats count once. */
QList<int> signals_named(const QMetaObject *meta_object, const QByteArray &name);

QByteArrayList signal_names(const QMetaObject *meta_object);

/* "clicked(bool)', 'clicked(int)" for messages. */
QByteArray signatures(const QMetaObject *meta_object, const QList<int> &indexes);

} // namespace qi

#endif
