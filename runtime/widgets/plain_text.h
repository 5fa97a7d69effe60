/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Others' words in a window: what comes from a plugin, a task, an exception or a file is text and never markup, it stays
 * in its place, and it cannot pass for ours. Whatever shows such words asks one of these for them.
 *
 * What would turn the order of a line or is no character to be seen is written out, as in \u202e and \x1b, by the same rule
 * as in the library's core/plain.h.
 */
#ifndef QI_WIDGETS_PLAIN_TEXT_H
#define QI_WIDGETS_PLAIN_TEXT_H

#include <QtCore/qstring.h>

class QLabel;

namespace qi::plain
{

/* How much of a text is shown where a page does not scroll. */
inline constexpr int lineLength = 300, lineCount = 24;

/* In one line, and with … where it goes on after so many characters. */
QString line(const QString &words, int longest = lineLength);

/* With its lines and tabs, and with … where there are more lines than these, or far too much in them. */
QString lines(const QString &words, int most = lineCount);

/* With all that it has, where it scrolls. */
QString whole(const QString &words);

/* For setToolTip(), setWhatsThis() and Qt::ToolTipRole, which take for markup what looks like it. */
QString tip(const QString &words);

/* With places where a word that is longer than a line breaks. For labels that nothing is copied from. */
QString breakable(const QString &words);

/* Code, a number with its unit or a version, which read from left to right in a line of any direction. For what is painted. */
QString leftToRight(const QString &words);

/* Whether there is a letter or a number in it, so that it can be told from a blank. */
bool isSeen(const QString &words);

/* For menus, buttons and labels with a buddy, where & marks a letter. */
QString label(const QString &words, int longest = 100);

/* A label shows as it is whatever it is given from now on. */
void onlyText(QLabel *label);

} // namespace qi::plain

#endif
