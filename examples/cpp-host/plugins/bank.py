# SPDX-License-Identifier: BSD-3-Clause
"""The plugin of cpp-host: books payments on the host's account, with interest."""

import asyncio

from qi import host


async def credit(sender, amount):
    """Runs for each paymentArrived(sender, amount) of the account."""
    host.account.book(f"payment of {sender}", amount)
    await asyncio.sleep(0.01)  # as if a server were asked
    host.account.book("interest", round(host.account.balance * 0.01, 2))
