// SPDX-License-Identifier: BSD-3-Clause
#include "theme.h"

#include <algorithm>
#include <cmath>

#include <QtGui/qfontdatabase.h>
#include <QtGui/qfontinfo.h>
#include <QtGui/qguiapplication.h>

namespace qi::theme
{

namespace
{

constexpr double READABLE = 4.5; /* WCAG's AA for text */

double linear(double channel)
{
    return channel <= 0.03928 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor &color)
{
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) +
           0.0722 * linear(color.blueF());
}

struct Pair {
    QRgb light, dark;
};

/* By Role; Text and Muted come from the palette. */
constexpr Pair pairs[ROLES] = {
    {0, 0},
    {0, 0},
    {0xb3261e, 0xff8a80}, /* Error */
    {0x8a5300, 0xf2b84b}, /* Warning */
    {0x1b6e2f, 0x7fce8b}, /* Good */
    {0x1a5fb4, 0x82b4ff}, /* Accent */
    {0x7a2aa0, 0xd4a5ff}, /* Keyword */
    {0x00686b, 0x6fd3d6}, /* Builtin */
    {0x2a6b1f, 0xa5d68a}, /* String */
    {0xa1420b, 0xf5a97f}, /* Number */
    {0x666a70, 0x9aa0a8}, /* Comment */
    {0x8a5300, 0xe5c07b}, /* Decorator */
    {0x1a4fa0, 0x8ab8ff}, /* Definition */
};

constexpr Pair terminal[16] = {
    {0x202020, 0x8a8a8a}, {0xb3261e, 0xff8a80}, {0x1b6e2f, 0x7fce8b}, {0x8a5300, 0xf2b84b},
    {0x1a5fb4, 0x82b4ff}, {0x7a2aa0, 0xd4a5ff}, {0x00686b, 0x6fd3d6}, {0x505050, 0xd0d0d0},
    {0x606060, 0xa0a0a0}, {0xd0342c, 0xffa39b}, {0x23823a, 0x9be0a6}, {0x9c6100, 0xffd080},
    {0x2a72cc, 0xa5caff}, {0x933bbd, 0xe2c2ff}, {0x007a7e, 0x92e4e6}, {0x000000, 0xffffff},
};

QColor of_pair(const Pair &pair, const QPalette &palette)
{
    return readable(QColor(is_dark(palette) ? pair.dark : pair.light), palette.color(QPalette::Base));
}

QColor mixed(const QColor &a, const QColor &b, double share)
{
    const auto mix = [share](float x, float y) { return float(x * share + y * (1 - share)); };
    return QColor::fromRgbF(mix(a.redF(), b.redF()), mix(a.greenF(), b.greenF()),
                            mix(a.blueF(), b.blueF()));
}

} // namespace

double contrast(const QColor &a, const QColor &b)
{
    const double x = luminance(a), y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

QColor readable(const QColor &wanted, const QColor &background)
{
    const QColor end = luminance(background) < 0.18 ? QColor(Qt::white) : QColor(Qt::black);
    QColor found = wanted;

    for (int step = 1; step <= 20 && contrast(found, background) < READABLE; step++)
        found = mixed(end, wanted, step / 20.0);
    return found;
}

bool is_dark(const QPalette &palette)
{
    return luminance(palette.color(QPalette::Base)) < luminance(palette.color(QPalette::Text));
}

QColor color(Role role, const QPalette &palette)
{
    const QColor text = palette.color(QPalette::Text), base = palette.color(QPalette::Base);

    if (role == Role::Text)
        return text;
    if (role == Role::Muted)
        return readable(mixed(text, base, 0.62), base);
    return of_pair(pairs[static_cast<int>(role)], palette);
}

QColor terminal_color(int index, const QPalette &palette)
{
    return of_pair(terminal[std::clamp(index, 0, 15)], palette);
}

QFont fixed_font(const QFont &like)
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);

    font.setStyleHint(QFont::Monospace);
    /* Where the platform knows no fixed font it names one that is not. */
    if (!QFontInfo(font).fixedPitch())
        font.setFamily(QStringLiteral("monospace"));
    if (like.pointSizeF() > 0)
        font.setPointSizeF(like.pointSizeF());
    else
        font.setPixelSize(like.pixelSize());
    return font;
}

} // namespace qi::theme
