# SPDX-License-Identifier: BSD-3-Clause
"""The application as the tests of this folder find it, under qi-run and in a plain interpreter."""

import sys

import qi


def application():
    """The proxy that the host gives, or the wrapper of the binding that is imported."""
    if "app" in dir(qi.host):
        return qi.host.app
    for name in ("PyQt6.QtCore", "PySide6.QtCore"):
        if name in sys.modules:
            return sys.modules[name].QCoreApplication.instance()
    raise RuntimeError("there is no application that Python knows")
