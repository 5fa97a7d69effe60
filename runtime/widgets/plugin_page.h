/* SPDX-License-Identifier: BSD-3-Clause */
/* All that is known of a plugin, as a page to read: its facts, and the report of its last deactivation. */
#ifndef QI_WIDGETS_PLUGIN_PAGE_H
#define QI_WIDGETS_PLUGIN_PAGE_H

#include <QtWidgets/qtextbrowser.h>

#include "plugin_info.h"

namespace qi
{

class PluginPage : public QTextBrowser
{
    Q_OBJECT

  public:
    explicit PluginPage(QWidget *parent = nullptr);

    void setPlugin(const PluginInfo &info);

  Q_SIGNALS:
    void folderRequested();

  protected:
    void changeEvent(QEvent *event) override;

  private:
    void render();
    QString html() const;
    QString colored(theme::Role role, const QString &html) const;
    QString link(const QString &target, const QString &text) const;
    QString factsHtml() const;
    QString problemsHtml() const;
    QString dependenciesHtml() const;
    QString actionsHtml() const;
    QString reportHtml() const;

    PluginInfo m_info;
    QString m_shown;
};

} // namespace qi

#endif
