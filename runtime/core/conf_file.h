/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi.conf, the small file beside libqi in which a folder that is shipped says where its Python is. Knows neither Python
 * nor Qt. Thread: any.
 */
#ifndef QIP_CORE_CONF_FILE_H
#define QIP_CORE_CONF_FILE_H

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qip_conf {
    char *file; /* a whole path; NULL: there is none */
    char *home; /* the folder that it names, a whole path; NULL: there is no file, or it cannot be believed */
} qip_conf;

/* Reads it. A failure sets the record, QI_ERR_INTERPRETER with the file's name or QI_ERR_MEMORY, and still tells `file`.
 * Owned: qip_conf_free(), in either case. */
int qip_conf_read(qip_conf *conf);
void qip_conf_free(qip_conf *conf);

#ifdef __cplusplus
}
#endif

#endif
