/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asynchronous generators of Python as streams in C++: one item after another, as they come.
 *
 *     auto prices = qi::Stream<double>::open(python, "feed:prices", "ACME").expect("the feed");
 *     prices.forEach(this, [this](double price) { label->setNum(price); })       // a function for each item, or
 *           .then(this, [this](qi::Result<void> end) { closed(end); });
 *
 *     while (const auto price = (co_await prices.next()).value_or({}))             // a loop of C++20
 *         label->setNum(*price);
 *
 * The generator runs only while somebody asks for an item, and is closed when the stream, its copies and the tasks that ask
 * are gone, or by cancelling a task that asks.
 */
#ifndef QI_STREAM_HPP
#define QI_STREAM_HPP

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>

#include <qi/call.h>
#include <qi/result.hpp>
#include <qi/runtime.hpp>
#include <qi/task.hpp>
#include <qi/value.hpp>

namespace qi
{
QI_ABI_BEGIN

/** The next item of a Stream, or nothing at its end: a std::optional. */
template <typename T> struct Next : std::optional<T> {
    using std::optional<T>::optional;
};

template <typename T> struct Converter<Next<T>> {
    static QString name() { return typeName<T>(); }
    /* Of the list that qi_value_next() gives. */
    static Result<Next<T>> read(const qi_value &value)
    {
        const qi_value *item = qi_value_at(&value, 0);
        if (!item)
            return Next<T>();
        Result<T> read = qi::read<T>(*item);
        if (!read)
            return read.error();
        return Next<T>(std::move(*read));
    }
};

/** What comes out of an asynchronous iterator of Python, a T at a time. Copies share it. Thread: GUI. */
template <typename T = Value> class Stream
{
  public:
    using value_type = T;

    /** Calls an asynchronous generator function, or whatever else gives something for `async for`. Fails as qi_call(). */
    template <typename... A>
    static Result<Stream> open(const Runtime &runtime, const Target &target, const A &...arguments)
    {
        Result<Value> made = runtime.call<Value>(target, arguments...);
        if (!made)
            return made.error();
        return of(runtime, *made);
    }
    /** The same of a value that Python has given. */
    static Result<Stream> of(const Runtime &runtime, const Value &iterable)
    {
        Result<Value> iterator = iterable.callMethod<Value>("__aiter__");
        if (!iterator)
            return iterator.error();
        return Stream(runtime.handle(), std::move(*iterator));
    }

    /**
     * A task that gives the next item, or nothing at the end. Only one at a time may ask, as in Python. Cancelling it ends
     * a generator. Fails as qi_value_next().
     */
    Task<Next<T>> next(const TaskOptions &options = {}) const
    {
        auto task = std::make_shared<detail::SharedTask>();
        task->launch(
            QStringLiteral("the next item"), options, {}, [&](qi_task_options *raw, qi_task **out) {
                return qi_value_next(m_shared->runtime, &m_shared->iterator.get(), raw, out);
            });
        return Task<Next<T>>(task);
    }

    /**
     * Has a function called with each item, in the thread of `context`, while that is there; the stream ends with it. Its
     * result is the end: an error where the generator raised, or an item is no T. cancel() ends the stream, and so does a
     * function that throws, which is reported.
     */
    template <typename F>
    Continued<> forEach(QObject *context, F &&function, const TaskOptions &options = {}) const
    {
        static_assert(std::is_invocable_v<std::decay_t<F> &, T>,
                      "qi: forEach() wants a function that takes an item of the stream's type");
        auto over = std::make_shared<detail::SharedTask>();
        auto loop = std::make_shared<Loop<std::decay_t<F>>>(
            *this, context, std::forward<F>(function), options, over);
        loop->ask();
        return Continued<>(std::move(over));
    }

  private:
    struct Shared {
        qi_runtime *runtime;
        Value iterator;
    };

    /* Who asks for one item after another; kept by the task that gives the next. */
    template <typename F> class Loop : public std::enable_shared_from_this<Loop<F>>
    {
      public:
        template <typename G>
        Loop(const Stream &stream, QObject *context, G &&function, const TaskOptions &options,
             std::shared_ptr<detail::SharedTask> over)
            : m_stream(stream), m_context(context), m_function(std::forward<G>(function)),
              m_options(options), m_link(std::move(over))
        {
            if (!m_options.owner)
                m_options.owner = context;
        }

        void ask()
        {
            const Task<Next<T>> item = m_stream.next(m_options);
            m_link.next()->follow(item.shared());
            item.then(m_context, [self = this->shared_from_this()](Result<Next<T>> next) {
                self->take(std::move(next));
            });
        }

      private:
        void take(Result<Next<T>> item)
        {
            if (!item || !*item) {
                detail::end_with<void>(*m_link.take(),
                                       item ? Result<void>() : Result<void>(item.error()));
                return;
            }
            m_link.begin();
            m_function(std::move(**item));
            m_link.begin(false);
            if (m_context)
                ask();
        }

        Stream m_stream;
        QPointer<QObject> m_context;
        F m_function;
        TaskOptions m_options;
        detail::Link m_link;
    };

    Stream(qi_runtime *runtime, Value iterator)
        : m_shared(std::make_shared<Shared>(Shared{runtime, std::move(iterator)}))
    {
    }

    std::shared_ptr<Shared> m_shared;
};

QI_ABI_END
} // namespace qi

#endif /* QI_STREAM_HPP */
