# SPDX-License-Identifier: BSD-3-Clause
"""fake_host(): stand-ins in qi.host."""

import contextlib
import threading
import types

_missing = object()
_host_lock = threading.Lock()


class _Namespace:
    """What `with fake_host() as host` gives: the stand-ins by name."""

    def __init__(self, names):
        self.__dict__.update(names)

    def __getattr__(self, name):
        from .. import host

        return getattr(host, name)


@contextlib.contextmanager
def fake_host(objects=None, /, **names):
    """Puts stand-ins, or any other objects and functions, into qi.host for the time of a block.

        with qi.testing.fake_host(window=Window(), orders={"send": send}) as host:
            ...

    Code that says `from qi import host` or `qi.host.window` finds them; a name that the application gives
    is hidden meanwhile. A dict becomes a namespace. `objects` is a mapping of further names.
    """
    from .. import host

    given = {**(objects or {}), **names}
    for name, value in given.items():
        if not name.isidentifier():
            raise ValueError(f"fake_host() wants identifiers as names, not {name!r}")
        if isinstance(value, dict):
            given[name] = types.SimpleNamespace(**value)
    with _host_lock:
        before = {name: vars(host).get(name, _missing) for name in given}
        vars(host).update(given)
    try:
        yield _Namespace(given)
    finally:
        with _host_lock:
            for name, value in before.items():
                if value is not _missing:
                    vars(host)[name] = value
                elif name in vars(host):
                    del vars(host)[name]
