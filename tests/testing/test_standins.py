# SPDX-License-Identifier: BSD-3-Clause
"""Stand-ins for the application's objects do what those would."""

import asyncio
import pathlib
import tempfile
import unittest

import qi
from qi import host
from qi.testing import AsyncTestCase, Call, FakeObject, Property, Signal, fake_host, settle, stand_in


class Window(FakeObject):
    title: str = ""
    size = Property(10, notify="resized")
    version = Property("1.0", readonly=True)
    clicked = Signal(bool)

    def showMessage(self, text, timeout=0): ...

    def count(self) -> int: ...


class Properties(AsyncTestCase):
    async def test_a_change_is_told_once(self):
        window, seen = Window(title="first"), []
        window.titleChanged.connect(seen.append)
        window.title = "second"
        window.title = "second"
        self.assertEqual(seen, ["second"])
        self.assertEqual((window.title, window.property("title")), ("second", "second"))

    async def test_a_notify_signal_of_another_name(self):
        window, seen = Window(), []
        window.resized.connect(seen.append)
        window.size = 20
        self.assertEqual(seen, [20])

    async def test_types_are_checked(self):
        with self.assertRaisesRegex(TypeError, "title.*str"):
            Window().title = 5
        with self.assertRaises(TypeError):
            Window().size = True

    async def test_read_only(self):
        window = Window()
        with self.assertRaises(AttributeError):
            window.version = "2"
        window.set(version="2")
        self.assertEqual(window.version, "2")

    async def test_a_name_that_does_not_exist(self):
        window = Window()
        with self.assertRaisesRegex(AttributeError, "titel.*title"):
            window.titel = "x"
        with self.assertRaisesRegex(AttributeError, "titel.*title"):
            window.titel
        with self.assertRaises(AttributeError):
            window.clicked = 5

    async def test_dynamic_properties(self):
        window = Window()
        window.setProperty("mood", "good")
        self.assertEqual((window.property("mood"), window.mood), ("good", "good"))

    async def test_objects_do_not_share_values(self):
        one, other = Window(title="one"), Window()
        self.assertEqual((one.title, other.title), ("one", ""))


class Signals(AsyncTestCase):
    async def test_slots_get_what_they_take(self):
        window, seen = Window(), []
        window.clicked.connect(lambda: seen.append("none"))
        window.clicked.connect(lambda on: seen.append(on))
        window.clicked.emit(True)
        self.assertEqual(seen, ["none", True])

    async def test_disconnect(self):
        window, seen = Window(), []
        connection = window.clicked.connect(seen.append)
        self.assertTrue(connection)
        connection.disconnect()
        self.assertFalse(connection.connected)
        window.clicked.connect(seen.append)
        window.clicked.disconnect(seen.append)
        window.clicked.emit(True)
        self.assertEqual(seen, [])
        with self.assertRaises(TypeError):
            window.clicked.disconnect(print)

    async def test_coroutine_functions_start_at_once(self):
        window, seen = Window(), []

        async def slot(on):
            seen.append(on)
            await asyncio.sleep(0)
            seen.append("later")

        window.clicked.connect(slot)
        window.clicked.connect(qi.asyncslot(slot, overlap="drop"))
        window.clicked.emit(True)
        self.assertEqual(seen, [True, True])
        await settle()
        self.assertEqual(seen, [True, True, "later", "later"])
        window.clicked.disconnect(slot)

    async def test_asyncsignal_and_streams(self):
        window = Window()
        self.loop.call_soon(window.clicked.emit, True)
        self.assertEqual(await qi.asyncsignal(window.clicked), (True,))
        self.loop.call_soon(window.clicked.emit, False)
        self.assertEqual(await window.clicked, (False,))
        async with qi.asyncsignalstream(window.clicked) as stream:
            window.clicked.emit(False)
            self.assertEqual(await anext(stream), (False,))

    async def test_wrong_arguments(self):
        for wrong in ((), (1,), (True, 2)):
            with self.assertRaisesRegex(TypeError, "Window.clicked"):
                Window().clicked.emit(*wrong)

    async def test_blocked(self):
        window, seen = Window(), []
        window.clicked.connect(seen.append)
        self.assertFalse(window.blockSignals(True))
        window.clicked.emit(True)
        self.assertTrue(window.blockSignals(False))
        window.clicked.emit(False)
        self.assertEqual(seen, [False])

    async def test_an_exception_of_a_slot_is_reported_and_the_others_go_on(self):
        window, seen = Window(), []
        window.clicked.connect(lambda on: 1 / 0)
        window.clicked.connect(seen.append)
        window.clicked.emit(True)
        self.assertEqual(seen, [True])
        context, = self._unhandled
        self._unhandled.clear()
        self.assertIsInstance(context["exception"], ZeroDivisionError)
        self.assertEqual(context["signal"], "clicked(bool)")


class Methods(AsyncTestCase):
    async def test_calls_are_kept(self):
        window = Window()
        window.showMessage("a")
        window.showMessage("b", timeout=5)
        self.assertEqual(window.calls, [Call("showMessage", ("a",), {}), Call("showMessage", ("b",), {"timeout": 5})])
        self.assertEqual(window.calls_of("showMessage"), [("a",), ("b",)])

    async def test_calls_that_the_real_one_would_refuse(self):
        with self.assertRaises(TypeError):
            Window().showMessage()
        with self.assertRaisesRegex(AttributeError, "showMesage.*showMessage"):
            Window().showMesage("x")

    async def test_answers(self):
        window = Window()
        self.assertEqual(window.count(), 0)
        window.answer("count", 5)
        self.assertEqual(window.count(), 5)
        window.answer("count", raises=OSError("no"))
        with self.assertRaises(OSError):
            window.count()
        with self.assertRaises(AttributeError):
            window.answer("nothing", 1)


class Lifetimes(AsyncTestCase):
    async def test_a_deleted_object(self):
        window, seen = Window(), []
        window.destroyed.connect(lambda: seen.append("destroyed"))
        connection = window.clicked.connect(print)
        child = window.addChild(Window())
        self.assertIs(child.parent(), window)
        window.delete()
        self.assertEqual(seen, ["destroyed"])
        self.assertFalse(window.alive or child.alive or connection)
        for use in (lambda: window.title, lambda: window.showMessage("x"), lambda: setattr(window, "title", "x")):
            self.assertRaises(ReferenceError, use)

    async def test_a_wait_ends_with_the_object(self):
        window = Window()
        self.loop.call_soon(window.deleteLater)
        with self.assertRaises(qi.SenderDestroyed):
            await qi.asyncsignal(window.clicked)

    async def test_inherits(self):
        self.assertTrue(Window().inherits("Window") and Window().inherits("QObject"))
        self.assertFalse(Window().inherits("QDialog"))
        self.assertEqual(Window().class_name, "Window")


STUB = '''
from typing import Any
class Base(Object):
    name: str = "base"
class Desk(Base):
    count: int
    sent: Signal[str, int]
    closed: Signal
    class Mood(enum.IntEnum):
        Calm = 3
        Glad = 5
    mood: Desk.Mood
    @property
    def price(self) -> float: ...
    @property
    def moved(self) -> Signal[tuple[int, Desk.Mood]]: ...
    @overload
    def add(self, a: int, /) -> int: ...
    @overload
    def add(self, a: str, b: str, /) -> str: ...
    def send(self, text: str, *, urgent: bool = compute()) -> bool: ...
'''


class Classes(AsyncTestCase):
    def test_a_class_may_be_made_in_a_test(self):
        kind = type("Lamp", (qi.testing.FakeObject,), {"level": Property(0)})
        lamp = kind(level=3)
        self.assertIsInstance(lamp, FakeObject)
        self.assertEqual(lamp.level, 3)


class FromSpecs(AsyncTestCase):
    def test_from_a_plain_class(self):
        class Plain:
            title: str = "x"
            count: int
            closed: Signal
            sent = Signal(str)

            @property
            def price(self) -> float: ...

            def send(self, text):
                return text * 2

        fake, seen = stand_in(Plain, count=3), []
        self.assertEqual((fake.title, fake.count, fake.price), ("x", 3, 0.0))
        fake.countChanged.connect(seen.append)
        fake.closed.connect(lambda: seen.append("closed"))
        fake.sent.connect(seen.append)
        fake.count = 4
        fake.closed.emit()
        fake.sent.emit("text")
        self.assertEqual(seen, [4, "closed", "text"])
        self.assertEqual(fake.send("ab"), "abab")
        self.assertEqual(fake.calls_of("send"), [("ab",)])
        self.assertEqual(fake.class_name, "Plain")

    def test_from_a_stub_as_an_application_writes_it(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "host_types.pyi"
            path.write_text(STUB)
            desk, seen = stand_in(path, "Desk"), []
        self.assertIs(desk.mood, desk.Mood.Calm)
        desk.mood = desk.Mood.Glad
        desk.mood = "Glad"  # as the real one takes it
        desk.moved.connect(lambda *values: seen.append(values))
        desk.moved.emit(1, desk.Mood.Glad)
        self.assertEqual(seen, [(1, 5)])
        desk.add(1)
        desk.add("a", "b")
        self.assertEqual(desk.calls_of("add"), [(1,), ("a", "b")])

    def test_from_a_stub_of_which_nothing_is_run(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "host.pyi"
            path.write_text(STUB)
            desk = stand_in(path, "Desk", count=2)
            with self.assertRaisesRegex(LookupError, "Dsk.*Desk"):
                stand_in(str(path), "Dsk")
        self.assertEqual((desk.name, desk.count, desk.price), ("base", 2, 0.0))
        self.assertIs(desk.send("a", urgent=True), False)
        with self.assertRaises(TypeError):
            desk.send("a", True)
        seen = []
        desk.sent.connect(lambda *args: seen.append(args))
        desk.sent.emit("a", 1)
        self.assertEqual(seen, [("a", 1)])

    def test_other_specs(self):
        for wrong in (5, None, Window()):
            self.assertRaises(TypeError, stand_in, wrong)
        self.assertEqual(stand_in(Window, title="t").title, "t")


class Host(AsyncTestCase):
    async def test_names_of_the_host(self):
        with fake_host(desk=Window(title="d"), tools={"add": lambda a, b: a + b}) as given:
            self.assertIs(host.desk, given.desk)
            self.assertEqual(qi.host.desk.title, "d")
            self.assertEqual(host.tools.add(1, 2), 3)
            with self.assertRaises(AttributeError):
                host.tools.sub
        with self.assertRaises(AttributeError):
            host.desk

    async def test_names_of_the_application_are_hidden_meanwhile(self):
        with fake_host(app="mine"):
            with fake_host({"app": "inner"}):
                self.assertEqual(host.app, "inner")
            self.assertEqual(host.app, "mine")
        self.assertNotIn("app", vars(host))

    async def test_wrong_names(self):
        with self.assertRaises(ValueError):
            with fake_host({"no name": 1}):
                pass


if __name__ == "__main__":
    unittest.main()
