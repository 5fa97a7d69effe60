/* SPDX-License-Identifier: BSD-3-Clause */
/* Audit events: what the rest of the library needs to know of audit.c. */
#ifndef QIP_PLUGINS_AUDIT_H
#define QIP_PLUGINS_AUDIT_H

/* The end of a runtime: no event reaches the host any more. Thread: GUI. GIL: held. */
void qip_audit_forget(void);

#endif
