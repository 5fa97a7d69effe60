/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi_builder: a stack of what was begun and not ended, each with its items so far. At its bottom stands the value itself,
 * as the only item of a list that nobody sees.
 *
 * The items are parts of an owning value from the start, so that ending a list only moves it. The entries of a map are
 * kept as its items, key and value by turns, which is how qi_entry has them.
 */
#include <qi/builder.h>

#include <stdlib.h>
#include <string.h>

#include "core/handles.h"
#include "core/opaque.h"
#include "core/status.h"

typedef struct level {
    int kind; /* a list, a tuple, or a map */
    qi_value *items;
    size_t count, capacity;
} level;

struct qi_builder {
    level levels[QIP_VALUE_DEPTH_LIMIT + 1];
    int depth; /* of what is built just now; 0: of the value itself */
    int status;
    qi_error *error; /* what went wrong first; NULL: nothing, or no memory to say it */
};

/* -- errors that stick -------------------------------------------------------------------------------------- */

/* With the record of this thread. */
static void spoil(qi_builder *builder, int status)
{
    builder->status = status;
    builder->error = qip_error_copy(qi_last_error());
}

/* NULL for one that is spoilt, and for what is no builder. */
static qi_builder *usable(qi_builder *builder)
{
    if (qip_handle_check(builder, QIP_HANDLE_BUILDER, "builder") < 0)
        return NULL;
    return builder->status == QI_OK ? builder : NULL;
}

/* -- the items ---------------------------------------------------------------------------------------------- */

static level *top(qi_builder *builder)
{
    return &builder->levels[builder->depth];
}

static void release_level(level *done)
{
    for (size_t i = 0; i < done->count; i++)
        qip_value_release(&done->items[i]);
    free(done->items);
    *done = (level){.kind = QI_KIND_LIST};
}

static void forget(qi_builder *builder)
{
    for (; builder->depth > 0; builder->depth--)
        release_level(top(builder));
    release_level(top(builder));
    qip_error_free(builder->error);
    builder->error = NULL;
    builder->status = QI_OK;
}

static bool grow(level *at)
{
    size_t capacity = at->capacity ? at->capacity * 2 : 8;
    qi_value *items = capacity <= SIZE_MAX / sizeof *items
                          ? realloc(at->items, capacity * sizeof *items)
                          : NULL;

    if (!items)
        return false;
    at->items = items;
    at->capacity = capacity;
    return true;
}

/* Whether a key (or else a value) may come next. */
static int check_turn(const qi_builder *builder, bool is_key)
{
    const level *at = &builder->levels[builder->depth];
    bool wants_key = at->kind == QI_KIND_MAP && at->count % 2 == 0;

    if (is_key && at->kind != QI_KIND_MAP)
        return qip_fail(QI_ERR_STATE, "qi_builder_key() outside of a map");
    if (is_key && !wants_key)
        return qip_fail(QI_ERR_STATE, "qi_builder_key() follows a key whose value was not added");
    if (!is_key && wants_key)
        return qip_fail(QI_ERR_STATE, "a value was added to a map without its qi_builder_key()");
    if (builder->depth == 0 && at->count)
        return qip_fail(QI_ERR_STATE,
                        "a builder builds one value, and this one has it already; begin a list");
    return QI_OK;
}

/* Takes the part in any case. */
static int append(qi_builder *builder, qi_value *part)
{
    level *at = top(builder);

    if (at->count == at->capacity && !grow(at)) {
        qip_value_release(part);
        return qip_fail(QI_ERR_MEMORY, "out of memory for the items of a builder");
    }
    at->items[at->count++] = *part;
    return QI_OK;
}

static void add(qi_builder *builder, const qi_value *value, bool is_key)
{
    qi_value part;

    builder = usable(builder);
    if (!builder)
        return;
    int status = check_turn(builder, is_key);
    if (status == QI_OK)
        status = qip_value_part_copy(&part, value, builder->depth);
    if (status == QI_OK)
        status = append(builder, &part);
    if (status < 0)
        spoil(builder, status);
}

static void begin(qi_builder *builder, int kind)
{
    builder = usable(builder);
    if (!builder)
        return;
    int status = check_turn(builder, false);
    if (status == QI_OK && builder->depth == QIP_VALUE_DEPTH_LIMIT)
        status = qip_fail(QI_ERR_TYPE, "a value nests deeper than %d levels", QIP_VALUE_DEPTH_LIMIT);
    if (status < 0) {
        spoil(builder, status);
        return;
    }
    builder->depth++;
    *top(builder) = (level){.kind = kind};
}

/* Takes what was begun last off the stack. */
static int take_top(qi_builder *builder, qi_value *part)
{
    level *done = top(builder);

    if (builder->depth == 0)
        return qip_fail(QI_ERR_STATE, "qi_builder_end() without anything that was begun");
    if (done->kind == QI_KIND_MAP && done->count % 2)
        return qip_fail(QI_ERR_STATE, "a map ends after a key whose value was not added");
    *part = qi_none();
    part->kind = done->kind;
    if (done->kind == QI_KIND_MAP) {
        part->as.map.entries = (const qi_entry *)(const void *)done->items;
        part->as.map.count = done->count / 2;
    } else {
        part->as.list.items = done->items;
        part->as.list.count = done->count;
    }
    *done = (level){.kind = QI_KIND_LIST};
    builder->depth--;
    return QI_OK;
}

/* -- the public functions -------------------------------------------------------------------------------------- */

int qi_builder_new(qi_builder **out)
{
    if (!out)
        return qip_fail(QI_ERR_ARGUMENT, "`out` is NULL; there would be no builder to build with");
    *out = NULL;
    qi_builder *builder = calloc(1, sizeof *builder);
    if (!builder || qip_handle_add(builder, QIP_HANDLE_BUILDER) < 0) {
        free(builder);
        return qip_fail(QI_ERR_MEMORY, "out of memory for a builder");
    }
    builder->levels[0].kind = QI_KIND_LIST;
    *out = builder;
    return QI_OK;
}

void qi_builder_begin_list(qi_builder *builder)
{
    begin(builder, QI_KIND_LIST);
}

void qi_builder_begin_tuple(qi_builder *builder)
{
    begin(builder, QI_KIND_TUPLE);
}

void qi_builder_begin_map(qi_builder *builder)
{
    begin(builder, QI_KIND_MAP);
}

void qi_builder_key(qi_builder *builder, qi_value key)
{
    add(builder, &key, true);
}

void qi_builder_add(qi_builder *builder, qi_value value)
{
    add(builder, &value, false);
}

void qi_builder_end(qi_builder *builder)
{
    qi_value part;

    builder = usable(builder);
    if (!builder)
        return;
    int status = take_top(builder, &part);
    if (status == QI_OK)
        status = append(builder, &part);
    if (status < 0)
        spoil(builder, status);
}

static int check_finished(const qi_builder *builder)
{
    if (builder->status != QI_OK)
        return builder->error ? qip_fail_again(builder->error)
                              : qip_fail(builder->status, "%s", qi_status_text(builder->status));
    if (builder->depth)
        return qip_fail(QI_ERR_STATE, "%d of what was begun was not ended by qi_builder_end()",
                        builder->depth);
    return builder->levels[0].count ? QI_OK : qip_fail(QI_ERR_STATE, "nothing was built");
}

int qi_builder_finish(qi_builder *builder, qi_value *out)
{
    int status = qip_handle_check(builder, QIP_HANDLE_BUILDER, "builder");

    if (status < 0)
        return status;
    status = check_finished(builder);
    if (status == QI_OK && !out)
        status = qip_fail(QI_ERR_ARGUMENT, "`out` is NULL; there is nowhere to put what was built");
    if (status == QI_OK) {
        *out = qi_value_take(&builder->levels[0].items[0]);
        qip_value_make_root(out);
    }
    forget(builder);
    return status;
}

void qi_builder_release(qi_builder *builder)
{
    if (!qip_handle_give_up(builder, QIP_HANDLE_BUILDER))
        return;
    forget(builder);
    free(builder);
}
