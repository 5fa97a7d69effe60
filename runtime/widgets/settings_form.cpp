/* SPDX-License-Identifier: BSD-3-Clause */
#include "settings_form.h"

#include <QtGui/qevent.h>
#include <QtCore/qpointer.h>
#include <QtCore/qtimer.h>
#include <QtWidgets/qapplication.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qgridlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qtoolbutton.h>

#include "plain_label.h"
#include "plain_text.h"
#include "setting_editor.h"

namespace qi
{

/* How long somebody who types has to pause before what is there counts. */
static constexpr int kTypingMs = 500;

struct SettingsForm::Row {
    SettingInfo setting;
    SettingEditor *editor = nullptr;
    QToolButton *reset = nullptr;
    QLabel *about = nullptr, *problem = nullptr;
    bool isPending = false; /* edited, and not stored yet */
};

SettingsForm::SettingsForm(Store store, QWidget *parent)
    : QScrollArea(parent), m_store(std::move(store)), m_typing(new QTimer(this))
{
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    m_typing->setSingleShot(true);
    m_typing->setInterval(kTypingMs);
    connect(m_typing, &QTimer::timeout, this, &SettingsForm::applyPending);
    build();
}

/* What is being typed counts, and is told while those who hear of it are whole. */
SettingsForm::~SettingsForm()
{
    QWidget *typing = QApplication::focusWidget();

    if (typing && isAncestorOf(typing))
        typing->clearFocus();
    applyPending();
    for (const auto &row : m_rows)
        row->editor->disconnect(this);
}

SettingsForm::Row *SettingsForm::find(const QString &key) const
{
    for (const auto &row : m_rows)
        if (row->setting.key == key)
            return row.get();
    return nullptr;
}

SettingEditor *SettingsForm::editor(const QString &key) const
{
    const Row *row = find(key);

    return row ? row->editor : nullptr;
}

QString SettingsForm::problem(const QString &key) const
{
    const Row *row = find(key);

    return row ? row->problem->text() : QString();
}

/* -- the form ----------------------------------------------------------------------------------- */

void SettingsForm::setPlugin(const QString &id, const QList<SettingInfo> &settings)
{
    bool isSame = id == m_plugin && size_t(settings.size()) == m_rows.size();

    for (size_t i = 0; isSame && i < m_rows.size(); i++)
        isSame = m_rows[i]->setting.isLike(settings[qsizetype(i)]);
    if (!isSame) {
        const QPointer<SettingsForm> self = this;
        /* What somebody has typed for the other plugin counts. */
        applyPending();
        if (!self)
            return;
        m_plugin = id;
        m_rows.clear();
        for (const SettingInfo &setting : settings) {
            m_rows.push_back(std::make_unique<Row>());
            m_rows.back()->setting = setting;
        }
        build();
    }
    for (size_t i = 0; isSame && i < m_rows.size(); i++)
        show(*m_rows[i], settings[qsizetype(i)]);
    showReset();
}

/* Shows a value that came from elsewhere, and leaves alone what is being edited. */
void SettingsForm::show(Row &row, const SettingInfo &setting)
{
    const bool isNew = row.setting.value != setting.value;

    row.setting = setting;
    if (row.isPending || (!isNew && !row.problem->text().isEmpty()))
        return;
    if (row.editor->value() != setting.value)
        row.editor->setValue(setting.value);
    showProblem(row, {});
}

void SettingsForm::build()
{
    auto *page = new QWidget;
    auto *column = new QVBoxLayout(page);

    if (m_rows.empty()) {
        auto *nothing = new QLabel(tr("This plugin has no settings."), page);
        nothing->setEnabled(false);
        column->addWidget(nothing);
    }
    auto *grid = new QGridLayout;
    grid->setColumnStretch(0, 2); // a long title wraps, and leaves the editors their room
    grid->setColumnStretch(1, 3);
    for (const auto &row : m_rows)
        addRow(grid, row->setting);
    column->addLayout(grid);
    m_resetAll = new QPushButton(theme::icon(theme::Icon::Undo), tr("Reset all to default"), page);
    m_resetAll->setVisible(!m_rows.empty());
    connect(m_resetAll, &QPushButton::clicked, this, &SettingsForm::resetAll);
    column->addWidget(m_resetAll, 0, Qt::AlignRight);
    column->addStretch();
    /* Later, since one of its editors may be what brings us here. */
    if (QWidget *before = takeWidget()) {
        before->hide();
        before->deleteLater();
    }
    setWidget(page);
    page->setAutoFillBackground(false);
    viewport()->setAutoFillBackground(false);
    colour();
}

void SettingsForm::addRow(QGridLayout *grid, const SettingInfo &setting)
{
    Row &row = *find(setting.key);
    const int line = grid->rowCount();

    row.editor = SettingEditor::make(setting, this);
    row.reset = new QToolButton(this);
    row.reset->setAutoRaise(true);
    row.reset->setIcon(theme::icon(theme::Icon::Undo));
    row.reset->setToolTip(tr("Reset to default"));
    row.reset->setAccessibleName(tr("%1: reset to default").arg(setting.title));
    row.reset->setObjectName(QStringLiteral("reset-") + setting.key);
    row.about = plain_label(this);
    row.about->setText(plain::lines(setting.description));
    row.about->setVisible(!setting.description.isEmpty());
    row.problem = plain_label(this);
    row.problem->setObjectName(QStringLiteral("problem-") + setting.key);
    row.problem->hide();
    auto *label = new QLabel(this);
    plain::onlyText(label);
    label->setText(plain::breakable(plain::line(setting.title))
                       .replace(QLatin1Char('&'), QStringLiteral("&&"))); // with a buddy it marks a letter
    label->setWordWrap(true);
    label->setToolTip(plain::tip(setting.title));
    label->setBuddy(row.editor);
    const bool isTall = row.editor->sizeHint().height() > 3 * fontMetrics().height();
    const Qt::Alignment beside = isTall ? Qt::AlignTop : Qt::AlignVCenter;
    grid->addWidget(label, line, 0, beside);
    grid->addWidget(row.editor, line, 1);
    grid->addWidget(row.reset, line, 2, beside);
    grid->addWidget(row.about, line + 1, 0, 1, 3);
    grid->addWidget(row.problem, line + 2, 0, 1, 3);
    grid->setRowMinimumHeight(line + 3, fontMetrics().height() / 3);

    /* An editor of a form that was replaced may still speak. */
    const auto rowOf = [this, key = setting.key, editor = row.editor]() -> Row * {
        Row *found = find(key);
        return found && found->editor == editor ? found : nullptr;
    };
    connect(row.editor, &SettingEditor::edited, this, [this, rowOf](bool settled) {
        Row *edited = rowOf();
        if (!edited)
            return;
        edited->isPending = true;
        if (settled)
            apply(*edited);
        else
            m_typing->start();
    });
    connect(row.reset, &QToolButton::clicked, this, [this, rowOf] {
        Row *chosen = rowOf();
        if (chosen)
            reset(*chosen);
    });
}

void SettingsForm::changeEvent(QEvent *event)
{
    QScrollArea::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        colour();
}

void SettingsForm::colour()
{
    for (const auto &row : m_rows) {
        QPalette muted = palette(), wrong = palette();
        const QColor background = palette().color(QPalette::Window);
        muted.setColor(QPalette::WindowText,
                       theme::readable(theme::color(theme::Role::Muted, palette()), background));
        wrong.setColor(QPalette::WindowText,
                       theme::readable(theme::color(theme::Role::Error, palette()), background));
        row->about->setPalette(muted);
        row->problem->setPalette(wrong);
    }
}

/* -- storing ------------------------------------------------------------------------------------ */

void SettingsForm::apply(Row &row)
{
    const QVariant value = row.editor->value();

    row.isPending = false;
    if (value != row.setting.value || !row.problem->text().isEmpty())
        storeValue(row, value);
}

void SettingsForm::reset(Row &row)
{
    row.isPending = false;
    row.editor->setValue(row.setting.otherwise);
    storeValue(row, {});
}

/* Beware: what is stored calls the plugin, which may do anything, as remove itself and so this row. */
void SettingsForm::storeValue(Row &row, const QVariant &value)
{
    const QPointer<SettingsForm> self = this;
    const QString key = row.setting.key, plugin = m_plugin;
    const Store store = m_store;
    const QString problem = store(plugin, key, value);

    Row *still = self && m_plugin == plugin ? find(key) : nullptr;
    if (!still)
        return;
    if (problem.isEmpty())
        still->setting.value = value.isValid() ? value : still->setting.otherwise;
    showProblem(*still, problem);
    showReset();
}

void SettingsForm::applyPending()
{
    QStringList keys;
    const QPointer<SettingsForm> self = this;

    m_typing->stop();
    for (const auto &row : m_rows)
        if (row->isPending)
            keys += row->setting.key;
    for (const QString &key : std::as_const(keys))
        if (Row *row = self ? find(key) : nullptr)
            apply(*row);
}

void SettingsForm::resetAll()
{
    QStringList keys;
    const QPointer<SettingsForm> self = this;

    for (const auto &row : m_rows)
        keys += row->setting.key;
    for (const QString &key : std::as_const(keys)) {
        if (Row *row = self ? find(key) : nullptr)
            reset(*row);
    }
}

void SettingsForm::showProblem(Row &row, const QString &problem)
{
    row.problem->setText(plain::lines(problem));
    row.problem->setVisible(!problem.isEmpty());
}

void SettingsForm::showReset()
{
    bool any = false;

    for (const auto &row : m_rows) {
        const bool differs = row->setting.value != row->setting.otherwise ||
                             !row->problem->text().isEmpty();
        row->reset->setEnabled(differs);
        any = any || differs;
    }
    m_resetAll->setEnabled(any);
}

} // namespace qi
