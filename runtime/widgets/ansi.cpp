// SPDX-License-Identifier: BSD-3-Clause
#include "ansi.h"

namespace qi
{

static constexpr QChar escape(0x1b), bell(0x07);
static constexpr qsizetype LONGEST_SEQUENCE = 256;

static int rgb(int red, int green, int blue)
{
    return 0x1000000 | (red & 255) << 16 | (green & 255) << 8 | (blue & 255);
}

/* One of the 256 colours: the sixteen, a cube of 6 by 6 by 6, and grey. */
static int indexed(int index)
{
    const auto level = [](int step) { return step ? 55 + 40 * step : 0; };

    if (index < 16)
        return index;
    if (index >= 232)
        return rgb(8 + 10 * (index - 232), 8 + 10 * (index - 232), 8 + 10 * (index - 232));
    index -= 16;
    return rgb(level(index / 36), level(index / 6 % 6), level(index % 6));
}

void AnsiParser::reset()
{
    m_look = Look();
    m_rest.clear();
}

void AnsiParser::select_look(const QString &parameters)
{
    QList<int> codes;
    for (const QString &each :
         QString(parameters).replace(QLatin1Char(':'), QLatin1Char(';')).split(QLatin1Char(';')))
        codes.append(each.toInt());

    for (qsizetype i = 0; i < codes.size(); i++) {
        const int code = codes[i];
        if (code == 0)
            m_look = Look();
        else if (code == 1)
            m_look.bold = true;
        else if (code == 3)
            m_look.italic = true;
        else if (code == 4)
            m_look.underline = true;
        else if (code == 7)
            m_look.reverse = true;
        else if (code == 22)
            m_look.bold = false;
        else if (code == 23)
            m_look.italic = false;
        else if (code == 24)
            m_look.underline = false;
        else if (code == 27)
            m_look.reverse = false;
        else if (code >= 30 && code <= 37)
            m_look.color = code - 30;
        else if (code >= 90 && code <= 97)
            m_look.color = code - 90 + 8;
        else if (code == 39)
            m_look.color = -1;
        else if ((code == 38 || code == 48) && i + 2 < codes.size() && codes[i + 1] == 5) {
            if (code == 38)
                m_look.color = indexed(codes[i + 2] & 255);
            i += 2;
        } else if ((code == 38 || code == 48) && i + 4 < codes.size() && codes[i + 1] == 2) {
            if (code == 38)
                m_look.color = rgb(codes[i + 2], codes[i + 3], codes[i + 4]);
            i += 4;
        }
    }
}

/* Where the sequence that begins at `at` ends, or -1 if its end has not come yet. */
qsizetype AnsiParser::sequence(const QString &text, qsizetype at)
{
    if (at + 1 >= text.size())
        return -1;
    const QChar kind = text[at + 1];
    if (kind == QLatin1Char('[')) {
        for (qsizetype end = at + 2; end < text.size(); end++) {
            const ushort c = text[end].unicode();
            if (c >= 0x40 && c <= 0x7e) {
                if (c == 'm')
                    select_look(text.mid(at + 2, end - at - 2));
                return end + 1;
            }
            if (c < 0x20 || c > 0x3f) /* no sequence at all */
                return end;
        }
        return -1;
    }
    if (kind == QLatin1Char(']')) { /* a title or a link, up to BEL or ESC \ */
        for (qsizetype end = at + 2; end < text.size(); end++) {
            if (text[end] == bell)
                return end + 1;
            if (text[end] == escape)
                return end + 1 < text.size() ? end + 2 : -1;
        }
        return -1;
    }
    const bool with_character = kind == QLatin1Char('(') || kind == QLatin1Char(')');
    return at + (with_character ? 3 : 2) <= text.size() ? at + (with_character ? 3 : 2) : -1;
}

QList<Styled> AnsiParser::parse(const QString &fresh)
{
    const QString text = m_rest + fresh;
    QList<Styled> pieces;
    qsizetype from = 0, at = 0;

    const auto take = [&] {
        if (at > from)
            pieces.append({text.mid(from, at - from), m_look});
    };
    m_rest.clear();
    while ((at = text.indexOf(escape, from)) >= 0) {
        take();
        const qsizetype end = sequence(text, at);
        if (end < 0) {
            if (text.size() - at < LONGEST_SEQUENCE)
                m_rest = text.mid(at);
            return pieces;
        }
        from = end;
    }
    at = text.size();
    take();
    return pieces;
}

} // namespace qi
