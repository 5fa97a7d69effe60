# SPDX-License-Identifier: BSD-3-Clause
"""The plugin of docs/code/quick.qml."""

import asyncio
import dataclasses

import qi


# [order]
@dataclasses.dataclass
class Order:
    """A row of the model."""

    name: str
    price: float = 0.0


orders = qi.ListModel([Order("tea", 3.5)], editable=["price"])


def book():
    """The model, for QML."""
    return orders
# [/order]


async def load(name, options):
    """Load rows, slowly."""
    rows = []
    for line in range(options["lines"]):
        await asyncio.sleep(0.01)
        qi.progress(line + 1, options["lines"])
        if name.isdigit():
            raise LookupError(f"no such order: {name}")
        rows.append({"name": f"{name} {line}"})
    return rows


clicks = []


async def clicked(number):
    """A slot."""
    clicks.append(number)
    await asyncio.sleep(0)


def add(a, b):
    """A plain function."""
    return a + b
