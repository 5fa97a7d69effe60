# SPDX-License-Identifier: BSD-3-Clause
"""The objects and functions that the host application shows: `qi.host.<name>`."""

from typing import Any

def __getattr__(name: str) -> Any:
    """An Object, a HostFunction, or a namespace of such functions."""

def __dir__() -> list[str]: ...
