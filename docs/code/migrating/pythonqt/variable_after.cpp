// SPDX-License-Identifier: BSD-3-Clause
#include <QCoreApplication>
#include <QDebug>
#include <qi/qi.hpp>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    qi::Runtime python = qi::Runtime::start().expect("Python");
    qi::Scope scope = python.newScope().expect("a scope");
    scope.set("width", 2.5).expect("the width");
    scope.exec("area = width ** 2").expect("the script");
    qInfo() << scope.get<double>("area").expect("the area");
}

// prints: 6.25
