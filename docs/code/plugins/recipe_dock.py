# SPDX-License-Identifier: BSD-3-Clause
# A dock made with PyQt6 in a window of C++: docs/guide/recipes.md
from PyQt6 import QtCore, QtWidgets

import qi


def activate(ctx):
    window = qi.to_binding(ctx.host.window, "PyQt6")  # a QMainWindow of PyQt6, the same object
    edit = QtWidgets.QPlainTextEdit()
    edit.textChanged.connect(lambda: window.statusBar().showMessage(f"{len(edit.toPlainText())} letters"))
    dock = QtWidgets.QDockWidget("Notes", window)
    dock.setWidget(edit)
    window.addDockWidget(QtCore.Qt.DockWidgetArea.RightDockWidgetArea, dock)
    ctx.on_deactivate(dock.deleteLater)
