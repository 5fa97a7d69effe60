// SPDX-License-Identifier: BSD-3-Clause
//
// A host with a window: a progress bar, "start", "cancel" and a line of text. Its plugin makes them drive a
// Dask cluster of processes on this machine, while the window stays alive.
//
//     dask-host [--auto] [FOLDER OF THE PLUGINS]
//
// With --auto it clicks by itself: start, cancel half-way, start again; it quits with the result.
#include <QtCore/QFileInfo>
#include <QtCore/QTextStream>
#include <QtCore/QTimer>
#include <QtWidgets/QApplication>
#include <QtWidgets/QLabel>
#include <QtWidgets/QProgressBar>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>
#include <qi/qi.h>

struct Window : QWidget {
    QProgressBar *progress = new QProgressBar;
    QLabel *result = new QLabel("ready");
    QPushButton *start = new QPushButton("start"), *cancel = new QPushButton("cancel");

    Window()
    {
        auto *column = new QVBoxLayout(this);
        result->setTextFormat(Qt::PlainText); // what a plugin tells is no markup
        for (QWidget *part : {static_cast<QWidget *>(progress), static_cast<QWidget *>(result),
                              static_cast<QWidget *>(start), static_cast<QWidget *>(cancel)})
            column->addWidget(part);
    }
};

static int fail(const char *what)
{
    QTextStream(stderr) << what << ": " << qi_last_error()->message << '\n';
    return 1;
}

static void onError(const qi_error *error, const qi_origin *, void *)
{
    QTextStream(stderr) << (error->traceback ? error->traceback : error->message) << '\n';
    QCoreApplication::exit(1);
}

// Clicks as a user would, and tells what the window shows.
static void drive(Window &window)
{
    auto *watch = new QTimer(&window);
    QObject::connect(watch, &QTimer::timeout, &window, [&window, cancelled = false]() mutable {
        const QString text = window.result->text();

        if (!cancelled && window.progress->value() * 2 >= window.progress->maximum() &&
            window.progress->maximum() > 0 && text.startsWith("throwing")) {
            cancelled = true;
            window.cancel->click();
        } else if (text == "cancelled" && window.start->isEnabled()) {
            QTextStream(stdout) << text << '\n';
            window.progress->setValue(0);
            window.start->click();
        } else if (text.startsWith("pi") && window.start->isEnabled()) {
            QTextStream(stdout) << text << ", " << window.progress->value() << " of "
                                << window.progress->maximum() << '\n';
            QCoreApplication::quit();
        }
    });
    watch->start(1);
    QTimer::singleShot(0, window.start, &QPushButton::click);
}

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    QStringList arguments = app.arguments().mid(1);
    const bool automatic = arguments.removeAll("--auto") > 0;
    Window window;
    window.progress->setRange(0, 1);
    window.show();

    // What the user types begins where he is; what is configured, at the program.
    const QByteArray folder = arguments.isEmpty()
                                  ? QByteArray("plugins")
                                  : QFileInfo(arguments.at(0)).absoluteFilePath().toUtf8();
    const char *paths[] = {folder.constData()};
    qi_config config;
    qi_config_init(&config);
    config.module_paths = paths;
    config.module_path_count = 1;
    config.error = onError;
    qi_runtime *runtime = nullptr;
    if (qi_runtime_init(&config, &runtime) != QI_OK)
        return fail("qi_runtime_init");
    if (qi_object_register(runtime, "progress", window.progress) != QI_OK ||
        qi_object_register(runtime, "result", window.result) != QI_OK ||
        qi_object_register(runtime, "start", window.start) != QI_OK ||
        qi_object_register(runtime, "cancel", window.cancel) != QI_OK)
        return fail("qi_object_register");
    if (qi_exec(runtime, "import estimate", nullptr) != QI_OK)
        return fail("the plugin");
    if (automatic)
        drive(window);
    return app.exec(); // aboutToQuit shuts the runtime down, and with it a cluster that still runs
}
