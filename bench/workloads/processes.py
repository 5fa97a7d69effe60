# SPDX-License-Identifier: BSD-3-Clause
"""Programs that are started and awaited."""

import asyncio
from asyncio.subprocess import PIPE

from workload import Target, workload

AS_GOOD = Target(1.0, "asyncio")


@workload("subprocess, started and awaited", count=5, unit="ms", target=AS_GOOD)
async def awaited(count):
    for _ in range(count):
        process = await asyncio.create_subprocess_exec("/bin/true")
        if await process.wait() != 0:
            raise RuntimeError("/bin/true failed")


@workload("subprocess, 64 KiB through cat", count=5, unit="ms", target=AS_GOOD)
async def communicate(count):
    data = b"x" * 65536
    for _ in range(count):
        process = await asyncio.create_subprocess_exec("/bin/cat", stdin=PIPE, stdout=PIPE)
        output, _ = await process.communicate(data)
        if output != data:
            raise RuntimeError(f"cat gave {len(output)} bytes of {len(data)}")
