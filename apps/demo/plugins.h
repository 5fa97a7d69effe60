// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QObject>
#include <QVariantMap>
#include <qi/plugin.h>

// Where the plugins are and what is kept of them; empty: where QStandardPaths and QSettings say.
struct PluginPlaces {
    QString plugins;
    QString settings;
    QString data;
};

// The plugins of the demo: libqi's C API for them, in Qt's types.
class Plugins : public QObject
{
    Q_OBJECT

  public:
    // Those that the demo came with are enabled at the first start, and run without a question while they are what they
    // were when it was built. For others, and after changes, `consent` asks; `user` is for it. False: see qi_last_error().
    bool start(qi_runtime *runtime, const PluginPlaces &places, qi_plugin_consent_fn consent,
               void *user);

    // What the manager knows of all plugins, or of one: see qi_plugin_describe().
    QVariantList list() const;
    QVariantMap info(const QString &id) const;
    QString state(const QString &id) const;

    // These begin, and changed() tells of the outcome.
    void enable(const QString &id) { change(qi_plugin_enable, id); }
    void disable(const QString &id) { change(qi_plugin_disable, id); }
    void reload(const QString &id) { change(qi_plugin_reload, id); }

    // Runs an action that a plugin has registered.
    bool trigger(const QString &id, const QString &action);
    bool set(const QString &id, const QString &key, const QVariant &value);

  signals:
    void changed(const QString &id, const QString &state);
    void refused(const QString &what, const QString &why);

  private:
    using Change = int (*)(qi_runtime *, const char *, const qi_task_options *, qi_task **);
    void change(Change call, const QString &id);
    bool check(int status, const QString &what);
    static void onEvent(const qi_plugin_event *event, void *user);
    bool isShipped(const qi_plugin_consent *consent) const;
    static bool onConsent(const qi_plugin_consent *consent, void *user);
    void enableFirst();

    qi_runtime *m_runtime = nullptr;
    QString m_own, m_settings;
    qi_plugin_consent_fn m_consent = nullptr;
    void *m_user = nullptr;
};
