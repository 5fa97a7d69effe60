// SPDX-License-Identifier: BSD-3-Clause
//
// A window with a script console in a dock. The script moves the application's own dial:
//
//     >>> import sweep
//     >>> await sweep.to(70)
//
//     console [FOLDER OF THE PLUGINS [INPUT...]]
//
// Inputs on the command line are run one after the other, what the console shows is printed, and the
// program ends.
#include <QtCore/QFileInfo>
#include <QtCore/QTextStream>
#include <QtWidgets/QApplication>
#include <QtWidgets/QDial>
#include <QtWidgets/QDockWidget>
#include <QtWidgets/QMainWindow>
#include <QtWidgets/QMessageBox>

#include <qi/widgets.hpp>

static int fail(const char *what)
{
    QTextStream(stderr) << what << ": " << qi_last_error()->message << '\n';
    return 1;
}

// Runs the inputs and quits.
class Batch : public QObject
{
    Q_OBJECT

  public:
    Batch(qi::ScriptConsole *console, const QStringList &inputs)
        : QObject(console), m_console(console), m_inputs(inputs)
    {
        // Queued, so that no input begins inside the end of the one before.
        connect(console, &qi::ScriptConsole::finished, this, &Batch::next, Qt::QueuedConnection);
        QMetaObject::invokeMethod(this, &Batch::next, Qt::QueuedConnection);
    }

  private:
    void next()
    {
        if (!m_inputs.isEmpty()) {
            m_console->execute(m_inputs.takeFirst());
            return;
        }
        QTextStream(stdout) << m_console->transcript();
        QCoreApplication::quit();
    }

    qi::ScriptConsole *m_console;
    QStringList m_inputs;
};

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    const QStringList arguments = app.arguments();
    // What the user types begins where he is; what is configured, at the program.
    const QByteArray folder = arguments.size() > 1
                                  ? QFileInfo(arguments.at(1)).absoluteFilePath().toUtf8()
                                  : QByteArray("plugins");
    const char *paths[] = {folder.constData()};
    qi_config config;
    qi_config_init(&config);
    config.module_paths = paths;
    config.module_path_count = 1;
    qi_runtime *runtime = nullptr;
    if (qi_runtime_init(&config, &runtime) != QI_OK)
        return fail("qi_runtime_init");

    qi::translateWidgets();
    QMainWindow window;
    QDial dial;
    window.setCentralWidget(&dial);
    if (qi_object_register(runtime, "dial", &dial) != QI_OK)
        return fail("qi_object_register");

    auto *dock = new QDockWidget(QStringLiteral("Console"), &window);
    auto *console = new qi::ScriptConsole(runtime, dock);
    dock->setWidget(console);
    window.addDockWidget(Qt::BottomDockWidgetArea, dock);
    QObject::connect(console, &qi::ScriptConsole::openRequested, &window,
                     [&window](const QString &file, int line) {
                         QMessageBox box(QMessageBox::Information,
                                         QStringLiteral("An editor would open"),
                                         file + QLatin1Char(':') + QString::number(line),
                                         QMessageBox::Ok, &window);
                         box.setTextFormat(Qt::PlainText); // names of files are no markup
                         box.exec();
                     });
    window.resize(700, 600);
    window.show();
    console->setFocus();
    if (arguments.size() > 2)
        new Batch(console, arguments.mid(2));
    return app.exec(); // aboutToQuit shuts the runtime down
}

#include "main.moc"
