// SPDX-License-Identifier: BSD-3-Clause
/* What stands in Python, in qi.qml, for this library. Thread: GUI. */
#ifndef QIP_QML_PYTHON_SIDE_H
#define QIP_QML_PYTHON_SIDE_H

#include <QtCore/qvariant.h>

#include <qi/value.hpp>

namespace qi
{

/* Nothing, or that no runtime is there. */
Result<void> check_runtime();

/* What a function or class of qi.qml gives. */
Result<Value> ask_python(const char *name, const QVariantList &arguments);
/* The same as the QVariant that Python would be given the object of. */
Result<QVariant> call_python(const char *name, const QVariantList &arguments);

/* What libqi makes of a value. */
Result<QVariant> variant_of(const qi_value &value);

} // namespace qi

#endif
