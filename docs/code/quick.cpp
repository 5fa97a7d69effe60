// SPDX-License-Identifier: BSD-3-Clause
// The program of docs/guide/quick.md: loads quick.qml, and sees to it that all of it has happened.
#include <QGuiApplication>
#include <QQmlApplicationEngine>
#include <QTimer>

#include <qi/qi.hpp>
#include <qi/qml.hpp>

int main(int argc, char **argv)
{
    // [begin]
    QGuiApplication app(argc, argv);
    const auto python = qi::Runtime::start(qi::Config().modulePaths({"plugins"})).expect("Python");

    qi::registerQml(); // before the first engine loads its QML
    QQmlApplicationEngine engine(QUrl::fromLocalFile(app.applicationDirPath() + "/quick.qml"));
    // [/begin]
    if (engine.rootObjects().isEmpty())
        return 1;
    QObject *window = engine.rootObjects().first();
    QTimer poll;
    QObject::connect(&poll, &QTimer::timeout, [&] {
        if (window->property("sum").toInt() == 3 && window->property("seen").toInt() == 1 &&
            window->property("late").toString() == "no such order: 7" &&
            window->property("first").toString() == "tea 4.5" &&
            python.eval<bool>("__import__('quickdesk').clicks == [1]").value_or(false))
            app.quit();
    });
    poll.start(10);
    QMetaObject::invokeMethod(window, "go");
    return app.exec();
}
