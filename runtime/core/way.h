/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether what is found at a path is the user's, or anybody's: a folder above it, a symlink on the way or it itself may be
 * another user's, or others may write to it, and then they put there what they like. The Python half asks the same of
 * plugins: qi/_python/way.py.
 */
#ifndef QIP_CORE_WAY_H
#define QIP_CORE_WAY_H

#ifdef __cplusplus
extern "C" {
#endif

/* The folder, symlink or file on the way to `path` that somebody else could change, it itself included; NULL if there is
 * none, or it cannot be told since the path is not there. Relative paths begin at the current folder. Owned: free(). */
char *qip_way_open(const char *path);

#ifdef __cplusplus
}
#endif

#endif
