// SPDX-License-Identifier: BSD-3-Clause
/*
 * Colours, the fixed font and icons of all widgets. Everything follows the palette that it is given, so a
 * change between light and dark needs no more than painting again. Icons are drawn, not loaded: there need
 * be no icon theme, and they are sharp at any scale.
 */
#ifndef QI_WIDGETS_THEME_H
#define QI_WIDGETS_THEME_H

#include <QtGui/qcolor.h>
#include <QtGui/qfont.h>
#include <QtGui/qicon.h>
#include <QtGui/qpalette.h>

class QPainter;

namespace qi::theme
{

/* What a colour is for. Each is readable on the palette's base: a contrast of at least 4.5. */
enum class Role {
    Text,
    Muted, /* what matters less: prompts, times, hints */
    Error,
    Warning,
    Good,
    Accent, /* links, the curve of a plot */
    Keyword,
    Builtin,
    String,
    Number,
    Comment,
    Decorator,
    Definition, /* the name after def and class */
};
enum { ROLES = static_cast<int>(Role::Definition) + 1 };

bool is_dark(const QPalette &palette);
QColor color(Role role, const QPalette &palette);

/* One of the sixteen colours of terminals, 0 to 15, made readable on the palette's base. */
QColor terminal_color(int index, const QPalette &palette);

/* `wanted`, or the nearest to it that can be read on `background`. */
QColor readable(const QColor &wanted, const QColor &background);

/* The contrast of two colours, from 1 to 21, as WCAG defines it. */
double contrast(const QColor &a, const QColor &b);

/* The system's fixed font, as large as `like`. */
QFont fixed_font(const QFont &like);

enum class Icon {
    Run,
    Stop,
    Reload,
    Clear,
    Folder,
    Settings,
    Search,
    Filter,
    Enable,
    Disable,
    Error,
    Warning,
    Info,
    Good,
    Wrap,
    Stack,
    Plugin,
    Add,
    Remove,
    Pause,
    Copy,
    Save,
    Undo,
    Task, /* keep it last */
};
enum { ICONS = static_cast<int>(Icon::Task) + 1 };

/* Drawn in the colour of the application's text at the time of painting; Error, Warning, Info and Good in
 * theirs. */
QIcon icon(Icon which);

} // namespace qi::theme

#endif
