/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory that C and Python share without a copy, in both directions, by Python's buffer protocol.
 *
 *     qi_buffer_layout layout;
 *     qi_buffer_layout_init(&layout);
 *     layout.data = samples;                  // of the host's
 *     layout.format = "f";                    // as in Python's module struct
 *     size_t shape[] = {rows, columns};
 *     layout.shape = shape;
 *     layout.dimensions = 2;
 *     layout.user = samples;
 *     layout.destroy = free;
 *     qi_buffer *buffer;
 *     if (qi_buffer_new(&layout, &buffer) == QI_OK) {
 *         qi_value argument = qi_buffer_value(buffer);
 *         qi_run_task(rt, "analysis:spectrum", &argument, 1, NULL, NULL);
 *         qi_buffer_release(buffer);          // Python has its own reference
 *     }
 *
 * Python gets a qi.Buffer, of which memoryview() and numpy.asarray() look at the same memory. The other way,
 * qi_value_to_buffer() opens the memory of a bytes, bytearray, memoryview, array or numpy array that Python has given.
 *
 * What Python may write, it may write at any time, in any thread, and so may C: sharing is no lock.
 */
#ifndef QI_BUFFER_H
#define QI_BUFFER_H

#include <qi/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What a buffer is about: items of one size in `dimensions` dimensions. The host fills it, with qi_buffer_layout_init()
 * first, for qi_buffer_new(); and qi_buffer_read() fills it.
 */
typedef struct qi_buffer_layout {
    size_t size; /* set by qi_buffer_layout_init() */
    void *data;  /* the item with all indexes 0 */
    const char *format; /* of an item, as in Python's module struct: "B" a byte, "f" a float, "<H" … NULL: "B" */
    size_t item_size; /* bytes of an item; 0: as the format says, where it is one letter, with "<", ">", "=" or "@" before it or not */
    size_t dimensions;   /* at most 64; 0: a single item */
    const size_t *shape; /* how many items there are in each dimension */
    const int64_t *strides; /* bytes from one item to the next in each dimension, which may be negative; NULL: the items
                             * lie one after another, as in an array of C */
    bool writable; /* Python may write the items; false: it may not */
    void *user; /* for `destroy`, which is called with it once nobody uses the memory any more: the last handle, value and
                 * object of Python is gone. That is in the GUI thread and without the GIL, so for memory that goes in
                 * another thread it comes a little later; without a QCoreApplication, in the thread in which it goes. */
    qi_destroy_fn destroy; /* NULL: nothing has to be done */
} qi_buffer_layout;

/** Fills a layout with the defaults described at its members. NULL is allowed. Thread: any. */
static inline void qi_buffer_layout_init(qi_buffer_layout *layout)
{
    if (!layout)
        return;
    memset(layout, 0, sizeof *layout);
    layout->size = sizeof *layout;
}

/**
 * Makes a buffer of memory of the host's.
 *
 * `layout` is copied, with its format, shape and strides; the memory itself is kept until `destroy` is called. `*out` is
 * owned: release it with qi_buffer_release().
 * Thread: any. Fails: QI_ERR_ARGUMENT (no memory where there are items, no shape, more than 64 dimensions, or a format
 * whose size must be told), QI_ERR_RANGE (the items are more than the address space holds), QI_ERR_ENCODING, QI_ERR_ABI,
 * QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_buffer_new(const qi_buffer_layout *layout, qi_buffer **out);

/**
 * Opens the memory of a value for C: of an object of Python that has the buffer protocol, of a buffer of the host's,
 * which is given again, or a copy of bytes and text.
 *
 * With `writable`, memory that may not be written is refused. An object of Python holds still for as long: a bytearray
 * cannot grow meanwhile. `*out` is owned: release it with qi_buffer_release(), in any thread.
 *
 * Thread: any; the GIL is taken inside. Fails: QI_ERR_TYPE (there is no memory to be had, or it may not be written),
 * QI_ERR_ARGUMENT, QI_ERR_HANDLE, QI_ERR_PYTHON, QI_ERR_NOT_RUNNING, QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_value_to_buffer(const qi_value *value, bool writable, qi_buffer **out);

/**
 * Reads what a buffer is about into `*out`, which qi_buffer_layout_init() has filled.
 *
 * `data`, `format`, `shape` and `strides`, which is never NULL where there are dimensions, are borrowed while the handle is
 * held. `user` and `destroy` stay the host's own: they are NULL. Thread: any. Fails: QI_ERR_HANDLE, QI_ERR_ARGUMENT, QI_ERR_ABI.
 */
QI_NODISCARD QI_API int qi_buffer_read(const qi_buffer *buffer, qi_buffer_layout *out);

/** Makes the handle one more reference, which wants its own qi_buffer_release(). Returns it. Thread: any. */
QI_API qi_buffer *qi_buffer_retain(qi_buffer *buffer);

/** Releases a reference: the memory stays for as long as others use it. NULL is allowed. Thread: any. */
QI_API void qi_buffer_release(qi_buffer *buffer);

/* A buffer as a value, borrowed while the value is used; NULL gives none. qi_value_copy() makes one that has its own
 * reference. */
static inline qi_value qi_buffer_value(qi_buffer *buffer)
{
    qi_value value = qi_none();
    if (buffer) {
        value.kind = QI_KIND_BUFFER;
        value.as.buffer = buffer;
    }
    return value;
}

#ifdef __cplusplus
}
#endif

#endif /* QI_BUFFER_H */
