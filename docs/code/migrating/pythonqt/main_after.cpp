// SPDX-License-Identifier: BSD-3-Clause
#include <QCoreApplication>
#include <QDebug>
#include <qi/qi.hpp>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    qi::Runtime python = qi::Runtime::start().expect("Python");
    python
        .exec("total = 0\n"
              "for number in (1, 2, 3):\n"
              "    total += number")
        .expect("the script");
    qInfo() << python.eval<int>("total * 2").expect("the total");
}

// prints: 12
