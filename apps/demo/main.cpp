// SPDX-License-Identifier: BSD-3-Clause
//
// The demo of libqi: see the window, or let it show itself (--auto), as it does where there is no display.
#include <utility>

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QFileInfo>
#include <QTextStream>

#include "look.h"
#include "tour.h"
#include "window.h"

// Without a display Qt paints offscreen instead of giving up; an unreachable one is no display either.
static void choosePlatform()
{
    if (qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
        return;
    const bool wayland = !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY");
    const bool x11 = !qEnvironmentVariableIsEmpty("DISPLAY");
    if (!wayland && !x11)
        qputenv("QT_QPA_PLATFORM", "offscreen");
    else
        qputenv("QT_QPA_PLATFORM", wayland ? "wayland;xcb;offscreen" : "xcb;offscreen");
}

static QtMessageHandler showMessage;

// What Qt says of each window that it paints offscreen is of no use to anybody.
static void dropChatter(QtMsgType type, const QMessageLogContext &context, const QString &text)
{
    if (!text.startsWith("This plugin does not support") &&
        !text.contains("XDG_RUNTIME_DIR not set"))
        showMessage(type, context, text);
}

// Beside the program, where the build puts it, or where it is installed.
static QString pluginFolder()
{
    const QDir here(QCoreApplication::applicationDirPath());
    for (const char *place : {"plugins", "../share/qi/demo/plugins"})
        if (here.exists(place))
            return QDir::cleanPath(here.filePath(place));
    return here.filePath("plugins");
}

// Nobody sees the window then, so what its error panel shows is printed as well, though not again and again.
static void printFailure(const Failure &failure)
{
    static QString last;
    if (std::exchange(last, failure.message) == failure.message)
        return;
    QTextStream(stdout) << "  · error callback: " << failure.message << " (" << failure.target
                        << ")" << Qt::endl;
}

// Shows the window on its own, and returns how many promises were not kept.
static int showTour(QApplication &app, Window &window, Tour &tour)
{
    QTextStream(stdout) << "libqi demo, on Qt's platform \"" << QApplication::platformName() << "\""
                        << Qt::endl;
    QObject::connect(&tour, &Tour::finished, &app, &QCoreApplication::quit);
    tour.start();
    app.exec();
    const auto &ending = window.python().ending();
    tour.claim(ending && ending->clean,
               Tour::tr("shut down clean: %1 tasks were cancelled, none was left behind")
                   .arg(ending ? qulonglong(ending->tasksCancelled) : 0));
    return tour.failures() ? 1 : 0;
}

static int fail(const QString &why)
{
    QTextStream(stderr) << "qi-demo: " << why << Qt::endl;
    return 1;
}

static void addOptions(QCommandLineParser &options)
{
    options.setApplicationDescription(
        "A Qt window whose desks run coroutines of Python, in plugins.");
    options.addHelpOption();
    options.addVersionOption();
    options.addOption(
        {{"tour", "auto"}, "Drive the window by itself, check what it promises, and leave."});
    options.addOption({"screenshot", "Where --tour saves a picture of the window.", "file"});
    options.addOption({"plugins", "The folder of the plugins.", "folder", pluginFolder()});
    options.addOption({"dark", "Dark colours."});
    options.addOption({"light", "Light colours."});
}

int main(int argc, char **argv)
{
    choosePlatform();
    showMessage = qInstallMessageHandler(dropChatter);
    QApplication app(argc, argv);
    QCoreApplication::setOrganizationName("libqi");
    QCoreApplication::setApplicationName("qi-demo");
    QCoreApplication::setApplicationVersion(qi_version_string());
    QCommandLineParser options;
    addOptions(options);
    options.process(app);

    Look::apply(app, options.isSet("dark") || (!options.isSet("light") && Look::systemIsDark()));
    Window window;
    Tour tour(&window, options.value("screenshot"));
    const QString platform = QApplication::platformName();
    const bool alone = options.isSet("tour") || platform == "offscreen" || platform == "minimal";
    PluginPlaces places{QFileInfo(options.value("plugins")).absoluteFilePath(), {}, {}};
    if (alone) {
        QObject::connect(&window.python(), &Python::failed, printFailure);
        if (!tour.copyPlugins(places.plugins))
            return fail(Tour::tr("cannot make a copy of the plugins in %1").arg(places.plugins));
        places = tour.places();
    }
    if (!window.start(places, alone ? Tour::agree : nullptr, &tour))
        return fail(window.why());
    window.show();
    return alone ? showTour(app, window, tour) : app.exec();
}
