/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The settings of a plugin as a form, drawn from what its manifest declares. Each change goes to the
 * library at once, or when somebody has stopped typing; what the library refuses stays in its editor,
 * with the reason below, and has no effect.
 */
#ifndef QI_WIDGETS_SETTINGS_FORM_H
#define QI_WIDGETS_SETTINGS_FORM_H

#include <functional>
#include <memory>
#include <vector>

#include <QtWidgets/qscrollarea.h>

#include "plugin_info.h"

class QGridLayout;
class QLabel;
class QPushButton;
class QTimer;
class QToolButton;

namespace qi
{

class SettingEditor;

class SettingsForm : public QScrollArea
{
    Q_OBJECT

  public:
    /* Stores a value, none for the default; returns why it cannot be, or an empty text. */
    using Store = std::function<QString(const QString &plugin, const QString &key, const QVariant &)>;

    explicit SettingsForm(Store store, QWidget *parent = nullptr);
    ~SettingsForm() override;

    void setPlugin(const QString &id, const QList<SettingInfo> &settings);
    /* The editor of a setting, and what is said below it; for tests, too. */
    SettingEditor *editor(const QString &key) const;
    QString problem(const QString &key) const;

  public Q_SLOTS:
    void resetAll();

  protected:
    void changeEvent(QEvent *event) override;

  private:
    struct Row;

    void build();
    void addRow(QGridLayout *grid, const SettingInfo &setting);
    void apply(Row &row);
    void reset(Row &row);
    void storeValue(Row &row, const QVariant &value);
    void applyPending();
    void show(Row &row, const SettingInfo &setting);
    void showProblem(Row &row, const QString &problem);
    void showReset();
    void colour();
    Row *find(const QString &key) const;

    Store m_store;
    QString m_plugin;
    std::vector<std::unique_ptr<Row>> m_rows;
    QPushButton *m_resetAll = nullptr;
    QTimer *m_typing;
};

} // namespace qi

#endif
