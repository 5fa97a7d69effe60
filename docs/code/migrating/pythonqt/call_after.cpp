// SPDX-License-Identifier: BSD-3-Clause
#include <QCoreApplication>
#include <QDebug>
#include <qi/qi.hpp>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    qi::Runtime python = qi::Runtime::start().expect("Python");
    python
        .exec("import asyncio\n"
              "def price(count, each): return count * each\n"
              "async def ask(count, each):\n"
              "    await asyncio.sleep(0.01)\n"
              "    return price(count, each)")
        .expect("the script");
    qInfo() << python.call<double>("__main__:price", 3, 1.5).expect("the price");
    python.run<double>("__main__:ask", 3, 1.5).then(&app, [](qi::Result<double> price) { // goes on meanwhile
        qInfo() << "asked:" << price.value_or(0);
        QCoreApplication::quit();
    });
    return app.exec();
}

// prints: 4.5
// prints: asked: 4.5
