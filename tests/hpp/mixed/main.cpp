/* SPDX-License-Identifier: BSD-3-Clause */
// Files with other flags in one program: whichever the linker sees first, all of them behave the same.
#include <cstdio>
#include <cstring>

#include <QtCore/qcoreapplication.h>
#include <QtGui/qimage.h>

#include "parts.h"

namespace
{

int failures;

void check(bool holds, const char *what)
{
    if (!holds)
        failures++;
    std::printf("%s: %s\n", holds ? "holds" : "FAILS", what);
}

QString evaluated(qi::Runtime &python, const char *expression)
{
    return python.eval(QString::fromLatin1(expression))
        .map([](const qi::Value &value) { return value.describe(); })
        .value_or(QStringLiteral("nothing"));
}

void check_images(qi::Runtime &python)
{
    QObject holder;
    holder.setProperty("image", QImage(2, 2, QImage::Format_RGB888));
    python.registerObject(QStringLiteral("holder"), &holder).expect("the holder");
    check(evaluated(python, "type(qi.host.holder.image).__name__") == QLatin1String("'Buffer'"),
          "an image is a Buffer");
}

void check_failure(QFuture<int> future, const char *who)
{
    QEventLoop loop;
    QString told;
    auto end = future.then([](int) {}).onFailed([&](const qi::Exception &error) {
        told = error.error().message;
    });
    QFutureWatcher<void> watcher;
    QObject::connect(&watcher, &QFutureWatcherBase::finished, &loop, &QEventLoop::quit);
    watcher.setFuture(end);
    if (!end.isFinished())
        loop.exec();
    check(told.contains(QLatin1String("no ink")), who);
}

void check_watcher(qi::Runtime &python, QObject *watcher, const char *who)
{
    python.registerObject(QStringLiteral("watcher"), watcher).expect("the watcher");
    check(evaluated(python, "type(qi.host.watcher.future).__name__") ==
              QLatin1String("'HostFuture'"),
          who);
    delete watcher;
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const char *starter = argc > 1 ? argv[1] : "plain";
    qi::Runtime python;
    const int status = !std::strcmp(starter, "bare")  ? bare_start(&python)
                       : !std::strcmp(starter, "gui") ? gui_start(&python)
                                                      : plain_start(&python);

    check(status == QI_OK, "the runtime starts");
    python.exec(QStringLiteral("import qi\nasync def fail(): raise RuntimeError('no ink')\n"))
        .expect("the source");
    check_images(python);
    check_failure(plain_fail(python), "a future of the plain file fails with an exception");
    check_failure(bare_fail(python), "a future of the file without exceptions does");
    check_failure(gui_fail(python), "a future of the file with Qt Gui does");
    QPromise<Sheet> promise;
    promise.start();
    check_watcher(python, plain_watch(promise.future()), "a watcher of the plain file is awaited");
    check_watcher(python, bare_watch(promise.future()),
                  "a watcher of the file without type information is awaited");
    check_watcher(python, gui_watch(promise.future()),
                  "a watcher of the file with Qt Gui is awaited");
    promise.finish();
    return failures ? 1 : 0;
}
