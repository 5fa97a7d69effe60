/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hearing what Python prints, with its origin: for consoles and log windows inside the application.
 *
 *     m_listener = python.listenToOutput([this](const qi::OutputLine &line) { log(line.plugin, line.text); })
 *                      .expect("the output");
 *
 * Config::onOutput() says where output goes instead of the streams of the process; this comes on top.
 */
#ifndef QI_OUTPUT_HPP
#define QI_OUTPUT_HPP

#include <functional>
#include <utility>

#include <QtCore/qstring.h>

#include <qi/listener.hpp>
#include <qi/output.h>
#include <qi/result.hpp>
#include <qi/runtime.hpp>

namespace qi
{
QI_ABI_BEGIN

/** Where a line of output comes from; Log is what goes to the log, and what tells of exceptions that nobody awaits. */
enum class OutputStream {
    Stdout = QI_OUTPUT_STDOUT,
    Stderr = QI_OUTPUT_STDERR,
    Log = QI_OUTPUT_LOG
};

/** One line of output, without its newline. */
struct OutputLine {
    QString text;
    OutputStream stream = OutputStream::Stdout;
    /** The id of the plugin whose code has written it; empty: none, or unknown. See qi_output_line. */
    QString plugin;
};

namespace detail
{

using OutputFunction = std::function<void(const OutputLine &)>;

inline void call_output(const qi_output_line *line, void *user)
{
    Kept<OutputFunction>::of(user)({QString::fromUtf8(line->text, qsizetype(line->length)),
                                    OutputStream(line->stream), QString::fromUtf8(line->plugin)});
}

} // namespace detail

inline Result<Listener> Runtime::listenToOutput(std::function<void(const OutputLine &)> call) const
{
    detail::Kept<detail::OutputFunction> kept(std::move(call));
    qi_listener *listener = nullptr;
    if (kept.taken(qi_output_listen(m_handle, kept ? detail::call_output : nullptr, kept.user(),
                                    kept.destroy, &listener)) != QI_OK)
        return Error::last();
    return Listener(listener);
}

QI_ABI_END
} // namespace qi

#endif /* QI_OUTPUT_HPP */
