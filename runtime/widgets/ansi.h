// SPDX-License-Identifier: BSD-3-Clause
/*
 * Text with a terminal's escape sequences, cut into pieces with their looks. Colours and weights are
 * understood; whatever else a terminal would do, move its cursor or name its window, is left out.
 */
#ifndef QI_WIDGETS_ANSI_H
#define QI_WIDGETS_ANSI_H

#include <QtCore/qlist.h>
#include <QtCore/qstring.h>

namespace qi
{

struct Look {
    int color = -1; /* -1: none; 0 to 15: a colour of the terminal; else 0x1000000 | RGB */
    bool bold = false, italic = false, underline = false, reverse = false;

    bool operator==(const Look &other) const
    {
        return color == other.color && bold == other.bold && italic == other.italic &&
               underline == other.underline && reverse == other.reverse;
    }
};

struct Styled {
    QString text;
    Look look;
};

/* Keeps the look, and a sequence that is not complete yet, for the next piece of the same stream. */
class AnsiParser
{
  public:
    QList<Styled> parse(const QString &text);
    void reset();

  private:
    qsizetype sequence(const QString &text, qsizetype at);
    void select_look(const QString &parameters);

    Look m_look;
    QString m_rest;
};

} // namespace qi

#endif
