// SPDX-License-Identifier: BSD-3-Clause
#include "python_lexer.h"

#include <QtCore/qset.h>

namespace qi
{

namespace
{

using theme::Role;

/* A state: which quote ends the string, whether three of them do, and what kind of string it is. */
enum { OPEN = 1, DOUBLE = 2, TRIPLE = 4, RAW = 8, FORMAT = 16 };

/* Of f-strings in f-strings that are coloured. A line may be anybody's, and the stack has an end. */
enum { DEEPEST = 20 };

const QSet<QString> &keywords()
{
    static const QSet<QString> all = [] {
        const QString text = QStringLiteral(
            "False None True and as assert async await break class continue def del elif else "
            "except "
            "finally for from global if import in is lambda nonlocal not or pass raise return try "
            "while with yield");
        const QStringList words = text.split(QLatin1Char(' '));
        return QSet<QString>(words.begin(), words.end());
    }();
    return all;
}

const QSet<QString> &builtins()
{
    static const QSet<QString> all = [] {
        const QString text = QStringLiteral(
            "abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr "
            "classmethod compile complex delattr dict dir divmod enumerate eval exec filter float "
            "format frozenset getattr globals hasattr hash help hex id input int isinstance "
            "issubclass "
            "iter len list locals map max memoryview min next object oct open ord pow print "
            "property "
            "range repr reversed round self set setattr slice sorted staticmethod str sum super "
            "tuple "
            "type vars zip Exception BaseException ValueError TypeError KeyError IndexError "
            "AttributeError RuntimeError OSError NotImplementedError StopIteration TimeoutError");
        const QStringList words = text.split(QLatin1Char(' '));
        return QSet<QString>(words.begin(), words.end());
    }();
    return all;
}

bool begins_word(QChar c)
{
    return c.isLetter() || c == QLatin1Char('_');
}

bool in_word(QChar c)
{
    return c.isLetterOrNumber() || c == QLatin1Char('_');
}

class Lexer
{
  public:
    Lexer(const QString &line, int state, int level = 0)
        : m_line(line), m_state(state > 0 ? state : 0), m_level(level)
    {
    }

    QList<Piece> run()
    {
        if (m_state & OPEN)
            string_rest(0);
        while (m_at < m_line.size())
            next();
        return m_pieces;
    }

    int state() const { return m_state; }

  private:
    QChar at(qsizetype index) const { return index < m_line.size() ? m_line[index] : QChar(); }

    void add(qsizetype from, Role role)
    {
        if (m_at > from)
            m_pieces.append({int(from), int(m_at - from), role});
    }

    void next()
    {
        const QChar c = at(m_at);

        if (c == QLatin1Char('#')) {
            const qsizetype from = m_at;
            m_at = m_line.size();
            add(from, Role::Comment);
        } else if (c == QLatin1Char('"') || c == QLatin1Char('\'')) {
            string(m_at, 0);
        } else if (begins_word(c)) {
            word();
        } else if (c.isDigit() || (c == QLatin1Char('.') && at(m_at + 1).isDigit())) {
            number();
        } else if (c == QLatin1Char('@') && m_line.left(m_at).trimmed().isEmpty()) {
            decorator();
        } else {
            m_at++;
            if (!c.isSpace())
                m_after = QString();
        }
    }

    void decorator()
    {
        const qsizetype from = m_at++;
        while (in_word(at(m_at)) || at(m_at) == QLatin1Char('.'))
            m_at++;
        add(from, Role::Decorator);
    }

    void number()
    {
        const qsizetype from = m_at;
        while (in_word(at(m_at)) || at(m_at) == QLatin1Char('.') ||
               ((at(m_at) == QLatin1Char('+') || at(m_at) == QLatin1Char('-')) &&
                at(m_at - 1).toLower() == QLatin1Char('e') && !is_hexadecimal(from)))
            m_at++;
        add(from, Role::Number);
    }

    bool is_hexadecimal(qsizetype from) const { return at(from + 1).toLower() == QLatin1Char('x'); }

    void word()
    {
        const qsizetype from = m_at;
        while (in_word(at(m_at)))
            m_at++;
        const QString text = m_line.mid(from, m_at - from);
        const QChar quote = at(m_at);
        if ((quote == QLatin1Char('"') || quote == QLatin1Char('\'')) && is_prefix(text))
            return string(from, flags_of(text));
        const bool attribute = from > 0 && at(from - 1) == QLatin1Char('.');
        if (m_after == QLatin1String("def") || m_after == QLatin1String("class"))
            add(from, Role::Definition);
        else if (!attribute && (keywords().contains(text) || is_soft_keyword(text, from)))
            add(from, Role::Keyword);
        else if (!attribute && builtins().contains(text))
            add(from, Role::Builtin);
        m_after = text;
    }

    /* `match`, `case` and `type` where they begin a line that has the shape of their statement. */
    bool is_soft_keyword(const QString &text, qsizetype from) const
    {
        if (!m_line.left(from).trimmed().isEmpty() || at(m_at) != QLatin1Char(' '))
            return false;
        if (text == QLatin1String("type"))
            return begins_word(at(m_at + 1)) && m_line.contains(QLatin1Char('='));
        return (text == QLatin1String("match") || text == QLatin1String("case")) &&
               m_line.trimmed().endsWith(QLatin1Char(':'));
    }

    static bool is_prefix(const QString &text)
    {
        static const QSet<QString> prefixes{
            QStringLiteral("r"),  QStringLiteral("b"),  QStringLiteral("f"),  QStringLiteral("u"),
            QStringLiteral("t"),  QStringLiteral("br"), QStringLiteral("rb"), QStringLiteral("fr"),
            QStringLiteral("rf"), QStringLiteral("tr"), QStringLiteral("rt")};
        return prefixes.contains(text.toLower());
    }

    static int flags_of(const QString &prefix)
    {
        const QString lower = prefix.toLower();
        return (lower.contains(QLatin1Char('r')) ? RAW : 0) |
               (lower.contains(QLatin1Char('f')) || lower.contains(QLatin1Char('t')) ? FORMAT : 0);
    }

    /* From the prefix on; m_at is at the first quote. */
    void string(qsizetype from, int flags)
    {
        const QChar quote = at(m_at);
        flags |= OPEN | (quote == QLatin1Char('"') ? DOUBLE : 0);
        if (at(m_at + 1) == quote && at(m_at + 2) == quote) {
            flags |= TRIPLE;
            m_at += 2;
        }
        m_at++;
        m_state = flags;
        string_rest(from);
    }

    /* The rest of a string that m_state describes, up to its end or the line's. */
    void string_rest(qsizetype from)
    {
        const QChar quote = QLatin1Char(m_state & DOUBLE ? '"' : '\'');

        while (m_at < m_line.size()) {
            const QChar c = at(m_at);
            if (c == QLatin1Char('\\')) {
                m_at = std::min<qsizetype>(m_at + 2, m_line.size());
                continue;
            }
            if (c == quote && ends_here(quote)) {
                m_at += m_state & TRIPLE ? 3 : 1;
                add(from, Role::String);
                m_state = 0;
                return;
            }
            if (c == QLatin1Char('{') && m_state & FORMAT)
                from = replacement(from);
            else
                m_at++;
        }
        add(from, Role::String);
        /* Without three quotes only a backslash at its very end takes a string to the next line. */
        if (!(m_state & TRIPLE) && !m_line.endsWith(QLatin1Char('\\')))
            m_state = 0;
    }

    bool ends_here(QChar quote) const
    {
        return !(m_state & TRIPLE) || (at(m_at + 1) == quote && at(m_at + 2) == quote);
    }

    /* The expression in braces of an f-string, coloured as code. Returns where the string goes on. */
    qsizetype replacement(qsizetype from)
    {
        if (at(m_at + 1) == QLatin1Char('{')) {
            m_at += 2;
            return from;
        }
        qsizetype end = m_at + 1;
        for (int depth = 1; end < m_line.size(); end++) {
            depth += at(end) == QLatin1Char('{');
            depth -= at(end) == QLatin1Char('}');
            if (!depth)
                break;
        }
        if (end >= m_line.size()) { /* it goes on in the next line, or is a mistake */
            m_at++;
            return from;
        }
        if (m_level >= DEEPEST) {
            m_at = end + 1;
            return from;
        }
        add(from, Role::String);
        const QString inside = m_line.mid(m_at + 1, end - m_at - 1);
        for (Piece piece : Lexer(inside, 0, m_level + 1).run()) {
            piece.start += int(m_at) + 1;
            m_pieces.append(piece);
        }
        m_at = end + 1;
        return m_at;
    }

    const QString &m_line;
    int m_state;
    int m_level; /* of f-strings around the line */
    qsizetype m_at = 0;
    QString m_after; /* the word before */
    QList<Piece> m_pieces;
};

} // namespace

QList<Piece> python_pieces(const QString &line, int &state)
{
    Lexer lexer(line, state);
    const QList<Piece> pieces = lexer.run();

    state = lexer.state();
    return pieces;
}

} // namespace qi
