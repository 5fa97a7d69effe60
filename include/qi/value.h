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
 * released with qi_value_clear(). Only the value itself owns, the root: the items of an owning list or map, and the
 * arguments and results that a callback gets, are borrowing ones, which live as long as what holds them. Clearing a
 * borrowing value does nothing but make it none.
 *
 * Assignment copies the view and not the ownership: of two copies of an owning value one may be cleared, and the other
 * one must not be used after that. qi_value_take() moves a value and leaves none behind, and qi_value_copy() makes an
 * owning one of any.
 *
 * Reading is checked: qi_value_to_int() and its sisters say of what is of another kind what it is. They, and
 * qi_value_get() and qi_value_at(), take NULL for "there is nothing", so that a path through nested values is one line:
 *
 *     double price;
 *     int status = qi_value_to_real(qi_value_get(qi_value_at(qi_value_get(&order, "legs"), 1), "price"), &price);
 *
 * Python sees None, bool, int, float, str, bytes, list, tuple, dict, the QObject proxy, a qi.Buffer, or the object itself. In the
 * other direction objects of these very types become values, an int up to 64 bits with or without a sign. Sets, other
 * iterables, subclasses of list, tuple and dict, and a longer int stay what they are and arrive as QI_KIND_PYTHON, so
 * that nothing is ever lost; handed back to Python, such a value is the same object again, and <qi/call.h> looks into
 * it. Keys and values of maps may be of any kind.
 *
 * A qi_value has 24 bytes and a qi_entry has 48; that will not change, and new kinds fit in there. Code that does not
 * know a kind passes the value on as it is.
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
    QI_KIND_UINT, /* an int from 2**63 to 2**64-1, which QI_KIND_INT cannot hold: see qi_uint() */
    QI_KIND_REAL,
    QI_KIND_TEXT, /* UTF-8; may contain NUL characters */
    QI_KIND_BYTES,
    QI_KIND_LIST,
    QI_KIND_TUPLE,  /* read as a list is */
    QI_KIND_MAP,    /* in the order of insertion */
    QI_KIND_OBJECT, /* a QObject */
    QI_KIND_PYTHON, /* any other object of Python, opaque here */
    QI_KIND_SET, /* reserved: none comes out of this version, which refuses one with QI_ERR_TYPE */
    QI_KIND_BUFFER,  /* memory of the host's, on its way to Python: see qi_buffer_value() */
    QI_KIND_CALLABLE /* reserved, as QI_KIND_SET is */
} qi_kind;

typedef struct qi_value qi_value;
typedef struct qi_entry qi_entry;
typedef struct qi_buffer qi_buffer; /* see <qi/buffer.h> */

struct qi_value {
    int kind;  /* a qi_kind */
    int flags; /* libqi's own; 0 in a borrowing value */
    union {
        bool boolean;
        int64_t integer;
        uint64_t natural; /* QI_KIND_UINT */
        double real;
        struct {
            const char *data; /* in an owning value followed by a NUL that size does not count */
            size_t size;      /* bytes */
        } text;               /* QI_KIND_TEXT and QI_KIND_BYTES */
        struct {
            const qi_value *items;
            size_t count;
        } list; /* QI_KIND_LIST and QI_KIND_TUPLE */
        struct {
            const qi_entry *entries;
            size_t count;
        } map;
        struct {
            qi_object *pointer; /* read it through qi_value_object() */
            void *guard;        /* libqi's own */
        } object;
        void *python;          /* libqi's own */
        qi_buffer *buffer;     /* QI_KIND_BUFFER */
        uint64_t reserved_[2]; /* for kinds to come */
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

/* An int of Python that is not negative. What fits into QI_KIND_INT is of that kind, so that each number has one. */
static inline qi_value qi_uint(uint64_t natural)
{
    qi_value value = qi_int((int64_t)natural);
    if (natural > (uint64_t)INT64_MAX) {
        value.kind = QI_KIND_UINT;
        value.as.natural = natural;
    }
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

/* A tuple of `count` values, borrowed while the value is used. */
static inline qi_value qi_tuple(const qi_value *items, size_t count)
{
    qi_value value = qi_list(items, count);
    value.kind = QI_KIND_TUPLE;
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
 * Fails: QI_ERR_ARGUMENT, QI_ERR_ENCODING, QI_ERR_HANDLE (a buffer that was released), QI_ERR_TYPE (an unknown kind, or
 * nested deeper than 200), QI_ERR_MEMORY, QI_ERR_NOT_RUNNING (an opaque Python object after the interpreter has ended).
 */
QI_NODISCARD QI_API int qi_value_copy(qi_value *out, const qi_value *value);

/* Moves a value: returns it, with its ownership if it has that, and leaves none behind. NULL gives none. */
static inline qi_value qi_value_take(qi_value *value)
{
    qi_value taken = qi_none();
    if (value) {
        taken = *value;
        *value = qi_none();
    }
    return taken;
}

/**
 * Releases what an owning value holds and makes it none. A borrowing value is made none only. NULL is allowed.
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
 * Borrowed from the map. `map` may be NULL. Thread: any.
 */
QI_API const qi_value *qi_value_get(const qi_value *map, const char *key);

/** The same for a key of `size` bytes, which may hold NUL characters. NULL with size 0 is the empty text. Thread: any. */
QI_API const qi_value *qi_value_get_n(const qi_value *map, const char *key, size_t size);

/**
 * Returns the value of a map under a key of any kind, as qi_value_equal() compares, or NULL if the value is no map or
 * has no such key. Borrowed from the map. `map` and `key` may be NULL. Thread: any.
 */
QI_API const qi_value *qi_value_find(const qi_value *map, const qi_value *key);

/**
 * Returns item `index` of a list or tuple, or NULL if the value is neither or has no such item. Borrowed from the list.
 * `list` may be NULL. Thread: any.
 */
QI_API const qi_value *qi_value_at(const qi_value *list, size_t index);

/**
 * Reads a bool into `*out`, which a failure leaves as it was.
 *
 * Thread: any. Fails: QI_ERR_NOT_FOUND (`value` is NULL, as of a key that is not there), QI_ERR_TYPE (it is of another
 * kind, which the message names), QI_ERR_ARGUMENT (`out` is NULL).
 */
QI_NODISCARD QI_API int qi_value_to_bool(const qi_value *value, bool *out);

/** Reads an int that fits into 64 bits. Fails as qi_value_to_bool(), and QI_ERR_RANGE. Thread: any. */
QI_NODISCARD QI_API int qi_value_to_int(const qi_value *value, int64_t *out);

/** Reads an int that is not negative and fits into 64 bits. Fails as qi_value_to_int(). Thread: any. */
QI_NODISCARD QI_API int qi_value_to_uint(const qi_value *value, uint64_t *out);

/**
 * Reads a real number, or an int that a double can hold exactly. Thread: any.
 * Fails as qi_value_to_bool(), and QI_ERR_RANGE (an int that would lose digits).
 */
QI_NODISCARD QI_API int qi_value_to_real(const qi_value *value, double *out);

/**
 * Reads text: `*data` is UTF-8 of `*size` bytes, borrowed from the value, and never NULL.
 *
 * In what came out of libqi a NUL follows, so that `size` may be NULL where a C string is wanted; text that has a NUL
 * inside is refused then, since it would be cut. `data` may be NULL.
 *
 * Thread: any. Fails as qi_value_to_bool(), and QI_ERR_ENCODING (a NUL inside).
 */
QI_NODISCARD QI_API int qi_value_to_text(const qi_value *value, const char **data, size_t *size);

/** Reads bytes: `*size` of them at `*data`, borrowed from the value. Fails as qi_value_to_bool(). Thread: any. */
QI_NODISCARD QI_API int qi_value_to_bytes(const qi_value *value, const void **data, size_t *size);

/**
 * Returns the QObject of a value, or NULL: not an object, or an owning value whose object was destroyed.
 * Thread: the one the object lives in (elsewhere it may be destroyed right after the answer).
 */
QI_API qi_object *qi_value_object(const qi_value *value);

/**
 * Describes a value as Python's repr() would show it, for logs and tests. No code of Python runs: what is opaque is
 * shown as "<set object at 0x7f10c3a0>", by its type and not by its own repr(), for which there is qi_value_text().
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
