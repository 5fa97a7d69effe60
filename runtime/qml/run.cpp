// SPDX-License-Identifier: BSD-3-Clause
#include "run.h"

#include <QtCore/qcoreapplication.h>

#include "engine.h"
#include "promise.h"
#include "python_side.h"
#include "python_task.h"
#include "to_script.h"

namespace qi
{

namespace
{

using Shared = std::shared_ptr<Run>;

/* Calls a function when it goes, whether or not the event that has it was delivered. */
class AtLast
{
  public:
    explicit AtLast(std::function<void()> call) : m_call(std::move(call)) {}
    AtLast(const AtLast &) = delete;
    AtLast &operator=(const AtLast &) = delete;
    ~AtLast() { m_call(); }

  private:
    std::function<void()> m_call;
};

} // namespace

Run::Run(QJSEngine &engine, const QString &target)
    : m_engine(&engine), m_target(target), m_place(place_in(stack_of(engine)))
{
}

Run::~Run()
{
    qi_task_release(m_task);
}

Shared Run::failed(QJSEngine &engine, const QString &target, const Error &error)
{
    const Shared run(new Run(engine, target));
    run->end(error);
    return run;
}

Shared Run::start(QJSEngine &engine, const QString &target, const QVariantList &arguments,
                  const RunOptions &options)
{
    const Shared run(new Run(engine, target));
    const Target name(target);
    if (name.error())
        run->end(*name.error());
    else
        run->launch(name.text(), arguments, options);
    return run;
}

Shared Run::start(QJSEngine &engine, const Value &function, const QVariantList &arguments,
                  const RunOptions &options)
{
    const Result<QVariant> callable = variant_of(function.get());
    const Result<Value> name = callable ? ask_python("_name", {*callable}) : callable.error();
    if (!name)
        return failed(engine, QString(), name.error());
    const Shared run(new Run(engine, name->to<QString>().value_or(QString())));
    run->launch("qi.qml:_awaited", QVariantList{*callable} + arguments, options);
    return run;
}

void Run::launch(const char *target, const QVariantList &arguments, const RunOptions &options)
{
    const Result<void> there = check_runtime();
    if (!there)
        return end(there.error());
    qi_value values[1];
    qi_entry entries[1];
    detail::CallArguments written(values, entries, 1);
    written.add(spread(arguments, options.named));
    if (written.error())
        return end(detail::at(QStringLiteral("an argument of ") + m_target, *written.error()));
    const QByteArray name = options.name.toUtf8();
    qi_task_options raw;
    qi_task_options_init(&raw);
    raw.name = name.isEmpty() ? nullptr : name.constData();
    raw.timeout_ms = options.timeout;
    raw.owner = options.owner;
    raw.kwargs = written.entries();
    raw.kwarg_count = written.entry_count();
    raw.done = on_done;
    raw.progress = on_progress;
    auto user = std::make_unique<Shared>(shared_from_this());
    raw.user = user.get();
    raw.destroy = [](void *kept) { delete static_cast<Shared *>(kept); };
    const int status = qi_run_task(qi_runtime_current(), target, written.values(), written.count(),
                                   &raw, &m_task);
    if (status == QI_OK)
        (void)user.release();
    else
        end(Error::last());
}

void Run::on_done(qi_task *, const qi_task_end *end, void *user)
{
    const Shared run = *static_cast<Shared *>(user);
    if (end->status < 0)
        run->end(Error::copy(*end->error));
    else if (run->m_engine)
        run->end(to_script(*run->m_engine, *end->result));
    else
        run->end(QJSValue());
}

void Run::on_progress(qi_task *, const qi_task_progress *progress, void *user)
{
    const Shared run = *static_cast<Shared *>(user);
    run->m_progress = {progress->value, progress->maximum, QString::fromUtf8(progress->text)};
    if (run->m_face)
        Q_EMIT run->m_face->progressChanged();
}

void Run::end(const Result<QJSValue> &result)
{
    if (result) {
        m_state = TaskState::Done;
        m_result = *result;
    } else {
        m_failure = result.error();
        m_state = m_failure->isCancelled() ? TaskState::Cancelled : TaskState::Failed;
        if (m_engine)
            m_error = error_to_script(*m_engine, *m_failure);
    }
    if (m_face)
        Q_EMIT m_face->stateChanged();
    settle();
    if (m_failure)
        report_later();
}

QJSValue Run::promise()
{
    if (!m_engine)
        return QJSValue();
    m_taken = true;
    if (m_promise.isUndefined()) {
        m_promise = make_promise(*m_engine, m_target, m_place);
        settle();
    }
    return m_promise.property(QStringLiteral("promise"));
}

void Run::settle()
{
    if (m_state == TaskState::Pending || m_promise.isUndefined() || !m_engine)
        return;
    const bool done = m_state == TaskState::Done;
    m_promise.property(done ? QStringLiteral("resolve") : QStringLiteral("reject"))
        .call({done ? m_result : m_error});
}

const QJSValue &Run::error()
{
    m_taken = m_taken || m_failure;
    return m_error;
}

void Run::cancel()
{
    if (m_task)
        qi_task_cancel(m_task);
}

/* In the next turn of the event loop, or when it can have no other. */
void Run::report_later()
{
    const auto last = std::make_shared<AtLast>([run = shared_from_this()] { run->report(); });
    if (QCoreApplication::instance() && m_engine)
        QMetaObject::invokeMethod(
            QCoreApplication::instance(), [last] {}, Qt::QueuedConnection);
}

void Run::report()
{
    /* Functions of an engine that is gone take nothing any more. */
    if ((!m_taken || !m_engine) && m_state == TaskState::Failed)
        report_untaken(*m_failure, m_target, m_place);
}

void report_untaken(const Error &error, const QString &target, const QString &place)
{
    const QByteArray name = target.toUtf8();
    qi_origin origin;
    qi_origin_init(&origin);
    origin.target = name.constData();
    Error told = error;
    if (!place.isEmpty())
        told.message += QStringLiteral(" (launched at %1)").arg(place);
    detail::with_raw(told, [&](const qi_error &raw) { return qi_error_report(&raw, &origin); });
}

} // namespace qi
