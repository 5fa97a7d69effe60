/* SPDX-License-Identifier: BSD-3-Clause */
/* Names under which the host shows its objects to Python, as qi.host.<name>: checked here, kept in
 * hostnames.c. */
#include <Python.h>

#include "border.h"
#include "hostnames.h"
#include "qt/bridge.h"
#include "runtime_p.h"
#include "status.h"
#include "visit.h"

/* QI_OK if the text is an identifier and no keyword, which no attribute access could reach. */
static int check_name(const char *name)
{
    int status = qi__check_text(name, "the name");
    if (status != QI_OK)
        return status;

    int keyword = -1;
    PyObject *text = PyUnicode_FromString(name);
    PyObject *module = text ? PyImport_ImportModule("keyword") : NULL;
    PyObject *answer = module ? PyObject_CallMethod(module, "iskeyword", "O", text) : NULL;
    if (answer)
        keyword = PyObject_IsTrue(answer);
    if (keyword < 0)
        status = qi__fail_python("checking the name of an object");
    else if (keyword || !PyUnicode_IsIdentifier(text))
        status = qi__fail(QI_ERR_ARGUMENT,
                          "'%s' is no name of Python's that qi.host could have; "
                          "use letters, digits and underscores",
                          name);
    Py_XDECREF(answer);
    Py_XDECREF(module);
    Py_XDECREF(text);
    return status;
}

int qi_host_register(qi_runtime *runtime, const char *name, qi_object *object)
{
    int status = qi__runtime_check_gui(runtime);

    if (status != QI_OK)
        return status;
    if (!object)
        return qi__fail(QI_ERR_ARGUMENT,
                        "the object is NULL; qi_host_unregister() takes a name out");
    if (qi_qt_is_dying(object))
        return qi__fail(QI_ERR_DEAD_OBJECT,
                        "the object is being destroyed; Python could not use it");
    qi__visit visit = qi__python_enter();
    status = check_name(name);
    if (status == QI_OK)
        status = qi__host_set(name, object);
    qi__python_leave(visit);
    return status;
}

int qi_host_unregister(qi_runtime *runtime, const char *name)
{
    int status = qi__runtime_check_gui(runtime);

    if (status != QI_OK)
        return status;
    qi__visit visit = qi__python_enter();
    status = check_name(name);
    if (status == QI_OK)
        status = qi__host_set(name, NULL);
    qi__python_leave(visit);
    return status;
}
