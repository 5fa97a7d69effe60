# SPDX-License-Identifier: BSD-3-Clause
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qi.host_types import Window


def describe(window: "Window") -> str:
    return window.title.upper()
