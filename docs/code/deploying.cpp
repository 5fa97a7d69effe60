// SPDX-License-Identifier: BSD-3-Clause
// The program of docs/guide/deploying.md: it finds all that it needs from where it lies itself.
#include <QtCore>
#include <qi/qi.h>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const QString prefix = QDir(app.applicationDirPath() + "/..").canonicalPath();
    QByteArray home = prefix.toUtf8(), scripts = (prefix + "/share/hello").toUtf8();
    // [test]
    scripts = "plugins";
    // [/test]
    const char *folders[] = {scripts.constData()};

    qi_config config;
    qi_config_init(&config);
    config.module_paths = folders;
    config.module_path_count = 1;
    if (!QDir(prefix + "/lib").entryList({"python3.*"}, QDir::Dirs).isEmpty())
        config.home = home.constData(); // the Python that is shipped; else that of the system

    qi_runtime *python;
    if (qi_runtime_init(&config, &python) ||
        qi_call(python, "hello:greet", nullptr, 0, nullptr, 0, nullptr))
        qFatal("%s", qi_last_error()->message);
    return 0;
}
