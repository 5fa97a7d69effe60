/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A host application with windows, for tests of the ready-made widgets: a QApplication, a runtime on it, and
 * a record of what the runtime reported. Each case is a process, so each makes one. Its end shuts down and
 * checks that nothing went unreported. The settings of the application go to a folder of the test's own.
 */
#ifndef QI_TESTS_WIDGETS_DESK_H
#define QI_TESTS_WIDGETS_DESK_H

#include <functional>
#include <string>
#include <vector>

#include <QtCore/qtemporarydir.h>
#include <QtWidgets/qapplication.h>

#include <qi/qi.h>

namespace tests
{

class Desk
{
  public:
    explicit Desk(const std::function<void(qi_config &)> &configure = {});
    ~Desk();
    Desk(const Desk &) = delete;
    Desk &operator=(const Desk &) = delete;

    /* Runs Qt's event loop until `condition` holds; a test that waits in vain for 20 s fails. */
    void until(const std::function<bool()> &condition);
    /* Lets all that is ready run, Qt's events and asyncio's callbacks. */
    void settle();
    /* Runs Python source; a failure fails the test. */
    void exec(const char *source);
    /* Evaluates a Python expression and returns the repr() of the result. */
    std::string eval(const char *expression);
    /* The messages of the reports so far, taken: what is left at the end fails the test. */
    std::vector<std::string> take_reports();

    /* Starts the plugins of one folder, each of which may run if `consent` says so. */
    void startPlugins(const QString &place, decltype(qi_plugins_config::consent) consent);
    /* A `consent` that has no questions. */
    static bool agrees(const qi_plugin_consent *, void *) { return true; }

    qi_runtime *runtime = nullptr;
    std::vector<std::string> log;
    QTemporaryDir folder; /* HOME and the XDG folders are in here */

  private:
    static void on_error(const qi_error *error, const qi_origin *origin, void *user);
    static void on_log(const qi_log_record *record, void *user);
    QTemporaryDir &prepare();

    QApplication application;
    std::vector<std::string> reports;
};

/* Palettes of a light and of a dark desktop. */
QPalette light_palette();
QPalette dark_palette();

} // namespace tests

#endif
