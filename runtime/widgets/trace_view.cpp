/* SPDX-License-Identifier: BSD-3-Clause */
#include "trace_view.h"

#include <QtGui/qevent.h>
#include <QtCore/qregularexpression.h>
#include <QtWidgets/qscrollbar.h>

#include "plain_text.h"
#include "theme.h"

namespace qi
{

static constexpr int longestPlace = 5000; /* more than a path has */
static constexpr int longestCode = 5000; /* a line of code or a message; without an end it would hold up the window */

TraceView::TraceView(QWidget *parent) : QTextBrowser(parent)
{
    setOpenLinks(false);
    setUndoRedoEnabled(false);
    setLineWrapMode(QTextEdit::NoWrap);
    setFont(theme::fixed_font(font()));
    setTextInteractionFlags(Qt::TextBrowserInteraction | Qt::TextSelectableByKeyboard);
    setTabChangesFocus(false);
    connect(this, &QTextBrowser::anchorClicked, this, [this](const QUrl &url) {
        bool isNumber = false;
        const int place = url.toString().mid(1).toInt(&isNumber);
        if (!isNumber || place < 0 || place >= m_places.size())
            return;
        const Place target = m_places[place];
        Q_EMIT openRequested(target.file, target.line);
    });
}

void TraceView::setEmptyText(const QString &text)
{
    m_emptyText = text;
    render();
}

void TraceView::setFrames(const QList<Frame> &frames)
{
    if (frames == m_frames && m_traceback.isEmpty())
        return;
    m_frames = frames;
    m_traceback.clear();
    render();
}

void TraceView::setTraceback(const QString &traceback)
{
    if (traceback == m_traceback && m_frames.isEmpty())
        return;
    m_frames.clear();
    m_traceback = traceback;
    render();
}

void TraceView::changeEvent(QEvent *event)
{
    QTextBrowser::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange)
        render();
}

void TraceView::render()
{
    const int across = horizontalScrollBar()->value(), down = verticalScrollBar()->value();
    QString html;

    m_places.clear();
    if (!m_frames.isEmpty())
        html = framesHtml();
    else if (!m_traceback.isEmpty())
        html = tracebackHtml();
    else
        html = QStringLiteral("<span style='color:%1'>%2</span>")
                   .arg(theme::color(theme::Role::Muted, palette()).name(),
                        m_emptyText.toHtmlEscaped());
    setHtml(html);
    horizontalScrollBar()->setValue(across);
    verticalScrollBar()->setValue(down);
}

QString TraceView::link(const QString &file, int line, const QString &text)
{
    m_places.append({file, line});
    return QStringLiteral("<a href='#%1' style='color:%2'>%3</a>")
        .arg(m_places.size() - 1)
        .arg(theme::color(theme::Role::Accent, palette()).name(),
             plain::line(text, longestPlace).toHtmlEscaped());
}

/* Where code stands, as text: its spaces are kept. */
static QString code(const QString &text)
{
    const QString shown = text.size() > longestCode ? text.left(longestCode) + QChar(0x2026) : text;
    return plain::whole(shown).toHtmlEscaped().replace(QLatin1Char(' '), QStringLiteral("&nbsp;"));
}

QString TraceView::framesHtml()
{
    QString html;

    for (const Frame &frame : m_frames) {
        const QString place = QStringLiteral("%1:%2").arg(frame.file, QString::number(frame.line));
        html += QStringLiteral("<div><b>%1</b>&nbsp;&nbsp;%2</div>")
                    .arg(plain::line(frame.function).toHtmlEscaped(),
                         link(frame.file, frame.line, place));
        if (!frame.text.isEmpty())
            html += QStringLiteral("<div style='color:%1'>&nbsp;&nbsp;&nbsp;&nbsp;%2</div>")
                        .arg(theme::color(theme::Role::Muted, palette()).name(),
                             code(frame.text.trimmed()));
    }
    return html;
}

QString TraceView::tracebackHtml()
{
    static const QRegularExpression place(QStringLiteral("File \"([^\"\n]+)\", line (\\d+)"));
    const QStringList lines = m_traceback.trimmed().split(QLatin1Char('\n'));
    QString html;

    for (const QString &line : lines) {
        const QRegularExpressionMatch match = place.match(line);
        if (!match.hasMatch()) {
            html += QStringLiteral("<div>%1</div>")
                        .arg(line.isEmpty() ? QStringLiteral("&nbsp;") : code(line));
            continue;
        }
        html += QStringLiteral("<div>%1%2%3</div>")
                    .arg(code(line.left(match.capturedStart())),
                         link(match.captured(1), match.captured(2).toInt(), match.captured()),
                         code(line.mid(match.capturedEnd())));
    }
    return html;
}

} // namespace qi
