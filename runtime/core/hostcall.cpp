// SPDX-License-Identifier: BSD-3-Clause
// Calls into the host, from which no C++ exception comes back.
#include "core/hostcall.h"

#include <cstdio>
#include <exception>

#include "core/thread_end.h"

qip_hostcall_functions qip_hostcall_port;

namespace
{

thread_local bool telling;

void tell(const char *what, const char *text, const qi_origin *origin)
{
    if (telling || !qip_hostcall_port.threw) { // the callback that hears of it threw, too
        std::fprintf(stderr, "qi: %s threw a C++ exception: %s\n", what, text);
        return;
    }
    telling = true;
    qip_hostcall_port.threw(what, text, origin);
    telling = false;
}

} // namespace

bool qip_hostcall_of(const qi_origin *origin, const char *what, qip_hostcall_fn make, void *call)
{
    try {
        make(call);
        return true;
    } catch (const qi::ThreadEnd &) {
        throw;
    } catch (const std::exception &thrown) {
        tell(what, thrown.what(), origin);
    } catch (...) {
        tell(what, "it is no std::exception", origin);
    }
    return false;
}

bool qip_hostcall(const char *what, qip_hostcall_fn make, void *call)
{
    return qip_hostcall_of(nullptr, what, make, call);
}
