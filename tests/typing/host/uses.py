# SPDX-License-Identifier: BSD-3-Clause
"""What an author of plugins writes against an application, main.cpp; never run."""

from typing import TYPE_CHECKING, Any, Literal, assert_type

import qi
from qi import host
from qi.plugin import Context

if TYPE_CHECKING:
    from qi.host_types import Document


async def objects(ctx: Context) -> None:
    assert_type(host.document.text, str)
    assert_type(ctx.host.document.words, int)
    host.document.text = "a"
    host.document.text = 5  # E: expression has type "int", variable has type "str"
    host.document.words = 5  # E: Property "words" defined in "Document" is read-only
    host.document.txt  # E: "Document" has no attribute "txt"
    host.documents  # E: Module has no attribute "documents"
    ctx.host.documents  # E: "_Host" has no attribute "documents"
    assert_type(host.document.list, list[str])
    document: Document | None = host.document.next
    assert document is not None
    assert_type(document.alive, bool)
    assert_type(document.objectName, str)


async def signals() -> None:
    assert_type(await host.document.changed, tuple[()])
    path, size = await host.document.saved
    assert_type(path, str)
    assert_type(size, int)
    assert_type(await qi.asyncsignal(host.document.saved, timeout=1), tuple[Any, ...])
    host.document.changed.connect(host.document.deleteLater).disconnect()
    host.document.changed = 5  # E: Property "changed" defined in "Document" is read-only  # E: Incompatible types


def methods() -> None:
    assert_type(host.document.show("x"), str)
    host.document.show("x", 5)
    host.document.show("x", "y")  # E: Argument 2 to "show" of "Document" has incompatible type "str"; expected "int"
    host.document.show()  # E: Too few arguments for "show"
    assert_type(host.document.add(1, 2), int)
    assert_type(host.document.add("a", "b"), str)
    host.document.add(1, "b")  # E: No overload variant of "add"
    assert_type(host.document.prices(["ACME"]), dict[str, list[float]])
    host.document.prices(("ACME", "OTHER"))
    host.document.save(b"abc")
    host.document.save(bytearray())


def enumerations() -> None:
    mood = host.document.mood
    assert_type(mood, "Document.Mood")
    host.document.mood = host.document.Mood.Glad
    host.document.feel(host.document.Mood.Glad)
    host.document.feel("Glad")
    host.document.feel(1.5)  # E: incompatible type "float"
    host.document.Mood.Sad  # E: has no attribute "Sad"
    host.document.traits = host.document.Traits.Fast | host.document.Traits.Loud


def models() -> None:
    assert_type(len(host.orders), int)
    assert_type([row.row for row in host.orders], list[int])
    host.orders.roww  # E: "QStringListModel" has no attribute "roww"


async def functions() -> None:
    assert_type(host.desk.order("ACME"), str)
    host.desk.order(symbol="ACME", count=3)
    host.desk.order("ACME", cnt=3)  # E: Unexpected keyword argument "cnt"
    host.desk.order("ACME", "3")  # E: Argument 2 to "order"
    host.desk.sell  # E: has no attribute "sell"
    future = host.total([1.5, 2])
    assert_type(future, qi.HostFuture)
    await future
    host.odd(object(), 1, 2, b=True)


class Plugin:
    async def activate(self, ctx: Context) -> None:
        ctx.action("refresh", callback=self.refresh)
        ctx.action("refresh", "Refresh now", self.refresh, shortcut="F5")
        ctx.action("another", "Another one", self.refresh)
        ctx.action("refresh", callback=5)  # E: No overload variant of "action"

        @ctx.action("decorated")
        def decorated() -> None: ...

        assert_type(ctx.settings.interval, float)
        assert_type(ctx.settings["interval"], float)
        assert_type(ctx.settings.words, list[str])
        unit: Literal["kelvin", "celsius"] = ctx.settings.unit
        ctx.settings.unit = "celsius"
        ctx.settings.unit = unit
        ctx.settings.unit = "fahrenheit"  # E: Incompatible types in assignment
        ctx.settings["interval"] = 2.5
        ctx.settings.intervall  # E: "DeclaredSettings" has no attribute "intervall"
        ctx.settings.on_change(self.changed, "unit")
        ctx.settings.on_change(self.changed, "color")  # E: Argument 2 to "on_change"

    def refresh(self) -> None: ...

    def changed(self, key: str, value: Any) -> None: ...
