/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of plugins, which changes by what differs and so keeps what is selected. */
#ifndef QI_WIDGETS_PLUGIN_MODEL_H
#define QI_WIDGETS_PLUGIN_MODEL_H

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qset.h>

#include "plugin_info.h"

namespace qi
{

class PluginModel : public QAbstractListModel
{
    Q_OBJECT

  public:
    enum Role { IdRole = Qt::UserRole, SearchRole, StateTextRole, StateRoleRole, VersionRole };

    using QAbstractListModel::QAbstractListModel;

    void update(const QList<PluginInfo> &plugins);
    /* The same of one that is listed. */
    void updateOne(const PluginInfo &plugin);
    /* NULL where there is none. */
    const PluginInfo *plugin(const QString &id) const;
    QModelIndex find(const QString &id) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;

  private:
    int rowOf(const QString &id, int from = 0) const;
    void removeMissing(const QList<PluginInfo> &plugins);

    QList<PluginInfo> m_plugins;
};

} // namespace qi

#endif
