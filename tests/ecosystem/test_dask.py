# SPDX-License-Identifier: BSD-3-Clause
"""dask.distributed: the example's cluster of processes, driven from the GUI thread, alone and by its C++ host."""

import asyncio
import os
import sys

import scenario

scenario.need("distributed")
EXAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "dask")
PLUGINS = os.path.realpath(os.path.join(EXAMPLE, "plugins"))
sys.path.insert(0, PLUGINS)
import cluster  # noqa: E402
import darts  # noqa: E402


def processes_of(folder):
    """The command lines of processes that mention a folder or work in one."""
    found = []
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{number}/cmdline") as file:
                command = file.read()
            with open(f"/proc/{number}/environ") as file:
                environment = file.read()
        except OSError:
            continue
        if "distributed.cli" in command and folder in command + environment:
            found.append(command)
    return found


class Dask(scenario.Case):
    def setUp(self):
        super().setUp()
        self.before = os.environ.get("TMPDIR")
        os.environ["TMPDIR"] = self.folder
        cluster.tempfile.tempdir = None
        self.stack.callback(self.reset)

    def reset(self):
        cluster.tempfile.tempdir = None
        del os.environ["TMPDIR"]
        if self.before is not None:
            os.environ["TMPDIR"] = self.before

    async def test_cluster(self):
        """Results, progress in a real progress bar, an error of a worker, cancel, and nothing left behind."""
        from PyQt6.QtWidgets import QProgressBar

        bar, seen = QProgressBar(), []

        def show(done, total):
            bar.setMaximum(total)
            bar.setValue(done)
            seen.append((bar.value(), bar.maximum()))

        async with cluster.Cluster(workers=2) as machines:
            self.assertEqual(len(processes_of(self.folder)), 3)
            self.assertEqual(len(machines.client.scheduler_info()["workers"]), 2)
            hits = await machines.map(darts.throw, range(12), show)
            self.assertEqual(seen, [(done, 12) for done in range(13)])
            self.assertEqual(hits, [darts.throw(seed) for seed in range(12)])
            self.assertNotIn(os.getpid(), await machines.map(pid, range(4)))
            with self.assertRaises(ZeroDivisionError):
                await machines.map(one_divided_by, [1, 2, 0, 4])

            working = asyncio.Event()
            work = asyncio.ensure_future(
                machines.map(darts.throw, range(1000), lambda done, total: done and working.set()))
            await working.wait()
            work.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await work
            self.assertEqual(await machines.map(pow_of_two, range(5)), [1, 2, 4, 8, 16])  # it goes on
        self.assertEqual(processes_of(self.folder), [])

    async def test_host_with_buttons(self):
        """The C++ host clicks: start, cancel half-way, start again, and quits with the result."""
        host = await asyncio.create_subprocess_exec(
            os.environ["DASK_HOST"], "--auto", PLUGINS, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE)
        said, errors = await host.communicate()
        self.assertEqual(len(said.splitlines()), 2, f"{host.returncode}, {said}, {errors.decode()}")
        first, second = said.decode().splitlines()
        self.assertEqual(first, "cancelled")
        self.assertRegex(second, r"pi is about 3\.1\d\d, 40 of 40")
        self.assertEqual((host.returncode, processes_of(self.folder)), (0, []), errors.decode())

    async def test_host_that_ends_while_the_cluster_works(self):
        code = f"""
import asyncio, sys
sys.path.insert(0, {PLUGINS!r})
import cluster, darts, qi
async def work():
    async with cluster.Cluster(workers=1) as machines:
        await machines.map(darts.throw, range(10000), lambda done, total: done and qi.quit(5))
qi.run_task(work())
"""
        host = await asyncio.create_subprocess_exec(
            os.environ["QI_RUN"], "-c", code, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        said, _ = await host.communicate()
        self.assertEqual((host.returncode, processes_of(self.folder)), (5, []), said.decode())


def pid(_):
    return os.getpid()


def one_divided_by(number):
    return 1 / number


def pow_of_two(number):
    return 2**number


if __name__ == "__main__":
    scenario.main()
