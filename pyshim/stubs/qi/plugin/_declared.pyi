# SPDX-License-Identifier: BSD-3-Clause
"""What a plugin.toml declares. `qi-run stubs` writes another one in its place, for one plugin."""

from typing import Any

from . import _Settings

ActionName = str

class DeclaredSettings(_Settings):
    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any) -> None: ...
