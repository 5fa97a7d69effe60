/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See unread.h. CPython asks its audit hooks before it opens a file in the way of fopen(): with a mode and without flags,
 * which tells it from open(). It opens the source of an error so, and goes on without the line if that is refused, or takes
 * it from the text that it has compiled. No list of names would do: any text may be compiled under any name, and compile()
 * is not the only way. Of what else it opens so, a relative name is an honest one for ssl's load_dh_params() alone.
 *
 * pdb opens .pdbrc by that very name, and goes without it if that fails.
 */
#include "python/unread.h"

#include <stdbool.h>
#include <string.h>

#include "python/setup.h"

static bool is_by_fopen(PyObject *arguments)
{
    PyObject *mode = PyTuple_GET_ITEM(arguments, 1), *flags = PyTuple_GET_ITEM(arguments, 2);
    int overflow; /* code may raise events of its own */
    return PyUnicode_CheckExact(mode) && PyUnicode_GET_LENGTH(mode) > 0 &&
           PyUnicode_READ_CHAR(mode, 0) == 'r' && PyLong_CheckExact(flags) &&
           PyLong_AsLongAndOverflow(flags, &overflow) == 0 && !overflow;
}

static bool is_relative(PyObject *path)
{
    if (PyUnicode_Check(path))
        return PyUnicode_GET_LENGTH(path) > 0 && PyUnicode_READ_CHAR(path, 0) != '/';
    return PyBytes_Check(path) && PyBytes_GET_SIZE(path) > 0 && PyBytes_AS_STRING(path)[0] != '/';
}

/* Whether the code that runs calls load_dh_params(), which is no function of Python's and has no frame. */
static bool is_for_ssl(void)
{
    PyFrameObject *frame = PyEval_GetFrame();
    PyCodeObject *code = frame ? PyFrame_GetCode(frame) : NULL;
    PyObject *names = code ? PyObject_GetAttrString((PyObject *)code, "co_names") : NULL;
    bool found = false;

    for (Py_ssize_t i = 0; names && PyTuple_Check(names) && i < PyTuple_GET_SIZE(names) && !found; i++)
        found = PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, i), "load_dh_params") == 0;
    Py_XDECREF(names);
    Py_XDECREF(code);
    return found;
}

/* The judge of lines that Python reads. Where there is none any more, nothing is read. */
static bool may_be_read(PyObject *path)
{
    PyObject *name = PyUnicode_FromString("qi._python.lines");
    PyObject *module = name ? PyImport_GetModule(name) : NULL;
    PyObject *answer = module ? PyObject_CallMethod(module, "may_be_read", "O", path) : NULL;
    const bool may = answer == Py_True;

    PyErr_Clear();
    Py_XDECREF(answer);
    Py_XDECREF(module);
    Py_XDECREF(name);
    return may;
}

static bool pdbrc_is_read; /* GIL */

/* Also "~/.pdbrc", where nobody knows which home that is. */
static bool is_pdbrc(PyObject *path)
{
    static const char name[] = ".pdbrc";
    const Py_ssize_t size = (Py_ssize_t)sizeof name - 1;

    if (pdbrc_is_read || !PyUnicode_Check(path) || !is_relative(path))
        return false;
    const Py_ssize_t before = PyUnicode_GET_LENGTH(path) - size;
    for (Py_ssize_t i = 0; i < size; i++)
        if (before < 0 || PyUnicode_READ_CHAR(path, before + i) != (Py_UCS4)name[i])
            return false;
    return before == 0 || PyUnicode_READ_CHAR(path, before - 1) == '/';
}

static int refuse(const char *why)
{
    PyErr_SetString(PyExc_PermissionError, why);
    return -1;
}

/* Beware: it is called in the middle of CPython's own code, for very many events. */
static int hear(const char *event, PyObject *arguments, void *Py_UNUSED(data))
{
    if (event[0] != 'o' || strcmp(event, "open") != 0 || !PyTuple_Check(arguments) ||
        PyTuple_GET_SIZE(arguments) != 3)
        return 0;
    PyObject *path = PyTuple_GET_ITEM(arguments, 0);
    if (is_pdbrc(path))
        return refuse(".pdbrc of the current folder, which may be anybody's, is not run");
    if (!is_by_fopen(arguments) || is_for_ssl())
        return 0;
    if (is_relative(path))
        return refuse("a name that depends on the current folder: what is told of an error is not "
                      "read from there");
    if (!may_be_read(path))
        return refuse("not a file, or another user's in a folder where everybody may make files: "
                      "what is told of an error is not read from there");
    return 0;
}

void qip_unread_names(void)
{
    static bool hears; /* CPython never gives a hook back */

    if (!hears && PySys_AddAuditHook(hear, NULL) < 0)
        PyErr_Clear(); /* a hook of the host's takes no further ones */
    hears = true;
}

static PyObject *read_pdbrc(PyObject *Py_UNUSED(module), PyObject *flag)
{
    const int truth = PyObject_IsTrue(flag);

    if (truth < 0)
        return NULL;
    pdbrc_is_read = truth;
    Py_RETURN_NONE;
}

int qip_unread_setup(PyObject *module)
{
    static PyMethodDef methods[] = {
        {"_read_pdbrc", read_pdbrc, METH_O,
         "_read_pdbrc(flag)\n--\n\n"
         "Whether pdb may run the .pdbrc of the current folder, as it does for python3's scripts."},
        {NULL, NULL, 0, NULL}};

    return PyModule_AddFunctions(module, methods);
}
