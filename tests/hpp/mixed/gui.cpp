/* SPDX-License-Identifier: BSD-3-Clause */
// In the sight of Qt Gui.
#include "parts.h"

QI_TEST_PART(gui)
