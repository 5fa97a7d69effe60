// SPDX-License-Identifier: BSD-3-Clause
/*
 * libqi-qml: Python for applications of Qt Quick. A library of its own, which uses nothing but libqi's public API and QtQml;
 * link qi::qml, or `pkg-config --libs qi-qml`.
 *
 *     qi::registerQml();             // before the first engine loads its QML
 *     QQmlApplicationEngine engine("qrc:/main.qml");
 *
 * Values of JavaScript cross to Python and back by their kinds from then on. docs/guide/quick.md has the table.
 */
#ifndef QI_QML_HPP
#define QI_QML_HPP

#include <qi/base.h>
#include <qi/qml_api.hpp>

namespace qi
{
QI_ABI_BEGIN

/**
 * Registers the module Qi of QML, and how values of JavaScript become objects of Python and are made of them.
 *
 * `import Qi` does the same by itself where the plugin of libqi-qml is found, as in a folder of QML_IMPORT_PATH.
 *
 * Once is enough; a second time does nothing. It may come before the runtime starts. Thread: GUI. Never fails.
 */
QI_QML_API void registerQml();

QI_ABI_END
} // namespace qi

#endif /* QI_QML_HPP */
