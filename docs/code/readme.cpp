// SPDX-License-Identifier: BSD-3-Clause
// The example of README.md: what stands between the [test] marks is not shown there.
#include <QtWidgets>
#include <qi/qi.h>

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    QPushButton button("What time is it?");

    const char *folders[] = {"plugins"};
    qi_config config;
    qi_config_init(&config);
    config.module_paths = folders;
    config.module_path_count = 1;

    qi_runtime *python;
    if (qi_runtime_init(&config, &python) || qi_object_register(python, "button", &button) ||
        qi_asyncslot_connect(python, &button, "clicked", "clock:ask", nullptr, nullptr))
        qFatal("%s", qi_last_error()->message);

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
