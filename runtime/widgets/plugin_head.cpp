/* SPDX-License-Identifier: BSD-3-Clause */
#include "plugin_head.h"

#include <QtGui/qaction.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qprogressbar.h>
#include <QtWidgets/qpushbutton.h>

#include "flow_layout.h"
#include "plain_label.h"
#include "plain_text.h"

namespace qi
{

PluginHead::PluginHead(const QList<QAction *> &actions, QWidget *parent) : QWidget(parent)
{
    makeLabels();
    makeProgress();
    auto *names = new QVBoxLayout;
    names->setSpacing(2);
    names->addWidget(m_title);
    names->addWidget(m_state);
    auto *row = new QHBoxLayout;
    row->addWidget(m_picture, 0, Qt::AlignTop);
    row->addLayout(names, 1);
    auto *buttons = new FlowLayout;
    for (QAction *each : actions)
        buttons->addWidget(button(each));
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(row);
    column->addLayout(buttons);
    column->addWidget(m_progress);
    column->addWidget(m_notice);
}

void PluginHead::makeLabels()
{
    m_picture = new QLabel(this);
    m_title = plain_label(this);
    m_title->setObjectName(QStringLiteral("title"));
    QFont font = m_title->font();
    font.setBold(true);
    font.setPointSizeF(font.pointSizeF() * 1.25);
    m_title->setFont(font);
    m_state = plain_label(this);
    m_state->setObjectName(QStringLiteral("state"));
    m_notice = plain_label(this);
    m_notice->setObjectName(QStringLiteral("notice"));
    m_notice->hide();
}

void PluginHead::makeProgress()
{
    m_progress = new QProgressBar(this);
    m_progress->setObjectName(QStringLiteral("progress"));
    m_progress->setAccessibleName(tr("Progress"));
    m_progress->setTextVisible(false);
    m_progress->setMaximumHeight(6);
    QSizePolicy policy = m_progress->sizePolicy();
    policy.setRetainSizeWhenHidden(true);
    m_progress->setSizePolicy(policy);
    m_progress->hide();
}

/* A tool button would show the action as well, but as a part of a bar. */
QPushButton *PluginHead::button(QAction *action)
{
    auto *button = new QPushButton(action->icon(), action->iconText(), this);
    const auto follow = [button, action] { button->setEnabled(action->isEnabled()); };

    button->setToolTip(action->toolTip());
    button->setAutoDefault(false);
    connect(button, &QPushButton::clicked, action, &QAction::trigger);
    connect(action, &QAction::changed, button, follow);
    follow();
    return button;
}

void PluginHead::setPlugin(const PluginInfo &info, const PluginCalls::Progress *told,
                           const QPalette &palette)
{
    const int side = m_title->fontMetrics().height() * 3 / 2;

    m_picture->setPixmap(
        theme::icon(info.stateIcon()).pixmap(QSize(side, side), m_picture->devicePixelRatioF()));
    m_title->setText(plain::breakable(plain::line(info.title())));
    m_state->setText(plain::lines(info.stateLine()));
    colour(info.stateRole(), palette);
    showProgress(info, told);
}

void PluginHead::colour(theme::Role role, const QPalette &palette)
{
    const QColor behind = palette.color(QPalette::Window);
    QPalette colours = palette;

    colours.setColor(QPalette::WindowText, theme::readable(theme::color(role, palette), behind));
    m_state->setPalette(colours);
    colours.setColor(QPalette::WindowText,
                     theme::readable(theme::color(theme::Role::Error, palette), behind));
    m_notice->setPalette(colours);
}

void PluginHead::showProgress(const PluginInfo &info, const PluginCalls::Progress *told)
{
    m_progress->setRange(0, told ? told->maximum : 1);
    m_progress->setValue(told ? told->value : 0);
    m_progress->setVisible(told);
    if (told && !told->text.isEmpty())
        m_state->setText(QStringLiteral("%1 %2").arg(info.stateText(), plain::line(told->text)));
}

void PluginHead::say(const QString &text)
{
    m_notice->setText(plain::lines(text));
    m_notice->setVisible(!text.isEmpty());
}

} // namespace qi
