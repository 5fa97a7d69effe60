// SPDX-License-Identifier: BSD-3-Clause
// The C++ of docs/guide/recipes.md.
#include <QtWidgets>
#include <qi/qi.hpp>

static int fail(const char *what)
{
    qCritical("%s: %s", what, qi_last_error()->message);
    return 1;
}

// [progress]
static void onProgress(qi_task *, const qi_task_progress *progress, void *user)
{
    auto *dialog = static_cast<QProgressDialog *>(user);
    dialog->setMaximum(int(progress->maximum)); // 0: the bar is busy
    dialog->setValue(int(progress->value));
    dialog->setLabelText(QString::fromUtf8(progress->text));
}

static void onDone(qi_task *, const qi_task_end *, void *user)
{
    static_cast<QProgressDialog *>(user)->deleteLater(); // also after a cancel
}

static int search(qi_runtime *python, const char *folder, const char *word)
{
    auto *dialog = new QProgressDialog("Searching…", "Cancel", 0, 0);
    dialog->setAutoClose(false);
    const qi_value args[] = {qi_text(folder), qi_text(word)};
    qi_task_options options;
    qi_task_options_init(&options);
    options.progress = onProgress;
    options.done = onDone;
    options.user = dialog;
    qi_task *task = nullptr;
    const int status = qi_run_task(python, "recipe_search:search", args, 2, &options, &task);
    QObject::connect(dialog, &QProgressDialog::canceled, [task] { (void)qi_task_cancel(task); });
    QObject::connect(dialog, &QObject::destroyed, [task] { qi_task_release(task); });
    dialog->show();
    return status;
}
// [/progress]

// [windows]
static int renameWindow(qi_runtime *python, QWidget *window, const char *title)
{
    const qi_value args[] = {qi_qobject(window), qi_text(title)};
    qi_task_options options;
    qi_task_options_init(&options);
    options.owner = window; // its end cancels the task
    return qi_run_task(python, "recipe_windows:rename", args, 2, &options, nullptr);
}
// [/windows]

// [thread]
class Meter : public QObject
{
    Q_OBJECT

  public:
    Q_INVOKABLE void begin() { emit measured(21.5); } // may take long: it has a thread of its own

  signals:
    void measured(double degrees);
};
// [/thread]

// [canvas]
class Canvas : public QObject
{
    Q_OBJECT
    Q_PROPERTY(QImage image MEMBER m_image)

  public:
    QImage m_image{4, 4, QImage::Format_RGBX8888};
};
// [/canvas]

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    const char *folders[] = {"plugins"};
    qi_config config;
    qi_config_init(&config);
    config.module_paths = folders;
    config.module_path_count = 1;
    qi_runtime *python;
    if (qi_runtime_init(&config, &python) != QI_OK)
        return fail("python");

    // [start]
    QThread thread;
    Meter meter;
    meter.moveToThread(&thread);
    thread.start();
    // [/start]
    Canvas canvas;
    canvas.m_image.fill(QColor(10, 20, 240));
    QMainWindow window;
    QMessageBox question;
    question.setStandardButtons(QMessageBox::Yes | QMessageBox::No);
    if (qi_object_register(python, "meter", &meter) || qi_object_register(python, "canvas", &canvas) ||
        qi_object_register(python, "window", &window) ||
        qi_object_register(python, "question", &question))
        return fail("qi.host");

    bool searched = false;
    if (search(python, "plugins", "nothing has this word") != QI_OK)
        return fail("search");
    for (QWidget *each : app.topLevelWidgets()) {
        if (auto *dialog = qobject_cast<QProgressDialog *>(each)) {
            QObject::connect(dialog, &QObject::destroyed, [&] { searched = true; });
            QTimer::singleShot(0, dialog, [dialog] { dialog->cancel(); });
        }
    }
    QWidget first;
    auto *second = new QWidget;
    if (renameWindow(python, &first, "first") || renameWindow(python, second, "second"))
        return fail("windows");
    delete second;

    int status = -1;
    qi_task_options options;
    qi_task_options_init(&options);
    options.user = &status;
    options.done = [](qi_task *, const qi_task_end *end, void *user) {
        if (end->status != QI_OK)
            qCritical("%s", end->error->traceback ? end->error->traceback : end->error->message);
        *static_cast<int *>(user) = end->status == QI_OK ? 0 : 1;
    };
    if (qi_run_task(python, "recipe_test:main", nullptr, 0, &options, nullptr) != QI_OK)
        return fail("recipe_test");
    while (status < 0 || !searched || first.windowTitle() != "first")
        app.processEvents(QEventLoop::WaitForMoreEvents);
    (void)qi_runtime_shutdown(python, 0); // before the objects and the thread
    thread.quit();
    thread.wait();
    return status;
}

#include "recipes.moc"
