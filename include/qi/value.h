/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi_value: the data that crosses between C, Qt and Python.
 *
 * A qi_value is a small structure that is passed by value or by pointer, holds its kind, and is one of
 * two sorts. A *borrowing* value is made by the qi_none() … qi_map() functions below: it costs no
 * allocation, points at the caller's memory, and needs no release. Arguments are written that way:
 *
 *     qi_value args[] = { qi_text("EURUSD"), qi_int(100), qi_real(1.0842) };
 *     qi_run_task(rt, "orders:send", args, 3, NULL, NULL);
 *
 * An *owning* value comes out of libqi (results, copies), has all that it points at to itself, and is
 * released with qi_value_clear(). Clearing a borrowing value does nothing but make it none, so code
 * that clears every value it sees is right.
 *
 * Python sees None, bool, int, float, str, bytes, list, dict, the QObject proxy, or the object itself.
 * In the other direction tuples, sets and other iterables that are neither list nor dict stay what they
 * are and arrive as QI_KIND_PYTHON, as does an int beyond 64 bits, so that nothing is ever lost; handed
 * back to Python, such a value is the same object again. Keys and values of maps may be of any kind.
 */
#ifndef QI_VALUE_H
#define QI_VALUE_H

#include <string.h>

#include <qi/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum qi_kind {
    QI_KIND_NONE = 0,
    QI_KIND_BOOL,
    QI_KIND_INT,
    QI_KIND_REAL,
    QI_KIND_TEXT, /* UTF-8; may contain NUL characters */
    QI_KIND_BYTES,
    QI_KIND_LIST,
    QI_KIND_MAP,    /* in the order of insertion */
    QI_KIND_OBJECT, /* a QObject */
    QI_KIND_PYTHON  /* any other object of Python, opaque here */
} qi_kind;

typedef struct qi_value qi_value;
typedef struct qi_entry qi_entry;

struct qi_value {
    int kind;  /* a qi_kind */
    int flags; /* libqi's own; 0 in a borrowing value */
    union {
        bool boolean;
        int64_t integer;
        double real;
        struct {
            const char *data; /* in an owning value followed by a NUL that size does not count */
            size_t size;      /* bytes */
        } text;               /* QI_KIND_TEXT and QI_KIND_BYTES */
        struct {
            const qi_value *items;
            size_t count;
        } list;
        struct {
            const qi_entry *entries;
            size_t count;
        } map;
        struct {
            qi_object *pointer; /* read it through qi_value_object() */
            void *guard;        /* libqi's own */
        } object;
        void *python; /* libqi's own */
    } as;
};

/* One key and its value in a map. */
struct qi_entry {
    qi_value key;
    qi_value value;
};

/* Python's None; also what an omitted result is. */
static inline qi_value qi_none(void)
{
    qi_value value;
    memset(&value, 0, sizeof value);
    return value;
}

static inline qi_value qi_bool(bool boolean)
{
    qi_value value = qi_none();
    value.kind = QI_KIND_BOOL;
    value.as.boolean = boolean;
    return value;
}

static inline qi_value qi_int(int64_t integer)
{
    qi_value value = qi_none();
    value.kind = QI_KIND_INT;
    value.as.integer = integer;
    return value;
}

static inline qi_value qi_real(double real)
{
    qi_value value = qi_none();
    value.kind = QI_KIND_REAL;
    value.as.real = real;
    return value;
}

/* Text of `size` bytes, borrowed while the value is used. NULL with size 0 is the empty text. */
static inline qi_value qi_text_n(const char *data, size_t size)
{
    qi_value value = qi_none();
    value.kind = QI_KIND_TEXT;
    value.as.text.data = data;
    value.as.text.size = size;
    return value;
}

/* A C string, borrowed while the value is used. NULL gives none. */
static inline qi_value qi_text(const char *string)
{
    return string ? qi_text_n(string, strlen(string)) : qi_none();
}

/* Bytes, borrowed while the value is used. */
static inline qi_value qi_bytes(const void *data, size_t size)
{
    qi_value value = qi_text_n((const char *)data, size);
    value.kind = QI_KIND_BYTES;
    return value;
}

/* A list of `count` values, borrowed while the value is used. */
static inline qi_value qi_list(const qi_value *items, size_t count)
{
    qi_value value = qi_none();
    value.kind = QI_KIND_LIST;
    value.as.list.items = items;
    value.as.list.count = count;
    return value;
}

/* A map of `count` entries, borrowed while the value is used. */
static inline qi_value qi_map(const qi_entry *entries, size_t count)
{
    qi_value value = qi_none();
    value.kind = QI_KIND_MAP;
    value.as.map.entries = entries;
    value.as.map.count = count;
    return value;
}

/* A QObject, borrowed while the value is used; NULL gives none. */
static inline qi_value qi_qobject(qi_object *object)
{
    qi_value value = qi_none();
    if (object) {
        value.kind = QI_KIND_OBJECT;
        value.as.object.pointer = object;
    }
    return value;
}

/**
 * Makes an owning copy of a value and of all that it points at.
 *
 * `*out` is owned: release it with qi_value_clear(). It is overwritten, not cleared first. A QObject is
 * watched from here on, so that qi_value_object() of the copy answers NULL once it is destroyed.
 *
 * Thread: any (a QObject: the thread it lives in, or one in which it cannot be destroyed meanwhile).
 * Fails: QI_ERR_ARGUMENT, QI_ERR_ENCODING, QI_ERR_TYPE (an unknown kind, or one that nests deeper than
 * 200), QI_ERR_MEMORY, QI_ERR_NOT_RUNNING (an opaque Python object after the interpreter has ended).
 */
QI_NODISCARD QI_API int qi_value_copy(qi_value *out, const qi_value *value);

/**
 * Makes a tuple of Python, where a list would not do. It is of QI_KIND_PYTHON: opaque here.
 *
 * `items` are `count` values, copied. `*out` is owned: release it with qi_value_clear().
 *
 * Thread: any; the GIL is taken inside. Fails: as qi_value_copy(), QI_ERR_DEAD_OBJECT, and QI_ERR_NOT_RUNNING
 * where the interpreter does not run.
 */
QI_NODISCARD QI_API int qi_value_tuple(const qi_value *items, size_t count, qi_value *out);

/**
 * Releases what an owning value holds and makes it none. NULL is allowed.
 *
 * Thread: any; the GIL is taken inside where the value holds a Python object.
 */
QI_API void qi_value_clear(qi_value *value);

/**
 * Tells whether two values are equal: same kind and same content, lists and maps item by item in their
 * order. A double that is NaN equals nothing. Python objects are compared by identity. Thread: any.
 */
QI_API bool qi_value_equal(const qi_value *a, const qi_value *b);

/**
 * Returns the value of a map under a text key, or NULL if the value is no map or has no such key.
 * Borrowed from the map. Thread: any.
 */
QI_API const qi_value *qi_value_get(const qi_value *map, const char *key);

/**
 * Returns the QObject of a value, or NULL: not an object, or an owning value whose object was destroyed.
 * Thread: the one the object lives in (elsewhere it may be destroyed right after the answer).
 */
QI_API qi_object *qi_value_object(const qi_value *value);

/**
 * Describes a value as Python's repr() would show it, for logs and tests.
 *
 * At most `size` bytes incl. the terminating NUL are written to `buffer`; a longer text is cut at a
 * character's border. Returns the length of the whole text without the NUL. Thread: any.
 */
QI_API size_t qi_value_describe(const qi_value *value, char *buffer, size_t size);

/** Returns a kind's name, as "text", or "unknown". Static. Thread: any. */
QI_API const char *qi_kind_name(int kind);

#ifdef __cplusplus
}
#endif

#endif /* QI_VALUE_H */
