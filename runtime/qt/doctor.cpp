/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The doctor's report (include/qi/doctor.h). What concerns this process, its libraries and Qt is looked at
 * here; what only an interpreter can tell is asked of one in a process of its own, which runs qi._life.examine:
 * it may be broken, and so may what it imports, and the report must come all the same.
 */
#include "qt/doctor.h"

#include <cstdlib>
#include <memory>
#include <vector>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qlibraryinfo.h>
#include <QtCore/qprocess.h>
#include <QtCore/qstandardpaths.h>

#include "core/environment.h"
#include "core/loaded.h"
#include "core/plain.h"
#include "core/way.h"
#include "qt/copies.h"
#include "qt/thrown.h"

namespace
{

constexpr int process_limit = 30000; // milliseconds; only against one that hangs

QString text(const char *utf8)
{
    return utf8 ? QString::fromUtf8(utf8) : QString();
}

// Names of files, variables and plugins are anybody's words, and end no line of the report.
QString plain(const QString &words)
{
    const std::unique_ptr<char, decltype(&std::free)> copy(
        qip_plain_copy(words.toUtf8().constData(), true), &std::free);
    return text(copy.get());
}

// -- what is collected ------------------------------------------------------------------------------

class Report
{
  public:
    explicit Report(const char *section) : m_section(text(section)) {}

    void ok(const char *subject, const QString &found) { add(subject, "ok", found, {}); }
    void note(const char *subject, const QString &found) { add(subject, "note", found, {}); }
    void warn(const char *subject, const QString &found, const QString &fix)
    {
        add(subject, "warning", found, fix);
    }
    void problem(const char *subject, const QString &found, const QString &fix)
    {
        add(subject, "problem", found, fix);
    }

    QJsonArray checks;

  private:
    void add(const char *subject, const char *state, const QString &found, const QString &fix)
    {
        checks.append(QJsonObject{{QStringLiteral("section"), m_section},
                                  {QStringLiteral("subject"), text(subject)},
                                  {QStringLiteral("state"), text(state)},
                                  {QStringLiteral("found"), found},
                                  {QStringLiteral("fix"), fix}});
    }

    QString m_section;
};

void append(QJsonArray &all, const QJsonArray &more)
{
    for (const QJsonValue check : more)
        all.append(check);
}

// -- libqi and the interpreter, before anything is started ------------------------------------------

/* As one word of a shell's, since what is told here is copied into one. */
QString quoted(const QString &path)
{
    return QLatin1Char('\'') + QString(path).replace(QLatin1Char('\''), QLatin1String("'\\''")) +
           QLatin1Char('\'');
}

QString fix_of_place(const qip_doctor_facts &facts)
{
    const QString version = text(facts.built);

    if (facts.venv)
        return QStringLiteral("make the virtual environment with Python %1: python%1 -I -m venv %2")
            .arg(version, quoted(text(facts.venv)));
    if (facts.home)
        return QStringLiteral(
                   "give the prefix of a Python %1, in which lib/python%1/encodings is, or "
                   "no home at all: then it is the one that libqi was built with")
            .arg(version);
    if (facts.conf)
        return QStringLiteral(
                   "name the prefix of a Python %1 in %2, or remove that file: then it is "
                   "the one that libqi was built with")
            .arg(version, text(facts.conf));
    return QStringLiteral(
               "install Python %1 (on Debian: apt-get install libpython%1-stdlib), or name "
               "another installation of it as home")
        .arg(version);
}

QString why(const qip_doctor_facts &facts)
{
    if (facts.venv)
        return QStringLiteral("the configured virtual environment");
    if (facts.home)
        return QStringLiteral("the configured home");
    if (facts.conf)
        return QStringLiteral("as %1 says").arg(text(facts.conf));
    return facts.embeds ? QStringLiteral("what libqi was built with")
                        : QStringLiteral("the interpreter that runs");
}

/* What a configured prefix has Python run when it starts. What is not there is no matter. */
QStringList run_at_start(const QString &prefix, const QString &version)
{
    const QString library = prefix + QStringLiteral("/lib/python") + version;
    QStringList all = {prefix, prefix + QStringLiteral("/pyvenv.cfg"), library};

    for (const char *name : {"/site-packages", "/dist-packages", "/lib-dynload"}) {
        const QString folder = library + QLatin1String(name);
        all += folder;
        for (const QString &file : QDir(folder).entryList(
                 {QStringLiteral("*.pth"), QStringLiteral("*customize.py")}, QDir::Files))
            all += folder + QLatin1Char('/') + file;
    }
    return all;
}

/* The first of the configured places that somebody else could change; "" if there is none. */
QString open_place(const qip_doctor_facts &facts)
{
    QStringList places = {text(facts.program), text(facts.executable)};

    for (const char *prefix : {facts.home, facts.venv})
        if (prefix)
            places += run_at_start(text(prefix), text(facts.built));
    for (const QString &path : places) {
        const std::unique_ptr<char, decltype(&std::free)> open(
            path.isEmpty() ? nullptr : qip_way_open(QFile::encodeName(path).constData()), &std::free);
        if (open)
            return QFile::decodeName(open.get());
    }
    return {};
}

void look_at_access(Report &report, const QString &open)
{
    if (!open.isEmpty())
        report.problem("access",
                       plain(open) +
                           QStringLiteral(" is another user's, or others may write to it, so that "
                                          "they decide what Python runs"),
                       QStringLiteral("choose a place that is yours alone, or: chmod go-w %1")
                           .arg(quoted(plain(open))));
}

void look_at_place(Report &report, const qip_doctor_facts &facts)
{
    const QString place = text(facts.venv ? facts.venv : facts.home ? facts.home : facts.program);

    if (facts.wrong)
        report.problem("place", text(facts.wrong), fix_of_place(facts));
    else
        report.ok("place", QStringLiteral("%1 (%2)").arg(place, why(facts)));
    if (facts.executable && *facts.executable && !QFileInfo(text(facts.executable)).isExecutable())
        report.problem(
            "sys.executable", text(facts.executable) + QStringLiteral(" cannot be executed"),
            QStringLiteral("leave the configuration's executable NULL, or name a python%1")
                .arg(text(facts.built)));
    else if (facts.executable && *facts.executable)
        report.ok("sys.executable", text(facts.executable));
    else if (!facts.wrong)
        report.warn(
            "sys.executable",
            QStringLiteral("there is none: multiprocessing and debuggers cannot start one"),
            QStringLiteral("set the configuration's executable to a python%1").arg(text(facts.built)));
}

QJsonArray look_at_python(const qip_doctor_facts &facts, const QString &open)
{
    Report report("Python");

    report.ok("libqi", QStringLiteral("%1, %2").arg(text(qi_version_string()), text(facts.library)));
    if (qstrcmp(facts.built, facts.runs) != 0)
        report.problem(
            "libpython",
            QStringLiteral("this process has Python %1 (%2), but libqi was built for %3")
                .arg(text(facts.runs_fully), text(facts.libpython), text(facts.built)),
            QStringLiteral("build libqi with -DQI_PYTHON= that interpreter, or look at "
                           "LD_LIBRARY_PATH and LD_PRELOAD, which may bring in another"));
    else
        report.ok("libpython", QStringLiteral("%1, %2 (%3)")
                                   .arg(text(facts.runs_fully), text(facts.libpython),
                                        facts.embeds ? QStringLiteral("libqi is linked with it")
                                                     : QStringLiteral("the interpreter's own")));
    report.note("interpreter",
                facts.running ? QStringLiteral("runs in this process")
                              : QStringLiteral("not started in this process; %1")
                                    .arg(facts.environment
                                             ? QStringLiteral("PYTHON* variables are honoured")
                                             : QStringLiteral("isolated from the environment")));
    look_at_place(report, facts);
    look_at_access(report, open);
    return report.checks;
}

// -- Qt ---------------------------------------------------------------------------------------------

void look_at_copies(Report &report)
{
    char *other = qip_loaded_find("libQt", "qVersion", qip_qt_library());

    if (other)
        report.problem(
            "copies",
            QStringLiteral("%1 is loaded beside %2").arg(text(other), text(qip_qt_library())),
            QStringLiteral("objects of one Qt are none of the other: use plugins and bindings "
                           "that are linked with the application's Qt"));
    else
        report.ok("copies", QStringLiteral("one Qt in this process"));
    std::free(other);
}

// The folders in which Qt looks for platform plugins, in its order.
QStringList platform_folders()
{
    QStringList folders;
    const QString own = qEnvironmentVariable("QT_QPA_PLATFORM_PLUGIN_PATH");

    if (!own.isEmpty())
        folders += own.split(QDir::listSeparator());
    for (const QString &path : QCoreApplication::libraryPaths())
        folders += path + QStringLiteral("/platforms");
    const QString ours = QLibraryInfo::path(QLibraryInfo::PluginsPath) +
                         QStringLiteral("/platforms");
    if (!folders.contains(ours))
        folders += ours;
    return folders;
}

QStringList platforms()
{
    QStringList names;

    for (const QString &folder : platform_folders()) {
        const QStringList files = QDir(folder).entryList({QStringLiteral("libq*.so")}, QDir::Files);
        for (const QString &file : files)
            names += file.mid(4, file.size() - 7); // "libqxcb.so"
    }
    names.removeDuplicates();
    names.sort();
    return names;
}

bool has_display()
{
    return !qEnvironmentVariableIsEmpty("DISPLAY") ||
           !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY");
}

// The plugin that QT_QPA_PLATFORM names: "offscreen:options" and lists with ';' are allowed.
bool knows_platform(const QStringList &names, const QString &wanted)
{
    for (const QString &each : wanted.split(QLatin1Char(';'))) {
        const QString name = each.section(QLatin1Char(':'), 0, 0);
        if (names.contains(name) || names.contains(name + QStringLiteral("-generic")))
            return true;
    }
    return false;
}

void look_at_platforms(Report &report)
{
    const QStringList names = platforms();
    const QString wanted = qEnvironmentVariable("QT_QPA_PLATFORM");
    const QString found = names.join(QStringLiteral(", "));

    if (names.isEmpty())
        report.warn(
            "platform plugins",
            QStringLiteral("none in ") + platform_folders().join(QStringLiteral(", ")),
            QStringLiteral("windows cannot be shown: install Qt's platform plugins (on Debian: "
                           "apt-get install libqt6gui6), or correct QT_PLUGIN_PATH"));
    else if (!wanted.isEmpty() && !knows_platform(names, wanted))
        report.problem(
            "platform plugins",
            QStringLiteral("QT_QPA_PLATFORM is %1, but there are only %2").arg(wanted, found),
            QStringLiteral("unset QT_QPA_PLATFORM, or set it to one of these"));
    else
        report.ok("platform plugins", found);
    if (!has_display() && (wanted.isEmpty() || wanted.startsWith(QLatin1String("xcb")) ||
                           wanted.startsWith(QLatin1String("wayland"))))
        report.warn(
            "display", QStringLiteral("neither DISPLAY nor WAYLAND_DISPLAY is set"),
            QStringLiteral("programs with windows do not start here; QT_QPA_PLATFORM=offscreen "
                           "runs them without a display"));
}

QJsonArray look_at_qt()
{
    Report report("Qt");
    const QString runs = text(qip_qt_version()), built = QStringLiteral(QT_VERSION_STR);

    report.ok("library",
              QStringLiteral("%1, %2 (built with %3)").arg(runs, text(qip_qt_library()), built));
    look_at_copies(report);
    look_at_platforms(report);
    if (!QCoreApplication::instance())
        report.note("application",
                    QStringLiteral("there is no QCoreApplication in this process yet"));
    return report.checks;
}

// -- what an interpreter tells ----------------------------------------------------------------------

QJsonArray texts(const QStringList &list)
{
    return QJsonArray::fromStringList(list);
}

QByteArray request(const qip_doctor_facts &facts)
{
    QStringList folders;

    for (size_t i = 0; i < facts.folder_count; i++)
        folders += text(facts.folders[i]);
    const QJsonObject object{
        {QStringLiteral("version"), text(facts.built)},
        {QStringLiteral("environment"), facts.environment},
        {QStringLiteral("venv"), text(facts.venv)},
        {QStringLiteral("qt_library"), text(qip_qt_library())},
        {QStringLiteral("qt_version"), text(qip_qt_version())},
        {QStringLiteral("folders"), texts(folders)},
        {QStringLiteral("plugin_folders"),
         texts(QStandardPaths::standardLocations(QStandardPaths::AppDataLocation))},
        {QStringLiteral("application"), QCoreApplication::applicationName()},
    };
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

// A variable that keeps any interpreter from starting must not keep this one.
QStringList arguments(const qip_doctor_facts &facts)
{
    const QString script = QString::fromUtf8(facts.script, qsizetype(facts.script_size));
    const bool environment = facts.environment && !qEnvironmentVariableIsSet("PYTHONHOME");

    QStringList all = {environment ? QStringLiteral("-P") : QStringLiteral("-I")};
    if (!qip_environment_knows_home())
        all += QStringLiteral("-s");
    return all +
           QStringList{QStringLiteral("-X"), QStringLiteral("utf8"), QStringLiteral("-c"), script};
}

// That interpreter would take empty entries of PYTHONPATH for the current folder.
QProcessEnvironment surroundings()
{
    const QString places = QStringLiteral("PYTHONPATH");
    QProcessEnvironment all = QProcessEnvironment::systemEnvironment();
    const std::unique_ptr<char, decltype(&std::free)> kept(
        qip_environment_kept(qgetenv("PYTHONPATH").constData()), std::free);

    all.remove(places);
    if (kept && *kept)
        all.insert(places, QString::fromLocal8Bit(kept.get()));
    return all;
}

QJsonArray ask(const qip_doctor_facts &facts)
{
    Report report("Python");
    QProcess process;

    process.setProcessEnvironment(surroundings());
    process.start(text(facts.program), arguments(facts));
    process.write(request(facts));
    process.closeWriteChannel();
    const bool ended = process.waitForFinished(process_limit);
    const QJsonDocument answer = QJsonDocument::fromJson(process.readAllStandardOutput());
    if (answer.isArray())
        return answer.array();
    const QString wrong = process.errorString(); /* before it is killed, which would be told instead */
    if (!ended)
        process.kill(), process.waitForFinished();
    const QString said = QString::fromUtf8(process.readAllStandardError()).trimmed();
    report.problem(
        "interpreter",
        QStringLiteral("%1 does not work: %2")
            .arg(text(facts.program), said.isEmpty() ? wrong : said.section(QLatin1Char('\n'), -1)),
        QStringLiteral("install it anew, or configure another home or virtual environment"));
    return report.checks;
}

QJsonArray look_with_python(const qip_doctor_facts &facts, const QString &open)
{
    Report report("Python");

    if (!open.isEmpty()) {
        report.note("packages",
                    QStringLiteral("not looked at: that would run what others may have put there"));
        return report.checks;
    }
    if (facts.program && facts.script)
        return ask(facts);
    report.warn(
        "program", QStringLiteral("there is none to ask about packages and bindings"),
        QStringLiteral("install the program python%1 beside its library").arg(text(facts.built)));
    return report.checks;
}

// -- how it is told ---------------------------------------------------------------------------------

QByteArray field(const QJsonValue &check, const char *name)
{
    return check.toObject().value(text(name)).toString().toUtf8();
}

int count(const QJsonArray &checks, const char *state)
{
    int found = 0;
    for (const QJsonValue check : checks)
        found += field(check, "state") == state;
    return found;
}

QByteArray plural(int number, const char *noun)
{
    return QByteArray::number(number) + ' ' + noun + (number == 1 ? "" : "s");
}

QByteArray as_text(const QJsonArray &checks)
{
    QByteArray result, section;

    for (const QJsonValue check : checks) {
        const QByteArray state = field(check, "state"), fix = field(check, "fix");
        if (field(check, "section") != section) {
            section = field(check, "section");
            result += (result.isEmpty() ? "" : "\n") + section + '\n';
        }
        result += "  " + (state == "problem" ? QByteArray("PROBLEM") : state).leftJustified(9) +
                  field(check, "subject").leftJustified(18) + ' ' + field(check, "found") + '\n';
        if (!fix.isEmpty())
            result += QByteArray(11, ' ') + "to fix it: " + fix + '\n';
    }
    const int problems = count(checks, "problem"), warnings = count(checks, "warning");
    return result + '\n' + plural(problems, "problem") + ", " + plural(warnings, "warning") + '\n';
}

QJsonObject plain_check(const QJsonValue &check)
{
    QJsonObject result = check.toObject();

    for (const QString &key : result.keys())
        result[key] = plain(result[key].toString());
    return result;
}

// The checks with their sections together, in the order in which each first came.
QJsonArray by_section(const QJsonArray &checks)
{
    QList<QByteArray> sections;
    QJsonArray result;

    for (const QJsonValue check : checks) {
        if (!sections.contains(field(check, "section")))
            sections += field(check, "section");
    }
    for (const QByteArray &section : sections) {
        for (const QJsonValue check : checks) {
            if (field(check, "section") == section)
                result.append(plain_check(check));
        }
    }
    return result;
}

qi_entry entry(const char *key, qi_value value)
{
    return {qi_text(key), value};
}

qi_value bytes_as_text(const QByteArray &bytes)
{
    return qi_text_n(bytes.constData(), size_t(bytes.size()));
}

int as_value(const QJsonArray &checks, qi_value *out)
{
    static const char *const names[] = {"section", "subject", "state", "found", "fix"};
    constexpr size_t width = sizeof names / sizeof *names;
    std::vector<QByteArray> fields;
    std::vector<qi_entry> entries;
    std::vector<qi_value> list;

    for (const QJsonValue check : checks) {
        for (const char *name : names)
            fields.push_back(field(check, name));
    }
    for (size_t i = 0; i < fields.size(); i++)
        entries.push_back(entry(names[i % width], bytes_as_text(fields[i])));
    for (size_t i = 0; i < entries.size(); i += width)
        list.push_back(qi_map(&entries[i], width));

    const bool ok = count(checks, "problem") == 0;
    const QByteArray told = as_text(checks);
    const QByteArray json = QJsonDocument(QJsonObject{{QStringLiteral("ok"), ok},
                                                      {QStringLiteral("checks"), checks}})
                                .toJson();
    const qi_entry report[] = {
        entry("ok", qi_bool(ok)),
        entry("checks", qi_list(list.data(), list.size())),
        entry("text", bytes_as_text(told)),
        entry("json", bytes_as_text(json)),
    };
    const qi_value map = qi_map(report, sizeof report / sizeof *report);
    return qi_value_copy(out, &map);
}

} // namespace

int qip_doctor_examine(const qip_doctor_facts *facts, qi_value *out)
try {
    const QString open = open_place(*facts);
    QJsonArray checks = look_at_python(*facts, open);

    append(checks, look_at_qt());
    append(checks, look_with_python(*facts, open));
    return as_value(by_section(checks), out);
} catch (...) {
    return qi::fail_thrown();
}
