/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi_value <-> QVariant, for the C++ API: by way of Python, so that there is one set of conversions, and a
 * value arrives as it would in a property of that type.
 */
#include <qi/qt.hpp>

#include "core/status.h"
#include "python/compat.h"
#include "python/convert.h"
#include "qt/conversions.h"
#include "qt/thrown.h"

namespace qi
{

namespace
{

int fail_without_python()
{
    return qip_fail(QI_ERR_NOT_RUNNING, "Python does not run, which has a part in conversions");
}

/* QI_OK, or what is missing for a conversion. */
int check(const void *from, const void *to)
{
    if (!from || !to)
        return qip_fail(QI_ERR_ARGUMENT, "a value or a QVariant is NULL; both are needed");
    return QI_OK;
}

} // namespace

} // namespace qi

using namespace qi;

int qi_value_from_variant(const QVariant *variant, qi_value *out)
try {
    const int status = check(variant, out);
    if (status < 0)
        return status;
    const GilHeld gil;
    if (!gil)
        return fail_without_python();
    const Ref object(to_python(*variant));
    qi_value value;
    if (!object || qip_value_from_python_exactly(object.get(), &value) < 0)
        return qip_fail_conversion();
    *out = value;
    return QI_OK;
} catch (...) {
    return qi::fail_thrown();
}

int qi_value_to_variant(const qi_value *value, QVariant *variant)
try {
    const int status = check(value, variant);
    if (status < 0)
        return status;
    const GilHeld gil;
    if (!gil)
        return fail_without_python();
    const QMetaType wanted = variant->metaType();
    const Ref object(qip_value_to_python(value));
    QVariant made;
    if (!object || !(wanted.isValid() ? from_python(object.get(), wanted, &made)
                                      : from_python(object.get(), &made)))
        return qip_fail_conversion();
    *variant = made;
    return QI_OK;
} catch (...) {
    return qi::fail_thrown();
}
