# SPDX-License-Identifier: BSD-3-Clause
"""Gets each quote of the market, and shows what a trader wants to see of it."""

import asyncio

from qi import host


class Ticker:
    """The plugin: an object with activate()."""

    def __init__(self):
        self.watches = {}

    def activate(self, ctx):
        self.settings = ctx.settings
        ctx.connect(host.market.quote, self.on_quote)

    async def on_quote(self, symbol, bid, ask):
        """Runs for each quote(symbol, bid, ask): some hundred a second."""
        price = (bid + ask) / 2
        watch = self.watches.setdefault(symbol, Watch(price))
        host.ticker.setQuote(symbol, bid, ask, watch.change(price))
        if watch.is_record(price) and not watch.resting:
            await self.mark(symbol, watch)

    async def mark(self, symbol, watch):
        """Marks a symbol for a moment."""
        watch.resting = True
        host.ticker.setMark(symbol, True)
        try:
            await asyncio.sleep(0.9)
        finally:
            host.ticker.setMark(symbol, False)
        await asyncio.sleep(self.settings.rest)
        watch.resting = False


class Watch:
    """What is known of one symbol."""

    def __init__(self, price):
        self.first = self.high = self.low = price
        self.resting = False  # after a mark, for a while

    def change(self, price):
        return (price / self.first - 1) * 100

    def is_record(self, price):
        """Tells whether the price has never been so high or so low."""
        record = price > self.high or price < self.low
        self.high, self.low = max(self.high, price), min(self.low, price)
        return record
