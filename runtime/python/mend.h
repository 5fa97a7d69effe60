/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a runtime needs of an interpreter that outlives it, where code of the runtime before has broken it: builtins, the
 * modules that are imported, the finders, the standard streams, the members of sys. GIL: held.
 */
#ifndef QIP_PYTHON_MEND_H
#define QIP_PYTHON_MEND_H

#ifdef __cplusplus
extern "C" {
#endif

/* Before anything is imported for a runtime: puts back what the first runtime found. Never fails: what cannot be mended is
 * told by what needs it. */
void qip_mend(void);
/* Once a runtime stands: what it has imported is what the next one finds again. */
void qip_mend_note_modules(void);

#ifdef __cplusplus
}
#endif

#endif
