# SPDX-License-Identifier: BSD-3-Clause
"""The objects and functions that the host application shows: `qi.host.<name>`.

An application knows which; what it writes by qi_stubs_write() stands in the place of this file.
"""

from typing import Any

class _Host:
    """`ctx.host` of plugins, which is this module."""

    def __getattr__(self, name: str) -> Any:
        """An Object, a HostFunction, or a namespace of such functions."""

def __getattr__(name: str) -> Any:
    """An Object, a HostFunction, or a namespace of such functions."""

def __dir__() -> list[str]: ...

def emit(name: str, /, *args: Any, **kwargs: Any) -> None:
    """Tells the application of an event, by name, with values."""
