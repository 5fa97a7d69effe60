/* SPDX-License-Identifier: BSD-3-Clause */
/* The shared objects that this process has loaded. Knows neither Python nor Qt. Thread: any. */
#ifndef QIP_CORE_LOADED_H
#define QIP_CORE_LOADED_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The first loaded object, other than `except` (may be NULL), whose file's name begins with `prefix` and
 * which itself defines `symbol`. Its path, owned: free(); NULL: there is none. */
char *qip_loaded_find(const char *prefix, const char *symbol, const char *except);

/* Which object gives `symbol` to the loaded object `path`: itself or one that it was linked with. Its path,
 * owned: free(); *address is the symbol's. NULL: `path` is not loaded, or has no such symbol. */
char *qip_loaded_provider(const char *path, const char *symbol, void **address);

/* The object that holds an address: its path, owned: free(); NULL: none does. */
char *qip_loaded_at(const void *address);

/* Shows the symbols of the object that holds an address to all that is loaded from now on, and keeps it loaded. A program
 * has them shown already. */
void qip_loaded_show(const void *address);

/* The folder of the file from which that object was loaded, links followed, whatever the current folder was or is and
 * whatever the program was told that its name is. Owned: free(); NULL: the kernel does not tell, or there is no memory. */
char *qip_loaded_folder(const void *address);

#ifdef __cplusplus
}
#endif

#endif
