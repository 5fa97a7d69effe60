/* SPDX-License-Identifier: BSD-3-Clause */
// As most files are: with exceptions and type information, without Qt Gui.
#include "parts.h"

QI_TEST_PART(plain)
