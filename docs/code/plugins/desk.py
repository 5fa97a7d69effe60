# SPDX-License-Identifier: BSD-3-Clause
"""What docs/code/cpp_host.cpp calls."""

import qi


class Book:
    def __init__(self):
        self.orders = []

    def add(self, symbol, *, count=1):
        self.orders.append((symbol, count))
        return len(self.orders)

    def __str__(self):
        return f"{len(self.orders)} orders"


book = Book()


def best(symbol, *, side="sell"):
    return 1.25 if (symbol, side) == ("EURUSD", "buy") else 1.5


async def fetch(symbol):
    return await qi.host.quotes.fetch(symbol)
