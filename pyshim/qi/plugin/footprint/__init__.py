# SPDX-License-Identifier: BSD-3-Clause
"""State of the whole process that a plugin changes: found, named in the report, and put back where that is safe.

    kinds.py          what a piece of state is, and the forms that it has
    interpreter.py    Python's own: sys, the collector, hooks, tracers
    process.py        that of the operating system: folder, environment, signals, locale
    libraries.py      that of modules: warnings, logging, builtins, and what stands in sys.modules
    loops.py          the handlers of the loop, policies, default loop
    qt.py             that of the application, as a binding or a proxy changes it
    registrations.py  functions of atexit and codecs, child processes: noted when they are made, since nobody can list them
    ledger.py         who has changed what, and what is put back

The state is read where code of a plugin begins and ends: at its import, activate(), an action, deactivate(). That
costs some hundred microseconds, and nothing in between.
"""
