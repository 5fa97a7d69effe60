/* SPDX-License-Identifier: BSD-3-Clause */
/* Names under which the host shows its objects to Python, as qi.host.<name>: checked here, kept in
 * hostnames.c. */
#include <Python.h>

#include "objects/expose.h"
#include "objects/hostnames.h"
#include "qt/bridge.h"
#include "python/gate.h"
#include "core/status.h"
#include "python/visit.h"

int qi_object_register(qi_runtime *runtime, const char *name, qi_object *object)
{
    int status = qip_runtime_check_gui(runtime);

    if (status != QI_OK)
        return status;
    if (!object)
        return qip_fail(QI_ERR_ARGUMENT,
                        "the object is NULL; qi_object_unregister() takes a name out");
    if (qip_qt_is_dying(object))
        return qip_fail(QI_ERR_DEAD_OBJECT,
                        "the object is being destroyed; Python could not use it");
    qip_visit visit = qip_python_enter();
    status = qip_host_check_name(name);
    if (status == QI_OK)
        status = qip_expose_check_object(name);
    if (status == QI_OK)
        status = qip_host_set(name, object);
    qip_python_leave(visit);
    return status;
}

int qi_object_unregister(qi_runtime *runtime, const char *name)
{
    int status = qip_runtime_check_gui(runtime);

    if (status != QI_OK)
        return status;
    qip_visit visit = qip_python_enter();
    status = qip_host_check_name(name);
    if (status == QI_OK)
        status = qip_host_set(name, NULL);
    qip_python_leave(visit);
    return status;
}
