// SPDX-License-Identifier: BSD-3-Clause
// An application of Qt Quick for tests: a QGuiApplication, a runtime, and an engine that loads what a test writes. Its end
// checks that nothing went unreported and that QML has warned of nothing.
#ifndef QI_TESTS_STAGE_H
#define QI_TESTS_STAGE_H

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <QtGui/qguiapplication.h>
#include <QtQml/qqmlapplicationengine.h>

#include <qi/qi.hpp>
#include <qi/qml.hpp>

#include "tests/support/catch.h"
#include "tests/support/host.h"

namespace tests
{

class Stage
{
  public:
    Stage();
    ~Stage();
    Stage(const Stage &) = delete;
    Stage &operator=(const Stage &) = delete;

    // The root object of what a file of that name would have; imports and the braces of the root are the test's.
    QObject *load(const QString &source, const QString &name = QStringLiteral("test.qml"));
    // Evaluates an expression with the root's names, and shows what comes as JSON.
    std::string js(const QString &expression);
    // Runs statements with the root's names.
    void run(const QString &statements);

    void exec(const std::string &source);
    std::string eval(const std::string &expression);
    // "TypeError: the text", or "" where nothing was raised.
    std::string raises(const std::string &source);

    void until(const std::function<bool()> &condition);
    void settle();

    std::vector<Report> take_reports();
    QStringList take_warnings();

    // Destroys the engine with all that it has made.
    void drop_engine();

  private:
    static void on_error(const qi_error *error, const qi_origin *origin, void *user);

    QGuiApplication m_application;

  public:
    qi::Runtime python;
    std::unique_ptr<QQmlApplicationEngine> engine;
    QObject *root = nullptr;

  private:
    std::vector<Report> m_reports;
    QStringList m_warnings;
    std::vector<std::unique_ptr<QObject>> m_roots;
};

} // namespace tests

#endif
