// SPDX-License-Identifier: BSD-3-Clause
// For tests that end while threads of Python still run: what only their frames refer to looks leaked to
// LeakSanitizer, since CPython keeps frames in memory that it does not search.
#ifndef QI_TESTS_LEAKS_H
#define QI_TESTS_LEAKS_H

namespace tests
{

extern bool threads_outlive_the_test; // main.cpp

} // namespace tests

#endif
