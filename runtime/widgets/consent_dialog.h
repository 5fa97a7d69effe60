/* SPDX-License-Identifier: BSD-3-Clause */
/* Asks whether a plugin may run: what it is, whose, where, what has changed, and what it could do. */
#ifndef QI_WIDGETS_CONSENT_DIALOG_H
#define QI_WIDGETS_CONSENT_DIALOG_H

#include <QtWidgets/qdialog.h>

#include <qi/plugin.h>

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
    QWidget *headline(const QString &name, bool isChanged);
    void addFact(QFormLayout *facts, const QString &title, const QString &text);
    QWidget *changedFiles(const qi_plugin_consent &consent);
    QWidget *buttons();
};

} // namespace qi

#endif
