/* SPDX-License-Identifier: BSD-3-Clause */
#include <qi/plugin_list.hpp>

#include <qi/qt.hpp>

#include "plain_text.h"
#include "plugin_events.h"
#include "plugin_info.h"
#include "plugin_model.h"
#include "values.h"

namespace qi
{
QI_ABI_BEGIN

/* The model of the plugin manager does the work, in rows that are the same here. */
class PluginListPrivate
{
  public:
    PluginListPrivate(PluginList *list, qi_runtime *runtime) : q(list), events(runtime) {}

    void connectAll();
    void update();
    void tellStates();
    const PluginInfo *plugin(const QModelIndex &index) const
    {
        return model.plugin(model.index(index.row()).data(PluginModel::IdRole).toString());
    }
    template <typename Call> void call(const QString &id, Call call)
    {
        qi_runtime *runtime = events.runtime();
        if (!runtime)
            Q_EMIT q->refused(id, QStringLiteral("there is no runtime"));
        else if (call(runtime, id.toUtf8()) != QI_OK)
            Q_EMIT q->refused(id, QString::fromUtf8(qi_last_error()->message));
    }

    PluginList *q;
    PluginModel model;
    PluginEvents events;
    QVariantMap actions; /* by id */
    QHash<QString, QString> states;
};

static int stateOf(const QString &name)
{
    int state = QI_PLUGIN_STATE_BLOCKED;
    while (state > QI_PLUGIN_STATE_UNKNOWN && name != QLatin1String(qi_plugin_state_name(state)))
        state--;
    return state;
}

void PluginListPrivate::connectAll()
{
    QObject::connect(&events, &PluginEvents::changed, q, [this] { update(); });
    QObject::connect(&events, &PluginEvents::failed, q, &PluginList::failed);
    QObject::connect(
        &model, &QAbstractItemModel::rowsAboutToBeInserted, q,
        [this](const QModelIndex &, int first, int last) { q->beginInsertRows({}, first, last); });
    QObject::connect(&model, &QAbstractItemModel::rowsInserted, q, [this] {
        q->endInsertRows();
        Q_EMIT q->countChanged();
    });
    QObject::connect(
        &model, &QAbstractItemModel::rowsAboutToBeRemoved, q,
        [this](const QModelIndex &, int first, int last) { q->beginRemoveRows({}, first, last); });
    QObject::connect(&model, &QAbstractItemModel::rowsRemoved, q, [this] {
        q->endRemoveRows();
        Q_EMIT q->countChanged();
    });
    QObject::connect(&model, &QAbstractItemModel::rowsAboutToBeMoved, q,
                     [this](const QModelIndex &, int first, int last, const QModelIndex &, int to) {
                         q->beginMoveRows({}, first, last, {}, to);
                     });
    QObject::connect(&model, &QAbstractItemModel::rowsMoved, q, [this] { q->endMoveRows(); });
    QObject::connect(&model, &QAbstractItemModel::dataChanged, q,
                     [this](const QModelIndex &first, const QModelIndex &last) {
                         Q_EMIT q->dataChanged(q->index(first.row()), q->index(last.row()));
                     });
}

void PluginListPrivate::update()
{
    values::Owned list;
    qi_runtime *runtime = events.runtime();

    if (runtime)
        (void)qi_plugins_found(runtime, list.out());
    actions.clear();
    for (size_t i = 0; const qi_value *map = qi_value_at(&list.get(), i); i++) {
        const qi_value *described = qi_value_get(map, "actions");
        QVariant variant;
        if (described && qi_value_to_variant(described, &variant) == QI_OK)
            actions[values::text(*map, "id")] = variant;
    }
    model.update(readPlugins(list.get()));
    tellStates();
}

/* Beware: whoever hears of it may change what is listed. */
void PluginListPrivate::tellStates()
{
    QList<PluginInfo> changed;
    QHash<QString, QString> now;
    for (int row = 0; row < model.rowCount(); row++) {
        const PluginInfo *info = plugin(model.index(row));
        now[info->id] = info->state;
        if (states.value(info->id) != info->state)
            changed.append(*info);
    }
    states.swap(now);
    for (const PluginInfo &info : std::as_const(changed))
        Q_EMIT q->stateChanged(info.id, stateOf(info.state), info.reason);
}

PluginList::PluginList(qi_runtime *runtime, QObject *parent)
    : QAbstractListModel(parent), d(std::make_unique<PluginListPrivate>(this, runtime))
{
    d->connectAll();
    d->update();
}

PluginList::~PluginList() = default;

int PluginList::count() const
{
    return d->model.rowCount();
}

QModelIndex PluginList::find(const QString &id) const
{
    const QModelIndex found = d->model.find(id);
    return found.isValid() ? index(found.row()) : QModelIndex();
}

int PluginList::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QVariant PluginList::data(const QModelIndex &index, int role) const
{
    const PluginInfo *info = checkIndex(index, CheckIndexOption::IndexIsValid) ? d->plugin(index)
                                                                               : nullptr;
    if (!info)
        return {};
    switch (role) {
    case IdRole:
        return info->id;
    case Qt::DisplayRole:
        return plain::line(info->title());
    case NameRole:
        return info->title();
    case VersionRole:
        return info->version;
    case Qt::ToolTipRole:
        return plain::tip(info->description);
    case DescriptionRole:
        return info->description;
    case StateRole:
        return stateOf(info->state);
    case StateNameRole:
        return info->state;
    case ReasonRole:
        return info->reason;
    case EnabledRole:
        return info->enabled;
    case ProgressRole:
        return info->progress;
    case ActionsRole:
        return d->actions.value(info->id);
    }
    return {};
}

QHash<int, QByteArray> PluginList::roleNames() const
{
    return {{IdRole, "pluginId"},       {NameRole, "name"},
            {VersionRole, "version"},   {DescriptionRole, "description"},
            {StateRole, "pluginState"}, {StateNameRole, "stateName"},
            {ReasonRole, "reason"},     {EnabledRole, "pluginEnabled"},
            {ProgressRole, "progress"}, {ActionsRole, "actions"}};
}

void PluginList::enable(const QString &id)
{
    d->call(id, [](qi_runtime *runtime, const QByteArray &name) {
        return qi_plugin_enable(runtime, name.constData(), nullptr, nullptr);
    });
}

void PluginList::disable(const QString &id)
{
    d->call(id, [](qi_runtime *runtime, const QByteArray &name) {
        return qi_plugin_disable(runtime, name.constData(), nullptr, nullptr);
    });
}

void PluginList::reload(const QString &id)
{
    d->call(id, [](qi_runtime *runtime, const QByteArray &name) {
        return qi_plugin_reload(runtime, name.constData(), nullptr, nullptr);
    });
}

void PluginList::trigger(const QString &id, const QString &action)
{
    d->call(id, [&](qi_runtime *runtime, const QByteArray &name) {
        return qi_plugin_trigger(runtime, name.constData(), action.toUtf8().constData(), nullptr,
                                 nullptr);
    });
}

void PluginList::refresh()
{
    d->events.listen();
    d->update();
}

QI_ABI_END
} // namespace qi
