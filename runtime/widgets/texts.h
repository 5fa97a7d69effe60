// SPDX-License-Identifier: BSD-3-Clause
/* tr() for what is no QObject of its own: the texts are the console's, whatever file they are in. */
#ifndef QI_WIDGETS_TEXTS_H
#define QI_WIDGETS_TEXTS_H

#include <QtCore/qcoreapplication.h>

namespace qi
{

class Texts
{
    Q_DECLARE_TR_FUNCTIONS(qi::ScriptConsole)
};

} // namespace qi

#endif
