/* SPDX-License-Identifier: BSD-3-Clause */
/* The names of qi.host, and those of functions among them: see expose.c. GIL: held. Thread: GUI. */
#ifndef QIP_OBJECTS_EXPOSE_H
#define QIP_OBJECTS_EXPOSE_H

/* QI_OK, or QI_ERR_ARGUMENT / QI_ERR_ENCODING: the text is no identifier, or a keyword, which no attribute
 * access could reach. */
int qip_host_check_name(const char *name);

/* QI_OK if an object may have the name, or QI_ERR_STATE: functions have it. */
int qip_expose_check_object(const char *name);

/* Takes all functions out. Beware: runs the host's code. */
void qip_expose_clear(void);

#endif
