/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qVersion() is what tells copies of Qt apart: all of Qt's versions have it, under this very name, in QtCore.
 * Where ours is found shows which copy our own calls reach; where a binding's is found, which one it was
 * linked with. The loader shares copies whose names agree, so only a renamed copy, or one of another major
 * version, is a second one.
 */
#include "qt/copies.h"

#include <cstdlib>

#include <QtCore/qbytearray.h>
#include <QtCore/qglobal.h>

#include "core/loaded.h"
#include "qt/thrown.h"

namespace
{

using VersionFunction = const char *(*)();

constexpr char symbol[] = "qVersion";

const QByteArray &own_path()
{
    static const QByteArray path = [] {
        char *found = qip_loaded_at(reinterpret_cast<const void *>(&qVersion));
        QByteArray text(found ? found : "(unknown)");
        std::free(found);
        return text;
    }();
    return path;
}

const char *call(void *address)
{
    return reinterpret_cast<VersionFunction>(address)();
}

} // namespace

const char *qip_qt_library(void)
{
    return own_path().constData();
}

const char *qip_qt_version(void)
{
    return qVersion();
}

char *qip_qt_library_of(const char *path, const char **version)
try {
    void *address;
    char *library = qip_loaded_provider(path, symbol, &address);

    if (library)
        *version = call(address);
    return library;
} catch (...) {
    qi::fail_thrown();
    return nullptr;
}

const char *qip_qt_no_application(void)
{
    thread_local QByteArray text;
    char *other = qip_loaded_find("libQt", symbol, qip_qt_library());
    const char *version = "";

    text = "there is no QCoreApplication; make one first, such as app = QApplication([]) of PyQt6 "
           "or PySide6";
    char *library = other ? qip_qt_library_of(other, &version) : nullptr;
    if (library)
        text += QByteArray(". This process has two copies of Qt: an application of Qt ") + version +
                " (" + library + ") is none for qi, which uses Qt " + qip_qt_version() + " (" +
                qip_qt_library() + ")";
    std::free(library);
    std::free(other);
    return text.constData();
}
