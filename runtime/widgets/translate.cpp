// SPDX-License-Identifier: BSD-3-Clause
// The translations that travel inside the library, as a resource.
#include <qi/widgets.hpp>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qtranslator.h>

#ifdef QI_HAVE_TRANSLATIONS
// Outside of any namespace, as Q_INIT_RESOURCE wants it. The static library would lose the resource.
static void register_translations()
{
    Q_INIT_RESOURCE(qi_widgets_translations);
}
#else
static void register_translations()
{
}
#endif

namespace qi
{
QI_ABI_BEGIN

bool translateWidgets(const QLocale &locale)
{
    register_translations();
    auto *translator = new QTranslator(QCoreApplication::instance());
    if (translator->load(locale, QStringLiteral("qi-widgets"), QStringLiteral("_"),
                         QStringLiteral(":/qi/widgets"))) {
        QCoreApplication::installTranslator(translator);
        return true;
    }
    delete translator;
    return locale.language() == QLocale::English || locale.language() == QLocale::C;
}

QI_ABI_END
} // namespace qi
