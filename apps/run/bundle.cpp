// SPDX-License-Identifier: BSD-3-Clause
#include "bundle.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdir.h>
#include <QtCore/qlibraryinfo.h>

namespace
{

// Called in the GUI thread; the text lasts until the next call.
int answer(const QString &path, qi_value *result)
{
    static QByteArray text;

    text = QDir::cleanPath(path).toUtf8();
    *result = qi_text_n(text.constData(), size_t(text.size()));
    return QI_OK;
}

int qt_plugins(const qi_value *, size_t, qi_value *result, void *)
{
    return answer(QLibraryInfo::path(QLibraryInfo::PluginsPath), result);
}

int interpreter(const qi_value *, size_t, qi_value *result, void *)
{
    return answer(QCoreApplication::applicationDirPath() + QStringLiteral("/" QI_RUN_TO_INTERPRETER),
                  result);
}

int show(qi_runtime *runtime, const char *name, qi_function_fn call, const char *doc)
{
    qi_function function;

    qi_function_init(&function);
    function.call = call;
    function.signature = "() -> str";
    function.doc = doc;
    return qi_function_register(runtime, name, &function);
}

} // namespace

int show_bundle_functions(qi_runtime *runtime)
{
    const int status = show(runtime, "qi_run.qt_plugins", qt_plugins,
                            "The folder of Qt's plugins, of the Qt that runs here.");

    return status != QI_OK ? status
                           : show(runtime, "qi_run.interpreter", interpreter,
                                  "The program that is the interpreter of a bundle.");
}
