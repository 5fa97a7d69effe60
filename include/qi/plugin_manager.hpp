/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi::PluginManager lets the user of an application see, enable, disable, reload and set up its plugins.
 *
 *     qi_plugins_config config;
 *     qi_plugins_config_init(&config);
 *     config.consent = qi::PluginManager::askConsent; // before a plugin runs for the first time
 *     config.consent_user = &window;
 *     if (qi_plugins_start(runtime, &config) != QI_OK) …
 *     qi::PluginManager::fillMenu(window.menuBar()->addMenu("&Plugins"));
 *     dock->setWidget(new qi::PluginManager(runtime));
 *
 * It follows what the plugins do by itself. All of its members belong to the GUI thread.
 */
#ifndef QI_PLUGIN_MANAGER_HPP
#define QI_PLUGIN_MANAGER_HPP

#include <memory>

#include <QtWidgets/qwidget.h>

#include <qi/plugin.h>
#include <qi/widgets_api.hpp>

QT_FORWARD_DECLARE_CLASS(QMenu)
QT_FORWARD_DECLARE_CLASS(QMenuBar)
QT_FORWARD_DECLARE_CLASS(QToolBar)

namespace qi
{
QI_ABI_BEGIN

class PluginManagerPrivate;

class QI_WIDGETS_API PluginManager : public QWidget
{
    Q_OBJECT
    Q_PROPERTY(QString currentPlugin READ currentPlugin WRITE setCurrentPlugin NOTIFY currentPluginChanged)
    Q_PROPERTY(QString filter READ filter WRITE setFilter)

  public:
    /** Shows the plugins of a runtime; NULL: of whichever the process has at the time. */
    explicit PluginManager(qi_runtime *runtime, QWidget *parent = nullptr);
    ~PluginManager() override;

    /** The id of the plugin whose details are shown; empty where there is none. */
    QString currentPlugin() const;
    /** Shows the details of a plugin; an id that is not known is left for when it is. The slots below work on it at once. */
    void setCurrentPlugin(const QString &id);

    /** The words that each listed plugin must contain in its name, id or description. */
    QString filter() const;
    void setFilter(const QString &words);

    /**
     * Asks the user whether a plugin may run; for `consent` of qi_plugins_config.
     *
     * `parentWidget` is the QWidget in front of which it asks, or NULL: the active window. Closing the
     * dialog, and Enter without a choice, mean no.
     */
    static bool askConsent(const qi_plugin_consent *consent, void *parentWidget);

    /**
     * Fills a menu with the actions of all active plugins, and keeps it so until it is destroyed.
     *
     * What the menu holds already stays and comes first. An action may name submenus, as "Tools/Export".
     * `runtime` as for the constructor.
     */
    static void fillMenu(QMenu *menu, qi_runtime *runtime = nullptr);
    /**
     * The same in the menus of a menu bar: an action of the menu "File/Export" goes into the host's own File menu. Menus that
     * are not there are made. Those that name none go to `otherwise`; NULL: they are not shown.
     */
    static void fillMenuBar(QMenuBar *bar, QMenu *otherwise = nullptr, qi_runtime *runtime = nullptr);
    /** The same in a toolbar, with those actions that want to stand in one. */
    static void fillToolBar(QToolBar *bar, qi_runtime *runtime = nullptr);

  public Q_SLOTS:
    void enableCurrent();
    void disableCurrent();
    void reloadCurrent();
    /** Looks for plugins that have come or gone on disk. */
    void rescan();

  Q_SIGNALS:
    /** Somebody wants to see a line of a source file. */
    void openRequested(const QString &file, int line);
    void currentPluginChanged(const QString &id);

  protected:
    void showEvent(QShowEvent *event) override;
    void changeEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

  private:
    friend class PluginManagerPrivate;
    const std::unique_ptr<PluginManagerPrivate> d;
};

QI_ABI_END
} // namespace qi

#endif /* QI_PLUGIN_MANAGER_HPP */
