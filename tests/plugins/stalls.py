# SPDX-License-Identifier: BSD-3-Clause
"""Code that does not give the GUI thread back. What a test wants to know is in `seen`."""

import asyncio
import re
import threading
import time

import qi

seen = []
lock = threading.Lock()


def spin():
    while True: pass  # on one line: which of two it is in differs from one Python to the next


async def spins():
    spin()


async def spins_later():
    await asyncio.sleep(0)
    spin()


async def spins_with_cleanup():
    try:
        while True:
            pass
    finally:
        seen.append("cleaned up")


async def swallows_once():
    try:
        spin()
    except BaseException as error:
        seen.append(f"{type(error).__name__}: {error}")
    spin()


async def spins_in_finally():
    try:
        raise ValueError
    finally:
        spin()


async def refuses_exceptions():
    while True:
        try:
            spin()
        except Exception:
            seen.append("swallowed")


async def sleeps():
    time.sleep(1000)


async def locks():
    lock.acquire()
    lock.acquire()


async def receives():
    import socket

    a, b = socket.socketpair()
    with a, b:
        a.recv(1)


async def waits_for_process():
    import subprocess

    with subprocess.Popen(["sleep", "1000"]) as process:
        try:
            process.wait()
        finally:
            process.kill()


async def matches():
    re.match(r"(a|a)*b", "a" * 60)


async def calls_host():
    qi.host.stuck.wait()


async def in_dialog():
    asyncio.get_running_loop().call_soon(spin)
    qi.host.stuck.exec()
    seen.append("the dialog has ended")


async def good():
    seen.append("good")
    await asyncio.sleep(0)
    seen.append("better")


def slow(milliseconds):
    end = time.perf_counter() + milliseconds / 1000
    while time.perf_counter() < end:
        pass


async def slow_later(milliseconds):
    await asyncio.sleep(0)
    slow(milliseconds)


async def slow_at_once(milliseconds):
    slow(milliseconds)


async def slow_argument(value):
    slow(50)
