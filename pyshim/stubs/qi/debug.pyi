# SPDX-License-Identifier: BSD-3-Clause
"""Lets a debugger attach to the running application."""

from typing import Literal, NamedTuple

__all__ = ["Listening", "is_attached", "listen", "stop", "wait_for_client"]

class Listening(NamedTuple):
    """Where a debugger can attach."""

    backend: str
    host: str
    port: int
    path: str

def listen(
    port: int = 0,
    *,
    host: str = "127.0.0.1",
    wait: bool = False,
    backend: Literal["debugpy", "pdb"] | None = None,
) -> Listening:
    """Lets a debugger attach to this process, and returns at once where: a Listening."""

def is_attached() -> bool:
    """Whether a debugger has attached."""

async def wait_for_client() -> None:
    """Waits until a debugger has attached; the application goes on meanwhile."""

def stop() -> None:
    """Ends pdb's socket, and its session. Does nothing for debugpy, which cannot be ended."""
