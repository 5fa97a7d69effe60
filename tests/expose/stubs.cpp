/* SPDX-License-Identifier: BSD-3-Clause */
// qi_stubs_write(): what goes wrong. What is written is tested in tests/typing, with a type checker.
#include <cstring>

#include <QtCore/qbuffer.h>
#include <QtCore/qfile.h>
#include <QtCore/qfuturewatcher.h>
#include <QtCore/qtemporarydir.h>
#include <QtCore/qtimer.h>

#include <qi/stubs.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"

using tests::Host;

TEST_CASE("stubs of what the host has now replace those of before")
{
    Host host;
    QTemporaryDir folder;
    QObject window;
    const QByteArray path = folder.filePath(QStringLiteral("of the host/stubs")).toUtf8();
    const auto text = [&] {
        QFile file(QString::fromUtf8(path) + QStringLiteral("/qi/host.pyi"));
        REQUIRE(file.open(QFile::ReadOnly));
        return file.readAll();
    };

    REQUIRE(qi_object_register(host.runtime, "window", &window) == QI_OK);
    REQUIRE(qi_stubs_write(host.runtime, path.constData()) == QI_OK);
    CHECK(text().contains("\nwindow: host_types.QObject\n"));
    REQUIRE(qi_object_unregister(host.runtime, "window") == QI_OK);
    {
        QObject gone;
        REQUIRE(qi_object_register(host.runtime, "gone", &gone) == QI_OK);
    }
    REQUIRE(qi_stubs_write(host.runtime, path.constData()) == QI_OK);
    CHECK_FALSE(text().contains("window"));
    CHECK_FALSE(text().contains("gone"));
}

TEST_CASE("stubs tell which classes are awaited, once in a line of bases")
{
    Host host;
    QTemporaryDir folder;
    QObject plain;
    QTimer timer;
    QBuffer buffer;
    QFutureWatcher<int> watcher;
    REQUIRE(qi_object_register(host.runtime, "plain", &plain) == QI_OK);
    REQUIRE(qi_stubs_write(host.runtime, folder.path().toUtf8().constData()) == QI_OK);
    const auto awaited = [&] {
        QFile file(folder.path() + QStringLiteral("/qi/host_types.pyi"));
        REQUIRE(file.open(QFile::ReadOnly));
        return file.readAll().count("def __await__(self) -> Generator[Any, Any, Any]:");
    };
    CHECK(awaited() == 0);
    REQUIRE(qi_object_register(host.runtime, "timer", &timer) == QI_OK);
    REQUIRE(qi_object_register(host.runtime, "buffer", &buffer) == QI_OK);
    REQUIRE(qi_object_register(host.runtime, "watcher", &watcher) == QI_OK);
    REQUIRE(qi_stubs_write(host.runtime, folder.path().toUtf8().constData()) == QI_OK);
    CHECK(awaited() == 3);
}

TEST_CASE("a place that no stubs can be written to is named")
{
    Host host;

    CHECK(qi_stubs_write(host.runtime, "/proc/no/such/place") == QI_ERR_PYTHON);
    CHECK(std::strstr(qi_last_error()->message, "/proc/no"));
    CHECK(qi_stubs_write(host.runtime, nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_stubs_write(host.runtime, "") == QI_ERR_ARGUMENT);
    CHECK(qi_stubs_write(host.runtime, "\xff") == QI_ERR_ENCODING);
    CHECK(qi_stubs_write(nullptr, "stubs") == QI_ERR_HANDLE);
}
