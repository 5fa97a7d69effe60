/* SPDX-License-Identifier: BSD-3-Clause */
/* Beware: whatever a plugin says of itself is escaped, and only http and https links are links. */
#include "plugin_page.h"

#include <QtCore/qdir.h>
#include <QtGui/qevent.h>
#include <QtCore/qurl.h>
#include <QtGui/qdesktopservices.h>
#include <QtWidgets/qscrollbar.h>

#include "plain_text.h"

namespace qi
{

static constexpr int longestOffer = 1000; /* characters of what is contributed of a kind */

PluginPage::PluginPage(QWidget *parent) : QTextBrowser(parent)
{
    setOpenLinks(false);
    setUndoRedoEnabled(false);
    setFrameShape(QFrame::NoFrame);
    setTextInteractionFlags(Qt::TextBrowserInteraction | Qt::TextSelectableByKeyboard);
    connect(this, &QTextBrowser::anchorClicked, this, [this](const QUrl &url) {
        if (url.toString() == QLatin1String("#folder"))
            Q_EMIT folderRequested();
        else
            QDesktopServices::openUrl(url);
    });
}

void PluginPage::setPlugin(const PluginInfo &info)
{
    m_info = info;
    render();
}

void PluginPage::changeEvent(QEvent *event)
{
    QTextBrowser::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        render();
}

/* What is selected, and the place in the page, stay unless there is something new. */
void PluginPage::render()
{
    const QString now = html();
    const int place = verticalScrollBar()->value();

    if (now == m_shown)
        return;
    m_shown = now;
    setHtml(now);
    verticalScrollBar()->setValue(place);
}

QString PluginPage::colored(theme::Role role, const QString &html) const
{
    return QStringLiteral("<span style='color:%1'>%2</span>")
        .arg(theme::color(role, palette()).name(), html);
}

QString PluginPage::link(const QString &target, const QString &text) const
{
    /* Beware: an address may have an apostrophe, which toHtmlEscaped() leaves. */
    return QStringLiteral("<a href=\"%1\" style=\"color:%2\">%3</a>")
        .arg(target.toHtmlEscaped(), theme::color(theme::Role::Accent, palette()).name(),
             plain::line(text).toHtmlEscaped());
}

static QString heading(const QString &text)
{
    return QStringLiteral("<p style='margin-top:12px; margin-bottom:4px'><b>%1</b></p>")
        .arg(text.toHtmlEscaped());
}

static QString listed(const QStringList &lines)
{
    QString html = QStringLiteral("<ul style='margin-top:2px; margin-bottom:2px; margin-left:16px; "
                                  "-qt-list-indent:0'>");

    for (const QString &line : lines)
        html += QStringLiteral("<li>%1</li>").arg(line);
    return html + QStringLiteral("</ul>");
}

static QStringList textsOf(const QVariant &value)
{
    QStringList texts;

    if (value.typeId() == QMetaType::QVariantList) {
        for (const QVariant &item : value.toList())
            texts += textsOf(item);
    } else if (value.typeId() == QMetaType::QVariantMap) {
        const QVariantMap map = value.toMap();
        texts += map.value(QStringLiteral("text"), map.value(QStringLiteral("name"))).toString();
    } else {
        texts += value.toString();
    }
    for (QString &text : texts)
        text = plain::line(text);
    return texts;
}

QString PluginPage::html() const
{
    if (m_info.id.isEmpty())
        return {};
    QString html;
    if (!m_info.description.isEmpty())
        html += QStringLiteral("<p>%1</p>").arg(m_info.description.toHtmlEscaped());
    return html + problemsHtml() + factsHtml() + dependenciesHtml() + actionsHtml() + reportHtml();
}

QString PluginPage::factsHtml() const
{
    QString html = QStringLiteral("<table cellspacing='0' cellpadding='2' style='margin-top:8px'>");
    const auto fact = [&](const QString &title, const QString &text) {
        if (!text.isEmpty())
            html += QStringLiteral("<tr><td style='padding-right:14px'>%1</td><td>%2</td></tr>")
                        .arg(colored(theme::Role::Muted, title.toHtmlEscaped()), text);
    };
    const QUrl homepage(m_info.homepage, QUrl::StrictMode);
    const bool isWeb = homepage.scheme() == QLatin1String("https") ||
                       homepage.scheme() == QLatin1String("http");
    const QString sources[] = {tr("of this user"), tr("of this system"), tr("of this application")};
    const QString source = m_info.source == QLatin1String("user")     ? sources[0]
                           : m_info.source == QLatin1String("system") ? sources[1]
                           : m_info.source == QLatin1String("application")
                               ? sources[2]
                               : m_info.source.toHtmlEscaped();

    fact(tr("Identifier"), m_info.id.toHtmlEscaped());
    fact(tr("Version"), m_info.version.toHtmlEscaped());
    fact(tr("Authors"), m_info.authors.join(QStringLiteral(", ")).toHtmlEscaped());
    fact(tr("Home page"), isWeb ? link(homepage.toString(), m_info.homepage)
                                : plain::line(m_info.homepage).toHtmlEscaped());
    fact(tr("License"), m_info.license.toHtmlEscaped());
    fact(tr("Folder"), m_info.folder.isEmpty() ? QString()
                                               : link(QStringLiteral("#folder"),
                                                      QDir::toNativeSeparators(m_info.folder)));
    fact(tr("Installed"), source);
    fact(tr("Allowed to run"), m_info.consented ? tr("yes") : tr("not yet"));
    if (m_info.isActive() || m_info.isLoading()) {
        fact(tr("Tasks"), QString::number(m_info.tasks));
        fact(tr("Connections"), QString::number(m_info.connections));
    }
    if (m_info.errors > 0)
        fact(tr("Errors"), colored(theme::Role::Error, QString::number(m_info.errors)));
    return html + QStringLiteral("</table>");
}

QString PluginPage::problemsHtml() const
{
    QStringList lines;

    for (const QString &problem : m_info.problems)
        lines += colored(theme::Role::Error, problem.toHtmlEscaped());
    return lines.isEmpty() ? QString() : heading(tr("Problems")) + listed(lines);
}

QString PluginPage::dependenciesHtml() const
{
    QStringList lines;

    for (const DependencyInfo &dependency : m_info.dependencies) {
        QString line = QStringLiteral("%1 %2").arg(dependency.name, dependency.specifier).trimmed();
        line = line.toHtmlEscaped();
        if (!dependency.problem.isEmpty())
            line += QStringLiteral(": ") +
                    colored(theme::Role::Error, dependency.problem.toHtmlEscaped());
        else if (!dependency.installed.isEmpty())
            line += QStringLiteral(": ") +
                    colored(theme::Role::Good,
                            tr("%1 is installed").arg(dependency.installed).toHtmlEscaped());
        lines += line;
    }
    return lines.isEmpty() ? QString() : heading(tr("Needs")) + listed(lines);
}

QString PluginPage::actionsHtml() const
{
    QStringList lines;

    for (const ActionInfo &action : m_info.actions) {
        QString text = action.text.isEmpty() ? plain::line(action.name) : action.text;
        if (!action.menu.isEmpty())
            text = action.menu + QStringLiteral(" › ") + text;
        text = text.toHtmlEscaped();
        if (!action.shortcut.isEmpty())
            text += QStringLiteral(" ") +
                    colored(theme::Role::Muted,
                            QStringLiteral("(%1)").arg(plain::line(action.shortcut).toHtmlEscaped()));
        lines += text;
    }
    QString html = lines.isEmpty() ? QString() : heading(tr("Actions")) + listed(lines);
    QStringList offers;
    for (auto kind = m_info.contributes.begin(); kind != m_info.contributes.end(); ++kind) {
        /* What it is going to add while it does not run; then there are the actions themselves. */
        if (kind.key() == QLatin1String("actions") && !lines.isEmpty())
            continue;
        const QStringList texts = textsOf(kind.value());
        if (!texts.isEmpty())
            offers += QStringLiteral("%1: %2")
                          .arg(plain::line(kind.key()),
                               plain::line(texts.join(QStringLiteral(", ")), longestOffer))
                          .toHtmlEscaped();
    }
    return offers.isEmpty() ? html : html + heading(tr("Contributes")) + listed(offers);
}

QString PluginPage::reportHtml() const
{
    const std::pair<const char *, QString> kinds[] = {{"tasks", tr("Tasks")},
                                                      {"connections", tr("Connections")},
                                                      {"timers", tr("Timers")},
                                                      {"modules", tr("Modules")},
                                                      {"threads", tr("Threads")},
                                                      {"descriptors", tr("Descriptors")},
                                                      {"objects", tr("Objects")},
                                                      {"processes", tr("Processes")},
                                                      {"state", tr("State of the process")}};
    QString html;

    if (m_info.report.isEmpty())
        return {};
    for (const auto &[key, title] : kinds) {
        QStringList left;
        for (const QString &text : textsOf(m_info.report.value(QLatin1String(key), QVariantList())))
            left += text.toHtmlEscaped();
        if (!left.isEmpty())
            html += QStringLiteral("<p style='margin-bottom:0'>%1</p>").arg(title.toHtmlEscaped()) +
                    listed(left);
    }
    const bool isClean = m_info.report.value(QStringLiteral("clean")).toBool();
    return heading(tr("When it was last disabled")) +
           (isClean ? colored(theme::Role::Good, tr("Nothing was left behind.").toHtmlEscaped())
                    : colored(theme::Role::Warning, tr("This was left behind:").toHtmlEscaped())) +
           html;
}

} // namespace qi
