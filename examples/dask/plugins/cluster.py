# SPDX-License-Identifier: BSD-3-Clause
"""A Dask cluster on this machine: a scheduler and workers, each a process, that end with the block.

    async with Cluster(workers=2) as cluster:
        results = await cluster.map(function, inputs, progress)

Everything here runs on the GUI thread and never blocks it. What the workers call must be importable there:
functions of modules that lie beside this one, or of packages.
"""

import asyncio
import contextlib
import importlib
import os
import tempfile
import weakref

SCHEDULER, WORKER = "distributed.cli.dask_scheduler", "distributed.cli.dask_worker"


class Cluster:
    def __init__(self, workers=2, python="/usr/bin/python3"):
        self.workers = workers
        self.python = python  # must be the version that the host has embedded
        self.processes = []
        self.client = None
        # Not even a program that has no time for its tasks' goodbyes leaves processes behind.
        weakref.finalize(self, kill, self.processes)

    async def __aenter__(self):
        # Its import takes a second, which is too long for the GUI thread.
        self.distributed = await asyncio.to_thread(importlib.import_module, "distributed")
        self.folder = tempfile.TemporaryDirectory(prefix="cluster-")
        # One file for all processes, so that none ever waits for a reader.
        self.log = open(os.path.join(self.folder.name, "log"), "a+")
        try:
            file = os.path.join(self.folder.name, "scheduler.json")
            await self.launch(SCHEDULER, "--host", "127.0.0.1", "--port", "0", "--scheduler-file", file)
            while not os.path.exists(file):
                await self.look_at_processes()
            for _ in range(self.workers):
                await self.launch(WORKER, "--scheduler-file", file, "--no-nanny", "--nthreads", "1",
                                  "--death-timeout", "30", "--local-directory", self.folder.name)
            self.client = await self.distributed.Client(scheduler_file=file, asynchronous=True)
            while len(self.client.scheduler_info()["workers"]) < self.workers:
                await self.look_at_processes()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *exc_info):
        client, self.client = self.client, None
        try:
            if client is not None:
                await in_time(client.close())
        finally:
            # They hold nothing that is worth a longer goodbye.
            kill(self.processes)
            await asyncio.gather(*(process.communicate() for process in self.processes))
            self.processes.clear()
            self.log.close()
            self.folder.cleanup()

    async def launch(self, module, *arguments):
        path = os.pathsep.join([os.path.dirname(__file__), os.environ.get("PYTHONPATH", "")])
        process = await asyncio.create_subprocess_exec(
            self.python, "-m", module, "--no-dashboard", *arguments, env=os.environ | {"PYTHONPATH": path},
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=self.log)
        self.processes.append(process)

    async def look_at_processes(self):
        """Waits a moment; raises if one of the processes has ended."""
        await asyncio.sleep(0.02)
        for process in self.processes:
            if process.returncode is not None:
                self.log.seek(0)
                raise RuntimeError(f"a process of the cluster has ended:\n{self.log.read()[-2000:]}")

    async def map(self, function, inputs, progress=lambda done, total: None):
        """Calls function(input) on the workers; returns the results in order.

        progress(done, total) is called as they come. If this is cancelled, so is what has not been done yet.
        """
        futures = self.client.map(function, inputs, pure=False)
        progress(0, len(futures))
        try:
            done = 0
            async for future in self.distributed.as_completed(futures):
                await future  # raises what the function raised
                done += 1
                progress(done, len(futures))
            return await self.client.gather(futures)
        except BaseException:
            await in_time(self.client.cancel(futures))
            raise


def kill(processes):
    for process in processes:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()


async def in_time(coroutine):
    """At the program's end everything is cancelled at once, and Dask waits in vain for its own tasks."""
    await asyncio.wait([asyncio.ensure_future(coroutine)], timeout=0.5)

