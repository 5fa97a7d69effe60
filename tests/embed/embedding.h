// SPDX-License-Identifier: BSD-3-Clause
// A host: a QCoreApplication, a configuration whose callbacks write down what they get, a runtime.
#ifndef QI_TESTS_EMBEDDING_H
#define QI_TESTS_EMBEDDING_H

#include <algorithm>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qtemporarydir.h>
#include <QtCore/qfile.h>
#include <QtCore/qdir.h>
#include <QtCore/qfileinfo.h>
#include <QtCore/qthread.h>
#include <QtCore/qtimer.h>

#include <qi/qi.h>

#include "tests/support/catch.h"

class Embedding
{
  public:
    struct Error {
        std::string type, message, traceback, task, target;
        bool on_gui_thread;
        int status;
    };

    Embedding()
    {
        qi_config_init(&config);
        config.error = on_error;
        config.log = on_log;
        config.on_shutdown = on_shutdown;
        config.error_user = config.log_user = config.on_shutdown_user = this;
    }

    ~Embedding()
    {
        if (runtime)
            qi_runtime_shutdown(runtime, 0);
    }

    void take_output()
    {
        config.out = [](const qi_output_line *line, void *user) {
            auto *self = static_cast<Embedding *>(user);
            std::lock_guard<std::mutex> lock(self->mutex);
            self->out.emplace_back(line->text, line->length);
        };
        config.err = [](const qi_output_line *line, void *user) {
            auto *self = static_cast<Embedding *>(user);
            std::lock_guard<std::mutex> lock(self->mutex);
            self->err.emplace_back(line->text, line->length);
        };
        config.out_user = config.err_user = this;
    }

    int init() { return qi_runtime_init(&config, &runtime); }

    // Runs source that must not fail.
    void exec(const std::string &source)
    {
        const int status = qi_exec(runtime, source.c_str(), "test.py");
        if (status != QI_OK)
            UNSCOPED_INFO(qi_last_error()->message);
        REQUIRE(status == QI_OK);
    }

    // An expression's value, described as Python would.
    std::string eval(const std::string &expression)
    {
        qi_value value = qi_none();
        char text[2000] = "";

        const int status = qi_eval(runtime, expression.c_str(), &value);
        if (status != QI_OK)
            return "failed: " + std::string(qi_last_error()->message);
        qi_value_describe(&value, text, sizeof text);
        qi_value_clear(&value);
        return text;
    }

    // Runs the event loop until something holds; false if it never does.
    bool until(const std::function<bool()> &done)
    {
        QDeadlineTimer guard(20000);
        QTimer wake;
        wake.start(5);
        while (!done() && !guard.hasExpired())
            app.processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
        return done();
    }

    // Python's truth of an expression.
    bool until_true(const std::string &expression)
    {
        return until([&] { return eval("bool(" + expression + ")") == "True"; });
    }

    // Runs exec() as a host's main() does, and quits once everything of now has been handled.
    int exec_and_quit()
    {
        QTimer::singleShot(0, &app, [this] { QTimer::singleShot(0, &app, &QCoreApplication::quit); });
        return app.exec();
    }

    static bool contains(const std::vector<std::string> &lines, const std::string &part)
    {
        for (const std::string &line : lines) {
            if (line.find(part) != std::string::npos)
                return true;
        }
        return false;
    }

    int argc = 1;
    char program[6] = "embed";
    char *argv[2] = {program, nullptr};
    QCoreApplication app{argc, argv};
    qi_config config;
    qi_runtime *runtime = nullptr;

    std::mutex mutex;
    std::vector<std::string> out, err, log;
    std::vector<Error> errors;
    int reports = 0;
    bool clean = false;
    size_t cancelled = 0;
    std::vector<std::string> tasks_left, threads_left;

  private:
    static std::string text(const char *string) { return string ? string : ""; }

    static void on_error(const qi_error *error, const qi_origin *origin, void *user)
    {
        auto *self = static_cast<Embedding *>(user);
        std::lock_guard<std::mutex> lock(self->mutex);
        self->errors.push_back({text(error->python_type), text(error->message),
                                text(error->traceback), text(origin->task), text(origin->target),
                                QThread::currentThread() == self->app.thread(), error->status});
    }

    static void on_log(const qi_log_record *record, void *user)
    {
        auto *self = static_cast<Embedding *>(user);
        std::lock_guard<std::mutex> lock(self->mutex);
        self->log.push_back(text(record->source) + ": " + text(record->text));
    }

    static void on_shutdown(const qi_shutdown_report *report, void *user)
    {
        auto *self = static_cast<Embedding *>(user);
        self->reports++;
        self->clean = report->clean;
        self->cancelled = report->tasks_cancelled;
        for (size_t i = 0; i < report->tasks_left; i++)
            self->tasks_left.push_back(report->task_names[i]);
        for (size_t i = 0; i < report->threads_left; i++)
            self->threads_left.push_back(report->thread_names[i]);
    }
};

// A folder for the time of a test. Paths are UTF-8 and relative to it.
class Folder
{
  public:
    std::string path() const { return m_folder.path().toStdString(); }

    std::string file(const char *name) const { return path() + "/" + name; }

    // Writes a file, with the folders that it needs.
    void write(const char *name, const char *text)
    {
        const QString whole = QString::fromStdString(file(name));
        QDir().mkpath(QFileInfo(whole).path());
        QFile stream(whole);
        REQUIRE(stream.open(QIODevice::WriteOnly | QIODevice::Truncate));
        stream.write(text);
    }

    // A symbolic link, as virtual environments have them.
    void link(const char *name, const char *target)
    {
        const QString whole = QString::fromStdString(file(name));
        QDir().mkpath(QFileInfo(whole).path());
        REQUIRE(QFile::link(QString::fromUtf8(target), whole));
    }

  private:
    QTemporaryDir m_folder;
};

#endif
