// SPDX-License-Identifier: BSD-3-Clause
/*
 * Cuts a line of Python into coloured pieces. What goes on in the next line, a string with three quotes, is
 * the state, an int as QSyntaxHighlighter keeps one for each line.
 */
#ifndef QI_WIDGETS_PYTHON_LEXER_H
#define QI_WIDGETS_PYTHON_LEXER_H

#include <QtCore/qlist.h>
#include <QtCore/qstring.h>

#include "theme.h"

namespace qi
{

struct Piece {
    int start, length;
    theme::Role role;
};

/* `state` is that of the line before, -1 or 0 for none, and becomes that of this line. */
QList<Piece> python_pieces(const QString &line, int &state);

} // namespace qi

#endif
