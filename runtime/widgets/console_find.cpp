// SPDX-License-Identifier: BSD-3-Clause
#include "console_find.h"

#include <algorithm>

#include <QtCore/qelapsedtimer.h>
#include <QtGui/qevent.h>
#include <QtGui/qtextobject.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qplaintextedit.h>
#include <QtWidgets/qscrollbar.h>
#include <QtWidgets/qtoolbutton.h>

#include "plain_text.h"
#include "texts.h"
#include "theme.h"

namespace qi
{

enum {
    PAUSE = 100,   /* ms until a change of the output is looked at */
    LONGEST = 200, /* ms that a search may hold up the window; an expression can take for ever */
    MOST = 100000, /* matches */
};

ConsoleFind::ConsoleFind(QPlainTextEdit *output, QWidget *parent)
    : QWidget(parent), m_output(output), m_line(new QLineEdit), m_count(new QLabel)
{
    auto *row = new QHBoxLayout(this);

    m_line->setObjectName(QStringLiteral("find"));
    m_line->setAccessibleName(Texts::tr("Find in the output"));
    m_line->setPlaceholderText(Texts::tr("Find in the output"));
    m_line->setClearButtonEnabled(true);
    m_line->setMinimumWidth(fontMetrics().averageCharWidth() * 8);
    m_line->installEventFilter(this);
    m_count->setObjectName(QStringLiteral("found"));
    plain::onlyText(m_count);
    row->setContentsMargins(4, 0, 0, 0);
    row->setSpacing(2);
    row->addWidget(m_line, 1);
    row->addWidget(m_count);
    m_expression = add_button(QStringLiteral(".*"), Texts::tr("Regular expression"),
                              Texts::tr("What is typed is a regular expression"));
    m_case = add_button(QStringLiteral("Aa"), Texts::tr("Match case"),
                        Texts::tr("Capital letters differ from small ones"));
    auto *before = add_button(QStringLiteral("↑"), Texts::tr("Previous match"),
                              Texts::tr("Previous match (Shift+F3)"));
    auto *after = add_button(QStringLiteral("↓"), Texts::tr("Next match"),
                             Texts::tr("Next match (F3)"));
    auto *close = add_button(QStringLiteral("×"), Texts::tr("Stop finding"),
                             Texts::tr("Stop finding (Escape)"));
    for (QToolButton *button : {m_expression, m_case}) {
        button->setCheckable(true);
        connect(button, &QToolButton::toggled, this, &ConsoleFind::changed);
    }
    m_expression->setObjectName(QStringLiteral("expression"));
    m_case->setObjectName(QStringLiteral("case"));
    connect(m_line, &QLineEdit::textChanged, this, &ConsoleFind::changed);
    connect(before, &QToolButton::clicked, this, [this] { go(false); });
    connect(after, &QToolButton::clicked, this, [this] { go(true); });
    connect(close, &QToolButton::clicked, this, &QWidget::hide);

    m_later.setSingleShot(true);
    m_later.setInterval(PAUSE);
    connect(&m_later, &QTimer::timeout, this, &ConsoleFind::look);
    connect(output->document(), &QTextDocument::contentsChanged, this, [this] {
        if (isVisible() && !m_later.isActive())
            m_later.start();
    });
    connect(output, &QPlainTextEdit::cursorPositionChanged, this, &ConsoleFind::tell);
    connect(output, &QPlainTextEdit::updateRequest, this, [this](const QRect &, int dy) {
        if (dy)
            mark();
    });
    connect(output->verticalScrollBar(), &QScrollBar::valueChanged, this, &ConsoleFind::mark);
    hide();
}

QToolButton *ConsoleFind::add_button(const QString &sign, const QString &name, const QString &tip)
{
    auto *button = new QToolButton;

    button->setText(sign);
    button->setAccessibleName(name);
    button->setToolTip(tip);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    layout()->addWidget(button);
    return button;
}

void ConsoleFind::begin()
{
    const QString selected = m_output->textCursor().selectedText();

    show();
    if (!selected.isEmpty() && !selected.contains(QChar::ParagraphSeparator) &&
        !m_expression->isChecked())
        m_line->setText(selected);
    m_line->setFocus();
    m_line->selectAll();
    look();
}

void ConsoleFind::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    if (event->spontaneous() || !isHidden())
        return; /* it is there again with the window */
    m_matches.clear();
    mark();
    Q_EMIT left();
}

/* -- looking ------------------------------------------------------------------------------------------- */

/* What is typed finds the first match from where the current one begins, so that it grows in its place. */
void ConsoleFind::changed()
{
    const int from = m_output->textCursor().selectionStart();

    look();
    for (qsizetype each = 0; each < m_matches.size(); each++) {
        if (m_matches[each].start >= from)
            return select(each);
    }
    if (!m_matches.isEmpty())
        select(0);
}

void ConsoleFind::look()
{
    const QString text = m_line->text();
    QRegularExpression wanted(m_expression->isChecked() ? text : QRegularExpression::escape(text),
                              m_case->isChecked() ? QRegularExpression::NoPatternOption
                                                  : QRegularExpression::CaseInsensitiveOption);
    QElapsedTimer timer;

    m_later.stop();
    m_matches.clear();
    m_more = false;
    m_problem = wanted.isValid() ? QString() : wanted.errorString();
    timer.start();
    for (QTextBlock block = m_output->document()->begin();
         block.isValid() && !text.isEmpty() && m_problem.isEmpty(); block = block.next()) {
        if (timer.hasExpired(LONGEST) || m_matches.size() >= MOST) {
            m_more = true;
            break;
        }
        if (block.isVisible())
            look_in(block, wanted);
    }
    mark();
    tell();
}

void ConsoleFind::look_in(const QTextBlock &block, const QRegularExpression &wanted)
{
    const QString text = block.text();

    for (auto each = wanted.globalMatch(text); each.hasNext();) {
        const QRegularExpressionMatch match = each.next();
        if (match.capturedLength() > 0)
            m_matches.append({block.position() + int(match.capturedStart()),
                              block.position() + int(match.capturedEnd())});
    }
}

/* The match that is selected, or -1. */
qsizetype ConsoleFind::current() const
{
    const QTextCursor cursor = m_output->textCursor();
    const int start = cursor.selectionStart();
    const auto found = std::lower_bound(
        m_matches.begin(), m_matches.end(), start,
        [](const Match &match, int position) { return match.start < position; });

    if (found == m_matches.end() || found->start != start || found->end != cursor.selectionEnd())
        return -1;
    return found - m_matches.begin();
}

void ConsoleFind::select(qsizetype match)
{
    QTextCursor cursor = m_output->textCursor();

    cursor.setPosition(m_matches[match].start);
    cursor.setPosition(m_matches[match].end, QTextCursor::KeepAnchor);
    m_output->setTextCursor(cursor);
    m_output->ensureCursorVisible();
    mark();
}

void ConsoleFind::go(bool forward)
{
    if (!isVisible())
        show();
    look();
    if (m_matches.isEmpty())
        return;
    const QTextCursor cursor = m_output->textCursor();
    const qsizetype count = m_matches.size();
    qsizetype at = current();

    if (at >= 0)
        return select((at + (forward ? 1 : count - 1)) % count);
    for (at = 0; at < count && m_matches[at].start < cursor.position();)
        at++;
    select(forward ? at % count : (at + count - 1) % count);
}

/* -- showing ------------------------------------------------------------------------------------------- */

static QColor mixed(const QColor &a, const QColor &b, double share)
{
    const auto mix = [share](int one, int other) { return int(one + (other - one) * share); };
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

/* Those in sight only: of a hundred thousand each would be looked at whenever a line is painted. */
void ConsoleFind::mark()
{
    const QRect all = m_output->viewport()->rect();
    const QTextCursor first = m_output->cursorForPosition(all.topLeft());
    const QTextCursor last = m_output->cursorForPosition(all.bottomRight());
    const QColor base = m_output->palette().color(QPalette::Base);
    QList<QTextEdit::ExtraSelection> marks;
    QTextEdit::ExtraSelection one{m_output->textCursor(), {}};

    one.format.setBackground(
        mixed(base, theme::color(theme::Role::Warning, m_output->palette()), 0.3));
    one.format.setForeground(m_output->palette().color(QPalette::Text));
    for (const Match &match : std::as_const(m_matches)) {
        if (match.end < first.block().position() || match.start > last.position())
            continue;
        one.cursor.setPosition(match.start);
        one.cursor.setPosition(match.end, QTextCursor::KeepAnchor);
        marks.append(one);
    }
    if (!marks.isEmpty() || !m_output->extraSelections().isEmpty())
        m_output->setExtraSelections(marks);
}

void ConsoleFind::tell()
{
    QString text;
    const qsizetype at = current();

    if (!m_problem.isEmpty())
        text = Texts::tr("not valid");
    else if (m_line->text().isEmpty())
        text.clear();
    else if (m_matches.isEmpty())
        text = m_more ? Texts::tr("too slow") : Texts::tr("none");
    else if (at < 0)
        text = Texts::tr("%L1 found").arg(m_matches.size());
    else
        text = Texts::tr("%L1 of %L2").arg(at + 1).arg(m_matches.size());
    if (m_more && !m_matches.isEmpty())
        text += QLatin1Char('+');
    m_count->setText(text);
    m_count->setToolTip(plain::tip(m_problem));
    QPalette colors = palette();
    const bool wrong = !m_problem.isEmpty() || (m_matches.isEmpty() && !m_line->text().isEmpty());
    colors.setColor(QPalette::WindowText,
                    theme::color(wrong ? theme::Role::Error : theme::Role::Muted, palette()));
    m_count->setPalette(colors);
}

void ConsoleFind::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        mark();
        tell();
    }
}

/* Enter, Shift+Enter and Escape are the field's, as in any; all else is the application's, if it has a use for it. */
bool ConsoleFind::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() != QEvent::KeyPress && event->type() != QEvent::ShortcutOverride)
        return QWidget::eventFilter(watched, event);
    auto *key = static_cast<QKeyEvent *>(event);
    const bool enter = key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter;
    const bool escape = key->key() == Qt::Key_Escape;

    if ((!enter && !escape) || (key->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)))
        return QWidget::eventFilter(watched, event);
    event->accept();
    if (event->type() == QEvent::ShortcutOverride)
        return true;
    if (escape)
        hide();
    else
        go(!(key->modifiers() & Qt::ShiftModifier));
    return true;
}

} // namespace qi
