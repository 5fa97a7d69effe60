/* SPDX-License-Identifier: BSD-3-Clause */
// Without exceptions and type information.
#include "parts.h"

QI_TEST_PART(bare)
