// SPDX-License-Identifier: BSD-3-Clause
/*
 * libqi-widgets: ready-made widgets for applications that host Python. A library of its own, which uses
 * nothing but libqi's public API and QtWidgets; link qi::widgets, or `pkg-config --libs qi-widgets`.
 *
 * Each widget is made for a runtime and shows what goes on in it. All of them live well in docks, follow
 * the application's palette, light or dark, and can be used by keyboard alone. A widget outlives its
 * runtime without harm: it then says so, and takes no more commands. Thread: GUI.
 */
#ifndef QI_WIDGETS_HPP
#define QI_WIDGETS_HPP

#include <QtCore/qlocale.h>

#include <qi/console.hpp>
#include <qi/plugin_list.hpp>
#include <qi/plugin_manager.hpp>
#include <qi/task_list.hpp>
#include <qi/task_monitor.hpp>
#include <qi/task_strip.hpp>
#include <qi/widgets_api.hpp>

namespace qi
{
QI_ABI_BEGIN

/**
 * Installs the translation of the widgets' texts for a locale into the application.
 *
 * Call it once, before the first widget is made. The texts are in the contexts qi::ScriptConsole and so on,
 * so an application may bring a translation of its own instead. Returns false where the library has none
 * for the locale, which then shows English; English itself needs none, and is true. Thread: GUI.
 */
QI_WIDGETS_API bool translateWidgets(const QLocale &locale = QLocale());

QI_ABI_END
} // namespace qi

#endif /* QI_WIDGETS_HPP */
