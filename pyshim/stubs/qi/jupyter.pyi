# SPDX-License-Identifier: BSD-3-Clause
"""A Jupyter kernel inside the running application."""

import os
from types import TracebackType
from typing import Any, Literal

class RunningKernel:
    """What start() returns: the kernel, until stop()."""

    @property
    def connection_file(self) -> str: ...
    @property
    def user_ns(self) -> dict[str, Any] | None: ...
    @property
    def is_running(self) -> bool: ...
    def interrupt(self) -> None: ...
    def stop(self) -> None: ...
    def __enter__(self) -> RunningKernel: ...
    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

def start(
    *,
    connection_file: str | os.PathLike[str] | None = None,
    user_ns: dict[str, Any] | None = None,
    capture: Literal["cells", "all"] = "cells",
    transport: Literal["ipc", "tcp"] = "ipc",
) -> RunningKernel:
    """Starts a Jupyter kernel in the loop that runs in this thread."""
