/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events: what Python code tells the application by name, by qi.host.emit("document.loaded", path, size=4711).
 *
 *     m_listener = python.listenToEvents("document.loaded", [this](const qi::Event &event) {
 *                            open(event.argument<QString>(0).value_or(QString()));
 *                        })
 *                      .expect("the events");
 *
 * An event has no answer, and any number of listeners; where Python wants one, registerFunction() it.
 */
#ifndef QI_EVENTS_HPP
#define QI_EVENTS_HPP

#include <cstddef>
#include <functional>
#include <utility>

#include <QtCore/qstring.h>

#include <qi/event.h>
#include <qi/listener.hpp>
#include <qi/result.hpp>
#include <qi/runtime.hpp>
#include <qi/text.hpp>
#include <qi/types.hpp>

namespace qi
{
QI_ABI_BEGIN

/** What Python tells. It views the event, and so is not to be kept. */
class Event
{
  public:
    explicit Event(const qi_event &borrowed) : m_raw(borrowed) {}

    QString name() const { return QString::fromUtf8(m_raw.name); }
    /** The id of the plugin whose code tells it; empty: none, or unknown. */
    QString plugin() const { return QString::fromUtf8(m_raw.plugin); }
    /** How many positional arguments it has. */
    std::size_t count() const { return m_raw.count; }
    /** One of them, as a T; none, if it has not so many. */
    template <typename T> Result<T> argument(std::size_t index) const
    {
        return qi::read<T>(index < m_raw.count ? m_raw.args[index] : qi_none());
    }
    /** A keyword argument, as a T; none, if it has no such. */
    template <typename T> Result<T> named(const char *name) const
    {
        return qi::read<T>(keyword(name));
    }

  private:
    qi_value keyword(const char *name) const
    {
        const qi_value map = qi_map(m_raw.kwargs, m_raw.kwarg_count);
        const qi_value *found = qi_value_get(&map, name);
        return found ? *found : qi_none();
    }

    const qi_event &m_raw;
};

namespace detail
{

using EventFunction = std::function<void(const Event &)>;

inline void call_event(const qi_event *event, void *user)
{
    Kept<EventFunction>::of(user)(Event(*event));
}

} // namespace detail

inline Result<Listener> Runtime::listenToEvents(const QString &name,
                                                std::function<void(const Event &)> call) const
{
    detail::Texts texts;
    const char *text = texts.optional(name, "the name of an event");
    detail::Kept<detail::EventFunction> kept(std::move(call));
    qi_listener *listener = nullptr;
    const Result<void> done = texts.then([&] {
        return kept.taken(qi_events_listen(m_handle, text, kept ? detail::call_event : nullptr,
                                           kept.user(), kept.destroy, &listener));
    });
    if (!done)
        return done.error();
    return Listener(listener);
}

QI_ABI_END
} // namespace qi

#endif /* QI_EVENTS_HPP */
