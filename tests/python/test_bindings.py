# SPDX-License-Identifier: BSD-3-Clause
# qi-run: --app=widgets --loop=none
"""Objects and values between the application's proxies and the wrappers of PyQt6 and PySide6."""

import datetime
import gc
import importlib
import unittest

import qi


class Objects:
    """The tests, for the binding `name`."""

    name = None

    @classmethod
    def setUpClass(cls):
        try:
            cls.QtCore = importlib.import_module(f"{cls.name}.QtCore")
            cls.QtGui = importlib.import_module(f"{cls.name}.QtGui")
            cls.QtWidgets = importlib.import_module(f"{cls.name}.QtWidgets")
        except ImportError as error:
            raise unittest.SkipTest(f"{cls.name} is not installed for this Python: {error}")

    def wrapper(self, proxy):
        return qi.to_binding(proxy, self.name)

    def test_object_goes_there_and_back(self):
        label = self.QtWidgets.QLabel("one")
        proxy = qi.from_binding(label)
        self.assertEqual((proxy.class_name, proxy.text), ("QLabel", "one"))
        self.assertIs(self.wrapper(proxy), label)
        self.assertIs(qi.from_binding(label), proxy)
        proxy.text = "two"
        self.assertEqual(label.text(), "two")

    def test_object_of_the_application_gets_its_class(self):
        box = self.QtWidgets.QWidget()
        self.QtWidgets.QVBoxLayout(box)
        qi.from_binding(box)
        layout = qi.from_binding(box).findChild(class_name="QVBoxLayout")
        self.assertIsInstance(self.wrapper(layout), self.QtWidgets.QVBoxLayout)
        self.assertIsInstance(self.wrapper(qi.host.app), self.QtCore.QCoreApplication)

    def test_wrapper_of_a_destroyed_object_is_refused(self):
        timer = self.QtCore.QTimer()
        proxy = qi.from_binding(timer)
        delete = importlib.import_module("PyQt6.sip" if self.name == "PyQt6" else "shiboken6").delete
        delete(timer)
        self.assertFalse(proxy.alive)
        with self.assertRaises(ReferenceError):
            qi.from_binding(timer)
        with self.assertRaises(ReferenceError):
            self.wrapper(proxy)

    def test_wrappers_are_taken_where_an_object_is(self):
        group = self.QtCore.QObject()
        animation = self.QtCore.QPropertyAnimation()
        proxy = qi.from_binding(animation)
        proxy.targetObject = group
        self.assertIs(animation.targetObject(), group)
        self.assertIs(proxy.targetObject, qi.from_binding(group))
        with self.assertRaisesRegex(TypeError, "duration"):
            proxy.duration = group

    def test_values_are_arguments_and_properties(self):
        QtCore, QtGui = self.QtCore, self.QtGui
        edit = self.QtWidgets.QDateTimeEdit()
        proxy = qi.from_binding(edit)
        proxy.geometry = QtCore.QRect(1, 2, 30, 40)
        proxy.date = QtCore.QDate(2024, 2, 29)
        proxy.minimumSize = QtCore.QSize(5, 6)
        self.assertEqual(edit.geometry(), QtCore.QRect(1, 2, 30, 40))
        self.assertEqual(proxy.date, datetime.date(2024, 2, 29))
        self.assertEqual(proxy.minimumSize, qi.Size(5, 6))
        font = QtGui.QFont(edit.font())
        font.setPointSize(31)
        proxy.font = font
        self.assertEqual(edit.font().pointSize(), 31)

    def test_value_of_another_type_is_refused(self):
        label = self.QtWidgets.QLabel()
        proxy = qi.from_binding(label)
        with self.assertRaisesRegex(TypeError, "geometry"):
            proxy.geometry = self.QtCore.QSize(1, 2)

    def test_value_in_a_variant_is_what_the_application_reads(self):
        model = self.QtGui.QStandardItemModel(1, 1)
        rows = qi.from_binding(model)
        red = self.QtGui.QColor(255, 0, 0)
        rows[0]["decoration"] = red
        self.assertEqual(model.index(0, 0).data(1), red)
        colour = rows[0]["decoration"]
        self.assertEqual(colour.type_name, "QColor")
        self.assertEqual(self.wrapper(colour), red)
        self.assertTrue(rows.setData(rows[0], self.QtGui.QColor(0, 0, 255), 1))
        self.assertEqual(model.index(0, 0).data(1).blue(), 255)

    def test_values_go_to_the_binding_as_copies(self):
        QtCore = self.QtCore
        self.assertEqual(self.wrapper(qi.Point(1, 2)), QtCore.QPoint(1, 2))
        self.assertEqual(self.wrapper(qi.RectF(1, 2, 3, 4)), QtCore.QRectF(1, 2, 3, 4))
        self.assertEqual(qi.from_binding(QtCore.QSizeF(1.5, 2)), qi.SizeF(1.5, 2.0))
        label = self.QtWidgets.QLabel()
        proxy = qi.from_binding(label)
        font = self.wrapper(proxy.font)
        font.setPointSize(33)
        del proxy
        gc.collect()
        self.assertEqual(font.pointSize(), 33)
        self.assertNotEqual(label.font().pointSize(), 33)

    def test_enumerations_are_taken(self):
        Qt = self.QtCore.Qt
        label = self.QtWidgets.QLabel()
        proxy = qi.from_binding(label)
        proxy.alignment = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
        proxy.textFormat = Qt.TextFormat.RichText
        self.assertEqual(label.textFormat(), Qt.TextFormat.RichText)
        self.assertEqual(int(proxy.alignment), 0x22)
        proxy.textFormat = "PlainText"
        self.assertEqual(label.textFormat(), Qt.TextFormat.PlainText)
        with self.assertRaisesRegex(TypeError, "TextFormat expected"):
            proxy.textFormat = Qt.Orientation.Vertical

    def test_connection_types_are_taken(self):
        got = []
        timer = self.QtCore.QTimer()
        proxy = qi.from_binding(timer)
        link = proxy.objectNameChanged.connect(got.append, self.QtCore.Qt.ConnectionType.QueuedConnection)
        timer.setObjectName("x")
        self.assertEqual(got, [])
        self.QtCore.QCoreApplication.processEvents()
        self.assertEqual(got, ["x"])
        link.disconnect()

    def test_what_a_binding_does_not_have_is_named(self):
        with self.assertRaises(TypeError):
            qi.to_binding(3, self.name)
        with self.assertRaisesRegex(ValueError, "PyQt6.*PySide6"):
            qi.to_binding(qi.host.app, "PyGTK")


class PyQt6(Objects, unittest.TestCase):
    name = "PyQt6"


class PySide6(Objects, unittest.TestCase):
    name = "PySide6"


if __name__ == "__main__":
    unittest.main()
