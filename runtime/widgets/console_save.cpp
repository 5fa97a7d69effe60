// SPDX-License-Identifier: BSD-3-Clause
#include "console_save.h"

#include <QtCore/qsavefile.h>
#include <QtGui/qtextobject.h>
#include <QtWidgets/qplaintextedit.h>

namespace qi
{

static QString style_of(const QTextCharFormat &format)
{
    QString style;

    if (format.hasProperty(QTextFormat::ForegroundBrush))
        style += QStringLiteral("color:%1;").arg(format.foreground().color().name());
    if (format.hasProperty(QTextFormat::BackgroundBrush))
        style += QStringLiteral("background:%1;").arg(format.background().color().name());
    if (format.fontWeight() > QFont::Normal)
        style += QStringLiteral("font-weight:bold;");
    if (format.fontItalic())
        style += QStringLiteral("font-style:italic;");
    if (format.fontUnderline())
        style += QStringLiteral("text-decoration:underline;");
    return style;
}

static QString html_of(const QTextFragment &fragment)
{
    QString text = fragment.text().toHtmlEscaped();

    text.replace(QChar::LineSeparator, QLatin1Char('\n'));
    return QStringLiteral("<span style=\"%1\">%2</span>").arg(style_of(fragment.charFormat()), text);
}

QString html_of(const QPlainTextEdit &output)
{
    const QPalette colors = output.palette();
    QString html =
        QStringLiteral(
            "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>%1</title></head>\n"
            "<body style=\"background:%2;color:%3\"><pre>")
            .arg(output.accessibleName().toHtmlEscaped(), colors.color(QPalette::Base).name(),
                 colors.color(QPalette::Text).name());

    for (QTextBlock block = output.document()->begin(); block.isValid(); block = block.next()) {
        for (auto each = block.begin(); !each.atEnd(); ++each)
            html += html_of(each.fragment());
        html += QLatin1Char('\n');
    }
    return html + QStringLiteral("</pre></body></html>\n");
}

QString save_output(const QPlainTextEdit &output, const QString &path)
{
    const bool as_html = path.endsWith(QLatin1String(".html"), Qt::CaseInsensitive) ||
                         path.endsWith(QLatin1String(".htm"), Qt::CaseInsensitive);
    const QByteArray text = (as_html ? html_of(output) : output.toPlainText()).toUtf8();
    QSaveFile file(path);

    if (file.open(QIODevice::WriteOnly) && file.write(text) == text.size() && file.commit())
        return {};
    return file.errorString();
}

} // namespace qi
