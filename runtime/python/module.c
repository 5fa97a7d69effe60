/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The extension module `_qi`: how it is made of what the rooms put into it, and how it keeps and drops their
 * objects. It knows no room. Which copy of it a process has is decided in single.c.
 */
#include "python/module.h"

#include <stdbool.h>

#include <qi/base.h>

#include "python/known.h"
#include "python/single.h"

enum { MOST_BLOCKS = 32 };

static const qip_setup_fn *setups;
static size_t setup_count;

/* What the rooms own. Of a process's module objects only one is theirs: the first, while it lives. */
static struct {
    PyObject *module; /* borrowed; NULL: none lives */
    struct {
        PyObject **first;
        size_t count;
    } blocks[MOST_BLOCKS];
    size_t block_count;
} kept;

void qip_module_set_rooms(const qip_setup_fn *rooms, size_t count)
{
    setups = rooms;
    setup_count = count;
}

void qip_module_keep_refs(PyObject **first, size_t count)
{
    if (kept.block_count == MOST_BLOCKS)
        Py_FatalError("qi: more rooms keep objects than MOST_BLOCKS allows");
    kept.blocks[kept.block_count].first = first;
    kept.blocks[kept.block_count].count = count;
    kept.block_count++;
}

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    if (module != kept.module)
        return 0;
    for (size_t i = 0; i < kept.block_count; i++) {
        for (size_t j = 0; j < kept.blocks[i].count; j++)
            Py_VISIT(kept.blocks[i].first[j]);
    }
    return 0;
}

static int module_clear(PyObject *module)
{
    if (module != kept.module)
        return 0;
    for (size_t i = 0; i < kept.block_count; i++) {
        for (size_t j = 0; j < kept.blocks[i].count; j++)
            Py_CLEAR(kept.blocks[i].first[j]);
    }
    return 0;
}

static void let_go(PyObject *module)
{
    module_clear(module);
    if (module == kept.module) {
        kept.module = NULL;
        kept.block_count = 0;
    }
}

static void module_free(void *module)
{
    let_go(module);
}

static int set_up_rooms(PyObject *module)
{
    for (size_t i = 0; i < setup_count; i++) {
        if (setups[i](module) < 0)
            return -1;
    }
    /* Whether an application embeds this interpreter, and so gives it a loop and objects. */
    if (PyModule_AddObjectRef(module, "embedded", qip_single_is_extension() ? Py_False : Py_True) < 0)
        return -1;
    return PyModule_AddStringConstant(module, "__version__", QI_VERSION_STRING);
}

static int module_exec(PyObject *module)
{
    char text[QIP_KNOWN_TEXT];

    if (!qip_known_is_fit(text)) {
        PyErr_SetString(PyExc_ImportError, text);
        return -1;
    }
    if (kept.module) {
        PyErr_SetString(PyExc_ImportError, "_qi can be loaded only once in a process");
        return -1;
    }
    if (qip_single_check(module) < 0)
        return -1;
    kept.module = module;
    if (set_up_rooms(module) < 0) {
        let_go(module);
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
    .m_size = 1, /* none is needed, but a module without state may be made several times */
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC PyInit__qi(void)
{
    return PyModuleDef_Init(&module_def);
}
