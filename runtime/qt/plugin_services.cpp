/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the plugin manager, which is written in Python, has of Qt: the application's settings and places, and a
 * watch over files. Python calls it through the proxy, as it calls any object of a host.
 */
#include "qt/bridge.h"
#include "qt/thrown.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdir.h>
#include <QtCore/qfilesystemwatcher.h>
#include <QtCore/qset.h>
#include <QtCore/qsettings.h>
#include <QtCore/qstandardpaths.h>
#include <QtCore/qvariant.h>

#include <memory>

namespace qi
{

class PluginServices : public QObject
{
    Q_OBJECT

  public:
    explicit PluginServices(const QString &file)
    {
        if (!file.isEmpty())
            m_settings = std::make_unique<QSettings>(file, QSettings::IniFormat);
        else if (!QCoreApplication::organizationName().isEmpty() ||
                 !QCoreApplication::organizationDomain().isEmpty())
            m_settings = std::make_unique<QSettings>();
        else /* QSettings would refuse to keep anything */
            m_settings = std::make_unique<QSettings>(place(QStandardPaths::AppConfigLocation) +
                                                         QStringLiteral("/plugins.ini"),
                                                     QSettings::IniFormat);
    }

    Q_INVOKABLE QVariant setting(const QString &key) const { return m_settings->value(key); }

    Q_INVOKABLE void setSetting(const QString &key, const QVariant &value)
    {
        m_settings->setValue(key, value);
    }

    Q_INVOKABLE void removeSetting(const QString &key) { m_settings->remove(key); }

    /* Writes what was set; false if it cannot be written. */
    Q_INVOKABLE bool store()
    {
        m_settings->sync();
        return m_settings->status() == QSettings::NoError;
    }

    /* The file that the settings are in. */
    Q_INVOKABLE QString settingsFile() const { return m_settings->fileName(); }

    /* The folders of the application for its data, the user's own first. */
    Q_INVOKABLE QStringList dataFolders() const
    {
        return QStandardPaths::standardLocations(QStandardPaths::AppDataLocation);
    }

    Q_INVOKABLE QString configFolder() const { return place(QStandardPaths::AppConfigLocation); }

    /* Watches exactly these files and folders from now on, and returns those that cannot be watched. */
    Q_INVOKABLE QStringList watch(const QStringList &paths)
    {
        if (!m_watcher) {
            m_watcher = std::make_unique<QFileSystemWatcher>();
            connect(m_watcher.get(), &QFileSystemWatcher::fileChanged, this,
                    &PluginServices::changed);
            connect(m_watcher.get(), &QFileSystemWatcher::directoryChanged, this,
                    &PluginServices::changed);
        }
        const QStringList now = m_watcher->files() + m_watcher->directories();
        const QSet<QString> have(now.begin(), now.end()), want(paths.begin(), paths.end());
        const QStringList gone = (have - want).values(), added = (want - have).values();
        if (!gone.isEmpty())
            m_watcher->removePaths(gone);
        return added.isEmpty() ? QStringList() : m_watcher->addPaths(added);
    }

  Q_SIGNALS:
    void changed(const QString &path);

  private:
    static QString place(QStandardPaths::StandardLocation location)
    {
        return QStandardPaths::writableLocation(location);
    }

    std::unique_ptr<QSettings> m_settings;
    std::unique_ptr<QFileSystemWatcher> m_watcher;
};

} // namespace qi

qi_object *qip_qt_plugin_services_new(const char *settings_file)
try {
    return new qi::PluginServices(QString::fromUtf8(settings_file));
} catch (...) {
    qi::fail_thrown();
    return nullptr;
}

void qip_qt_plugin_services_free(qi_object *services)
try {
    delete services;
} catch (...) {
    qi::tell_thrown("plugin services were not freed");
}

#include "plugin_services.moc"
