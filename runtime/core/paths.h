/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The paths that a host configures. A relative one begins at the program's folder: the folder in which somebody has
 * started the program may be anybody's, and so would be what Python imports from there.
 */
#ifndef QIP_CORE_PATHS_H
#define QIP_CORE_PATHS_H

#include <stddef.h>

/* The whole path, in *out: free() it. NULL is NULL. `what` names the path in a message. Fails: QI_ERR_ARGUMENT (it is
 * empty), QI_ERR_STATE (where the program is cannot be told), QI_ERR_MEMORY; then *out is NULL. */
int qip_path_whole(const char *path, const char *what, char **out);

/* The same of a list: its pointers and their texts, in one block that is the caller's; NULL where there are none. */
int qip_paths_whole(const char *const *paths, size_t count, const char *what,
                    const char *const **out);

#endif
