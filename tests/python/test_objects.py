# SPDX-License-Identifier: BSD-3-Clause
"""The classes of what the application's objects give, as a program meets them."""

import unittest

import qi

try:
    from PyQt6 import QtCore
except ImportError:
    try:
        from PySide6 import QtCore
    except ImportError:
        QtCore = None


@unittest.skipUnless(QtCore, "no binding of Qt is installed")
class Connections(unittest.TestCase):
    def setUp(self):
        self.wrapper = QtCore.QObject()
        self.object = qi.from_binding(self.wrapper)
        self.names = []

    def test_connect_returns_a_connection(self):
        connection = self.object.objectNameChanged.connect(self.names.append)
        self.assertIsInstance(connection, qi.Connection)
        self.assertTrue(connection and connection.connected)
        self.wrapper.setObjectName("first")
        connection.disconnect()
        connection.disconnect()
        self.assertFalse(connection or connection.connected)
        self.wrapper.setObjectName("second")
        self.assertEqual(self.names, ["first"])

    def test_disconnect_by_connection(self):
        connection = self.object.objectNameChanged.connect(self.names.append)
        self.object.objectNameChanged.disconnect(connection)
        self.assertFalse(connection)

    def test_streams_are_signal_streams(self):
        with qi.using_asyncio_from_qt():
            stream = qi.asyncsignalstream(self.object.objectNameChanged)
            self.assertIsInstance(stream, qi.SignalStream)


@unittest.skipUnless(QtCore, "no binding of Qt is installed")
class Models(unittest.TestCase):
    def test_models_give_rows(self):
        wrapper = QtCore.QStringListModel(["one", "two"])
        model = qi.from_binding(wrapper)
        self.assertIsInstance(model, qi.Model)
        self.assertIsInstance(model.rows(), qi.Rows)
        self.assertIsInstance(model[0], qi.Row)
        self.assertEqual(len(model), 2)


if __name__ == "__main__":
    unittest.main()
