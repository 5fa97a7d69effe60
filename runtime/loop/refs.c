/* SPDX-License-Identifier: BSD-3-Clause */
/* What the room keeps in the module: see loop_p.h. */
#include "loop/loop.h"
#include "loop/loop_p.h"
#include "loop/setup.h"
#include "python/module.h"

qip_loop_types qip_loop_refs;

int qip_loop_refs_setup(PyObject *Py_UNUSED(module))
{
    qip_module_keep(qip_loop_refs);
    return 0;
}

bool qip_loop_is_loop(PyObject *object)
{
    return qip_loop_refs.loop_type &&
           PyObject_TypeCheck(object, (PyTypeObject *)qip_loop_refs.loop_type);
}
