/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How much memory the Python code of each plugin holds: counted as it is allocated and freed, so that asking costs nothing
 * and holds nobody up.
 *
 * What code allocates while it runs in a plugin's name belongs to the plugin until it is freed, by whomever. The blocks of
 * plugins are in a table, by their addresses; all other blocks cost a look at whose code runs, and one into the table when
 * they are freed. Counted is what goes through Python's allocators: objects, and the memory of str, bytes, bytearray, list,
 * dict and the like. Not counted is what libraries get from the system themselves: numpy's arrays, mmap, Qt's objects.
 *
 * Beware: the hooks run in the middle of CPython's own code. They run no Python code, and allocate by the system only.
 * Python calls its allocators with the GIL held; interpreters with a GIL of their own are what the lock is for.
 */
#include <Python.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "python/compat.h"
#include "python/scope.h"
#include "plugins/setup.h"

enum { DOMAINS = 2, SMALLEST_TABLE = 1024, MOST_OWNERS = 0xFFFF };

static const PyMemAllocatorDomain domains[DOMAINS] = {PYMEM_DOMAIN_MEM, PYMEM_DOMAIN_OBJ};

/* -- who -------------------------------------------------------------------------------------------- */

typedef struct owner {
    PyObject *id;
    size_t held;
} owner;

/* One activation of a plugin. It is kept, so that its address stays its own. */
typedef struct follower {
    PyObject *scope;
    unsigned owner;
} follower;

static owner *owners;
static follower *followers;
static size_t owner_count, follower_count;
static follower last; /* most allocations come from the one that the allocation before came from */

static bool watching;
static atomic_flag busy = ATOMIC_FLAG_INIT;

static void lock(void)
{
    while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire))
        continue;
}

static void unlock(void)
{
    atomic_flag_clear_explicit(&busy, memory_order_release);
}

/* The owner of what is allocated now, from 1; 0: no plugin. */
static unsigned owner_now(void)
{
    if (!follower_count || !qip_thread_state_or_null())
        return 0;
    PyObject *scope = qip_scope_current();
    if (!scope)
        return 0;
    for (size_t i = follower_count; last.scope != scope && i > 0; i--) {
        if (followers[i - 1].scope == scope)
            last = followers[i - 1];
    }
    const unsigned found = last.scope == scope ? last.owner : 0;
    Py_DECREF(scope); /* the Context has it, too */
    return found;
}

/* -- the table of blocks ------------------------------------------------------------------------------ */

/* Open addressing: a block is at its place or in one after it, up to the first that is free. */
typedef struct block {
    void *at; /* NULL: free */
    uint64_t size_and_owner;
} block;

static block *blocks;
static size_t block_count, capacity; /* a power of two */

/* How many blocks begin in the pages that share an entry: most blocks that are freed are in pages of which the table has
 * none, and need not be looked for in it, which would cost a miss of the cache. */
enum { PAGE_BITS = 12, FILTER_BITS = 15 };

static uint32_t filter[1u << FILTER_BITS];

static uint32_t *page_of(const void *at)
{
    return &filter[(uint32_t)((uintptr_t)at >> PAGE_BITS) * UINT32_C(0x9E3779B1) >> (32 - FILTER_BITS)];
}

static size_t place_of(const void *at)
{
    return (size_t)(((uintptr_t)at >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 20) & (capacity - 1);
}

static block *find(const void *at)
{
    size_t place = place_of(at);

    while (blocks[place].at && blocks[place].at != at)
        place = (place + 1) & (capacity - 1);
    return &blocks[place];
}

static bool grow(void)
{
    block *old = blocks;
    const size_t old_capacity = capacity, wanted = old ? capacity * 2 : SMALLEST_TABLE;
    block *larger = calloc(wanted, sizeof *larger);

    if (!larger)
        return false;
    blocks = larger;
    capacity = wanted;
    for (size_t i = 0; old && i < old_capacity; i++) {
        if (old[i].at)
            *find(old[i].at) = old[i];
    }
    free(old);
    return true;
}

static unsigned take(const void *at);

/* Without memory for the table a block belongs to nobody. */
static void add(void *at, size_t size, unsigned whose)
{
    if (block_count * 4 >= capacity * 3 && !grow())
        return;
    (void)take(at); /* one whose end nobody has told us of */
    *find(at) = (block){at, (uint64_t)size << 16 | whose};
    block_count++;
    ++*page_of(at);
    owners[whose - 1].held += size;
}

/* Whose the block was; 0: nobody's. Those that gave way to it move up. */
static unsigned take(const void *at)
{
    block *found = block_count ? find(at) : NULL;

    if (!found || !found->at)
        return 0;
    --*page_of(at);
    const unsigned whose = found->size_and_owner & 0xFFFF;
    owners[whose - 1].held -= (size_t)(found->size_and_owner >> 16);
    block_count--;
    size_t gap = (size_t)(found - blocks);
    for (size_t next = (gap + 1) & (capacity - 1); blocks[next].at;
         next = (next + 1) & (capacity - 1)) {
        const size_t wanted = place_of(blocks[next].at);
        if (((next - wanted) & (capacity - 1)) >= ((next - gap) & (capacity - 1))) {
            blocks[gap] = blocks[next];
            gap = next;
        }
    }
    blocks[gap].at = NULL;
    return whose;
}

static void empty(void)
{
    free(blocks);
    blocks = NULL;
    block_count = capacity = 0;
    memset(filter, 0, sizeof filter);
    for (size_t i = 0; i < owner_count; i++)
        owners[i].held = 0;
}

/* -- the hooks ---------------------------------------------------------------------------------------- */

static PyMemAllocatorEx below[DOMAINS];
static size_t calls[DOMAINS]; /* by which one sees whether the hooks are still called */

static void note(void *at, size_t size)
{
    const unsigned whose = at && watching ? owner_now() : 0;

    if (!whose)
        return;
    lock();
    add(at, size, whose);
    unlock();
}

static void *hook_malloc(void *context, size_t size)
{
    const PyMemAllocatorEx *next = context;
    void *at = next->malloc(next->ctx, size);

    calls[next - below]++;
    note(at, size);
    return at;
}

static void *hook_calloc(void *context, size_t count, size_t size)
{
    const PyMemAllocatorEx *next = context;
    void *at = next->calloc(next->ctx, count, size);

    calls[next - below]++;
    note(at, count * size);
    return at;
}

static void hook_free(void *context, void *at)
{
    const PyMemAllocatorEx *next = context;

    if (at && *page_of(at)) {
        lock();
        (void)take(at);
        unlock();
    }
    next->free(next->ctx, at);
}

/* A block that grows stays whose it is; where it fails, it stays what it was. */
static void *hook_realloc(void *context, void *at, size_t size)
{
    const PyMemAllocatorEx *next = context;
    unsigned whose = 0;
    size_t before = 0;

    if (at && *page_of(at)) {
        lock();
        const block *found = find(at);
        before = found->at ? (size_t)(found->size_and_owner >> 16) : 0;
        whose = take(at);
        unlock();
    }
    void *moved = next->realloc(next->ctx, at, size);
    calls[next - below]++;
    if (!whose) {
        if (!at || !moved)
            note(moved, size);
        return moved;
    }
    lock();
    add(moved ? moved : at, moved ? size : before, whose);
    unlock();
    return moved;
}

/* Whoever hooks in after us calls us, until they take their hooks away: then ours may go with them. */
static bool are_called(void)
{
    for (int i = 0; i < DOMAINS; i++) {
        const size_t before = calls[i];
        void *probe = domains[i] == PYMEM_DOMAIN_MEM ? PyMem_Malloc(1) : PyObject_Malloc(1);
        if (domains[i] == PYMEM_DOMAIN_MEM)
            PyMem_Free(probe);
        else
            PyObject_Free(probe);
        if (calls[i] == before)
            return false;
    }
    return true;
}

static void hook_in(void)
{
    for (int i = 0; i < DOMAINS; i++) {
        PyMemAllocatorEx ours = {&below[i], hook_malloc, hook_calloc, hook_realloc, hook_free}, now;
        PyMem_GetAllocator(domains[i], &now);
        if (now.malloc == hook_malloc)
            continue;
        below[i] = now;
        PyMem_SetAllocator(domains[i], &ours);
    }
}

/* -- for qi.plugin ------------------------------------------------------------------------------------ */

static void forget_followers(void)
{
    follower *gone = followers;
    const size_t count = follower_count;

    last = (follower){NULL, 0};
    followers = NULL;
    follower_count = 0;
    for (size_t i = 0; i < count; i++)
        Py_DECREF(gone[i].scope);
    free(gone);
}

/* The hooks stay once they are there, since others may have hooked in above them. */
static PyObject *watch(PyObject *Py_UNUSED(module), PyObject *on)
{
    const int wanted = PyObject_IsTrue(on);

    if (wanted < 0)
        return NULL;
    if (wanted && !are_called())
        hook_in();
    watching = wanted;
    if (!wanted) {
        lock();
        empty();
        unlock();
        forget_followers();
    }
    Py_RETURN_NONE;
}

/* The number of the owner of that id, from 1; 0: without memory, or there are too many. */
static unsigned owner_of(PyObject *id)
{
    for (size_t i = 0; i < owner_count; i++) {
        if (PyUnicode_Compare(owners[i].id, id) == 0)
            return (unsigned)i + 1;
    }
    owner *more = owner_count < MOST_OWNERS ? realloc(owners, (owner_count + 1) * sizeof *more)
                                            : NULL;
    if (!more)
        return 0;
    owners = more;
    owners[owner_count++] = (owner){Py_NewRef(id), 0};
    return (unsigned)owner_count;
}

static PyObject *follow(PyObject *Py_UNUSED(module), PyObject *scope)
{
    unsigned whose = 0;

    if (!watching)
        Py_RETURN_NONE;
    PyObject *id = PyObject_GetAttrString(scope, "plugin");
    if (!id || !PyUnicode_Check(id)) {
        Py_XDECREF(id);
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_TypeError, "%R is no scope", scope);
    }
    lock();
    follower *more = realloc(followers, (follower_count + 1) * sizeof *more);
    if (more)
        followers = more;
    if (more && (whose = owner_of(id)) != 0)
        followers[follower_count++] = (follower){Py_NewRef(scope), whose};
    unlock();
    Py_DECREF(id);
    return whose ? Py_NewRef(Py_None) : PyErr_NoMemory();
}

/* Beware: to make the dict may call the hooks, so the sizes are read first. */
static PyObject *held(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    if (watching && !are_called()) {
        lock(); /* what was freed meanwhile is not known any more */
        empty();
        unlock();
        hook_in();
    }
    PyObject *result = PyDict_New();
    for (size_t i = 0; result && i < owner_count; i++) {
        PyObject *size = PyLong_FromSize_t(owners[i].held);
        if (!size || PyDict_SetItem(result, owners[i].id, size) < 0)
            Py_CLEAR(result);
        Py_XDECREF(size);
    }
    return result;
}

int qip_memory_setup(PyObject *module)
{
    static PyMethodDef functions[] = {
        {"_memory_watch", watch, METH_O,
         "_memory_watch(on)\n--\n\nCount what the code of plugins allocates, from now on."},
        {"_memory_follow", follow,
         METH_O, "_memory_follow(scope)\n--\n\nCount what runs in this Scope; nothing where nobody watches."},
        {"_memory_held", held, METH_NOARGS,
         "_memory_held()\n--\n\nThe bytes that each plugin's code holds, by their ids."},
        {NULL, NULL, 0, NULL},
    };

    return PyModule_AddFunctions(module, functions);
}
