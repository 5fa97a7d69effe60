// SPDX-License-Identifier: BSD-3-Clause
// The first example of README.md: what stands between the [test] marks is not shown there.
#include <QtWidgets>
#include <qi/qi.hpp>

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    QPushButton button("What time is it?");
    auto python = qi::Runtime::start(qi::Config().modulePaths({"plugins"})).expect("Python");
    python.registerObject("button", &button).expect("the button");
    python.connect(&button, &QPushButton::clicked, "clock:ask").expect("the click");
    button.show();
    // [test] Click, and leave once the text has changed and the button is back.
    QTimer poll;
    QObject::connect(&poll, &QTimer::timeout, &app, [&] {
        if (button.isEnabled() && button.text().contains(':'))
            QCoreApplication::quit();
    });
    QTimer::singleShot(0, &button, [&] {
        button.click();
        if (button.isEnabled())
            qFatal("the click returned before the coroutine's first step");
    });
    poll.start(5);
    // [/test]
    return app.exec();
}
