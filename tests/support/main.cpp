// SPDX-License-Identifier: BSD-3-Clause
// main() of every test program. Catch2 2.13 writes it here, 3.x brings it as a library.
#define CATCH_CONFIG_MAIN
#include "tests/support/catch.h"
