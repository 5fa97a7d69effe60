// SPDX-License-Identifier: BSD-3-Clause
// What `import Qi` loads where the application has not registered the module itself.
#include <QtQml/qqmlextensionplugin.h>

#include <qi/qml.hpp>

class QiPlugin : public QQmlExtensionPlugin
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID QQmlExtensionInterface_iid)

  public:
    void registerTypes(const char *) override { qi::registerQml(); }
};

#include "plugin.moc"
