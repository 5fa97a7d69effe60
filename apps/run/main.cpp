// SPDX-License-Identifier: BSD-3-Clause
//
// qi-run: Python inside the embedded runtime, for the authors of plugins and for libqi's own tests. It
// uses the public API only; what happens inside Python is in the module qi._life.run of the package.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qfileinfo.h>
#include <QtCore/qstringconverter.h>
#include <QtGui/qguiapplication.h>
#include <QtGui/qwindow.h>
#include <QtWidgets/qapplication.h>

#include <qi/qi.h>

#include "bundle.h"
#include "doctor.h"
#include "options.h"
#include "plugin.h"

namespace
{

constexpr int FAILED = 1, WRONG_USAGE = 2, INTERRUPTED = 130;

// "SystemExit", "SystemExit: 3" or "SystemExit: a text": the status, and the text to stderr, as python3 does.
int status_of_exit(const char *message)
{
    const char *code = std::strchr(message, ':');
    if (!code)
        return 0;
    char *end;
    code += 2;
    const long long number = std::strtoll(code, &end, 10);
    if (*code && !*end)
        return static_cast<int>(number & 0xff);
    std::fprintf(stderr, "%s\n", code);
    return FAILED;
}

bool is_a(const qi_error *error, const char *type)
{
    return error->python_type && std::strcmp(error->python_type, type) == 0;
}

// Exceptions that nobody awaits, in slots and callbacks: as python3 prints them. `late`, where it is not NULL, gets
// the status that sys.exit() asks for while everything ends already.
void print_error(const qi_error *error, const qi_origin *origin, void *late)
{
    const bool interrupted = is_a(error, "KeyboardInterrupt");

    if (late && is_a(error, "SystemExit")) {
        int *status = static_cast<int *>(late);
        const int asked = status_of_exit(error->message);
        *status = *status ? *status : asked;
        return;
    }
    std::fputs(error->traceback ? error->traceback : error->message, stderr);
    if (origin->signal)
        std::fprintf(stderr, "  (started by the signal %s)\n", origin->signal);
    std::fflush(stderr);
    if (interrupted)
        QCoreApplication::exit(INTERRUPTED);
}

// That a plugin could not be started is in the log already, with more than this.
void print_plugins_error(const qi_error *error, const qi_origin *origin, void *runtime)
{
    const bool starts = origin->plugin && !origin->task && !origin->target && !origin->signal &&
                        qi_plugin_state(*static_cast<qi_runtime **>(runtime), origin->plugin) ==
                            QI_PLUGIN_STATE_LOADING;

    if (!starts)
        print_error(error, origin, nullptr);
}

std::unique_ptr<QCoreApplication> make_application(App kind, int &argc, char **argv)
{
    switch (kind) {
    case App::Gui:
        return std::make_unique<QGuiApplication>(argc, argv);
    case App::Widgets:
        return std::make_unique<QApplication>(argc, argv);
    default:
        return std::make_unique<QCoreApplication>(argc, argv);
    }
}

int fail(const char *what)
{
    const qi_error *error = qi_last_error();

    std::fprintf(stderr, "qi-run: %s: %s\n", what, error->message);
    if (error->traceback)
        std::fputs(error->traceback, stderr);
    return FAILED;
}

// `tell` and `user` are told of errors. The runtime is NULL until it has started.
bool start(const Options &options, decltype(qi_config::error) tell, void *user, qi_runtime **runtime)
{
    qi_config config;

    qi_config_init(&config);
    config.argv = options.argv.data();
    config.argc = options.argv.size();
    config.program_name = "qi-run";
    config.home = options.home.empty() ? nullptr : options.home.c_str();
    config.venv = options.venv.empty() ? nullptr : options.venv.c_str();
    config.use_environment = true;
    config.debug = options.debug;
    config.handle_sigint = options.loop == "guest";
    config.keep_on_quit = true;
    config.error = tell;
    config.error_user = user;
    return qi_runtime_init(&config, runtime) == QI_OK;
}

// qi.host.qi_run.has_window(): whether a window of the script's is open, with which it goes on.
int has_window(const qi_value *, size_t, qi_value *result, void *)
{
    const QWindowList windows = QCoreApplication::instance()->inherits("QGuiApplication")
                                    ? QGuiApplication::topLevelWindows()
                                    : QWindowList();

    *result = qi_bool(std::any_of(windows.begin(), windows.end(),
                                  [](const QWindow *window) { return window->isVisible(); }));
    return QI_OK;
}

int show_windows(qi_runtime *runtime)
{
    qi_function function;

    qi_function_init(&function);
    function.call = has_window;
    function.signature = "() -> bool";
    function.doc = "Whether a window is open, with which the program goes on.";
    return qi_function_register(runtime, "qi_run.has_window", &function);
}

// An integer that Python says, or `otherwise` for None and for what cannot be read.
int ask(qi_runtime *runtime, const std::string &expression, int otherwise)
{
    qi_value answer = qi_none();
    int result = otherwise;

    if (qi_eval(runtime, expression.c_str(), &answer) != QI_OK)
        return fail("the script could not be run");
    if (answer.kind == QI_KIND_INT)
        result = static_cast<int>(answer.as.integer);
    qi_value_clear(&answer);
    return result;
}

constexpr int GO_ON = -1;

int run(const Options &options, std::unique_ptr<QCoreApplication> application)
{
    int late = 0;
    qi_runtime *runtime = nullptr;
    if (!start(options, print_error, &late, &runtime))
        return fail("Python does not start");
    if (qi_object_register(runtime, "app", application.get()) != QI_OK)
        return fail("the application cannot be shown as qi.host.app");
    if (show_windows(runtime) != QI_OK)
        return fail("the windows cannot be shown");
    if (options.how == "bundle" && show_bundle_functions(runtime) != QI_OK)
        return fail("qi-run cannot tell of itself");
    if (options.app == App::None) {
        // libqi starts with an application; from here on there is none until the script makes one.
        if (qi_exec(runtime, "__import__('qi._life.run', fromlist=['run']).leave_the_loop()", nullptr))
            return fail("the loop does not stop");
        application.reset();
    }

    const std::string module = "__import__('qi._life.run', fromlist=['run'])";
    int status = ask(runtime,
                     module + ".run('" + options.how + "', '" + options.loop + "', " +
                         (options.stay ? "True" : "False") + ")",
                     GO_ON);
    if (status == GO_ON && options.loop == "guest")
        status = ask(runtime, module + ".exit_status(" + std::to_string(application->exec()) + ")",
                     0);
    else if (status == GO_ON)
        status = 0;
    (void)qi_runtime_shutdown(runtime, 0); /* what it leaves behind is in the log */
    return status ? status : late;
}

// The plugin's host, in place of a script.
int run_host(const Options &options, const PluginWish &wish,
             std::unique_ptr<QCoreApplication> application)
{
    static qi_runtime *runtime;
    if (!start(options, print_plugins_error, &runtime, &runtime))
        return fail("Python does not start");
    if (qi_object_register(runtime, "app", application.get()) != QI_OK)
        return fail("the application cannot be shown as qi.host.app");
    const int status = run_plugin(runtime, wish);
    (void)qi_runtime_shutdown(runtime, 0); /* what it leaves behind is in the log */
    return status;
}

int plugin_run(Options &options, int &argc, char **argv)
{
    const PluginWish wish = parse_plugin_run(options);

    if (wish.help) {
        std::fputs(plugin_help, stdout);
        return 0;
    }
    if (!wish.wrong.empty()) {
        std::fprintf(stderr, "qi-run: %s\nTry 'qi-run plugin run --help'.\n", wish.wrong.c_str());
        return WRONG_USAGE;
    }
    options.argv.resize(1);
    return run_host(options, wish,
                    make_application(wish.headless ? App::Core : App::Widgets, argc, argv));
}

// What is wrong with an argument that Python could not have as a text; empty if nothing is.
std::string wrong_text(int argc, char **argv)
{
    for (int at = 1; at < argc; at++) {
        QStringDecoder decode(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
        const QString text = decode(argv[at]);
        if (decode.hasError())
            return "argument " + std::to_string(at) + " is not UTF-8";
    }
    return {};
}

} // namespace

int main(int argc, char **argv)
{
    Options options;
    std::string wrong = wrong_text(argc, argv);

    if (wrong.empty())
        wrong = parse(argc, argv, options);

    if (!wrong.empty()) {
        std::fprintf(stderr, "qi-run: %s\nTry 'qi-run --help'.\n", wrong.c_str());
        return WRONG_USAGE;
    }
    if (options.how == "help") {
        std::fputs(help_text, stdout);
        return 0;
    }
    if (options.how == "version") {
        std::printf("qi-run %s\n", qi_version_string());
        return 0;
    }
    if (options.how == "doctor")
        return doctor(options);
    // Qt sees the program's name only: the options are qi-run's and the script's.
    int application_argc = 1;
    if (options.how == "plugin" && options.argv.size() > 1 && std::strcmp(options.argv[1], "run") == 0)
        return plugin_run(options, application_argc, argv);
    return run(options, make_application(options.app, application_argc, argv));
}
