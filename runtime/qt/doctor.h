/* SPDX-License-Identifier: BSD-3-Clause */
/* What the doctor finds of Qt, and the processes that find the rest. Thread: any. GIL: not held. */
#ifndef QIP_QT_DOCTOR_H
#define QIP_QT_DOCTOR_H

#include <qi/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What doctor.c knows of Python and of the configuration. All is UTF-8 and borrowed for the call; texts may
 * be NULL where nothing is known. */
typedef struct qip_doctor_facts {
    const char *library; /* the file of libqi, or of its extension module */
    const char *libpython; /* the file that gives this process Python's API; the interpreter's own, maybe */
    const char *built, *runs; /* versions of Python, as "3.11": of the headers, of the library */
    const char *runs_fully;   /* as "3.11.2" */
    bool running;             /* an interpreter is initialised in this process */
    bool embeds;              /* this is libqi.so, not the extension module */
    bool environment;         /* PYTHON* variables are honoured */
    const char *home, *venv;  /* as configured */
    const char *conf;       /* the qi.conf that says where Python is, where nothing is configured */
    const char *wrong;      /* why Python cannot be started so */
    const char *program;    /* an interpreter to ask */
    const char *executable; /* what sys.executable is or will be */
    const char *const *folders; /* those that hold plugins or modules */
    size_t folder_count;
    const char *script; /* the source of qi._life.examine */
    size_t script_size;
} qip_doctor_facts;

/* Fills *out as qi_doctor_examine() says. QI_OK, or QI_ERR_MEMORY with the record set. */
int qip_doctor_examine(const qip_doctor_facts *facts, qi_value *out);

#ifdef __cplusplus
}
#endif

#endif
