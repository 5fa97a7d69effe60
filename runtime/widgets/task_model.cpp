/* SPDX-License-Identifier: BSD-3-Clause */
#include "task_model.h"

#include <algorithm>
#include <cmath>

#include <QtCore/qcoreapplication.h>
#include <QtGui/qfont.h>

#include "plain_text.h"

namespace qi
{

static constexpr qint64 kRoot = -1;

struct TaskModel::Node {
    TaskInfo info;
    double started = 0; /* by m_clock, in seconds; before the model was made it is negative */
    Node *parent = nullptr;
    int row = 0;
    std::vector<Node *> children;

    qint64 id() const { return parent ? info.id : kRoot; }
    int placeFor(qint64 child) const
    {
        const auto before = [](const Node *node, qint64 id) { return node->info.id < id; };
        return int(std::lower_bound(children.begin(), children.end(), child, before) -
                   children.begin());
    }
    void renumber(size_t from)
    {
        for (size_t row = from; row < children.size(); row++)
            children[row]->row = int(row);
    }
};

TaskModel::TaskModel(QObject *parent) : QAbstractItemModel(parent), m_root(std::make_unique<Node>())
{
    m_clock.start();
}

TaskModel::~TaskModel() = default;

/* -- the difference ----------------------------------------------------------------------------- */

/*
 * The parent of each task: the one that it names if that is in the list, else the root. Tasks that are
 * each other's parents, which a list put together while tasks come and go might hold, are the root's.
 */
static std::unordered_map<qint64, qint64> parentsOf(const QList<TaskInfo> &tasks)
{
    std::unordered_map<qint64, qint64> parents;
    std::unordered_map<qint64, size_t> walks; /* the walk that has seen it */
    size_t walk = 0;

    for (const TaskInfo &task : tasks)
        parents[task.id] = task.parent;
    for (auto &[id, parent] : parents)
        if (!parents.count(parent))
            parent = kRoot;
    for (const TaskInfo &task : tasks) {
        walk++;
        for (qint64 id = task.id; id != kRoot; id = parents[id]) {
            const auto [seen, isNew] = walks.emplace(id, walk);
            if (isNew)
                continue;
            if (seen->second == walk)
                parents[id] = kRoot;
            break;
        }
    }
    return parents;
}

void TaskModel::update(const QList<TaskInfo> &tasks)
{
    const Parents wanted = parentsOf(tasks);

    /* All that moves goes by way of the root: from there every place can be reached in any order. */
    moveStrays(wanted, true);
    removeVanished(wanted);
    insertNew(tasks, wanted);
    moveStrays(wanted, false);
    changeShown(tasks);
}

void TaskModel::moveStrays(const Parents &wanted, bool toTheRoot)
{
    for (const auto &[id, parent] : wanted) {
        const auto found = m_nodes.find(id);
        if (found == m_nodes.end() || found->second->parent->id() == parent)
            continue;
        Node *target = toTheRoot || parent == kRoot ? m_root.get() : m_nodes.at(parent).get();
        if (found->second->parent != target)
            moveNode(found->second.get(), target);
    }
}

void TaskModel::moveNode(Node *node, Node *parent)
{
    Node *from = node->parent;
    const int row = node->row, place = parent->placeFor(node->info.id);

    beginMoveRows(indexOf(from), row, row, indexOf(parent), place);
    from->children.erase(from->children.begin() + row);
    from->renumber(size_t(row));
    parent->children.insert(parent->children.begin() + place, node);
    node->parent = parent;
    parent->renumber(size_t(place));
    endMoveRows();
}

/* What is below a node that vanished has vanished too: what lives on has been moved. */
void TaskModel::removeVanished(const Parents &wanted)
{
    std::vector<Node *> parents = {m_root.get()};

    while (!parents.empty()) {
        Node *parent = parents.back();
        parents.pop_back();
        for (int last = int(parent->children.size()) - 1; last >= 0; last--) {
            int first = last + 1;
            while (first > 0 && !wanted.count(parent->children[size_t(first) - 1]->info.id))
                first--;
            if (first > last)
                continue;
            removeRun(parent, first, last);
            last = first;
        }
        for (Node *child : parent->children)
            if (!child->children.empty())
                parents.push_back(child);
    }
}

void TaskModel::removeRun(Node *parent, int first, int last)
{
    std::vector<Node *> gone;

    beginRemoveRows(indexOf(parent), first, last);
    const auto begin = parent->children.begin() + first, end = parent->children.begin() + last + 1;
    gone.assign(begin, end);
    parent->children.erase(begin, end);
    parent->renumber(size_t(first));
    while (!gone.empty()) {
        const Node *node = gone.back();
        gone.pop_back();
        gone.insert(gone.end(), node->children.begin(), node->children.end());
        m_nodes.erase(node->info.id);
    }
    endRemoveRows();
}

void TaskModel::insertNew(const QList<TaskInfo> &tasks, const Parents &wanted)
{
    std::unordered_map<qint64, std::vector<Node *>> families;
    std::vector<std::unique_ptr<Node>> fresh;
    const double now = double(m_clock.elapsed()) / 1000;

    for (const TaskInfo &task : tasks) {
        if (m_nodes.count(task.id))
            continue;
        fresh.push_back(std::make_unique<Node>());
        fresh.back()->info = task;
        fresh.back()->started = now - task.age;
        families[wanted.at(task.id)].push_back(fresh.back().get());
    }
    if (fresh.empty())
        return;
    const auto byId = [](const Node *a, const Node *b) { return a->info.id < b->info.id; };
    for (auto &[id, family] : families)
        std::sort(family.begin(), family.end(), byId);
    /* Whole new families are put together first, and then hung below what is shown already. */
    for (const auto &node : fresh) {
        const auto family = families.find(node->info.id);
        if (family == families.end())
            continue;
        node->children = std::move(family->second);
        for (Node *child : node->children)
            child->parent = node.get();
        node->renumber(0);
        families.erase(family);
    }
    std::vector<std::pair<Node *, std::vector<Node *>>> roots;
    for (auto &[id, family] : families)
        roots.emplace_back(id == kRoot ? m_root.get() : m_nodes.at(id).get(), std::move(family));
    for (auto &node : fresh)
        m_nodes[node->info.id] = std::move(node);
    for (auto &[parent, family] : roots)
        insertRun(parent, std::move(family));
}

void TaskModel::insertRun(Node *parent, std::vector<Node *> &&run)
{
    for (size_t first = 0; first < run.size();) {
        const int place = parent->placeFor(run[first]->info.id);
        const bool atTheEnd = size_t(place) == parent->children.size();
        size_t last = first;
        while (last + 1 < run.size() &&
               (atTheEnd || run[last + 1]->info.id < parent->children[size_t(place)]->info.id))
            last++;
        beginInsertRows(indexOf(parent), place, place + int(last - first));
        parent->children.insert(parent->children.begin() + place, run.begin() + long(first),
                                run.begin() + long(last) + 1);
        for (size_t i = first; i <= last; i++)
            run[i]->parent = parent;
        parent->renumber(size_t(place));
        endInsertRows();
        first = last + 1;
    }
}

void TaskModel::changeShown(const QList<TaskInfo> &tasks)
{
    std::vector<Node *> changed;

    for (const TaskInfo &task : tasks) {
        Node *node = m_nodes.at(task.id).get();
        if (node->info.looksLike(task))
            continue;
        node->info = task;
        changed.push_back(node);
    }
    std::sort(changed.begin(), changed.end(), [](const Node *a, const Node *b) {
        return a->parent == b->parent ? a->row < b->row : std::less<>()(a->parent, b->parent);
    });
    for (size_t first = 0, last; first < changed.size(); first = last + 1) {
        last = first;
        while (last + 1 < changed.size() && changed[last + 1]->parent == changed[first]->parent &&
               changed[last + 1]->row == changed[last]->row + 1)
            last++;
        Q_EMIT dataChanged(createIndex(changed[first]->row, 0, changed[first]),
                           createIndex(changed[last]->row, ColumnCount - 1, changed[last]));
    }
}

/* -- the model ---------------------------------------------------------------------------------- */

TaskModel::Node *TaskModel::node(const QModelIndex &index) const
{
    return index.isValid() ? static_cast<Node *>(index.internalPointer()) : m_root.get();
}

QModelIndex TaskModel::indexOf(const Node *node) const
{
    return node->parent ? createIndex(node->row, 0, node) : QModelIndex();
}

const TaskInfo *TaskModel::task(const QModelIndex &index) const
{
    return index.isValid() && index.model() == this ? &node(index)->info : nullptr;
}

QModelIndex TaskModel::find(qint64 id) const
{
    const auto found = m_nodes.find(id);

    return found == m_nodes.end() || !found->second->parent ? QModelIndex()
                                                            : indexOf(found->second.get());
}

double TaskModel::age(const QModelIndex &index) const
{
    return std::max(0.0, double(m_clock.elapsed()) / 1000 - node(index)->started);
}

QModelIndex TaskModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, node(parent)->children[size_t(row)]);
}

QModelIndex TaskModel::parent(const QModelIndex &index) const
{
    return index.isValid() ? indexOf(node(index)->parent) : QModelIndex();
}

int TaskModel::rowCount(const QModelIndex &parent) const
{
    return parent.column() > 0 ? 0 : int(node(parent)->children.size());
}

int TaskModel::columnCount(const QModelIndex &) const
{
    return ColumnCount;
}

/* As libqi names it, where that is a word that is not known here. */
static QString stateText(const QString &state)
{
    const std::pair<const char *, QString> known[] = {{"running", TaskModel::tr("running")},
                                                      {"ready", TaskModel::tr("ready")},
                                                      {"waiting", TaskModel::tr("waiting")},
                                                      {"cancelling", TaskModel::tr("cancelling")}};

    for (const auto &[name, text] : known)
        if (state == QLatin1String(name))
            return text;
    return state;
}

static QString cell(const TaskModel &model, const QModelIndex &index)
{
    const TaskInfo &task = *model.task(index);

    switch (index.column()) {
    case TaskModel::Name:
        return task.name.isEmpty() ? task.coroutine : task.name;
    case TaskModel::State:
        return stateText(task.state);
    case TaskModel::Age:
        return durationText(model.age(index));
    case TaskModel::Plugin:
        return task.plugin;
    case TaskModel::StartedBy:
        return task.startedBy();
    default:
        return task.waitingFor;
    }
}

QVariant TaskModel::data(const QModelIndex &index, int role) const
{
    const TaskInfo *info = task(index);

    if (!info)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return plain::line(cell(*this, index));
    case Qt::ToolTipRole:
        return plain::tip(index.column() == Name ? info->coroutine : cell(*this, index));
    case SortRole:
        /* In tenths of a second: what was made together stays in its order, though it is listed in turn. */
        return index.column() == Age ? QVariant(-std::floor(node(index)->started * 10))
                                     : cell(*this, index);
    case FilterRole:
        return QStringList{info->name,   info->state,     info->plugin,    info->signal,
                           info->target, info->coroutine, info->waitingFor}
            .join(QLatin1Char('\n'));
    case IdRole:
        return info->id;
    default:
        return {};
    }
}

QVariant TaskModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    const QString titles[] = {tr("Task"),   tr("State"),      tr("Age"),
                              tr("Plugin"), tr("Started by"), tr("Waiting for")};

    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignLeft | Qt::AlignVCenter);
    return role == Qt::DisplayRole ? titles[section] : QVariant();
}

QString durationText(double seconds)
{
    const auto text = [](const char *source) {
        return QCoreApplication::translate("qi::TaskModel", source);
    };
    const auto whole = qint64(seconds);

    if (seconds < 1)
        return text(QT_TRANSLATE_NOOP("qi::TaskModel", "%1 ms")).arg(qRound(seconds * 1000));
    if (whole < 60)
        return text(QT_TRANSLATE_NOOP("qi::TaskModel", "%1 s")).arg(whole);
    if (whole < 3600)
        return text(QT_TRANSLATE_NOOP("qi::TaskModel", "%1 min %2 s")).arg(whole / 60).arg(whole % 60);
    return text(QT_TRANSLATE_NOOP("qi::TaskModel", "%1 h %2 min")).arg(whole / 3600).arg(whole / 60 % 60);
}

} // namespace qi
