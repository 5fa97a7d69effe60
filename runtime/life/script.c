/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Scripting: source text of the host, run in the namespace of __main__ or of a scope.
 *
 * Python finds the lines for a traceback in files; for text that is in no file they are put into
 * linecache, each piece under its own name, so that "<string>" of today is not shown for another's error.
 */
#include "life/script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/status.h"
#include "python/border.h"
#include "python/convert.h"
#include "python/gate.h"
#include "python/visit.h"

/* The dictionary of __main__, borrowed, or NULL with an exception. */
static PyObject *main_names(void)
{
    PyObject *module = PyImport_AddModule("__main__");
    return module ? PyModule_GetDict(module) : NULL;
}

/* Shows the lines of `source` in tracebacks of code with that file name. What fails is not worth an
 * error: the traceback is only poorer. */
static void show_lines(const char *source, const char *filename)
{
    PyObject *linecache = PyImport_ImportModule("linecache"), *entry = NULL, *lines = NULL;
    PyObject *cache = linecache ? PyObject_GetAttrString(linecache, "cache") : NULL;
    PyObject *text = PyUnicode_FromString(source);

    if (text)
        lines = PyObject_CallMethod(text, "splitlines", "i", 1);
    if (cache && lines) /* without a time, so that it is not looked for on disk */
        entry = Py_BuildValue("(nOOs)", PyUnicode_GET_LENGTH(text), Py_None, lines, filename);
    if (entry)
        (void)PyMapping_SetItemString(cache, filename, entry);
    PyErr_Clear();
    Py_XDECREF(entry);
    Py_XDECREF(lines);
    Py_XDECREF(text);
    Py_XDECREF(cache);
    Py_XDECREF(linecache);
}

/* New reference to what the code evaluates to, or NULL with an exception. GIL: held. */
static PyObject *run(PyObject *names, const char *source, const char *filename, int start)
{
    names = names ? names : main_names();
    PyObject *code = names ? Py_CompileString(source, filename, start) : NULL;
    PyObject *result = code ? PyEval_EvalCode(code, names, names) : NULL;

    Py_XDECREF(code);
    return result;
}

/* -- text and its size ------------------------------------------------------------------------------------ */

int qip_script_check(const char *text, size_t size, const char *what)
{
    if (!text && size)
        return qip_fail(QI_ERR_ARGUMENT, "%s is NULL, but its size is %zu", what, size);
    size_t valid = text ? qip_utf8_valid(text, size) : 0;
    if (valid != size)
        return qip_fail(QI_ERR_ENCODING, "%s is not valid UTF-8 at byte %zu", what, valid);
    const char *nul = size ? memchr(text, '\0', size) : NULL;
    if (nul)
        return qip_fail(QI_ERR_ENCODING, "%s has a NUL at byte %zu, where Python would cut it",
                        what, (size_t)(nul - text));
    return QI_OK;
}

/* A copy with a NUL at its end, as the compiler wants it; owned: free(). NULL with the record set. */
static char *terminated(const char *text, size_t size, const char *what)
{
    if (qip_script_check(text, size, what) < 0)
        return NULL;
    char *copy = size < SIZE_MAX ? malloc(size + 1) : NULL;
    if (!copy) {
        qip_fail(QI_ERR_MEMORY, "out of memory for %s", what);
        return NULL;
    }
    if (size)
        memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

/* -- running it --------------------------------------------------------------------------------------------- */

/* Runs source that was checked. `shown` is set where there is no file that its lines could be read from, or one whose name
 * depends on the current folder. */
static int exec_source(PyObject *names, const char *source, const char *filename, bool shown)
{
    qip_visit visit = qip_python_enter();
    int status = QI_OK;

    if (shown)
        show_lines(source, filename);
    PyObject *result = run(names, source, filename, Py_file_input);
    if (!result)
        status = qip_fail_python(NULL);
    Py_XDECREF(result);
    qip_python_leave(visit);
    return status;
}

int qip_script_exec(PyObject *names, const char *source, size_t size, const char *filename)
{
    int status = filename ? qip_check_text(filename, "the file name") : QI_OK;
    char *copy = status == QI_OK ? terminated(source, size, "the source") : NULL;

    if (!copy)
        return qi_last_error()->status;
    status = exec_source(names, copy, filename ? filename : QIP_SCRIPT_FILENAME, true);
    free(copy);
    return status;
}

int qip_script_eval(PyObject *names, const char *expression, size_t size, qi_value *out)
{
    static const char filename[] = "<expression>";
    char *copy = terminated(expression, size, "the expression");
    int status = QI_OK;
    qi_value value;

    if (!copy)
        return qi_last_error()->status;
    qip_visit visit = qip_python_enter();
    show_lines(copy, filename);
    PyObject *result = run(names, copy, filename, Py_eval_input);
    if (!result || (out && qip_value_from_python(result, &value) < 0))
        status = qip_fail_python(NULL);
    else if (out)
        *out = value;
    Py_XDECREF(result);
    qip_python_leave(visit);
    free(copy);
    return status;
}

/* -- in __main__ -------------------------------------------------------------------------------------------- */

static int check(const qi_runtime *runtime, const char *text, const char *what)
{
    int status = qip_runtime_check_gui(runtime);
    return status == QI_OK ? qip_check_text(text, what) : status;
}

int qi_exec_n(qi_runtime *runtime, const char *source, size_t size, const char *filename)
{
    int status = qip_runtime_check_gui(runtime);
    return status == QI_OK ? qip_script_exec(NULL, source, size, filename) : status;
}

int qi_exec(qi_runtime *runtime, const char *source, const char *filename)
{
    int status = check(runtime, source, "the source");
    return status == QI_OK ? qip_script_exec(NULL, source, strlen(source), filename) : status;
}

int qi_eval_n(qi_runtime *runtime, const char *expression, size_t size, qi_value *out)
{
    int status = qip_runtime_check_gui(runtime);
    return status == QI_OK ? qip_script_eval(NULL, expression, size, out) : status;
}

int qi_eval(qi_runtime *runtime, const char *expression, qi_value *out)
{
    int status = check(runtime, expression, "the expression");
    return status == QI_OK ? qip_script_eval(NULL, expression, strlen(expression), out) : status;
}

/* -- files -------------------------------------------------------------------------------------------------- */

/* The whole file with a NUL at its end; owned: free(). NULL with errno set. */
static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rbe");
    char *text = NULL;
    size_t capacity = 0;

    *size = 0;
    if (!file)
        return NULL;
    do {
        if (*size + 1 >= capacity) {
            capacity = capacity ? capacity * 2 : 8192;
            char *grown = realloc(text, capacity);
            if (!grown)
                goto fail;
            text = grown;
        }
        *size += fread(text + *size, 1, capacity - *size - 1, file);
    } while (!feof(file) && !ferror(file));
    if (ferror(file))
        goto fail;
    text[*size] = '\0';
    fclose(file);
    return text;
fail:
    free(text);
    fclose(file);
    return NULL;
}

int qi_exec_file(qi_runtime *runtime, const char *path)
{
    size_t size;
    int status = check(runtime, path, "the path");

    if (status != QI_OK)
        return status;
    errno = 0;
    char *source = read_file(path, &size);
    if (!source)
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): the C library that libqi runs on has a buffer a thread. */
        return qip_fail(QI_ERR_NOT_FOUND, "%s cannot be read: %s", path,
                        strerror(errno ? errno : EIO));
    /* The compiler minds a declared encoding, so only the NUL that would cut the text short matters. */
    if (strlen(source) != size)
        status = qip_fail(QI_ERR_ENCODING, "%s contains NUL bytes, so it is no Python source", path);
    else
        status = exec_source(NULL, source, path, *path != '/');
    free(source);
    return status;
}
