/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One editor for each type of a setting. What it holds is a QVariant as libqi has it: a number is a
 * qlonglong or a double, a list a QVariantList. Whether a value is right is for the library to say.
 */
#ifndef QI_WIDGETS_SETTING_EDITOR_H
#define QI_WIDGETS_SETTING_EDITOR_H

#include <QtWidgets/qwidget.h>

#include "plugin_info.h"

namespace qi
{

class SettingEditor : public QWidget
{
    Q_OBJECT

  public:
    static SettingEditor *make(const SettingInfo &setting, QWidget *parent);

    virtual QVariant value() const = 0;
    /* Shows a value and says nothing of it. */
    virtual void setValue(const QVariant &value) = 0;

  Q_SIGNALS:
    /* The value is another one; `settled` is false while somebody still types. */
    void edited(bool settled);

  protected:
    explicit SettingEditor(QWidget *parent) : QWidget(parent) {}
    /* Makes a widget the one that has the focus, the name, and fills the editor. */
    void adopt(QWidget *widget, const SettingInfo &setting);
};

} // namespace qi

#endif
