// SPDX-License-Identifier: BSD-3-Clause
// The part of the program that must be C++, because Qt is: all the rest is in main.c.
#include "application.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QTimer>

static QCoreApplication *application;

void application_create(int *argc, char **argv)
{
    application = new QCoreApplication(*argc, argv);
}

qi_object *application_clock(int milliseconds)
{
    QTimer *timer = new QTimer(application);
    timer->start(milliseconds);
    return timer;
}

int application_exec(void)
{
    return QCoreApplication::exec();
}

void application_quit(int exit_code)
{
    QCoreApplication::exit(exit_code);
}

void application_destroy(void)
{
    delete application;
    application = nullptr;
}
