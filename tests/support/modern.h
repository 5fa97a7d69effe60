/* SPDX-License-Identifier: BSD-3-Clause */
/* What tests of the C++ API share with those of the C API: the Host, and its runtime as a qi::Runtime. */
#ifndef QI_TESTS_MODERN_H
#define QI_TESTS_MODERN_H

#include <QtCore/qstring.h>

#include <qi/qi.hpp>

#include "tests/support/catch.h"
#include "tests/support/host.h"

/* Catch shows QStrings by this. */
inline std::ostream &operator<<(std::ostream &stream, const QString &text)
{
    return stream << '"' << text.toStdString() << '"';
}

namespace tests
{

class Modern : public Host
{
  public:
    using Host::Host;
    qi::Runtime python = qi::Runtime(runtime);

    /* Runs the event loop until a task or a future has ended, and returns it. */
    template <typename T> const qi::Task<T> &ended(const qi::Task<T> &task)
    {
        until([&] { return task.isFinished(); });
        return task;
    }
    template <typename T> const QFuture<T> &ended(const QFuture<T> &future)
    {
        until([&] { return future.isFinished(); });
        return future;
    }
};

/* The value of a Result that must have one. */
template <typename T> T value_of(const qi::Result<T> &result)
{
    INFO(result.error().message);
    REQUIRE(result);
    return *result;
}

} // namespace tests

#endif
