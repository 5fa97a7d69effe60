// SPDX-License-Identifier: BSD-3-Clause
/* What the console shows as a page of HTML that stands alone, with its colours and pictures. */
#ifndef QI_WIDGETS_CONSOLE_SAVE_H
#define QI_WIDGETS_CONSOLE_SAVE_H

#include <QtCore/qstring.h>

class QPlainTextEdit;

namespace qi
{

QString html_of(const QPlainTextEdit &output);

/* Writes the output to a file: as HTML if its name ends so, else as text. Returns why that cannot be, or "". */
QString save_output(const QPlainTextEdit &output, const QString &path);

} // namespace qi

#endif
