"""Uses what a bundle has to have: a package, modules with libraries of their own, and an interpreter."""

import asyncio
import concurrent.futures
import ctypes
import hashlib
import math
import multiprocessing
import sqlite3
import ssl
import sys

import parcel
from qi import host


class Plugin:
    async def activate(self, ctx):
        ctx.run_task(self.greet())

    async def greet(self):
        print("parcel:", parcel.TEXT)
        print("prefix:", sys.prefix)
        print("executable:", sys.executable)
        print("libraries:", all((ctypes.CDLL(None), hashlib.new("sha3_256"), sqlite3.connect(":memory:"), ssl.create_default_context())))
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "import sys, ssl; print(sys.prefix)", stdout=asyncio.subprocess.PIPE)
        print("child:", (await child.communicate())[0].decode().strip())
        with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            print("spawned:", await asyncio.get_running_loop().run_in_executor(pool, math.factorial, 10))
        host.app.quit()
