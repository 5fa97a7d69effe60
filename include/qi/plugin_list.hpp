/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi::PluginList is the plugins of an application as a model, for views and QML of your own.
 *
 *     auto *plugins = new qi::PluginList(runtime, &window);
 *     view->setModel(plugins);
 *     connect(plugins, &qi::PluginList::failed, &window, &Window::showError);
 *     connect(button, &QPushButton::clicked, plugins, [=] { plugins->enable("orders"); });
 *
 * It follows what the plugins do by itself, and outlives its runtime without harm: it is empty then. All of its
 * members belong to the GUI thread.
 */
#ifndef QI_PLUGIN_LIST_HPP
#define QI_PLUGIN_LIST_HPP

#include <memory>

#include <QtCore/qabstractitemmodel.h>

#include <qi/plugin.h>
#include <qi/widgets_api.hpp>

namespace qi
{
QI_ABI_BEGIN

class PluginListPrivate;

class QI_WIDGETS_API PluginList : public QAbstractListModel
{
    Q_OBJECT
    Q_PROPERTY(int count READ count NOTIFY countChanged)

  public:
    /** What there is of each plugin; in QML the names that stand behind them. Others may come later.
     * They are words of others as they are: what takes text for markup, as QML's Text does, wants Text.PlainText. */
    enum Role {
        IdRole = Qt::UserRole + 1, /**< pluginId */
        NameRole,                  /**< name; Qt::DisplayRole has it in one line */
        VersionRole,               /**< version */
        DescriptionRole,           /**< description; Qt::ToolTipRole has it as text */
        StateRole,                 /**< pluginState: QI_PLUGIN_STATE_… */
        StateNameRole,             /**< stateName, in small letters */
        ReasonRole,                /**< reason: why it is in that state */
        EnabledRole,               /**< pluginEnabled: the user wants it */
        ProgressRole, /**< progress of the checks of its files, 0 to 1; -1: not known */
        ActionsRole   /**< actions: a list of maps, as qi_plugin_describe() has them */
    };
    Q_ENUM(Role)

    /** Lists the plugins of a runtime; NULL: of whichever the process has at the time. */
    explicit PluginList(qi_runtime *runtime = nullptr, QObject *parent = nullptr);
    ~PluginList() override;

    int count() const;
    /** Where a plugin stands; invalid, if there is none of that id. */
    Q_INVOKABLE QModelIndex find(const QString &id) const;

    int rowCount(const QModelIndex &parent = QModelIndex()) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QHash<int, QByteArray> roleNames() const override;

  public Q_SLOTS:
    /*
     * These begin what they say; how it went is told by the state, or by refused().
     */
    void enable(const QString &id);
    void disable(const QString &id);
    void reload(const QString &id);
    /** Runs an action. */
    void trigger(const QString &id, const QString &action);
    /** Looks at the plugins now, and listens to a runtime that has come since. */
    void refresh();

  Q_SIGNALS:
    void countChanged();
    /** The state of a plugin is another: QI_PLUGIN_STATE_…. */
    void stateChanged(const QString &id, int state, const QString &reason);
    /** An error of a plugin that nobody awaits. */
    void failed(const QString &id, const QString &message, const QString &traceback);
    /** A slot could not begin what it is for. */
    void refused(const QString &id, const QString &message);

  private:
    friend class PluginListPrivate;
    const std::unique_ptr<PluginListPrivate> d;
};

QI_ABI_END
} // namespace qi

#endif /* QI_PLUGIN_LIST_HPP */
