/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asks whether a plugin may run: what it is, whose, where, what has changed, and what it could do.
 *
 * All that the plugin says of itself scrolls between the question and the buttons, which stay where they are: nothing that is
 * in a manifest moves them off the screen, or looks like the dialog's own words.
 */
#ifndef QI_WIDGETS_CONSENT_DIALOG_H
#define QI_WIDGETS_CONSENT_DIALOG_H

#include <QtWidgets/qdialog.h>

#include <qi/plugin.h>

#include "plain_text.h"

class QFormLayout;

namespace qi
{

class ConsentDialog : public QDialog
{
    Q_OBJECT

  public:
    /* All that `consent` says is copied. */
    ConsentDialog(const qi_plugin_consent &consent, QWidget *parent);

  private:
    QWidget *middle(const qi_plugin_consent &consent, const QString &title);
    QWidget *headline(const QString &id, bool isChanged, bool isElsewhere);
    void addFact(QFormLayout *facts, const QString &title, const QString &text,
                 int longest = plain::lineLength);
    QWidget *changedFiles(const qi_plugin_consent &consent);
    QWidget *buttons();
};

} // namespace qi

#endif
