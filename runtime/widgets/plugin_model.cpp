/* SPDX-License-Identifier: BSD-3-Clause */
#include "plugin_model.h"

#include "plain_text.h"

namespace qi
{

int PluginModel::rowOf(const QString &id, int from) const
{
    for (int row = from; row < m_plugins.size(); row++)
        if (m_plugins[row].id == id)
            return row;
    return -1;
}

void PluginModel::removeMissing(const QList<PluginInfo> &plugins)
{
    QSet<QString> present;

    for (const PluginInfo &plugin : plugins)
        present.insert(plugin.id);
    for (int row = int(m_plugins.size()) - 1; row >= 0; row--) {
        if (present.contains(m_plugins[row].id))
            continue;
        beginRemoveRows({}, row, row);
        m_plugins.removeAt(row);
        endRemoveRows();
    }
}

void PluginModel::update(const QList<PluginInfo> &plugins)
{
    removeMissing(plugins);
    for (int row = 0; row < plugins.size(); row++) {
        const int at = rowOf(plugins[row].id, row);
        if (at < 0) {
            beginInsertRows({}, row, row);
            m_plugins.insert(row, plugins[row]);
            endInsertRows();
            continue;
        }
        if (at != row) {
            beginMoveRows({}, at, at, {}, row);
            m_plugins.move(at, row);
            endMoveRows();
        }
        if (!(m_plugins[row] == plugins[row])) {
            m_plugins[row] = plugins[row];
            Q_EMIT dataChanged(index(row), index(row));
        }
    }
}

void PluginModel::updateOne(const PluginInfo &plugin)
{
    const int row = rowOf(plugin.id);

    if (row < 0 || m_plugins[row] == plugin)
        return;
    m_plugins[row] = plugin;
    Q_EMIT dataChanged(index(row), index(row));
}

const PluginInfo *PluginModel::plugin(const QString &id) const
{
    const int row = rowOf(id);

    return row < 0 ? nullptr : &m_plugins[row];
}

QModelIndex PluginModel::find(const QString &id) const
{
    const int row = rowOf(id);

    return row < 0 ? QModelIndex() : index(row);
}

int PluginModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_plugins.size());
}

QVariant PluginModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= m_plugins.size())
        return {};
    const PluginInfo &plugin = m_plugins[index.row()];
    switch (role) {
    case Qt::DisplayRole:
        return plugin.title();
    case Qt::DecorationRole:
        return theme::icon(plugin.stateIcon());
    case Qt::ToolTipRole:
        return plain::tip(plugin.reason.isEmpty() ? plugin.description : plugin.reason);
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1, %2").arg(plugin.title(), plugin.stateText());
    case IdRole:
        return plugin.id;
    case SearchRole:
        return QStringList{plugin.title(), plugin.id, plugin.description, plugin.stateText()}.join(
            QLatin1Char('\n'));
    case StateTextRole:
        return plain::line(plugin.stateLine());
    case StateRoleRole:
        return int(plugin.stateRole());
    case VersionRole:
        return plugin.version;
    default:
        return {};
    }
}

} // namespace qi
