# SPDX-License-Identifier: BSD-3-Clause
"""The names of the package asyncslot."""

from typing import Any, Self

from .. import QiRunner, QiSelectorEventLoop
from .. import asyncslot as asyncSlot

__all__ = ["AsyncSlotEventLoop", "AsyncSlotRunner", "asyncSlot"]

class AsyncSlotRunner(QiRunner):
    """Context manager in which code that Qt drives may use asyncio, with the clean-up at its end."""

class AsyncSlotEventLoop(QiSelectorEventLoop):
    """qi's loop; as a context manager it is attached to the Qt event loop that the block runs."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: Any) -> None: ...
