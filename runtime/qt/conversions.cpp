/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of conversions.h, by which each kind of value reaches the choice among all of them. */
#include "qt/conversions.h"

namespace qi
{

Conversions conversions;

} // namespace qi
