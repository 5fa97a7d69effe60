/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A pathlib path keeps what it was made of, and from its first use on the text, in slots (compat.h has their names).
 * Slots are read by their descriptors, in C; these are taken from the types before they are needed, since later somebody
 * may have put others there.
 */
#include "python/path_text.h"

#include "python/compat.h"

enum { PATH_TYPES = 2 };

static PyObject *path_types[PATH_TYPES];  /* PosixPath, PurePosixPath */
static PyObject *text_slot, *made_of;     /* their descriptors */
static PyObject *entry_type, *entry_path; /* os.DirEntry */

/* -- where the text is ---------------------------------------------------------------------------- */

/* A slot's descriptor; NULL where the type has none of that name any more. */
static PyObject *slot_of(PyObject *type, const char *name)
{
    PyObject *found = name ? PyObject_GetAttrString(type, name) : NULL;

    if (found && !Py_IS_TYPE(found, &PyMemberDescr_Type))
        Py_CLEAR(found);
    PyErr_Clear();
    return found;
}

static PyObject *type_of(PyObject *module, const char *name)
{
    PyObject *found = PyObject_GetAttrString(module, name);

    if (found && !PyType_Check(found))
        Py_CLEAR(found);
    PyErr_Clear();
    return found;
}

int qip_path_text_prepare(void)
{
    if (path_types[0] || entry_type)
        return 0;
    PyObject *pathlib = PyImport_ImportModule("pathlib");
    PyObject *os = pathlib ? PyImport_ImportModule("os") : NULL;
    if (!os) {
        Py_XDECREF(pathlib);
        return -1;
    }
    path_types[0] = type_of(pathlib, "PosixPath");
    path_types[1] = type_of(pathlib, "PurePosixPath");
    entry_type = type_of(os, "DirEntry");
    if (path_types[0]) {
        text_slot = slot_of(path_types[0], QIP_PATH_TEXT);
        made_of = slot_of(path_types[0], QIP_PATH_MADE_OF);
    }
    if (entry_type)
        entry_path = slot_of(entry_type, "path");
    Py_DECREF(os);
    Py_DECREF(pathlib);
    return 0;
}

void qip_path_text_forget(void)
{
    for (int i = 0; i < PATH_TYPES; i++)
        Py_CLEAR(path_types[i]);
    Py_CLEAR(text_slot);
    Py_CLEAR(made_of);
    Py_CLEAR(entry_type);
    Py_CLEAR(entry_path);
}

/* -- reading -------------------------------------------------------------------------------------- */

/* What is in a slot of the object; NULL if there is nothing, or nothing of the kind that `is_kind` knows. */
static PyObject *read_slot(PyObject *slot, PyObject *object, int (*is_kind)(PyObject *))
{
    if (!slot)
        return NULL;
    PyObject *found = PyMemberDescr_Type.tp_descr_get(slot, object, (PyObject *)Py_TYPE(object));
    if (found && !is_kind(found))
        Py_CLEAR(found);
    PyErr_Clear();
    return found;
}

static int is_str(PyObject *object)
{
    return PyUnicode_Check(object);
}

static int is_text(PyObject *object)
{
    return PyUnicode_Check(object) || PyBytes_Check(object);
}

static int is_list(PyObject *object)
{
    return PyList_Check(object);
}

/* Whether the text begins with so many slashes. */
static bool begins_absolute(PyObject *text, Py_ssize_t slashes)
{
    if (PyUnicode_GET_LENGTH(text) < slashes)
        return false;
    for (Py_ssize_t i = 0; i < slashes; i++) {
        if (PyUnicode_READ_CHAR(text, i) != '/')
            return false;
    }
    return true;
}

/* Joined as os.path.join() does, where an absolute part begins anew. New reference. */
static PyObject *join(PyObject *parts)
{
    PyObject *result = PyUnicode_FromString("");

    for (Py_ssize_t i = 0; result && i < PyList_GET_SIZE(parts); i++) {
        PyObject *part = PyList_GET_ITEM(parts, i), *longer;
        if (!PyUnicode_Check(part))
            continue;
        if (begins_absolute(part, 1) || !PyUnicode_GET_LENGTH(result))
            longer = PyUnicode_FromFormat("%U", part);
        else if (PyUnicode_READ_CHAR(result, PyUnicode_GET_LENGTH(result) - 1) == '/')
            longer = PyUnicode_FromFormat("%U%U", result, part);
        else
            longer = PyUnicode_FromFormat("%U/%U", result, part);
        Py_SETREF(result, longer);
    }
    return result;
}

/* Its parts without those that mean nothing: "a//./b/" is "a/b", and nothing is ".". New reference. */
static PyObject *tidied(PyObject *path)
{
    const bool two = begins_absolute(path, 2) &&
                     !begins_absolute(path, 3); /* a root of its own, says POSIX */
    const char *root = two ? "//" : begins_absolute(path, 1) ? "/" : "";
    PyObject *slash = PyUnicode_FromString("/"), *kept = PyList_New(0), *result = NULL;
    PyObject *parts = slash ? PyUnicode_Split(path, slash, -1) : NULL;

    for (Py_ssize_t i = 0; parts && kept && i < PyList_GET_SIZE(parts); i++) {
        PyObject *part = PyList_GET_ITEM(parts, i);
        if (PyUnicode_GET_LENGTH(part) && PyUnicode_CompareWithASCIIString(part, ".") != 0 &&
            PyList_Append(kept, part) < 0)
            Py_CLEAR(kept);
    }
    PyObject *joined = parts && kept ? PyUnicode_Join(slash, kept) : NULL;
    if (joined)
        result = PyUnicode_FromFormat("%s%U", *root || PyUnicode_GET_LENGTH(joined) ? root : ".",
                                      joined);
    Py_XDECREF(joined);
    Py_XDECREF(parts);
    Py_XDECREF(kept);
    Py_XDECREF(slash);
    return result;
}

static PyObject *text_of_path(PyObject *path)
{
    PyObject *text = read_slot(text_slot, path, is_str);
    if (text)
        return text;
    PyObject *parts = read_slot(made_of, path, is_list);
    if (!parts)
        return NULL;
    PyObject *joined = join(parts);
    text = joined ? tidied(joined) : NULL;
    Py_XDECREF(joined);
    Py_DECREF(parts);
    PyErr_Clear();
    return text;
}

PyObject *qip_path_text(PyObject *object)
{
    PyObject *type = (PyObject *)Py_TYPE(object);

    if (type == path_types[0] || type == path_types[1])
        return text_of_path(object);
    return type == entry_type ? read_slot(entry_path, object, is_text) : NULL;
}
