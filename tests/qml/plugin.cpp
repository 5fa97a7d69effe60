// SPDX-License-Identifier: BSD-3-Clause
// `import Qi` by the plugin alone: nothing here calls registerQml().
#include <QtCore/qcoreapplication.h>
#include <QtQml/qqmlcomponent.h>
#include <QtQml/qqmlengine.h>

#include "tests/support/modern.h"

TEST_CASE("the module is found through QML_IMPORT_PATH, and brings the conversions along")
{
    qputenv("QML_IMPORT_PATH", QI_QML_IMPORT_PATH);
    tests::Modern host;
    QQmlEngine engine;
    for (int time = 0; time < 2; time++) { // a second engine finds what the first has registered
        QQmlEngine another;
        QQmlComponent component(time ? &another : &engine);
        component.setData("import QtQml\n"
                          "import Qi\n"
                          "QtObject { property var value: ({a: Python.eval('[1, 2]')[1]}) }",
                          QUrl(QStringLiteral("file:///quick/plugin.qml")));
        const std::unique_ptr<QObject> root(component.create());
        INFO(component.errorString());
        REQUIRE(root);
        REQUIRE(host.python.registerObject(QStringLiteral("root"), root.get()));
        CHECK(host.eval("__import__('qi').host.root.value") == "{'a': 2}");
    }
}
