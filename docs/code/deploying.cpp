// SPDX-License-Identifier: BSD-3-Clause
// The program of docs/guide/deploying.md: it finds all that it needs from where it lies itself.
#include <QtCore>
#include <qi/qi.h>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const char *folders[] = {"../share/hello"}; // from the folder of the program on
    // [test]
    folders[0] = "plugins";
    // [/test]

    qi_config config;
    qi_config_init(&config);
    config.module_paths = folders;
    config.module_path_count = 1;

    qi_runtime *python;
    if (qi_runtime_init(&config, &python) ||
        qi_call(python, "hello:greet", nullptr, 0, nullptr, 0, nullptr))
        qFatal("%s", qi_last_error()->message);
    return 0;
}
