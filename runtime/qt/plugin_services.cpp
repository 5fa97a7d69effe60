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
#include <QtCore/qthread.h>
#include <QtCore/qvariant.h>

#include <memory>

namespace qi
{

/* Watches files. It lives in a thread of its own: to begin that, each of them is looked for on the disk. */
class FileWatch : public QObject
{
    Q_OBJECT

  public:
    FileWatch() : m_watcher(this)
    {
        connect(&m_watcher, &QFileSystemWatcher::fileChanged, this, &FileWatch::changed);
        connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, &FileWatch::changed);
    }

    /* Watches exactly these from now on, those that are there. */
    void watch(const QStringList &paths)
    {
        const QStringList now = m_watcher.files() + m_watcher.directories();
        const QSet<QString> have(now.begin(), now.end()), want(paths.begin(), paths.end());
        const QStringList gone = (have - want).values(), added = (want - have).values();
        if (!gone.isEmpty())
            m_watcher.removePaths(gone);
        if (added.isEmpty())
            return;
        m_watcher.addPaths(added);
        Q_EMIT changed({}); /* something may have changed before they were watched */
    }

  Q_SIGNALS:
    void changed(const QString &path);

  private:
    QFileSystemWatcher m_watcher;
};

/* That thread, which is not waited for where a disk holds it that does not answer. */
class FileWatchThread
{
  public:
    FileWatchThread() : m_thread(std::make_unique<QThread>()), m_watch(new FileWatch)
    {
        m_thread->setObjectName(QStringLiteral("qi file watch"));
        m_watch->moveToThread(m_thread.get());
        QObject::connect(m_thread.get(), &QThread::finished, m_watch, &QObject::deleteLater);
        m_thread->start();
    }

    ~FileWatchThread()
    {
        m_thread->quit();
        if (!m_thread->wait(kPatienceMs))
            (void)m_thread.release();
    }

    FileWatchThread(const FileWatchThread &) = delete;
    FileWatchThread &operator=(const FileWatchThread &) = delete;

    const FileWatch *object() const { return m_watch; }

    void watch(const QStringList &paths)
    {
        FileWatch *watch = m_watch;
        QMetaObject::invokeMethod(
            watch, [watch, paths] { watch->watch(paths); }, Qt::QueuedConnection);
    }

  private:
    static constexpr unsigned long kPatienceMs = 500;

    std::unique_ptr<QThread> m_thread;
    FileWatch *m_watch; /* goes with the thread */
};

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

    Q_INVOKABLE QObject *application() const { return QCoreApplication::instance(); }

    Q_INVOKABLE QString configFolder() const { return place(QStandardPaths::AppConfigLocation); }

    /* Watches exactly these files and folders from now on, those that are there. */
    Q_INVOKABLE void watch(const QStringList &paths)
    {
        if (!m_watch) {
            m_watch = std::make_unique<FileWatchThread>();
            connect(m_watch->object(), &FileWatch::changed, this, &PluginServices::changed);
        }
        m_watch->watch(paths);
    }

  Q_SIGNALS:
    void changed(const QString &path);

  private:
    static QString place(QStandardPaths::StandardLocation location)
    {
        return QStandardPaths::writableLocation(location);
    }

    std::unique_ptr<QSettings> m_settings;
    std::unique_ptr<FileWatchThread> m_watch;
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
