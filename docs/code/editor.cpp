// SPDX-License-Identifier: BSD-3-Clause
// The host of docs/guide/first-host.md: an editor whose plugins see the text and the status bar.
#include <QtWidgets>
#include <qi/plugin_manager.hpp>
#include <qi/qi.h>
#include <qi/widgets.hpp>

// What plugins see of the window: properties, signals and invokable methods of QObjects are all there is to write.
class Document : public QObject
{
    Q_OBJECT
    Q_PROPERTY(QString text READ text WRITE setText NOTIFY changed)

  public:
    Document(QPlainTextEdit *edit, QStatusBar *bar) : m_edit(edit), m_bar(bar)
    {
        connect(edit, &QPlainTextEdit::textChanged, this, &Document::changed);
    }

    QString text() const { return m_edit->toPlainText(); }
    void setText(const QString &text) { m_edit->setPlainText(text); }
    Q_INVOKABLE void showStatus(const QString &text) { m_bar->showMessage(text); }

  Q_SIGNALS:
    void changed();

  private:
    QPlainTextEdit *m_edit;
    QStatusBar *m_bar;
};

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    app.setOrganizationName("example");
    app.setApplicationName("editor");

    qi_runtime *python;
    if (qi_runtime_init(nullptr, &python) != QI_OK)
        qFatal("%s", qi_last_error()->message);

    QMainWindow window;
    auto *edit = new QPlainTextEdit("The quick brown fox jumps over the lazy dog.");
    Document document(edit, window.statusBar());
    window.setCentralWidget(edit);
    window.resize(820, 480);

    const QByteArray folder = app.arguments().value(1, "plugins").toUtf8();
    const char *folders[] = {folder.constData()};
    qi_plugins_config plugins;
    qi_plugins_config_init(&plugins);
    plugins.application_folders = folders;
    plugins.application_folder_count = 1;
    plugins.consent = qi::PluginManager::askConsent; // before a plugin runs for the first time
    plugins.consent_user = &window;
    // [test]
    // The test says yes, to a copy that only this user can write to, and leaves nothing in the user's settings.
    QTemporaryDir scratch;
    QDir(scratch.path()).mkpath("plugins/wordcount");
    for (const char *name : {"wordcount/plugin.toml", "wordcount/wordcount.py"}) {
        const QString copy = scratch.filePath(QString("plugins/") + name);
        QFile::copy(QString("editor/plugins/") + name, copy);
        QFile::setPermissions(copy, QFile::ReadOwner | QFile::WriteOwner);
    }
    const QByteArray copies = scratch.filePath("plugins").toUtf8();
    folders[0] = copies.constData();
    const QByteArray settings = scratch.filePath("settings.ini").toUtf8();
    plugins.settings_file = settings.constData();
    plugins.user_folder = plugins.system_folder = "";
    plugins.consent = [](const qi_plugin_consent *, void *) { return true; };
    // [/test]
    qi_watchdog_options watchdog; // names what stops the window, and ends it after five seconds
    qi_watchdog_options_init(&watchdog);
    watchdog.interrupt_ms = 5000;
    if (qi_object_register(python, "document", &document) ||
        qi_watchdog_start(python, &watchdog) || qi_plugins_start(python, &plugins))
        qFatal("%s", qi_last_error()->message);

    auto *manager = new qi::PluginManager(python);
    auto *dock = new QDockWidget("Plugins");
    dock->setWidget(manager);
    window.addDockWidget(Qt::BottomDockWidgetArea, dock);
    qi::PluginManager::fillMenu(window.menuBar()->addMenu("&Plugins"), python);
    window.show();
    // [test]
    // Enables the plugin, and ends when it has counted; a picture of that is taken for the guide.
    manager->setCurrentPlugin("wordcount");
    manager->enableCurrent();
    QTimer poll;
    QObject::connect(&poll, &QTimer::timeout, &app, [&] {
        if (window.statusBar()->currentMessage() != "9 words")
            return;
        if (const QByteArray picture = qgetenv("QI_DOC_PICTURE"); !picture.isEmpty())
            window.grab().save(QString::fromLocal8Bit(picture));
        app.quit();
    });
    poll.start(50);
    // [/test]
    return app.exec();
}

#include "editor.moc"
