/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/widgets/desk.h"

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qstandardpaths.h>
#include <QtCore/qtimer.h>
#include <QtGui/qpalette.h>

#include "tests/support/catch.h"

namespace tests
{

static int argument_count = 1;
static char program_name[] = "test-widgets";
static char *arguments[] = {program_name, nullptr};

Desk::Desk(const std::function<void(qi_config &)> &configure)
    : application((prepare(), argument_count), arguments)
{
    static const char *const paths[] = {QI_TESTS "/plugins"};
    qi_config config;

    qi_config_init(&config);
    config.module_paths = paths;
    config.module_path_count = 1;
    config.error = on_error;
    config.error_user = this;
    config.log = on_log;
    config.log_user = this;
    if (configure)
        configure(config);
    int status = qi_runtime_init(&config, &runtime);
    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
}

/* Before there is an application, which reads some of this at its start. */
QTemporaryDir &Desk::prepare()
{
    qputenv("HOME", folder.path().toUtf8());
    for (const char *name :
         {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"})
        qputenv(name, (folder.path() + QLatin1String("/") + QLatin1String(name)).toUtf8());
    QCoreApplication::setOrganizationName(QStringLiteral("qi"));
    QCoreApplication::setApplicationName(QStringLiteral("test-widgets"));
    return folder;
}

Desk::~Desk()
{
    if (qi_runtime_state(runtime) != QI_RUNTIME_STATE_CLOSED)
        CHECK(qi_runtime_shutdown(runtime, 0) == QI_OK);
    for (const std::string &report : reports)
        FAIL_CHECK("unexpected report: " << report);
}

void Desk::until(const std::function<bool()> &condition)
{
    QDeadlineTimer guard(20000);
    /* Wakes the event loop, should nothing else happen, so that the guard is looked at. */
    QTimer alarm;
    alarm.start(100);

    while (!condition()) {
        if (guard.hasExpired())
            FAIL("waited in vain");
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
    }
}

void Desk::settle()
{
    for (int turn = 0; turn < 10; turn++)
        QCoreApplication::processEvents();
}

void Desk::exec(const char *source)
{
    int status = qi_exec(runtime, source, nullptr);

    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
}

std::string Desk::eval(const char *expression)
{
    std::string source = std::string("repr((") + expression + "))";
    qi_value value = qi_none();
    int status = qi_eval(runtime, source.c_str(), &value);

    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
    std::string text(value.as.text.data, value.as.text.size);
    qi_value_clear(&value);
    return text;
}

std::vector<std::string> Desk::take_reports()
{
    std::vector<std::string> taken;

    taken.swap(reports);
    return taken;
}

void Desk::on_error(const qi_error *error, const qi_origin *, void *user)
{
    static_cast<Desk *>(user)->reports.push_back(error->message);
}

void Desk::on_log(const qi_log_record *record, void *user)
{
    static_cast<Desk *>(user)->log.push_back(record->text);
}

static QPalette palette_of(QRgb window, QRgb base, QRgb text, QRgb highlight, QRgb disabled)
{
    QPalette palette{QColor(text),
                     QColor(window),
                     QColor(window).lighter(120),
                     QColor(window).darker(140),
                     QColor(window).darker(120),
                     QColor(text),
                     QColor(text),
                     QColor(base),
                     QColor(window)};
    palette.setColor(QPalette::Highlight, QColor(highlight));
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::ToolTipBase, QColor(window));
    palette.setColor(QPalette::ToolTipText, QColor(text));
    for (QPalette::ColorRole role : {QPalette::Text, QPalette::WindowText, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, QColor(disabled));
    palette.setColor(QPalette::PlaceholderText, QColor(disabled));
    return palette;
}

QPalette light_palette()
{
    return palette_of(0xefefef, 0xffffff, 0x000000, 0x2a6fc9, 0x8a8a8a);
}

QPalette dark_palette()
{
    return palette_of(0x2b2d30, 0x1e1f22, 0xdfe1e5, 0x2e5fa8, 0x7a7d82);
}

void Desk::startPlugins(const QString &place, decltype(qi_plugins_config::consent) consent)
{
    const QByteArray path = place.toUtf8();
    const QByteArray settings = (folder.path() + QStringLiteral("/settings.ini")).toUtf8();
    const char *folders[] = {path.constData()};
    qi_plugins_config config;

    qi_plugins_config_init(&config);
    config.application_folders = folders;
    config.application_folder_count = 1;
    config.user_folder = config.system_folder = "";
    config.settings_file = settings.constData();
    config.consent = consent;
    const int status = qi_plugins_start(runtime, &config);
    INFO(qi_last_error()->message);
    REQUIRE(status == QI_OK);
}

} // namespace tests
