/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Building lists, tuples and maps whose length is not known beforehand.
 *
 * Where it is known, qi_list() and qi_map() over an array of the caller's need no memory. Else a builder grows:
 *
 *     qi_builder *builder;
 *     if (qi_builder_new(&builder) != QI_OK)
 *         return …;
 *     qi_builder_begin_list(builder);
 *     while (next_row(&row)) {
 *         qi_builder_begin_map(builder);
 *         qi_builder_key(builder, qi_text("symbol"));
 *         qi_builder_add(builder, qi_text(row.symbol));
 *         qi_builder_end(builder);
 *     }
 *     qi_builder_end(builder);
 *     qi_value rows;
 *     int status = qi_builder_finish(builder, &rows);
 *     qi_builder_release(builder);
 *
 * An error sticks: what is added after it is ignored, and qi_builder_finish() tells of the first one. So only that has to
 * be looked at. A builder may be used in any thread, by one at a time.
 */
#ifndef QI_BUILDER_H
#define QI_BUILDER_H

#include <qi/value.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qi_builder qi_builder;

/**
 * Makes a builder, of which nothing is built so far.
 *
 * `*out` is owned: release it with qi_builder_release(). Thread: any. Fails: QI_ERR_ARGUMENT, QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_builder_new(qi_builder **out);

/** Begins a list, in which the values that are added up to its qi_builder_end() are the items. Thread: any. */
QI_API void qi_builder_begin_list(qi_builder *builder);

/** Begins a tuple, as qi_builder_begin_list() does a list. Thread: any. */
QI_API void qi_builder_begin_tuple(qi_builder *builder);

/** Begins a map, in which each value that is added follows its qi_builder_key(). Thread: any. */
QI_API void qi_builder_begin_map(qi_builder *builder);

/** Sets the key of the value that is added next to a map. `key` is copied, and of any kind. Thread: any. */
QI_API void qi_builder_key(qi_builder *builder, qi_value key);

/** Adds a value, which is copied with all that it points at, to what was begun last. Thread: any. */
QI_API void qi_builder_add(qi_builder *builder, qi_value value);

/** Ends what was begun last. Thread: any. */
QI_API void qi_builder_end(qi_builder *builder);

/**
 * Gives what was built, or tells what went wrong first; the builder is empty after that and may build another value.
 *
 * `*out` is owned: release it with qi_value_clear(). A failure leaves it as it was.
 *
 * Thread: any. Fails: QI_ERR_STATE (nothing was built, something was begun and not ended or ended and not begun, a
 * second value stands beside the first, a map's value has no key or its key no value), as qi_value_copy() for what was
 * added, QI_ERR_ARGUMENT, QI_ERR_HANDLE.
 */
QI_NODISCARD QI_API int qi_builder_finish(qi_builder *builder, qi_value *out);

/** Releases a builder, with what it has not given away. NULL is allowed. Thread: any. */
QI_API void qi_builder_release(qi_builder *builder);

#ifdef __cplusplus
}
#endif

#endif /* QI_BUILDER_H */
