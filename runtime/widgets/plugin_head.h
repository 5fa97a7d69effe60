/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What stands above the pages of a plugin: what it is called, how it is, what can be done with it, how far
 * it is with that, and why it could not.
 */
#ifndef QI_WIDGETS_PLUGIN_HEAD_H
#define QI_WIDGETS_PLUGIN_HEAD_H

#include <QtWidgets/qwidget.h>

#include "plugin_calls.h"
#include "plugin_info.h"

class QAction;
class QLabel;
class QProgressBar;
class QPushButton;

namespace qi
{

class PluginHead : public QWidget
{
    Q_OBJECT

  public:
    /* Has a button for each of the actions. */
    PluginHead(const QList<QAction *> &actions, QWidget *parent);

    /* `told`: how far a plugin is that is busy; NULL for one that is not. The colours suit `palette`, the
     * manager's: that one changes before this widget's own does. */
    void setPlugin(const PluginInfo &info, const PluginCalls::Progress *told,
                   const QPalette &palette);
    /* Tells why something could not be done; an empty text: nothing of the kind. */
    void say(const QString &text);

  private:
    void makeLabels();
    void makeProgress();
    QPushButton *button(QAction *action);
    void colour(theme::Role role, const QPalette &palette);
    void showProgress(const PluginInfo &info, const PluginCalls::Progress *told);

    QLabel *m_picture, *m_title, *m_state, *m_notice;
    QProgressBar *m_progress;
};

} // namespace qi

#endif
