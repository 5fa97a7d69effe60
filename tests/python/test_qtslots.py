# SPDX-License-Identifier: BSD-3-Clause
"""asyncslot() in a class of a binding is a slot of Qt's: Qt finds it by its name and calls it once."""

import asyncio
import unittest

import qi
from kinds import SignalCase, for_each_kind
from slot_support import on_loop, settle


@lambda case: for_each_kind(case, plain=False)
class QtSlots(SignalCase):
    def setUp(self):
        super().setUp()
        self.core = self.kind.QtCore

    def own_slots(self, o):
        """What the meta-object of the object's class has itself."""
        found = o.metaObject()
        methods = [found.method(index) for index in range(found.methodOffset(), found.methodCount())]
        return sorted(bytes(method.methodSignature()).decode() for method in methods)

    def invoke(self, o, name, *args):
        core, found = self.core, self.core.QMetaObject
        self.assertIsNot(found.invokeMethod(o, name, core.Qt.ConnectionType.DirectConnection, *args), False)

    @on_loop
    async def test_the_meta_object_names_it(self):
        class Receiver(self.core.QObject):
            @qi.asyncslot
            async def nothing(self): ...

            @qi.asyncslot
            async def on_button_toggled(self, on: bool, count: "int"): ...

            @qi.asyncslot
            async def on_button_unknown(self, on, count: int): ...

            @qi.asyncslot
            async def unknown(self, value, count: int): ...

            @qi.asyncslot(types=(int, str))
            async def told(self, count, text): ...

            @qi.asyncslot(overlap="drop")
            async def dropping(self): ...

            @qi.asyncslot
            async def any_number(self, *args): ...

            async def plain(self): ...

        slots = ["dropping()", "nothing()", "on_button_toggled(bool,int)", "told(int,QString)"]
        if self.kind.name == "PySide6":
            slots.append("unknown(QVariant,int)")
        self.assertEqual(self.own_slots(Receiver()), slots)

    @on_loop
    async def test_without_types_it_takes_any_signal(self):
        got = []

        class Receiver(self.core.QObject):
            @qi.asyncslot
            async def receive(self, value: str):
                got.append(value)

            @qi.asyncslot
            async def nothing(self):
                got.append(None)

        receiver = Receiver()
        for name in ("number", "pair"):
            self.signal(name).connect(receiver.receive)
            self.signal(name).connect(receiver.nothing)
        self.signal("number").emit(3)
        self.signal("pair").emit(4, "four")
        self.assertEqual(got, [3, None, 4, None])

    @on_loop
    async def test_invoke_method_runs_it(self):
        got = []

        class Receiver(self.core.QObject):
            @qi.asyncslot(types=[int])
            async def receive(self, count):
                await asyncio.sleep(0)
                got.append((self, count))

        receiver = Receiver()
        self.invoke(receiver, "receive", self.core.Q_ARG(int, 3))
        await settle()
        self.assertEqual(got, [(receiver, 3)])

    @on_loop
    async def test_connect_slots_by_name_connects_it_once(self):
        got = []

        class Receiver(self.core.QObject):
            @qi.asyncslot
            async def on_child_destroyed(self):
                got.append("destroyed")

            @qi.asyncslot
            async def on_other_objectNameChanged(self, name: str):
                got.append(name)

        receiver = Receiver()
        child, other = self.core.QObject(receiver), self.core.QObject(receiver)
        child.setObjectName("child")
        other.setObjectName("other")
        self.core.QMetaObject.connectSlotsByName(receiver)
        other.setObjectName("renamed")
        self.kind.delete(child)
        self.assertEqual(got, ["renamed", "destroyed"])

    @on_loop
    async def test_a_policy_counts_for_each_object_whoever_calls(self):
        started = []

        class Receiver(self.core.QObject):
            @qi.asyncslot(overlap="drop")
            async def receive(self):
                started.append(self)
                await asyncio.sleep(0.001)

        one, two = Receiver(), Receiver()
        for receiver in (one, two, one):
            self.invoke(receiver, "receive")
        self.assertIsNone(one.receive())
        self.signal("plain").connect(two.receive)
        self.signal("plain").emit()
        self.assertEqual(started, [one, two])
        await asyncio.sleep(0.02)
        await one.receive()
        self.assertEqual(started, [one, two, one])

    @on_loop
    async def test_the_bindings_own_decorator_stays(self):
        class Receiver(self.core.QObject):
            @self.kind.Slot(int, name="renamed")
            @qi.asyncslot
            async def receive(self, text: str): ...

        self.assertEqual(self.own_slots(Receiver()), ["renamed(int)"])

    def test_an_annotation_that_is_no_type_of_qts(self):
        class Receiver(self.core.QObject):
            @qi.asyncslot
            async def on_button_clicked(self, value: "Missing", other: int | None): ...  # noqa: F821

        self.assertEqual(self.own_slots(Receiver()), [])

    def test_types_that_are_none_are_refused(self):
        with self.assertRaises((TypeError, ValueError, RuntimeError)):

            class Receiver(self.core.QObject):
                @qi.asyncslot(types=(3,))
                async def receive(self, value): ...


if __name__ == "__main__":
    unittest.main()
