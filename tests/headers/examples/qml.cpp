/* SPDX-License-Identifier: BSD-3-Clause */
/* The code of the comment of qml.hpp: see ../examples.py. It is compiled, not run. */
#include <QtQml/qqmlapplicationengine.h>

#include <qi/qml.hpp>

void load();

void load()
{
    qi::registerQml(); // before the first engine loads its QML
    QQmlApplicationEngine engine("qrc:/main.qml");
}
