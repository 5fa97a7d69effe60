# SPDX-License-Identifier: BSD-3-Clause
"""Whether a window of a binding's is open."""

import sys


def any_open():
    for binding in ("PyQt6", "PySide6"):
        gui = sys.modules.get(f"{binding}.QtGui")
        if gui is not None and any(window.isVisible() for window in gui.QGuiApplication.topLevelWindows()):
            return True
    return False
