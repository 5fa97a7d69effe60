# SPDX-License-Identifier: BSD-3-Clause
"""The objects that the host application shows: `qi.host.<name>`."""

from . import Object

def __getattr__(name: str) -> Object: ...
def __dir__() -> list[str]: ...
