# SPDX-License-Identifier: BSD-3-Clause
"""The plugin for pytest: pytest_plugins = ["qi.testing.pytest_plugin"]."""

from typing import Any

def __getattr__(name: str) -> Any: ...
