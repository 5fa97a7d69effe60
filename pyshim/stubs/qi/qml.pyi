# SPDX-License-Identifier: BSD-3-Clause
"""What JavaScript of QML looks like in Python: its functions can be called, and its errors raised."""

from typing import Any

__all__ = ["JSError", "JSFunction"]

class JSError(RuntimeError):
    """An exception of JavaScript: what a function of it has thrown, or an Error that was given as a value."""

    message: str
    name: str
    file: str
    line: int
    stack: str

    def __init__(self, message: str = "", name: str = "Error", file: str = "", line: int = 0, stack: str = "") -> None: ...

class JSFunction:
    """A function of JavaScript. It is called in the GUI thread; in any other it raises RuntimeError."""

    def __init__(self, function: object) -> None: ...
    def __call__(self, *args: Any) -> Any: ...
