/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every other header of libqi builds on: the export macro, the version, and how calls fail.
 *
 * How calls fail. A function that can fail returns an int: QI_OK, which is 0, or one of the negative
 * codes of qi_status. Each negative return leaves a message, and for exceptions of Python their type
 * and traceback, in a record that belongs to the calling thread: read it with qi_last_error() before
 * the next call that fails on that thread replaces it. A call that succeeds leaves the record alone.
 * An output parameter is written on success only; on failure it is set to NULL where it is a handle,
 * and left untouched where it is a value.
 *
 * Who owns what. These words are used in all headers, always in the same sense:
 *   owned      the caller releases it, with the function that is named there;
 *   borrowed   it may be used until the named event, and is not released;
 *   copied     libqi keeps no pointer into the argument after the call;
 *   kept       libqi holds on to the argument until the named event.
 *
 * Threads. The GUI thread is the thread of the QCoreApplication, in which qi_runtime_init() was called.
 * "Thread: GUI" means that a call from another thread returns QI_ERR_WRONG_THREAD; "Thread: any" means
 * any thread at all, also one that Python has never seen. No function needs the GIL to be held, and
 * each may be called with it held; it is taken inside and given back.
 *
 * Text is UTF-8 everywhere and is checked: a sequence that is not UTF-8 returns QI_ERR_ENCODING.
 *
 * Structures that grow. A structure whose first member is its size may get further members at its end, and a program
 * and a library of different versions understand each other by that size:
 *   what the host fills (options, configurations)  is filled with the defaults by its …_init(), which is inline, so that
 *              it knows the size that the program was compiled with; a shorter one of an older program means the
 *              defaults for the rest; a longer one of a newer program is accepted while nothing is set that this library
 *              does not know, else it is QI_ERR_ABI, with the offset;
 *   what the library fills (events, reports)  may be shorter than the program's headers say where the library is older:
 *              QI_HAS(event, member) tells.
 *
 * A `user` pointer stands beside each callback, and beside it a `destroy`, which is called once with that pointer when it
 * is used no more, in the GUI thread and without the GIL; NULL: nothing has to be done. It is not called where the
 * function that takes them fails. A callback that ends what it belongs to, or the runtime, keeps its `user` until it has
 * returned.
 *
 * Callbacks. What a callback throws in C++ ends where libqi has called it, and is reported to the error callback,
 * with its text, as QI_ERR_STATE; all goes on. A callback that was asked something has then said no.
 */
#ifndef QI_BASE_H
#define QI_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__) || defined(__clang__)
#define QI_API __attribute__((visibility("default")))
#elif defined(_WIN32) && defined(QI_BUILDING_LIBRARY)
#define QI_API __declspec(dllexport)
#elif defined(_WIN32)
#define QI_API __declspec(dllimport)
#else
#define QI_API
#endif

#define QI_VERSION_MAJOR  0
#define QI_VERSION_MINOR  1
#define QI_VERSION_PATCH  0
#define QI_VERSION_STRING "0.1.0"
/* The version as one number that compares: 0xMMmmpp. */
#define QI_VERSION_HEX ((QI_VERSION_MAJOR << 16) | (QI_VERSION_MINOR << 8) | QI_VERSION_PATCH)
/* Whether these headers are of that version or a later one, for the preprocessor. */
#define QI_VERSION_AT_LEAST(major, minor, patch)                                                   \
    (QI_VERSION_HEX >= (((major) << 16) | ((minor) << 8) | (patch)))

/* A result that is not looked at hides a failure: the compiler warns, unless it is cast to void. */
#if (defined(__cplusplus) && __cplusplus >= 201703L) ||                                            \
    (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L)
#define QI_NODISCARD [[nodiscard]]
#elif defined(__clang__)
#define QI_NODISCARD __attribute__((warn_unused_result))
#else
#define QI_NODISCARD /* that of GCC cannot be silenced by a cast to void */
#endif

/* A name that goes with the next minor version; `instead` is the text of the compiler's warning. */
#if defined(__GNUC__) || defined(__clang__)
#define QI_DEPRECATED(instead) __attribute__((deprecated(instead)))
#elif defined(_MSC_VER)
#define QI_DEPRECATED(instead) __declspec(deprecated(instead))
#else
#define QI_DEPRECATED(instead)
#endif

/* Has the compiler check the arguments of a function that formats as printf() does. */
#if defined(__GNUC__) || defined(__clang__)
#define QI_PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))
#else
#define QI_PRINTF(text, first)
#endif

/* Whether a structure that the library has filled is long enough to have a member. */
#define QI_HAS(pointer, member)                                                                    \
    ((pointer)->size >= (size_t)((const char *)(&(pointer)->member + 1) - (const char *)(pointer)))

#ifdef __cplusplus
/*
 * All of C++ in libqi stands in qi::v0_1, which is inline, so that nobody has to write it: code that was compiled with the
 * headers of another series has other symbols, and does not meet this one's by mistake. moc knows qi alone, by which
 * translations and style sheets name classes.
 */
#ifdef Q_MOC_RUN
#define QI_ABI_BEGIN
#define QI_ABI_END
#else
#define QI_ABI_BEGIN                                                                               \
    inline namespace v0_1                                                                          \
    {
#define QI_ABI_END }
#endif

/* Qt's own class, so that in C++ every QWidget * converts by itself; never defined here. Where Qt was built with a
 * namespace, it is in there. */
#if defined(QT_NAMESPACE) && defined(QT_INLINE_NAMESPACE)
inline namespace QT_NAMESPACE
{
class QObject;
}
typedef QObject qi_object;
#elif defined(QT_NAMESPACE)
namespace QT_NAMESPACE
{
class QObject;
}
typedef QT_NAMESPACE::QObject qi_object;
#else
class QObject;
typedef QObject qi_object;
#endif
extern "C" {
#else
/* A QObject of the host. C code passes the pointer through and never looks inside. */
typedef struct QObject qi_object;
#endif

/*
 * The status codes: name, value, and qi_status_text(). Values are stable, new ones come at the end. Where a function names
 * QI_ERR_PYTHON, asyncio.CancelledError is QI_ERR_CANCELLED, and MemoryError is QI_ERR_MEMORY.
 */
#define QI_STATUS_MAP(X)                                                                           \
    X(QI_OK, 0, "success")                                                                         \
    X(QI_ERR_ARGUMENT, -1, "an argument is missing or contradicts another one")                    \
    X(QI_ERR_HANDLE, -2, "the handle is not one of libqi's, is of another kind, or was released")  \
    X(QI_ERR_STATE, -3, "the call is not possible in the present state")                           \
    X(QI_ERR_NOT_RUNNING, -4, "the runtime is not running: not initialised yet, or shut down")     \
    X(QI_ERR_SHUTTING_DOWN, -5, "the runtime is shutting down")                                    \
    X(QI_ERR_WRONG_THREAD, -6, "the call belongs to another thread")                               \
    X(QI_ERR_NO_APPLICATION, -7, "there is no QCoreApplication")                                   \
    X(QI_ERR_INTERPRETER, -8, "the Python interpreter cannot be started as configured")            \
    X(QI_ERR_PYTHON, -9, "Python code raised an exception")                                        \
    X(QI_ERR_NOT_FOUND, -10, "no module, callable, signal or object has that name")                \
    X(QI_ERR_NOT_COROUTINE, -11, "the callable is not a coroutine function")                       \
    X(QI_ERR_TYPE, -12, "the value is of a type that does not fit")                                \
    X(QI_ERR_RANGE, -13, "the value is out of range")                                              \
    X(QI_ERR_ENCODING, -14, "the text is not valid UTF-8")                                         \
    X(QI_ERR_DEAD_OBJECT, -15, "the QObject was destroyed")                                        \
    X(QI_ERR_PENDING, -16, "the task has not finished yet")                                        \
    X(QI_ERR_CANCELLED, -17, "the task was cancelled")                                             \
    X(QI_ERR_TIMEOUT, -18, "the time allowed is over")                                             \
    X(QI_ERR_MEMORY, -19, "out of memory")                                                         \
    X(QI_ERR_ABI, -20, "the structure is of a version that this library does not know")            \
    X(QI_ERR_AMBIGUOUS, -21, "the name fits several overloads; write the parameter types")         \
    X(QI_ERR_INTERNAL, -22, "libqi broke a promise of its own; please report it")

typedef enum qi_status {
#define QI_STATUS_ENUM(name, value, text) name = value,
    QI_STATUS_MAP(QI_STATUS_ENUM)
#undef QI_STATUS_ENUM
        QI_STATUS_FORCE_INT_ = 0x7fffffff /* keeps the enum as wide as an int; never returned */
} qi_status;

/* What went wrong in a call that failed, or in Python code that nobody awaits. Its texts steer no terminal. */
typedef struct qi_error {
    size_t size;             /* as qi_error_init() sets it */
    int status;              /* a negative qi_status */
    const char *message;     /* one paragraph that says what happened and what to do; never NULL */
    const char *python_type; /* the exception's qualified type name, or NULL if Python raised nothing */
    const char *traceback; /* the whole traceback as Python prints it, or NULL */
} qi_error;

/** Fills an error, for qi_error_report(): no failure, and no texts. Thread: any. */
static inline void qi_error_init(qi_error *error)
{
    memset(error, 0, sizeof *error);
    error->size = sizeof *error;
    error->message = "";
}

/* Called once with the `user` of a callback when that is not used any more. Thread: GUI. */
typedef void (*qi_destroy_fn)(void *user);

/**
 * Returns the error record of the calling thread.
 *
 * It describes the last call that failed on this thread; before any failure its status is QI_OK and its
 * message "". The record and its strings are borrowed until the next call that fails on this thread.
 * Thread: any. Never NULL, never fails.
 */
QI_API const qi_error *qi_last_error(void);

/** Returns a status code's name, as "QI_ERR_STATE", or "QI_ERR_UNKNOWN". Static. Thread: any. */
QI_API const char *qi_status_name(int status);

/** Returns a short English text for a status code. Static, never NULL. Thread: any. */
QI_API const char *qi_status_text(int status);

/** Returns the version of the library that is loaded, as QI_VERSION_HEX has it. Thread: any. */
QI_API unsigned qi_version(void);

/** Returns the version of the library that is loaded, as text. Static. Thread: any. */
QI_API const char *qi_version_string(void);

#ifdef __cplusplus
}
#endif

#endif /* QI_BASE_H */
