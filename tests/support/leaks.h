// SPDX-License-Identifier: BSD-3-Clause
// What LeakSanitizer is not to count.
#ifndef QI_TESTS_LEAKS_H
#define QI_TESTS_LEAKS_H

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace tests
{

// Set by tests that end while threads of Python still run: what only their frames refer to looks leaked, since CPython
// keeps frames in memory that is not searched.
extern bool threads_outlive_the_test; // main.cpp

// A block that nobody will free.
inline void give_up(const void *block)
{
#ifdef __SANITIZE_ADDRESS__
    __lsan_ignore_object(block);
#else
    (void)block;
#endif
}

// What is allocated meanwhile is not counted.
class Uncounted
{
  public:
#ifdef __SANITIZE_ADDRESS__
    Uncounted()
    {
        __lsan_disable();
    }
    ~Uncounted()
    {
        __lsan_enable();
    }
#else
    Uncounted()
    {
    }
    ~Uncounted()
    {
    }
#endif
    Uncounted(const Uncounted &) = delete;
    Uncounted &operator=(const Uncounted &) = delete;
};

} // namespace tests

#endif
