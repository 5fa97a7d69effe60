// SPDX-License-Identifier: BSD-3-Clause
#include "console_input.h"

#include <QtCore/qmimedata.h>
#include <QtCore/qregularexpression.h>
#include <QtGui/qevent.h>
#include <QtGui/qscreen.h>
#include <QtGui/qstandarditemmodel.h>
#include <QtGui/qtextdocument.h>
#include <QtWidgets/qabstractitemview.h>
#include <QtWidgets/qapplication.h>
#include <QtWidgets/qcompleter.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlistview.h>
#include <QtWidgets/qscrollbar.h>

#include "plain_text.h"
#include "python_lexer.h"
#include "texts.h"
#include "theme.h"

namespace qi
{

enum { INDENT = 4, MOST_LINES = 12 };
enum { KindRole = Qt::UserRole + 1 };

/* -- colours ------------------------------------------------------------------------------------------- */

PythonHighlighter::PythonHighlighter(QTextDocument *document, QWidget *palette_of)
    : QSyntaxHighlighter(document), m_widget(palette_of)
{
}

void PythonHighlighter::highlightBlock(const QString &text)
{
    int state = previousBlockState();

    for (const Piece &piece : python_pieces(text, state))
        setFormat(piece.start, piece.length, theme::color(piece.role, m_widget->palette()));
    setCurrentBlockState(state);
}

/* -- the editor ---------------------------------------------------------------------------------------- */

ConsoleInput::ConsoleInput(ConsolePython *python, ConsoleHistory *history, QWidget *parent)
    : QPlainTextEdit(parent), m_python(python), m_history(history),
      m_completer(new QCompleter(this)), m_matches(new QStandardItemModel(this)),
      m_tip(new QLabel(this, Qt::ToolTip))
{
    setLineWrapMode(QPlainTextEdit::WidgetWidth);
    setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    new PythonHighlighter(document(), this);

    m_completer->setWidget(this);
    m_completer->setModel(m_matches);
    m_completer->setCompletionMode(QCompleter::UnfilteredPopupCompletion);
    set_font(theme::fixed_font(font()));
    m_completer->popup()->setAccessibleName(Texts::tr("Completions"));
    m_completer->popup()->installEventFilter(this);
    connect(m_completer, qOverload<const QModelIndex &>(&QCompleter::activated), this,
            [this](const QModelIndex &index) { take_completion(index.data().toString()); });
    connect(m_completer, qOverload<const QModelIndex &>(&QCompleter::highlighted), this,
            &ConsoleInput::show_documentation);

    m_tip->setTextFormat(Qt::RichText);
    m_tip->setMargin(4);
    m_tip->setWordWrap(true);
    m_tip->setFrameShape(QFrame::Box);
    connect(document(), &QTextDocument::contentsChanged, this, &ConsoleInput::adjust_height);
    connect(document(), &QTextDocument::contentsChanged, this, [this] {
        if (!m_setting)
            m_at = -1;
    });
    adjust_height();
}

ConsoleInput::~ConsoleInput()
{
    delete m_tip; /* a window, though a child */
}

bool ConsoleInput::is_completing() const
{
    return m_completer->popup()->isVisible();
}

void ConsoleInput::hide_popups()
{
    m_completer->popup()->hide();
    m_tip->hide();
}

QString ConsoleInput::before_cursor() const
{
    return source().left(textCursor().position());
}

void ConsoleInput::set_source(const QString &source)
{
    QTextCursor cursor = textCursor();

    /* Not setPlainText(), which forgets what could be undone. */
    cursor.beginEditBlock();
    cursor.select(QTextCursor::Document);
    cursor.insertText(source);
    cursor.endEditBlock();
    setTextCursor(cursor);
    ensureCursorVisible();
}

void ConsoleInput::set_font(const QFont &font)
{
    setFont(font);
    setTabStopDistance(INDENT * fontMetrics().horizontalAdvance(QLatin1Char(' ')));
    m_completer->popup()->setFont(font);
    adjust_height();
}

void ConsoleInput::wheelEvent(QWheelEvent *event)
{
    const std::optional<int> steps = m_wheel.turned(event);
    if (!steps)
        QPlainTextEdit::wheelEvent(event);
    else if (*steps)
        Q_EMIT zoomed(*steps);
}

void ConsoleInput::adjust_height()
{
    updateGeometry();
}

QSize ConsoleInput::sizeHint() const
{
    const int lines = std::clamp(int(document()->size().height()), 1, int(MOST_LINES));
    const QMargins margins = contentsMargins();
    const int height = lines * fontMetrics().lineSpacing() + 2 * int(document()->documentMargin()) +
                       margins.top() + margins.bottom() + 2 * frameWidth();
    return {QPlainTextEdit::sizeHint().width(), height};
}

QSize ConsoleInput::minimumSizeHint() const
{
    return {fontMetrics().averageCharWidth() * 20, sizeHint().height()};
}

void ConsoleInput::changeEvent(QEvent *event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        if (auto *highlighter = document()->findChild<QSyntaxHighlighter *>())
            highlighter->rehighlight();
    }
}

void ConsoleInput::focusOutEvent(QFocusEvent *event)
{
    if (event->reason() != Qt::PopupFocusReason)
        m_tip->hide();
    QPlainTextEdit::focusOutEvent(event);
}

/* -- keys ---------------------------------------------------------------------------------------------- */

/* What belongs to typing is the field's while it has the focus, as in any other. All else is the application's first. */
bool ConsoleInput::event(QEvent *event)
{
    if (event->type() == QEvent::ShortcutOverride) {
        auto *key = static_cast<QKeyEvent *>(event);
        const bool control = key->modifiers() == Qt::ControlModifier;
        if (control && (key->key() == Qt::Key_C || key->key() == Qt::Key_Space ||
                        key->key() == Qt::Key_Return)) {
            event->accept();
            return true;
        }
    }
    return QPlainTextEdit::event(event);
}

/* The popup has the keyboard while it is open, and hands on what it does not want. */
bool ConsoleInput::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_completer->popup() && event->type() == QEvent::Hide)
        m_tip->hide();
    if (watched != m_completer->popup() || event->type() != QEvent::KeyPress)
        return QPlainTextEdit::eventFilter(watched, event);
    auto *key = static_cast<QKeyEvent *>(event);
    QAbstractItemView *popup = m_completer->popup();
    if (key->key() == Qt::Key_Tab) {
        const QModelIndex index = popup->currentIndex();
        take_completion((index.isValid() ? index : m_matches->index(0, 0)).data().toString());
        return true;
    }
    const bool enter = key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter;
    if (enter && !popup->currentIndex().isValid()) {
        popup->hide(); /* nothing was chosen, so Enter means the input */
        keyPressEvent(key);
        return true;
    }
    return false;
}

void ConsoleInput::keyPressEvent(QKeyEvent *event)
{
    if (command_key(event) || return_key(event) || tab_key(event) || history_key(event) ||
        backspace_key(event)) {
        event->accept();
        return;
    }
    QPlainTextEdit::keyPressEvent(event);
    typed(event->text());
}

bool ConsoleInput::command_key(QKeyEvent *event)
{
    const bool control = event->modifiers() == Qt::ControlModifier;

    if (event->key() == Qt::Key_Escape && m_tip->isVisible()) {
        m_tip->hide();
    } else if (control && event->key() == Qt::Key_C && !textCursor().hasSelection()) {
        Q_EMIT interrupted();
    } else if (control && event->key() == Qt::Key_L) {
        Q_EMIT clear_wanted();
    } else if (control && event->key() == Qt::Key_R) {
        Q_EMIT search_wanted();
    } else if (control && event->key() == Qt::Key_Space) {
        complete(true);
    } else if (event->key() == Qt::Key_F6) {
        Q_EMIT leave_wanted();
    } else {
        return false;
    }
    return true;
}

bool ConsoleInput::return_key(QKeyEvent *event)
{
    if (event->key() != Qt::Key_Return && event->key() != Qt::Key_Enter)
        return false;
    hide_popups();
    const QString text = source();
    const bool at_end = before_cursor().size() == text.size() ||
                        text.mid(textCursor().position()).trimmed().isEmpty();
    const bool one_line = !text.contains(QLatin1Char('\n'));
    const bool wants_line = event->modifiers() & Qt::ShiftModifier;
    const bool wants_end = event->modifiers() & Qt::ControlModifier;
    if (!wants_line && (wants_end || ((at_end || one_line) && m_python->is_complete(text))))
        Q_EMIT submitted();
    else
        new_line();
    return true;
}

/* A word at the beginning of a line after which a block goes back. */
static bool leaves_block(const QString &line)
{
    static const QRegularExpression leaves(
        QStringLiteral("^\\s*(return|pass|break|continue|raise)\\b"));
    return leaves.match(line).hasMatch();
}

/* The line without its comment, as far as the colours know. */
static QString code_of(const QString &line, int state)
{
    QString code = line;
    for (const Piece &piece : python_pieces(line, state)) {
        if (piece.role == theme::Role::Comment)
            code.truncate(piece.start);
    }
    return code.trimmed();
}

void ConsoleInput::new_line()
{
    QTextCursor cursor = textCursor();
    const QString line = cursor.block().text().left(cursor.positionInBlock());
    const int state = cursor.block().previous().isValid() ? cursor.block().previous().userState()
                                                          : -1;
    const QString code = code_of(line, state);
    qsizetype depth = 0;

    while (depth < line.size() && line[depth] == QLatin1Char(' '))
        depth++;
    if (code.endsWith(QLatin1Char(':')) || code.endsWith(QLatin1Char('(')) ||
        code.endsWith(QLatin1Char('[')) || code.endsWith(QLatin1Char('{')))
        depth += INDENT;
    else if (leaves_block(line))
        depth = std::max<qsizetype>(0, depth - INDENT);
    cursor.insertText(QLatin1Char('\n') + QString(depth, QLatin1Char(' ')));
    setTextCursor(cursor);
    ensureCursorVisible();
}

bool ConsoleInput::tab_key(QKeyEvent *event)
{
    if (event->key() != Qt::Key_Tab && event->key() != Qt::Key_Backtab)
        return false;
    if (event->modifiers() & ~Qt::ShiftModifier)
        return false;
    const QString line = textCursor().block().text();
    const QString before = line.left(textCursor().positionInBlock());
    if (event->key() == Qt::Key_Backtab) {
        if (textCursor().hasSelection() || line.startsWith(QLatin1Char(' ')))
            indent(false);
        else
            /* The way out for the keyboard, past what an editor makes of it. */
            QWidget::focusNextPrevChild(false); // NOLINT(bugprone-parent-virtual-call)
    } else if (source().isEmpty()) {
        QWidget::focusNextPrevChild(true); // NOLINT(bugprone-parent-virtual-call)
    } else if (textCursor().hasSelection() || before.trimmed().isEmpty()) {
        indent(true);
    } else {
        complete(true);
    }
    return true;
}

static void indent_line(QTextCursor line, bool more)
{
    line.movePosition(QTextCursor::StartOfBlock);
    if (more) {
        line.insertText(QString(INDENT, QLatin1Char(' ')));
        return;
    }
    for (int i = 0; i < INDENT && line.block().text().startsWith(QLatin1Char(' ')); i++)
        line.deleteChar();
}

void ConsoleInput::indent(bool more)
{
    QTextCursor cursor = textCursor();

    if (more && !cursor.hasSelection()) {
        const int column = cursor.positionInBlock();
        cursor.insertText(QString(INDENT - column % INDENT, QLatin1Char(' ')));
        return;
    }
    const QTextBlock last = document()->findBlock(cursor.selectionEnd());
    cursor.beginEditBlock();
    for (QTextBlock block = document()->findBlock(cursor.selectionStart()); block.isValid();
         block = block.next()) {
        indent_line(QTextCursor(block), more);
        if (block == last)
            break;
    }
    cursor.endEditBlock();
}

bool ConsoleInput::backspace_key(QKeyEvent *event)
{
    if (event->key() != Qt::Key_Backspace || event->modifiers() != Qt::NoModifier ||
        textCursor().hasSelection())
        return false;
    QTextCursor cursor = textCursor();
    const int column = cursor.positionInBlock();
    const QString before = cursor.block().text().left(column);
    if (column == 0 || !before.trimmed().isEmpty() || before.contains(QLatin1Char('\t')))
        return false;
    cursor.movePosition(QTextCursor::Left, QTextCursor::KeepAnchor,
                        column % INDENT ? column % INDENT : int(INDENT));
    cursor.removeSelectedText();
    return true;
}

/* -- the history --------------------------------------------------------------------------------------- */

bool ConsoleInput::history_key(QKeyEvent *event)
{
    const bool up = event->key() == Qt::Key_Up, down = event->key() == Qt::Key_Down;

    if ((!up && !down) || (event->modifiers() & ~Qt::KeypadModifier))
        return false;
    QTextCursor moved = textCursor();
    if (moved.movePosition(up ? QTextCursor::Up : QTextCursor::Down))
        return false; /* there is a line to go to; wrapped ones count */
    walk_history(up);
    return true;
}

void ConsoleInput::walk_history(bool back)
{
    if (m_at < 0) {
        if (!back)
            return;
        m_draft = source();
        m_prefix = before_cursor();
        m_at = m_history->entries().size();
    }
    const qsizetype found = back ? m_history->before(m_at, m_prefix, source())
                                 : m_history->after(m_at, m_prefix, source());
    if (found < 0 && back)
        return;
    m_setting = true; /* what we set ourselves does not end the walk */
    set_source(found < 0 ? m_draft : m_history->entries().at(found));
    m_setting = false;
    m_at = found;
    /* Up goes on walking from the first line, Down from the last. */
    if (back && m_prefix.isEmpty() && found >= 0 && source().contains(QLatin1Char('\n'))) {
        QTextCursor cursor = textCursor();
        cursor.movePosition(QTextCursor::Start);
        cursor.movePosition(QTextCursor::EndOfBlock);
        setTextCursor(cursor);
    }
}

/* -- completion ---------------------------------------------------------------------------------------- */

void ConsoleInput::typed(const QString &text)
{
    if (text.isEmpty())
        return;
    const QChar c = text.back();
    if (c == QLatin1Char('(') || c == QLatin1Char(',') || c == QLatin1Char(')'))
        update_call_tip(false);
    if (is_completing() || c == QLatin1Char('.'))
        complete(false);
}

/* Where completions belong: by `asked`, at once if there is but one; else only as a popup. */
void ConsoleInput::complete(bool asked)
{
    const QString before = before_cursor();
    const Matches matches = m_python->complete(source(), textCursor().position());

    m_word_start = matches.start;
    const QString word = before.mid(m_word_start);
    const bool only_itself = matches.list.size() == 1 && matches.list[0].text == word;
    if (matches.list.isEmpty() || only_itself) {
        m_completer->popup()->hide();
        if (asked)
            update_call_tip(true);
        return;
    }
    if (asked && matches.list.size() == 1)
        return take_completion(matches.list[0].text);
    m_matches->clear();
    for (const Match &match : matches.list) {
        auto *item = new QStandardItem(match.text);
        item->setData(match.kind, KindRole);
        item->setData(Texts::tr("%1, %2").arg(match.text, match.kind), Qt::AccessibleTextRole);
        m_matches->appendRow(item);
    }
    QRect place = cursorRect();
    QTextCursor start = textCursor();
    start.setPosition(m_word_start);
    place.setLeft(cursorRect(start).left());
    place.setWidth(std::max(220, m_completer->popup()->sizeHintForColumn(0) +
                                     m_completer->popup()->verticalScrollBar()->sizeHint().width() +
                                     8));
    m_completer->complete(place);
    m_completer->popup()->setCurrentIndex(asked ? m_matches->index(0, 0) : QModelIndex());
    if (asked)
        show_documentation(m_matches->index(0, 0));
}

void ConsoleInput::take_completion(const QString &text)
{
    QTextCursor cursor = textCursor();

    m_completer->popup()->hide();
    cursor.setPosition(m_word_start, QTextCursor::MoveAnchor);
    cursor.setPosition(textCursor().position(), QTextCursor::KeepAnchor);
    cursor.insertText(text);
    setTextCursor(cursor);
    update_call_tip(false);
}

static constexpr int tipLines = 40; /* what a screen holds */

static QString html_of(const Tip &tip)
{
    QString text = QStringLiteral("<b><code>%1</code></b>")
                       .arg(plain::lines(tip.signature).toHtmlEscaped());
    if (!tip.documentation.isEmpty())
        text += QStringLiteral("<pre style='white-space: pre-wrap'>%1</pre>")
                    .arg(plain::lines(tip.documentation, tipLines).toHtmlEscaped());
    return text;
}

/* Beside the popup: what is chosen there. */
void ConsoleInput::show_documentation(const QModelIndex &index)
{
    static const QRegularExpression dotted(QStringLiteral("[\\w.]*$"));
    const QString before = source().left(m_word_start);
    const QString kind = index.data(KindRole).toString();

    if (!index.isValid() || kind == QLatin1String("keyword") || kind == QLatin1String("argument"))
        return m_tip->hide();
    const Tip tip = m_python->describe(dotted.match(before).captured() + index.data().toString());
    const QAbstractItemView *popup = m_completer->popup();
    if (!tip || !popup->isVisible())
        return m_tip->hide();
    show_tip(html_of(tip), popup->mapToGlobal(popup->rect().topRight() + QPoint(4, 0)));
}

void ConsoleInput::update_call_tip(bool asked)
{
    const Tip tip = m_python->call_tip(source(), textCursor().position());

    if (tip)
        show_tip(html_of(tip), QPoint());
    else if (asked)
        QApplication::beep();
    else if (!is_completing())
        m_tip->hide();
}

/* At a place of the screen, or above the line of the cursor, where it hides nothing that is being typed. */
void ConsoleInput::show_tip(const QString &html, const QPoint &place)
{
    QPalette colors = m_tip->palette();

    colors.setColor(QPalette::Window, palette().color(QPalette::ToolTipBase));
    colors.setColor(QPalette::WindowText, palette().color(QPalette::ToolTipText));
    m_tip->setPalette(colors);
    m_tip->setText(html);
    m_tip->setMaximumWidth(fontMetrics().averageCharWidth() * 90);
    m_tip->adjustSize();
    QPoint at = place;
    if (at.isNull())
        at = viewport()->mapToGlobal(cursorRect().topLeft()) - QPoint(0, m_tip->height() + 4);
    const QRect all = screen()->availableGeometry();
    at.setX(std::max(all.left(), std::min(at.x(), all.right() - m_tip->width())));
    at.setY(std::max(all.top(), std::min(at.y(), all.bottom() - m_tip->height())));
    m_tip->move(at);
    m_tip->show();
}

/* -- pasting ------------------------------------------------------------------------------------------- */

/* Text as it was copied from a session, of Python's own or IPython's, has prompts in front; those go, and what has none is
 * output. */
static QString without_prompts(const QStringList &lines)
{
    static const QRegularExpression python(QStringLiteral("^(>>>|\\.\\.\\.)( |$)"));
    static const QRegularExpression ipython(
        QStringLiteral("^(In \\[\\d*\\]:|\\s*\\.\\.\\.+:)( |$)"));
    const QString first = lines.value(0);
    const bool is_python = first.startsWith(QLatin1String(">>>"));
    QStringList bare;

    if (!is_python && (!first.startsWith(QLatin1String("In [")) || !ipython.match(first).hasMatch()))
        return lines.join(QLatin1Char('\n'));
    for (const QString &line : lines) {
        const QRegularExpressionMatch match = (is_python ? python : ipython).match(line);
        if (match.hasMatch())
            bare.append(line.mid(match.capturedLength()));
    }
    return bare.join(QLatin1Char('\n'));
}

/* A block out of the middle of a file is moved to the left. */
static QStringList dedented(const QStringList &lines)
{
    qsizetype margin = -1;
    for (const QString &line : lines) {
        qsizetype depth = 0;
        while (depth < line.size() && line[depth].isSpace())
            depth++;
        if (depth < line.size())
            margin = margin < 0 ? depth : std::min(margin, depth);
    }
    QStringList moved;
    for (const QString &line : lines)
        moved.append(line.mid(std::min(std::max<qsizetype>(margin, 0), line.size())));
    return moved;
}

void ConsoleInput::insertFromMimeData(const QMimeData *data)
{
    QString text = data->text();

    text.replace(QLatin1String("\r\n"), QLatin1String("\n"))
        .replace(QLatin1Char('\r'), QLatin1Char('\n'));
    text.replace(QChar::Nbsp, QLatin1Char(' ')).replace(QChar::ParagraphSeparator, QLatin1Char('\n'));
    text.replace(QLatin1Char('\t'), QString(INDENT, QLatin1Char(' ')));
    QStringList lines = text.split(QLatin1Char('\n'));
    if (lines.size() > 1 && before_cursor().trimmed().isEmpty())
        lines = dedented(lines);
    textCursor().insertText(without_prompts(lines));
    ensureCursorVisible();
}

} // namespace qi
