// SPDX-License-Identifier: BSD-3-Clause
#include "python_side.h"

#include <qi/qi.hpp>

namespace qi
{

Result<void> check_runtime()
{
    if (qi_runtime_current())
        return {};
    return Error::make(
        QI_ERR_NOT_RUNNING,
        QStringLiteral("no runtime of Python is running; the application starts one, "
                       "with qi::Runtime::start()"));
}

Result<Value> ask_python(const char *name, const QVariantList &arguments)
{
    const Result<void> there = check_runtime();
    if (!there)
        return there.error();
    const Result<Value> module = Runtime::current().importModule(QStringLiteral("qi.qml"));
    if (!module)
        return module.error();
    return module->callMethod<Value>(name, spread(arguments));
}

Result<QVariant> call_python(const char *name, const QVariantList &arguments)
{
    const Result<Value> made = ask_python(name, arguments);
    if (!made)
        return made.error();
    return variant_of(made->get());
}

Result<QVariant> variant_of(const qi_value &value)
{
    return detail::to_variant(value, QMetaType());
}

} // namespace qi
