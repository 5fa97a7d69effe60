/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The doctor: looks at what libqi depends on, and says what is wrong with it and how to put it right.
 *
 * It needs neither a runtime nor a QCoreApplication, so it works where qi_runtime_init() fails, and it may
 * be called while a runtime runs. What can crash or hang, such as the import of a binding, is tried in
 * processes of its own. `qi-run doctor` prints what it finds, and in Python qi.doctor.examine() returns it.
 *
 *     qi_value report;
 *     if (qi_doctor_examine(NULL, &report) == QI_OK) {
 *         const char *text;
 *         if (qi_value_to_text(qi_value_get(&report, "text"), &text, NULL) == QI_OK)
 *             puts(text);
 *         qi_value_clear(&report);
 *     }
 */
#ifndef QI_DOCTOR_H
#define QI_DOCTOR_H

#include <qi/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is looked at. Fill it with qi_doctor_options_init(), then set what you need. */
typedef struct qi_doctor_options {
    size_t size; /* set by qi_doctor_options_init() */
    /* What a runtime is, or shall be, started with. NULL: what the running one was started with, or the
     * defaults where none runs. */
    const qi_config *config;
    /* Folders that hold plugins; those of the configuration's module_paths are looked at besides. A relative one begins at the
     * folder of the program. NULL: none. */
    const char *const *plugin_folders;
    size_t plugin_folder_count;
} qi_doctor_options;

/** Fills options with the defaults described at their fields. NULL is allowed. Thread: any. */
static inline void qi_doctor_options_init(qi_doctor_options *options)
{
    if (!options)
        return;
    memset(options, 0, sizeof *options);
    options->size = sizeof *options;
}

/**
 * Examines libqi's surroundings: Python, virtual environment, Qt, bindings, folders, environment variables.
 *
 * `options` may be NULL. `*out` is owned: release it with qi_value_clear(). It is a map of
 *   "ok"      bool: there is no problem (a warning is none)
 *   "checks"  list of maps of text: "section", "subject", "state" ("ok", "note", "warning" or "problem"),
 *             "found", and "fix", which is empty where nothing needs one
 *   "text"    the report as `qi-run doctor` prints it
 *   "json"    the same as JSON: {"ok": …, "checks": […]}
 *
 * It starts processes and waits for them, and for disks, usually less than a second, at most half a minute: with a
 * window, call it in a thread of your own. Thread: any. What is found is no failure. Fails: QI_ERR_ABI (`options` or its configuration was not
 * filled by its init function), QI_ERR_ARGUMENT, QI_ERR_ENCODING, QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_doctor_examine(const qi_doctor_options *options, qi_value *out);

#ifdef __cplusplus
}
#endif

#endif /* QI_DOCTOR_H */
