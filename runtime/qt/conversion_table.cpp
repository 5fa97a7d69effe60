/* SPDX-License-Identifier: BSD-3-Clause */
/* The part of life/wiring.c that only C++ can write: who is behind the table of conversions.h. */
#include "qt/conversions.h"
#include "qt/setup.h"
#include "qt/to_python.h"
#include "qt/to_qt.h"
#include "qt/to_variant.h"

void qip_qt_wire(void)
{
    qi::conversions = {qi::variant_to_python, qi::value_from_python, qi::variant_from_python,
                       qi::has_builtin_conversion};
}
