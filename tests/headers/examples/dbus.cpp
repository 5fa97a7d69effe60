/* SPDX-License-Identifier: BSD-3-Clause */
/* The code of the comment of dbus.hpp: see ../examples.py. It is compiled, not run. */
#include <qi/dbus.hpp>

void register_types();

void register_types()
{
    qi::registerDBus();                    // once, before Python sees such an object
    qi::registerDBusReply<QString, int>(); // for functions that return a QDBusPendingReply<QString, int>
}
