// SPDX-License-Identifier: BSD-3-Clause
//
// The window that keeps the user from others. It is Qt Widgets that knows it, which libqi is not linked with: where
// the application is, its functions are asked by their names. GIL: held; what is asked calls nobody.
#include <cstdlib>

#include <QtCore/qcoreapplication.h>

#include "core/loaded.h"
#include "qt/bridge.h"

#include <Python.h>

#include "qt/setup.h"
#include "qt/thrown.h"

namespace
{

/* QWidget begins with its QObject. */
using AskWidgets = qi_object *(*)();

/* "static QWidget *QApplication::…()", or NULL: the application has no widgets so far. */
AskWidgets find(const char *symbol)
{
    void *address = nullptr;
    char *path = qip_loaded_find("libQt6Widgets", symbol, nullptr);

    if (path)
        std::free(qip_loaded_provider(path, symbol, &address));
    std::free(path);
    return reinterpret_cast<AskWidgets>(address);
}

/* The popup or modal widget in front, or NULL. */
qi_object *in_front()
{
    static AskWidgets popup, modal;
    const QCoreApplication *application = QCoreApplication::instance();

    if (!application || !application->inherits("QApplication"))
        return nullptr; /* they want one */
    if (!popup || !modal) {
        popup = find("_ZN12QApplication17activePopupWidgetEv");
        modal = find("_ZN12QApplication17activeModalWidgetEv");
        if (!popup || !modal)
            return nullptr;
    }
    qi_object *found = popup();
    return found ? found : modal();
}

PyObject *modal_window(PyObject *, PyObject *)
try {
    return qip_qt_wrap(qip_qt_on_application_thread() ? in_front() : nullptr);
} catch (...) {
    return qi::raise_thrown();
}

} // namespace

int qip_modal_setup(PyObject *module)
{
    static PyMethodDef functions[] = {
        {"_modal_window", modal_window, METH_NOARGS,
         PyDoc_STR("The widget that is modal, or a popup, and in front of all others, or None.")},
        {nullptr, nullptr, 0, nullptr},
    };

    return PyModule_AddFunctions(module, functions);
}
