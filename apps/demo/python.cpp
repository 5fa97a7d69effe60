// SPDX-License-Identifier: BSD-3-Clause
#include "python.h"

bool Python::start()
{
    // Errors and lines come from any thread: the signals carry them to the window's.
    qRegisterMetaType<Failure>();
    const auto print = [this](const QString &line) { emit printed(line); };
    qi::Result<qi::Runtime> started = qi::Runtime::start(
        qi::Config()
            .onOutput(print)
            .onErrorOutput(print)
            .onError([this](const qi::Error &error, const qi::Origin &origin) {
                emit failed({error.type, error.message, error.traceback, origin.task, origin.signal,
                             origin.target, origin.plugin});
            })
            .onShutdown([this](const qi::ShutdownReport &report) { m_ending = report; }));
    if (started)
        m_runtime = std::move(*started);
    else
        m_why = started.error().message;
    return started.has_value();
}

QString Python::version() const
{
    const auto version = m_runtime.eval<QString>("__import__('platform').python_version()");
    return version ? *version : version.error().message;
}

// A call that libqi refuses is shown where the plugins' errors are shown.
void Python::show(const QString &name, QObject *object)
{
    const qi::Result<void> shown = m_runtime.registerObject(name, object);
    if (!shown)
        emit failed(
            {qi_status_name(shown.error().status), shown.error().message, {}, {}, {}, name, {}});
}
