// SPDX-License-Identifier: BSD-3-Clause
/*
 * The keys of a panel, which never takes one from the application that it is a part of. Two shortcuts of Qt's on the same
 * keys are ambiguous, and neither works; so these are none: a key comes here when the focus is in the panel, and nothing else
 * has had a use for it, be it the application's shortcuts or a field in which somebody types.
 */
#ifndef QI_WIDGETS_PANEL_KEYS_H
#define QI_WIDGETS_PANEL_KEYS_H

#include <QtCore/qlist.h>
#include <QtCore/qobject.h>
#include <QtGui/qaction.h>
#include <QtGui/qkeysequence.h>
#include <QtWidgets/qwidget.h>

namespace qi
{

class PanelKeys : public QObject
{
    Q_OBJECT

  public:
    /* Those of a panel, which has them to itself; made when they are asked for first. */
    static PanelKeys *of(QWidget *panel);

    /* Lets a key trigger an action of the panel's, while that is enabled. Actions stay as long as the panel. */
    void add(QAction *action, const QKeySequence &key);
    /* The same for a part of it that would use some of these keys itself, as lists do with Copy. */
    void watch(QWidget *part);
    QList<QKeySequence> all() const;

  protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

  private:
    explicit PanelKeys(QWidget *panel);

    struct Entry {
        QAction *action;
        QKeySequence key;
    };
    QList<Entry> m_entries;
};

} // namespace qi

#endif
