/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a value may hold that this room does not know: objects of Python, and QObjects. Two ports, which
 * python/convert.c and qt/watch.cpp fill through life/wiring.c when the library is loaded; and the making of
 * owning values, for those who convert and build.
 */
#ifndef QIP_CORE_OPAQUE_H
#define QIP_CORE_OPAQUE_H

#include <qi/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Objects of Python. Thread: any; the GIL is taken inside. */
typedef struct qip_opaque_functions {
    /* One more reference. False: the interpreter is gone. */
    bool (*hold)(void *object);
    /* One less. Once the interpreter is gone there is nothing left to give back, and nothing happens. */
    void (*drop)(void *object);
    /* The name of an object's type, cut to the size; "Python" once the interpreter is gone. */
    void (*type_name)(void *object, char *buffer, size_t size);
} qip_opaque_functions;

extern qip_opaque_functions qip_opaque_port;

/* Guards of QObjects: weak pointers that any thread may hold. */
typedef struct qip_guard_functions {
    void *(*make)(qi_object *object); /* NULL: no memory. Thread: the object's, or while it cannot die */
    void *(*retain)(void *guard);
    qi_object *(*object)(const void *guard); /* NULL once it is gone */
    void (*free)(void *guard);
} qip_guard_functions;

extern qip_guard_functions qip_guard_port;

/* False: the value points at NULL although it is not empty, which only one that the host made can. */
bool qip_value_is_whole(const qi_value *value);

enum {
    QIP_VALUE_DEPTH_LIMIT = 200 /* as the header promises; also bounds the stack in code that recurses */
};

/*
 * Parts of owning values: they have what they point at to themselves, and do not say so, since only a root does. The
 * first two return a status, the next two the items to be filled in, which are none so far (NULL: no memory, and *out is
 * none), the last takes a reference that is held already. `depth` is of the part in the root.
 */
int qip_value_part_copy(qi_value *out, const qi_value *value, int depth);
int qip_value_part_text(qi_value *out, int kind, const char *data, size_t size);
qi_value *qip_value_part_list(qi_value *out, int kind, size_t count);
qi_entry *qip_value_part_map(qi_value *out, size_t count);
void qip_value_part_python(qi_value *out, void *held);

/* Makes a part the root, which qi_value_clear() releases; */
void qip_value_make_root(qi_value *part);
/* makes a root a part, for others to look at, whom it does not belong to; */
void qip_value_lend(qi_value *root);
/* releases a part, or a root, and makes it none. */
void qip_value_release(qi_value *value);

/* Takes what a function of the host's has put into a result: an owning value is taken over, any other copied, as it was the
 * host's own until the function returned. A status; on failure the value is none. */
int qip_value_own(qi_value *result);

#ifdef __cplusplus
}
#endif

#endif
