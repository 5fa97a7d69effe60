/* SPDX-License-Identifier: BSD-3-Clause */
#include "plain_text.h"

#include <algorithm>
#include <iterator>

#include <QtWidgets/qlabel.h>

namespace qi::plain
{

static bool steers(char16_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static QString writtenOut(char16_t c)
{
    return c < 0x100 ? QStringLiteral("\\x%1").arg(uint(c), 2, 16, QLatin1Char('0'))
                     : QStringLiteral("\\u%1").arg(uint(c), 4, 16, QLatin1Char('0'));
}

/* Half of a character is none, and what draws it may do anything. */
static bool isHalf(const QString &words, qsizetype at)
{
    const QChar c = words[at];

    if (c.isHighSurrogate())
        return at + 1 == words.size() || !words[at + 1].isLowSurrogate();
    return c.isLowSurrogate() && (at == 0 || !words[at - 1].isHighSurrogate());
}

QString whole(const QString &words)
{
    QString result;
    qsizetype from = 0;

    for (qsizetype at = 0; at < words.size(); at++) {
        const char16_t c = words[at].unicode();
        if (c == u'\n' || c == u'\t' || (!steers(c) && !isHalf(words, at)))
            continue;
        result += QStringView(words).mid(from, at - from);
        result += writtenOut(c);
        from = at + 1;
    }
    /* Most texts are as they should be, and are not copied. */
    return from ? result.append(QStringView(words).mid(from)) : words;
}

/* The first so many characters, but no half of one. */
static QString cut(const QString &words, qsizetype longest)
{
    if (words.size() <= longest)
        return words;
    const qsizetype size = words[longest - 1].isHighSurrogate() ? longest - 1 : longest;
    return words.left(size) + QChar(0x2026);
}

QString line(const QString &words, int longest)
{
    return whole(cut(cut(words, longest * 4).simplified(), longest));
}

QString lines(const QString &words, int most)
{
    qsizetype end = 0;

    for (int count = 0; count < most && end >= 0; count++)
        end = words.indexOf(QLatin1Char('\n'), end ? end + 1 : 0);
    const QString first = end > 0 && end < words.size() - 1 ? words.left(end + 1) + QChar(0x2026)
                                                            : words;
    return whole(cut(first, qsizetype(most) * lineLength));
}

QString tip(const QString &words)
{
    QString html = lines(words).toHtmlEscaped();

    if (html.isEmpty())
        return {};
    html.replace(QLatin1Char('\t'), QStringLiteral("&nbsp;&nbsp;&nbsp;&nbsp;"));
    html.replace(QLatin1Char('\n'), QStringLiteral("<br>"));
    return QStringLiteral("<qt>%1</qt>").arg(html);
}

QString breakable(const QString &words)
{
    constexpr int longestWord = 16;
    QString result;
    int sinceBlank = 0;

    for (const QChar c : words) {
        sinceBlank = c.isSpace() ? 0 : sinceBlank + 1;
        if (sinceBlank > longestWord && !c.isLowSurrogate()) {
            result += QChar(0x200b); /* a blank without width */
            sinceBlank = 1;
        }
        result += c;
    }
    return result;
}

QString leftToRight(const QString &words)
{
    constexpr QChar isolate(0x2066), end(0x2069);
    return words.isEmpty() ? words : isolate + words + end;
}

bool isSeen(const QString &words)
{
    static constexpr char32_t blank[] = {0x115f, 0x1160, 0x3164,
                                         0xffa0}; /* letters that fill a syllable */
    const QList<uint> characters = words.toUcs4();

    return std::any_of(characters.begin(), characters.end(), [](char32_t c) {
        return QChar::isLetterOrNumber(c) &&
               std::find(std::begin(blank), std::end(blank), c) == std::end(blank);
    });
}

QString label(const QString &words, int longest)
{
    return line(words, longest).replace(QLatin1Char('&'), QStringLiteral("&&"));
}

void onlyText(QLabel *label)
{
    label->setTextFormat(Qt::PlainText);
}

} // namespace qi::plain
