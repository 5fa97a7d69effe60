/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The extension module `_qi`: its state, and how it is made. Each room makes its own types in its
 * setup function; this file only knows their order. Which copy of it a process has is decided in single.c.
 */
#include "python/state.h"

#include <qi/base.h>

#include "python/single.h"

static qip_state *the_state; /* the process has one interpreter, and that has one module `_qi` */

qip_state *qip_state_get(void)
{
    return the_state;
}

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    qip_state *state = PyModule_GetState(module);
#define VISIT(name) Py_VISIT(state->name);
    QIP_STATE_OBJECTS(VISIT)
#undef VISIT
    return 0;
}

static int module_clear(PyObject *module)
{
    qip_state *state = PyModule_GetState(module);
#define CLEAR(name) Py_CLEAR(state->name);
    QIP_STATE_OBJECTS(CLEAR)
#undef CLEAR
    return 0;
}

static void module_free(void *module)
{
    module_clear(module);
    if (PyModule_GetState(module) == the_state)
        the_state = NULL;
}

static int module_exec(PyObject *module)
{
    static int (*const rooms[])(PyObject *, qip_state *) = {
        qip_handle_setup,      qip_loop_setup,     qip_transport_setup,     qip_proxy_setup,
        qip_slot_setup,        qip_courier_setup,  qip_stream_setup,        qip_report_setup,
        qip_application_setup, qip_leave_setup,    qip_copies_setup,        qip_scope_setup,
        qip_doctor_setup,      qip_progress_setup, qip_plugin_events_setup, qip_inspect_setup,
        qip_interrupt_setup,   qip_counters_setup, qip_watchdog_setup,      qip_function_setup,
        qip_expose_setup,
    };

    if (the_state) {
        PyErr_SetString(PyExc_ImportError, "_qi can be loaded only once in a process");
        return -1;
    }
    if (qip_single_check(module) < 0)
        return -1;
    the_state = PyModule_GetState(module);
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        if (rooms[i](module, the_state) < 0) {
            the_state = NULL;
            return -1;
        }
    }
    /* Whether an application embeds this interpreter, and so gives it a loop and objects. */
    if (PyModule_AddObjectRef(module, "embedded", qip_single_is_extension() ? Py_False : Py_True) < 0 ||
        PyModule_AddStringConstant(module, "__version__", QI_VERSION_STRING) < 0) {
        the_state = NULL;
        return -1;
    }
    return 0;
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
    {0, NULL},
};

static struct PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_qi",
    .m_doc = "The C half of the package qi. Import qi instead.",
    .m_size = sizeof(qip_state),
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC PyInit__qi(void)
{
    return PyModuleDef_Init(&module_def);
}
