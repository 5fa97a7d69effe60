// SPDX-License-Identifier: BSD-3-Clause
#include "console_python.h"

#include <QtCore/qpointer.h>
#include <QtCore/qscopeguard.h>

namespace qi
{

QString text_of(const qi_value &value)
{
    if (value.kind != QI_KIND_TEXT)
        return {};
    return QString::fromUtf8(value.as.text.data, qsizetype(value.as.text.size));
}

QString text_of(const qi_value &map, const char *key)
{
    const qi_value *found = qi_value_get(&map, key);
    return found ? text_of(*found) : QString();
}

qint64 int_of(const qi_value &map, const char *key)
{
    const qi_value *found = qi_value_get(&map, key);
    return found && found->kind == QI_KIND_INT ? found->as.integer : 0;
}

static qi_value borrowed(const QByteArray &text)
{
    return qi_text_n(text.constData(), size_t(text.size()));
}

/* Python counts characters, QString halves of them. */
static int in_characters(const QString &text, int index)
{
    return int(QStringView(text).left(index).toUcs4().size());
}

static int in_halves(const QString &text, qint64 index)
{
    return int(QString::fromUcs4(text.toStdU32String().c_str(), qsizetype(index)).size());
}

ConsolePython::ConsolePython(qi_runtime *runtime, QObject *parent)
    : QObject(parent), m_runtime(runtime)
{
    Owned number;

    if (call("open", {qi_qobject(this)}, &number) == QI_OK && number->kind == QI_KIND_INT) {
        m_number = number->as.integer;
        m_origin = ">console " + QByteArray::number(m_number);
        (void)qi_output_listen(runtime, on_line, this, nullptr, &m_listener);
    }
    if (!m_listener)
        m_problem = QString::fromUtf8(qi_last_error()->message);
}

ConsolePython::~ConsolePython()
{
    if (m_number)
        (void)call("close", {qi_int(m_number)}, nullptr); /* of a runtime that has ended, it is closed */
    (void)qi_listener_release(m_listener);
}

int ConsolePython::call(const char *function, const QList<qi_value> &arguments, Owned *result)
{
    const QByteArray target = QByteArray("qi._console.console:") + function;
    qi_task_options options;
    qi_task *task = nullptr;

    qi_task_options_init(&options);
    options.flags = QI_TASK_FLAG_ALLOW_PLAIN;
    options.name = "console";
    int status = qi_run_task(m_runtime, target.constData(), arguments.constData(),
                             size_t(arguments.size()), &options, &task);
    if (status == QI_OK)
        status = qi_task_result(task, result ? result->get() : nullptr);
    qi_task_release(task);
    return status;
}

/* -- running ------------------------------------------------------------------------------------------- */

struct ConsolePython::Run {
    QPointer<ConsolePython> console;
    std::function<void(const Outcome &)> done;
};

void ConsolePython::on_done(qi_task *, const qi_task_end *end, void *user)
{
    const std::unique_ptr<Run> run(static_cast<Run *>(user));

    if (!run->console)
        return;
    if (end->status == QI_OK)
        run->done({text_of(*end->result, "status"), text_of(*end->result, "text")});
    else if (end->status == QI_ERR_CANCELLED || end->status == QI_ERR_SHUTTING_DOWN)
        run->done({QStringLiteral("cancelled"), QString()});
    else
        run->done({QStringLiteral("error"),
                   QString::fromUtf8(end->error && end->error->message ? end->error->message : "")});
}

void ConsolePython::run(const QString &source, std::function<void(const Outcome &)> done)
{
    const QByteArray text = source.toUtf8();
    const qi_value arguments[] = {qi_int(m_number), borrowed(text)};
    auto *run = new Run{this, std::move(done)};
    qi_task_options options;

    qi_task_options_init(&options);
    options.name = "console";
    options.done = on_done;
    options.user = run;
    if (qi_run_task(m_runtime, "qi._console.console:run", arguments, 2, &options, nullptr) == QI_OK)
        return;
    const std::unique_ptr<Run> failed(run); /* the launch did not take it */
    failed->done({QStringLiteral("closed"), QString::fromUtf8(qi_last_error()->message)});
}

bool ConsolePython::cancel()
{
    Owned done;
    return call("cancel", {qi_int(m_number)}, &done) == QI_OK && done->kind == QI_KIND_BOOL &&
           done->as.boolean;
}

bool ConsolePython::is_complete(const QString &source)
{
    const QByteArray text = source.toUtf8();
    Owned answer;

    return call("check", {borrowed(text)}, &answer) != QI_OK ||
           text_of(*answer) != QLatin1String("more");
}

/* -- looking things up --------------------------------------------------------------------------------- */

Matches ConsolePython::complete(const QString &source, int cursor)
{
    const QByteArray text = source.toUtf8();
    Matches matches;
    Owned answer;

    if (call("complete", {qi_int(m_number), borrowed(text), qi_int(in_characters(source, cursor))},
             &answer) != QI_OK)
        return matches;
    matches.start = in_halves(source, int_of(*answer, "start"));
    const qi_value *list = qi_value_get(&*answer, "matches");
    for (size_t i = 0; list && list->kind == QI_KIND_LIST && i < list->as.list.count; i++) {
        const qi_value &pair = list->as.list.items[i];
        if (pair.kind == QI_KIND_LIST && pair.as.list.count == 2)
            matches.list.append({text_of(pair.as.list.items[0]), text_of(pair.as.list.items[1])});
    }
    return matches;
}

static Tip tip_of(const Owned &answer)
{
    Tip tip{text_of(*answer, "signature"), text_of(*answer, "doc"), -1};

    if (qi_value_get(&*answer, "argument"))
        tip.argument = int(int_of(*answer, "argument"));
    return tip;
}

Tip ConsolePython::describe(const QString &expression)
{
    const QByteArray text = expression.toUtf8();
    Owned answer;

    if (call("describe", {qi_int(m_number), borrowed(text)}, &answer) != QI_OK)
        return {};
    return tip_of(answer);
}

Tip ConsolePython::call_tip(const QString &source, int cursor)
{
    const QByteArray text = source.toUtf8();
    Owned answer;

    if (call("call_tip", {qi_int(m_number), borrowed(text), qi_int(in_characters(source, cursor))},
             &answer) != QI_OK)
        return {};
    return tip_of(answer);
}

int ConsolePython::set_name(const char *name, const qi_value *value)
{
    return call("set_name", {qi_int(m_number), qi_text(name), value ? *value : qi_none()}, nullptr);
}

void ConsolePython::set_busy_limit(int milliseconds)
{
    (void)call("set_busy_limit", {qi_int(m_number), qi_int(milliseconds)},
               nullptr); /* fails only where there is no console any more */
}

void ConsolePython::set_longest_queue(int lines)
{
    m_mutex.lock();
    m_longest = lines;
    m_mutex.unlock();
    (void)call("set_most_lines", {qi_int(m_number), qi_int(lines)}, nullptr); /* as above */
}

/* -- what is printed ----------------------------------------------------------------------------------- */

QVariant ConsolePython::ask(const QString &prompt)
{
    QVariant answer;
    Q_EMIT asked(prompt, &answer);
    return answer;
}

/* Any thread. */
void ConsolePython::on_line(const qi_output_line *line, void *user)
{
    auto *self = static_cast<ConsolePython *>(user);

    if (line->plugin && self->m_origin == line->plugin)
        return; /* the console has got it, before its line was complete */
    QMutexLocker locker(&self->m_mutex);
    self->m_heard.append({QString::fromUtf8(line->text, qsizetype(line->length)), line->stream,
                          QString::fromUtf8(line->plugin)});
    if (self->m_heard.size() > self->m_longest) {
        self->m_heard.removeFirst();
        self->m_lost++;
    }
    if (self->m_told)
        return;
    self->m_told = true;
    locker.unlock();
    QMetaObject::invokeMethod(self, &ConsolePython::heard, Qt::QueuedConnection);
}

QList<Heard> ConsolePython::take_heard(int most, qint64 *lost)
{
    QMutexLocker locker(&m_mutex);
    QList<Heard> taken;

    *lost = m_lost;
    m_lost = 0;
    if (m_heard.size() <= most) {
        taken.swap(m_heard);
        m_told = false;
        return taken;
    }
    taken = m_heard.mid(0, most);
    m_heard.remove(0, most);
    locker.unlock(); /* the rest after what Qt has to do */
    QMetaObject::invokeMethod(this, &ConsolePython::heard, Qt::QueuedConnection);
    return taken;
}

} // namespace qi
