// SPDX-License-Identifier: BSD-3-Clause
// The console of docs/guide/widgets.md: what stands between the [test] marks is not shown there.
#include <cstdio>
#include <cstring>

#include <QtWidgets>
#include <qi/widgets.hpp>

static int fail()
{
    std::fprintf(stderr, "%s\n", qi_last_error()->message);
    return 1;
}

// [listen]
static void on_line(const qi_output_line *line, void *user)
{
    auto *log = static_cast<QFile *>(user);
    log->write(line->plugin ? line->plugin : "application");
    log->write(line->stream == QI_OUTPUT_STDERR ? " ! " : " | ");
    log->write(line->text, qint64(line->length));
    log->write("\n");
}
// [/listen]

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    // [test] Leaves no history behind.
    QStandardPaths::setTestModeEnabled(true);
    // [/test]
    qi_runtime *runtime;
    if (qi_runtime_init(nullptr, &runtime) != QI_OK)
        return fail();

    // [console]
    qi::translateWidgets(); // German, where the user's locale asks for it

    QMainWindow window;
    auto *dock = new QDockWidget("Console", &window);
    auto *console = new qi::ScriptConsole(runtime);
    dock->setWidget(console);
    window.addDockWidget(Qt::BottomDockWidgetArea, dock);

    auto *editor = new QPlainTextEdit;
    window.setCentralWidget(editor);
    QObject::connect(console, &qi::ScriptConsole::openRequested, editor,
                     [editor](const QString &file, int line) { // a click on a line of a traceback
                         QFile source(file);
                         if (source.open(QIODevice::ReadOnly))
                             editor->setPlainText(QString::fromUtf8(source.readAll()));
                         const QTextBlock block = editor->document()->findBlockByNumber(line - 1);
                         editor->setTextCursor(QTextCursor(block));
                     });
    const qi_value document = qi_qobject(&window);
    console->setVariable("window", &document); // beside qi, host and asyncio
    console->setBusyLimit(5000);               // `while True: pass` ends after 5 s
    // [/console]

    // [log]
    QTemporaryFile log;
    if (!log.open() || qi_output_listen(runtime, on_line, &log, nullptr, nullptr) != QI_OK)
        return fail();
    // [/log]
    // [test]
    console->setHistoryFile(QString());
    QObject::connect(console, &qi::ScriptConsole::finished, &app, &QCoreApplication::quit,
                     Qt::QueuedConnection);
    QTimer::singleShot(0, console, [console] {
        console->execute("await asyncio.sleep(0); print('hello'); window.class_name");
    });
    // [/test]
    window.show();
    const int code = app.exec(); // aboutToQuit shuts the runtime down, which ends the listening
    // [test]
    log.seek(0);
    const bool heard = log.readAll().contains("| hello\n");
    const bool shown = console->transcript().endsWith("hello\n'QMainWindow'\n");
    if (!heard || !shown)
        qFatal("%s", qUtf8Printable(console->transcript()));
    // [/test]
    return code;
}
