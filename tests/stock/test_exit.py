# SPDX-License-Identifier: BSD-3-Clause
"""However the program ends and whatever still runs then, the interpreter ends well and with the right status."""

from stockcase import StockCase, each_binding, main

APPLICATION = "application = QtCore.QCoreApplication([])\n"
GUEST = APPLICATION + "loop = qi.new_event_loop(); loop.set_mode(qi.QiLoopMode.GUEST); loop.start()\n"
QUIT_SOON = "loop.call_later(0.02, application.quit)\n"
EXEC = "status = application.exec()\n"

# What is still there when the program ends, and what it prints.
LEFT = {
    "a guest that nobody stopped": (GUEST + QUIT_SOON + EXEC, []),
    "a guest whose application never ran": (GUEST, []),
    "a guest whose application was destroyed": (GUEST + "del application\n", []),
    "tasks that wait": (
        GUEST + "tasks = [loop.create_task(asyncio.sleep(100)) for _ in range(9)]\n" + QUIT_SOON + EXEC, []),
    "an owner that nobody closed": (
        APPLICATION + "loop = qi.new_event_loop()\nprint(loop.run_until_complete(asyncio.sleep(0, 'ran')))\n", ["ran"]),
    "a thread that calls for ever": ("""
import threading, time
def call():
    while True:
        loop.call_soon_threadsafe(int)
        time.sleep(0.0001)
threading.Thread(target=call, daemon=True).start()
""", []),
    "a thread with a loop of its own": ("""
import threading
async def busy():
    while True:
        await asyncio.sleep(0)
threading.Thread(target=lambda: qi.new_event_loop().run_until_complete(busy()), daemon=True).start()
""", []),
    "threads with loops, which come back to Python when it ends": ("""
import os, threading
async def busy():
    while True:
        await asyncio.sleep(0)
for _ in range(3):
    threading.Thread(target=lambda: qi.new_event_loop().run_until_complete(busy()), daemon=True).start()
class Last:
    def __del__(self, stat=os.stat):  # gives the GIL away while the interpreter is taken to pieces
        for _ in range(2000):
            stat("/")
sys.last = Last()
""", []),
    "a job of the executor": ("""
import time
job = loop.run_in_executor(None, time.sleep, 0.1)
""", []),
    "a subprocess": ("""
async def wait():
    await (await asyncio.create_subprocess_exec("sleep", "0.1")).wait()
task = loop.create_task(wait())
""", []),
    "a server with a connection": ("""
async def serve():
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    kept = await asyncio.open_connection(*server.sockets[0].getsockname())
    await server.serve_forever()
task = loop.create_task(serve())
""", []),
    "a generator in the middle": ("""
async def numbers():
    try:
        while True:
            yield 1
    finally:
        await asyncio.sleep(1)
async def read():
    async for number in numbers():
        await asyncio.sleep(100)
task = loop.create_task(read())
""", []),
    "a nested event loop in a task": ("""
async def nest():
    QtCore.QEventLoop().exec()
    await asyncio.sleep(100)
task = loop.create_task(nest())
""", []),
    "connections of a proxy": ("""
thing = QtCore.QTimer()
proxy = qi.from_binding(thing)
proxy.timeout.connect(print)
proxy.destroyed.connect(lambda *_: None)
kept = proxy, proxy.timeout
""", []),
    "a task with an owner": ("""
thing = QtCore.QTimer()
async def wait():
    await asyncio.sleep(100)
slot = qi.asyncslot(wait, owner=thing)
slot()
""", []),
    "a waiter of a signal": ("""
thing = QtCore.QTimer()
async def wait():
    await qi.asyncsignal(thing.timeout)
task = loop.create_task(wait())
""", []),
    "an object that closes the loop late": (GUEST + """
class Late:
    def __del__(self):
        loop.stop()
        loop.close()
        print("closed")
late = Late()
""", ["closed"]),
    "an exit function that calls": (GUEST + """
import atexit
atexit.register(lambda: print(loop.call_soon(print) is not None))
""", ["True"]),
}

# How the end of the program is asked for, in which words, and the status.
WAYS = {
    "sys.exit() in a task": ("""
async def leave():
    await asyncio.sleep(0.01)
    sys.exit(3)
task = loop.create_task(leave())
""", 3),
    "sys.exit() in a callback": ("loop.call_soon(sys.exit, 4)\n", 4),
    "sys.exit() in the first step of a slot": ("""
thing = QtCore.QTimer()
async def leave():
    sys.exit(5)
thing.timeout.connect(qi.asyncslot(leave))
thing.start(1)
""", 5),
    "sys.exit() in the slot of a proxy": ("""
thing = QtCore.QTimer()
qi.from_binding(thing).timeout.connect(lambda: sys.exit(6))
thing.start(1)
""", 6),
    "sys.exit() without a status": ("loop.call_soon(sys.exit)\n", 0),
    "sys.exit() with a text": ("loop.call_soon(sys.exit, 'a text')\n", 1),
    "quit() and another status": ("loop.call_soon(application.exit, 7)\n", 7),
}


class Exit(StockCase):
    @each_binding
    def test_what_is_left_is_let_go(self, binding):
        for what, (program, stdout) in LEFT.items():
            with self.subTest(what):
                if "application" not in program:
                    program = GUEST + program + QUIT_SOON + EXEC
                ended = self.run_with(binding, program, PYTHONDEVMODE="1")
                self.assert_ends(ended, 0, stdout)
                self.assertNotIn("Qt has caught an exception", ended.stderr)
                self.assertNotIn("CRITICAL", ended.stderr)

    @each_binding
    def test_exit_status_is_the_one_that_was_asked_for(self, binding):
        for what, (program, status) in WAYS.items():
            with self.subTest(what):
                ended = self.run_with(binding, GUEST + program + "sys.exit(application.exec())\n")
                self.assert_ends(ended, status)
                self.assertNotIn("Traceback", ended.stderr)

    @each_binding
    def test_exit_is_raised_where_exec_was_called(self, binding):
        ended = self.run_with(binding, GUEST + """
loop.call_soon(sys.exit, 3)
application.aboutToQuit.connect(lambda: print("quits"))
try:
    application.exec()
except SystemExit as error:
    print("raised", error.code, loop.is_running())
""")
        self.assert_ends(ended, 0, ["quits", "raised 3 True"])

    @each_binding
    def test_exit_leaves_nested_event_loops_too(self, binding):
        ended = self.run_with(binding, GUEST + """
async def nest():
    try:
        QtCore.QEventLoop().exec()
        print("left")
    finally:
        loop.call_soon(print, "never")
loop.create_task(nest())
loop.call_later(0.01, sys.exit, 3)
application.exec()
""")
        self.assert_ends(ended, 3, ["left"])

    @each_binding
    def test_exception_handler_decides_where_there_is_one(self, binding):
        ended = self.run_with(binding, GUEST + """
def handle(loop, context):
    print(type(context["exception"]).__name__)
    application.quit()
loop.set_exception_handler(handle)
loop.call_soon(sys.exit, 3)
print(application.exec())
""")
        self.assert_ends(ended, 0, ["SystemExit", "0"])

    @each_binding
    def test_owner_raises_exit_at_once(self, binding):
        ended = self.run_with(binding, APPLICATION + """
async def leave():
    await asyncio.sleep(0.001)
    sys.exit(3)
with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
    runner.run(leave())
""")
        self.assert_ends(ended, 3, [])

    def test_no_application_is_an_error_that_says_what_to_make(self):
        for start in ("asyncio.Runner(loop_factory=lambda: loop).__enter__().run(wait())",
                      "loop.set_mode(qi.QiLoopMode.GUEST); loop.start()"):
            with self.subTest(start):
                ended = self.python(f"""
                    import asyncio, qi
                    async def wait(): pass
                    loop = qi.new_event_loop()
                    try:
                        {start}
                    except RuntimeError as error:
                        print(error)
                """)
                self.assert_ends(ended)
                self.assertIn("there is no QCoreApplication", ended.stdout)
                self.assertIn("QApplication", ended.stdout)


if __name__ == "__main__":
    main()
