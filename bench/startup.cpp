// SPDX-License-Identifier: BSD-3-Clause
//
// The smallest host: makes an application, starts the runtime, and is gone. With the argument "bare" it
// leaves the runtime out, which tells what Qt and the process itself cost.
#include <cstdio>
#include <cstring>

#include <QtCore/qcoreapplication.h>

#include <qi/qi.h>

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    qi_runtime *runtime;

    if ((argc < 2 || std::strcmp(argv[1], "bare") != 0) &&
        qi_runtime_init(nullptr, &runtime) != QI_OK) {
        std::fprintf(stderr, "qi-bench-startup: %s\n", qi_last_error()->message);
        return 1;
    }
    return 0;
}
