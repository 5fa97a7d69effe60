/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A host application for tests: a QCoreApplication, a runtime on it, and a record of what the runtime
 * reported. Each case is a process, so each makes one. Its end shuts down and checks that nothing went
 * unreported.
 */
#ifndef QI_TESTS_HOST_H
#define QI_TESTS_HOST_H

#include <functional>
#include <string>
#include <vector>

#include <QtCore/qcoreapplication.h>

#include <qi/qi.h>

namespace tests
{

struct Report {
    int status;
    std::string message, type, traceback, task, signal, target, plugin;
};

class Host
{
  public:
    /* `configure` may change the configuration before the runtime starts. */
    explicit Host(const std::function<void(qi_config &)> &configure = {});
    ~Host();
    Host(const Host &) = delete;
    Host &operator=(const Host &) = delete;

    /* Runs Qt's event loop until `condition` holds; a test that waits in vain for 20 s fails. */
    void until(const std::function<bool()> &condition);
    /* Lets all that is ready run, Qt's events and asyncio's callbacks. */
    void settle();

    /* Runs Python source; a failure fails the test. */
    void exec(const char *source);
    /* Evaluates a Python expression and returns the repr() of the result. */
    std::string eval(const char *expression);

    /* The reports so far, taken: what is left at the end fails the test. */
    std::vector<Report> take_reports();

    int shutdown();

    qi_runtime *runtime = nullptr;
    std::vector<std::string> log;

  private:
    static void on_error(const qi_error *error, const qi_origin *origin, void *user);
    static void on_log(const qi_log_record *record, void *user);

    QCoreApplication application;
    std::vector<Report> reports;
};

/* How a value reads in Python. */
std::string describe(const qi_value &value);

/* Describes and clears an owning value. */
std::string take(qi_value &value);

} // namespace tests

#endif
