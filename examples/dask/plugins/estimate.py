# SPDX-License-Identifier: BSD-3-Clause
"""The plugin of dask-host: estimates pi on a cluster, with the host's progress bar and its two buttons."""

import asyncio

import cluster
import darts
import qi
from qi import host

ROUNDS = 40


def show(done, total):
    host.progress.setMaximum(total)
    host.progress.setValue(done)


@qi.asyncslot
async def start():
    """Runs from a click on "start" until the result is there, or a click on "cancel"."""
    host.start.setEnabled(False)
    host.result.setText("starting the cluster…")
    work = asyncio.ensure_future(estimate())
    cancel = host.cancel.clicked.connect(lambda: work.cancel())
    try:
        await asyncio.wait([work])
        host.result.setText("cancelled" if work.cancelled() else f"pi is about {work.result():.3f}")
    finally:
        work.cancel()  # when this coroutine is cancelled itself, as at the program's end
        cancel.disconnect()
        host.start.setEnabled(True)


async def estimate():
    async with cluster.Cluster(workers=2) as machines:
        host.result.setText("throwing darts…")
        hits = await machines.map(darts.throw, range(ROUNDS), show)
    return 4 * sum(hits) / (ROUNDS * darts.DARTS)


host.start.clicked.connect(start)
