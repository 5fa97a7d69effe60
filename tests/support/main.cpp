// SPDX-License-Identifier: BSD-3-Clause
// main() of every test program. Catch2 2.13 writes it here, 3.x brings it as a library.
#define CATCH_CONFIG_MAIN
#include "tests/support/catch.h"
#include "tests/support/leaks.h"

bool tests::threads_outlive_the_test;

// LeakSanitizer asks for this by name before it looks.
extern "C" int __lsan_is_turned_off();
extern "C" int __lsan_is_turned_off()
{
    return tests::threads_outlive_the_test;
}
