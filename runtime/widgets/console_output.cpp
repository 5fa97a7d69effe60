// SPDX-License-Identifier: BSD-3-Clause
#include "console_output.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdir.h>
#include <QtCore/qfileinfo.h>
#include <QtCore/qregularexpression.h>
#include <QtGui/qevent.h>
#include <QtGui/qtextdocumentfragment.h>
#include <QtGui/qtextobject.h>
#include <QtWidgets/qmenu.h>
#include <QtWidgets/qscrollbar.h>

#include <qi/output.h>

#include "plain_text.h"
#include "python_lexer.h"
#include "texts.h"

namespace qi
{

using theme::Role;

enum { LONGEST_LINE = 20000 /* characters that are shown of one */ };
enum {
    OWN = 0 /* the state of a block is the index of its origin, plus one; of our own it is this */
};

/* What a piece of text is coloured for, beside its format's colour. */
enum Property { RoleProperty = QTextFormat::UserProperty + 1, ColorProperty, ReverseProperty };

ConsoleOutput::ConsoleOutput(QWidget *parent) : QPlainTextEdit(parent), m_end(document())
{
    setReadOnly(true);
    setUndoRedoEnabled(false);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setFont(theme::fixed_font(font()));
    setMaximumBlockCount(m_most);
    viewport()->setMouseTracking(true);
    m_end.block().setUserState(OWN);
    m_added = 1;
}

/* -- formats ------------------------------------------------------------------------------------------- */

QTextCharFormat ConsoleOutput::format(Role role) const
{
    QTextCharFormat made;
    made.setProperty(RoleProperty, static_cast<int>(role));
    apply_colors(made);
    return made;
}

QTextCharFormat ConsoleOutput::format(const Look &look, Role role) const
{
    QTextCharFormat made;
    made.setProperty(RoleProperty, static_cast<int>(role));
    if (look.color >= 0)
        made.setProperty(ColorProperty, look.color);
    if (look.reverse)
        made.setProperty(ReverseProperty, true);
    if (look.bold)
        made.setFontWeight(QFont::Bold);
    if (look.italic)
        made.setFontItalic(true);
    if (look.underline)
        made.setFontUnderline(true);
    apply_colors(made);
    return made;
}

void ConsoleOutput::apply_colors(QTextCharFormat &format) const
{
    const QColor base = palette().color(QPalette::Base);
    QColor color = theme::color(Role(format.intProperty(RoleProperty)), palette());

    if (format.hasProperty(ColorProperty)) {
        const int wanted = format.intProperty(ColorProperty);
        color = wanted < 16 ? theme::terminal_color(wanted, palette())
                            : theme::readable(QColor(QRgb(wanted)), base);
    }
    if (format.isAnchor()) {
        color = theme::color(Role::Accent, palette());
        format.setFontUnderline(true);
    }
    const bool reverse = format.boolProperty(ReverseProperty);
    format.setForeground(reverse ? base : color);
    if (reverse)
        format.setBackground(color);
}

/* Formats of pieces are collected first: changing one moves the iterator of its block. */
void ConsoleOutput::recolor()
{
    struct Fragment {
        int position, length;
        QTextCharFormat format;
    };
    QList<Fragment> fragments;
    QTextCursor cursor(document());

    for (QTextBlock block = document()->begin(); block.isValid(); block = block.next()) {
        for (auto each = block.begin(); !each.atEnd(); ++each)
            fragments.append({each.fragment().position(), each.fragment().length(),
                              each.fragment().charFormat()});
    }
    cursor.beginEditBlock();
    for (Fragment &fragment : fragments) {
        apply_colors(fragment.format);
        cursor.setPosition(fragment.position);
        cursor.setPosition(fragment.position + fragment.length, QTextCursor::KeepAnchor);
        cursor.setCharFormat(fragment.format);
    }
    cursor.endEditBlock();
}

void ConsoleOutput::changeEvent(QEvent *event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange)
        recolor();
}

/* -- adding -------------------------------------------------------------------------------------------- */

void ConsoleOutput::begin()
{
    if (m_depth++)
        return;
    const QScrollBar *bar = verticalScrollBar();
    m_following = bar->value() >= bar->maximum() - 1;
    m_end.movePosition(QTextCursor::End);
    m_end.beginEditBlock();
}

void ConsoleOutput::end()
{
    if (--m_depth)
        return;
    m_end.endEditBlock();
    count_dropped();
    if (m_following)
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
}

void ConsoleOutput::count_dropped()
{
    const qint64 dropped = m_added - blockCount();
    if (dropped == m_dropped)
        return;
    m_dropped = dropped;
    Q_EMIT lines_dropped();
}

/* What would make Qt begin another block, of which nobody knows whose it is, only breaks the line. */
static QString in_one_block(const QString &text)
{
    static const QRegularExpression breaks(QStringLiteral("[\\r\\n\\x{2029}\\x{fdd0}\\x{fdd1}]"));
    QString line = text;
    line.replace(breaks, QStringLiteral("\n"));
    return plain::whole(line).replace(QLatin1Char('\n'), QChar::LineSeparator);
}

void ConsoleOutput::put(const QString &text, const QTextCharFormat &format)
{
    m_end.insertText(in_one_block(text), format);
}

void ConsoleOutput::new_line()
{
    m_end.insertBlock();
    m_end.block().setUserState(OWN);
    m_added++;
}

/* Begins a line of its own for an origin, "" too; our own pieces are of no origin, a null string. */
void ConsoleOutput::start_line(const QString &origin)
{
    if (m_end.block().length() > 1 || m_open_stream)
        new_line();
    m_open_stream = 0;
    m_returned = false;
    if (origin.isNull())
        return;
    if (!m_origins.contains(origin)) {
        m_origins.append(origin);
        Q_EMIT origin_seen(origin);
    }
    m_end.block().setUserState(int(m_origins.indexOf(origin)) + 1);
    m_end.block().setVisible(is_visible(origin));
}

void ConsoleOutput::put_python(const QString &line, int &state)
{
    int at = 0;

    for (const Piece &piece : python_pieces(line, state)) {
        put(line.mid(at, piece.start - at), format(Role::Text));
        put(line.mid(piece.start, piece.length), format(piece.role));
        at = piece.start + piece.length;
    }
    put(line.mid(at), format(Role::Text));
}

void ConsoleOutput::add_input(const QString &source)
{
    int state = -1;
    bool first = true;

    begin();
    for (const QString &line : source.split(QLatin1Char('\n'))) {
        start_line(QString());
        if (m_end.block().length() > 1)
            new_line();
        put(first ? QStringLiteral(">>> ") : QStringLiteral("... "), format(Role::Muted));
        put_python(line, state);
        first = false;
    }
    m_open_stream = 0;
    new_line();
    end();
}

/* How much of a text there is before an index, without one half of a character. */
static qsizetype whole_before(const QString &text, qsizetype index)
{
    return index < text.size() && text[index].isLowSurrogate() ? index - 1 : index;
}

static QString shortened(const QString &line)
{
    if (line.size() <= LONGEST_LINE)
        return line;
    const qsizetype size = whole_before(line, LONGEST_LINE);
    return line.left(size) + Texts::tr("… [%L1 more characters]").arg(line.size() - size);
}

void ConsoleOutput::add_result(const QString &text)
{
    begin();
    for (const QString &line : text.split(QLatin1Char('\n'))) {
        start_line(QString());
        put(shortened(line), format(Role::Text));
        new_line();
    }
    end();
}

void ConsoleOutput::add_note(const QString &text)
{
    begin();
    start_line(QString());
    put(text, format(Role::Muted));
    new_line();
    end();
}

void ConsoleOutput::add_lost(qint64 lines, bool with_note)
{
    begin();
    m_added += lines;
    if (with_note)
        add_note(Texts::tr("[%L1 lines were left out here]").arg(lines));
    end();
}

/* Links are what Python writes of a place in a file, where there is one. */
void ConsoleOutput::put_linked(const QString &text, const QTextCharFormat &plain)
{
    static const QRegularExpression place(QStringLiteral("File \"([^\"]+)\", line (\\d+)"));
    qsizetype at = 0;

    for (auto each = place.globalMatch(text); each.hasNext();) {
        const QRegularExpressionMatch match = each.next();
        const QString file = match.captured(1); /* in text from anywhere */
        if (!QDir::isAbsolutePath(file) || !QFileInfo(file).isFile())
            continue;
        QTextCharFormat link = plain;
        link.setAnchor(true);
        link.setAnchorHref(match.captured(2) + QLatin1Char(':') + match.captured(1));
        link.setToolTip(
            plain::tip(Texts::tr("Open %1 at line %2").arg(match.captured(1), match.captured(2))));
        apply_colors(link);
        put(text.mid(at, match.capturedStart() - at), plain);
        put(match.captured(), link);
        at = match.capturedEnd();
    }
    put(text.mid(at), plain);
}

void ConsoleOutput::add_traceback(const QString &text)
{
    begin();
    for (const QString &line : text.split(QLatin1Char('\n'))) {
        if (line.isEmpty())
            continue;
        start_line(QString());
        put_linked(shortened(line), format(Role::Error));
        new_line();
    }
    end();
}

void ConsoleOutput::put_styled(AnsiParser &parser, const QString &text, Role role)
{
    for (const Styled &piece : parser.parse(text))
        put_linked(piece.text, format(piece.look, role));
}

/* What comes after a carriage return takes the place of the line, as a terminal would show it. */
void ConsoleOutput::rewrite_line()
{
    m_returned = false;
    m_end.movePosition(QTextCursor::StartOfBlock, QTextCursor::KeepAnchor);
    m_end.removeSelectedText();
}

/* Lines that would be dropped at once are not laid out at all. Returns where those begin that are kept. */
qsizetype ConsoleOutput::skip_lines(const QString &text)
{
    qsizetype from = text.size();

    for (int kept = 0; from > 0 && kept <= m_most; kept++)
        from = text.lastIndexOf(QLatin1Char('\n'), from - 1);
    if (from <= 0)
        return 0;
    m_added += QStringView(text).left(from + 1).count(QLatin1Char('\n'));
    return from + 1;
}

void ConsoleOutput::add_printed(int stream, const QString &text)
{
    static const QRegularExpression ends(QStringLiteral("[\\r\\n]"));
    const Role role = stream == 2 ? Role::Error : Role::Text;
    AnsiParser &parser = m_printed[stream == 2];

    begin();
    if (m_open_stream != stream) {
        start_line(QString());
        m_open_stream = stream;
    }
    qsizetype at = skip_lines(text);
    while (at < text.size()) {
        qsizetype end = text.indexOf(ends, at);
        if (end < 0)
            end = text.size();
        if (end > at) {
            if (m_returned)
                rewrite_line();
            /* A line that grows for ever is broken, or the window would have to lay it out for ever. */
            while (end - at > LONGEST_LINE) {
                const qsizetype next = whole_before(text, at + LONGEST_LINE);
                put_styled(parser, text.mid(at, next - at), role);
                new_line();
                at = next;
            }
            put_styled(parser, text.mid(at, end - at), role);
            if (m_end.positionInBlock() > LONGEST_LINE)
                new_line();
        }
        if (end < text.size()) {
            m_returned = text[end] == QLatin1Char('\r');
            if (!m_returned)
                new_line();
        }
        at = end + 1;
    }
    if (m_end.block().length() <= 1)
        m_open_stream = 0; /* the line is complete */
    end();
}

static QString after_last_return(const QString &text)
{
    QString line = text;
    while (line.endsWith(QLatin1Char('\r')))
        line.chop(1);
    return line.mid(line.lastIndexOf(QLatin1Char('\r')) + 1);
}

void ConsoleOutput::add_line(const QString &origin, int stream, const QString &text)
{
    const QString name = origin.isNull() ? QStringLiteral("") : origin;

    begin();
    start_line(name);
    if (!name.isEmpty())
        put(QLatin1Char('[') + (name[0] == QLatin1Char('>') ? name.mid(1) : name) +
                QLatin1String("] "),
            format(Role::Accent));
    m_lines.reset();
    const Role role = stream == QI_OUTPUT_STDOUT   ? Role::Text
                      : stream == QI_OUTPUT_STDERR ? Role::Error
                                                   : Role::Warning;
    put_styled(m_lines, shortened(after_last_return(text)), role);
    new_line();
    end();
}

void ConsoleOutput::set_visible(const QString &origin, bool visible)
{
    if (visible == is_visible(origin))
        return;
    if (visible)
        m_hidden.remove(origin);
    else
        m_hidden.insert(origin);
    const int state = int(m_origins.indexOf(origin)) + 1;
    if (state == 0)
        return;
    for (QTextBlock block = document()->begin(); block.isValid(); block = block.next()) {
        if (block.userState() == state)
            block.setVisible(visible);
    }
    document()->markContentsDirty(0, document()->characterCount());
    viewport()->update();
    updateGeometry();
    /* The layout learns of it when the document changes, which a cursor can pretend. */
    Q_EMIT document()->documentLayout()->documentSizeChanged(
        document()->documentLayout()->documentSize());
}

void ConsoleOutput::set_most_lines(int lines)
{
    m_most = std::max(lines, 100);
    setMaximumBlockCount(m_most);
    count_dropped();
}

void ConsoleOutput::forget()
{
    document()->clear();
    m_end = QTextCursor(document());
    m_end.block().setUserState(OWN);
    m_added = 1;
    m_open_stream = 0;
    m_returned = false;
    for (AnsiParser &parser : m_printed)
        parser.reset();
    count_dropped();
}

/* -- links --------------------------------------------------------------------------------------------- */

void ConsoleOutput::open(const QString &link)
{
    const qsizetype colon = link.indexOf(QLatin1Char(':'));
    Q_EMIT open_requested(link.mid(colon + 1), link.left(colon).toInt());
}

/* The first link of the line that the cursor is in. */
QString ConsoleOutput::link_of_line() const
{
    const QTextBlock block = textCursor().block();

    for (auto each = block.begin(); !each.atEnd(); ++each) {
        if (each.fragment().charFormat().isAnchor())
            return each.fragment().charFormat().anchorHref();
    }
    return {};
}

void ConsoleOutput::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        const QString link = link_of_line();
        if (!link.isEmpty())
            return open(link);
    }
    QPlainTextEdit::keyPressEvent(event);
}

void ConsoleOutput::mouseMoveEvent(QMouseEvent *event)
{
    const bool link = !anchorAt(event->position().toPoint()).isEmpty();
    viewport()->setCursor(link ? Qt::PointingHandCursor : Qt::IBeamCursor);
    QPlainTextEdit::mouseMoveEvent(event);
}

void ConsoleOutput::mouseReleaseEvent(QMouseEvent *event)
{
    QPlainTextEdit::mouseReleaseEvent(event);
    const QString link = anchorAt(event->position().toPoint());
    if (event->button() == Qt::LeftButton && !link.isEmpty() && !textCursor().hasSelection())
        open(link);
}

void ConsoleOutput::wheelEvent(QWheelEvent *event)
{
    const std::optional<int> steps = m_wheel.turned(event);
    if (!steps)
        QPlainTextEdit::wheelEvent(event);
    else if (*steps)
        Q_EMIT zoomed(*steps);
}

/* Without an event loop of its own, in which the console could go. */
void ConsoleOutput::contextMenuEvent(QContextMenuEvent *event)
{
    QMenu *menu = createStandardContextMenu();
    const QString link = anchorAt(event->pos());

    if (!link.isEmpty()) {
        auto *action = new QAction(Texts::tr("Open the file"), menu);
        connect(action, &QAction::triggered, this, [this, link] { open(link); });
        menu->insertAction(menu->actions().value(0), action);
    }
    Q_EMIT menu_opens(menu);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->popup(event->globalPos());
}

} // namespace qi
