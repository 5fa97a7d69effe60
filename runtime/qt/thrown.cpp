/* SPDX-License-Identifier: BSD-3-Clause */
/* What becomes of C++ exceptions at the border; see thrown.h. */
#include "qt/thrown.h"

#include <cstdio>
#include <new>

#include "core/status.h"
#include "core/thread_end.h"

namespace qi
{

namespace
{

/* Hands what is being caught to one of two functions: the text is NULL where it is memory that is missing. */
template <typename Function> void take_apart(Function say)
{
    try {
        throw;
    } catch (const ThreadEnd &) {
        throw;
    } catch (const std::bad_alloc &) {
        say(nullptr);
    } catch (const std::exception &thrown) {
        say(thrown.what());
    } catch (...) {
        say("it is no std::exception");
    }
}

} // namespace

void set_thrown()
{
    take_apart([](const char *text) {
        if (!text)
            PyErr_NoMemory();
        else
            PyErr_Format(PyExc_RuntimeError, "a C++ exception in libqi: %s", text);
    });
}

int fail_thrown()
{
    int status = QI_ERR_MEMORY;

    take_apart([&status](const char *text) {
        if (!text)
            qip_fail(QI_ERR_MEMORY, "out of memory");
        else
            status = qip_fail(QI_ERR_INTERNAL, "a C++ exception in libqi: %s", text);
    });
    return status;
}

void tell_thrown(const char *what)
{
    take_apart([what](const char *text) {
        std::fprintf(stderr, "qi: %s: %s\n", what, text ? text : "out of memory");
    });
}

} // namespace qi
