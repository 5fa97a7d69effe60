/* SPDX-License-Identifier: BSD-3-Clause */
/* One program of files that are compiled with different flags: see main.cpp. */
#ifndef QI_TESTS_MIXED_PARTS_H
#define QI_TESTS_MIXED_PARTS_H

#include <qi/qi.hpp>

/* Every file instantiates the same functions of the headers; the linker keeps those of the one that it sees first. */
#define QI_TEST_PART(name)                                                                         \
    int name##_start(qi::Runtime *python)                                                          \
    {                                                                                              \
        auto started = qi::Runtime::start();                                                       \
        if (!started)                                                                              \
            return started.status();                                                               \
        *python = std::move(*started);                                                             \
        qi::registerFuture<Sheet>();                                                               \
        return QI_OK;                                                                              \
    }                                                                                              \
    QFuture<int> name##_fail(qi::Runtime &python)                                                  \
    {                                                                                              \
        return python.run<int>("__main__:fail").future();                                          \
    }                                                                                              \
    QObject *name##_watch(const QFuture<Sheet> &future)                                            \
    {                                                                                              \
        auto *watcher = new QFutureWatcher<Sheet>;                                                 \
        watcher->setFuture(future);                                                                \
        return watcher;                                                                            \
    }

struct Sheet {
    int number = 0;
};

#define QI_TEST_PART_DECLARE(name)                                                                 \
    int name##_start(qi::Runtime *python);                                                         \
    QFuture<int> name##_fail(qi::Runtime &python);                                                 \
    QObject *name##_watch(const QFuture<Sheet> &future);

QI_TEST_PART_DECLARE(plain)
QI_TEST_PART_DECLARE(bare)
QI_TEST_PART_DECLARE(gui)

#endif
