// SPDX-License-Identifier: BSD-3-Clause
#include "subject.h"

#include <chrono>

#include <qi/qi.h>

namespace bench
{

FirstStep first_step;

std::uint64_t now_ns()
{
    const auto now = std::chrono::steady_clock::now().time_since_epoch();

    return static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count());
}

bool Subject::connect_to(const char *target)
{
    return qi_asyncslot_connect(qi_runtime_current(), this, "changed(int)", target, nullptr,
                                nullptr) == QI_OK;
}

// The values are ones that CPython does not keep ready-made, as most in a host are not.
constexpr int FIRST_VALUE = 1000;

void Subject::emit_all(long count)
{
    for (long i = 0; i < count; i++)
        Q_EMIT changed(FIRST_VALUE + static_cast<int>(i));
}

void Subject::emit_all_stamped(long count)
{
    first_step.sum_ns = 0;
    for (long i = 0; i < count; i++) {
        first_step.emitted_ns = now_ns();
        Q_EMIT changed(FIRST_VALUE + static_cast<int>(i));
    }
}

} // namespace bench
