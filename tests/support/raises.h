/* SPDX-License-Identifier: BSD-3-Clause */
/* What a piece of Python raises, for tests of messages. */
#ifndef QI_TESTS_RAISES_H
#define QI_TESTS_RAISES_H

#include <string>

#include <qi/qi.h>

#include "tests/support/host.h"

namespace tests
{

/* "TypeError: the message", or "" if nothing was raised. */
inline std::string raises(Host &host, const char *source)
{
    if (qi_exec(host.runtime, source, nullptr) == QI_OK)
        return std::string();
    const qi_error *error = qi_last_error();
    std::string traceback = error->traceback ? error->traceback : "";
    while (!traceback.empty() && traceback.back() == '\n')
        traceback.pop_back();
    return traceback.substr(traceback.rfind('\n') + 1);
}

} // namespace tests

#endif
