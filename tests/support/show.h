/* SPDX-License-Identifier: BSD-3-Clause */
/* Objects for the Python code of tests. */
#ifndef QI_TESTS_SHOW_H
#define QI_TESTS_SHOW_H

#include <string>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"

namespace tests
{

/* Makes an object a global variable of Python's, and imports what tests use. */
inline void show(Host &host, const char *name, qi_object *object)
{
    REQUIRE(qi_object_register(host.runtime, name, object) == QI_OK);
    host.exec(("import asyncio, gc, sys, threading, time, weakref, qi\n" + std::string(name) +
               " = qi.host." + name)
                  .c_str());
}

} // namespace tests

#endif
