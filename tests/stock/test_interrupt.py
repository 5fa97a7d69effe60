# SPDX-License-Identifier: BSD-3-Clause
"""Ctrl+C while Qt waits: KeyboardInterrupt comes out where the program waits, as it does without Qt."""

import signal

from stockcase import StockCase, each_binding, main

# The program is interrupted once it has said so, by itself, in another thread, while Qt waits in this one.
INTERRUPTER = """
import os, signal, threading
application = QtCore.QCoreApplication([])
waits = threading.Event()
def interrupt():
    waits.wait()
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt, daemon=True).start()
"""
GUEST = "loop = qi.new_event_loop(); loop.set_mode(qi.QiLoopMode.GUEST); loop.start()\n"


class Interrupt(StockCase):
    @each_binding
    def test_exec_of_a_guest(self, binding):
        ended = self.run_with(binding, INTERRUPTER + GUEST + """
loop.call_later(0.01, waits.set)
try:
    application.exec()
except KeyboardInterrupt:
    print("interrupted")
print(loop.is_running(), signal.getsignal(signal.SIGINT) is signal.default_int_handler)
loop.stop()
print(signal.set_wakeup_fd(-1))
""")
        self.assert_ends(ended, 0, ["interrupted", "True True", "-1"])

    @each_binding
    def test_nobody_catches_it(self, binding):
        ended = self.run_with(binding, INTERRUPTER + GUEST + "loop.call_later(0.01, waits.set)\napplication.exec()\n")
        self.assertEqual(ended.returncode, -signal.SIGINT, ended.stderr)
        self.assertEqual(ended.stderr.strip().splitlines()[-1], "KeyboardInterrupt")
        self.assertIn("application.exec()", ended.stderr)

    @each_binding
    def test_block_that_brings_asyncio_to_qt(self, binding):
        ended = self.run_with(binding, INTERRUPTER + """
async def work():
    waits.set()
    try:
        await asyncio.sleep(100)
    finally:
        print("cleaned up")
try:
    with qi.using_asyncio_from_qt():
        task = asyncio.create_task(work())
        application.exec()
except KeyboardInterrupt:
    print("interrupted")
""")
        self.assert_ends(ended, 0, ["cleaned up", "interrupted"])

    @each_binding
    def test_runner_of_an_owner(self, binding):
        ended = self.run_with(binding, INTERRUPTER + """
async def work():
    waits.set()
    try:
        await asyncio.sleep(100)
    except asyncio.CancelledError:
        print("cancelled")
        raise
try:
    with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
        runner.run(work())
except KeyboardInterrupt:
    print("interrupted")
""")
        self.assert_ends(ended, 0, ["cancelled", "interrupted"])

    @each_binding
    def test_run_until_complete_of_an_owner(self, binding):
        ended = self.run_with(binding, INTERRUPTER + """
loop = qi.new_event_loop()
loop.call_later(0.01, waits.set)
try:
    loop.run_forever()
except KeyboardInterrupt:
    print("interrupted")
print(loop.is_running())
loop.close()
""")
        self.assert_ends(ended, 0, ["interrupted", "False"])

    @each_binding
    def test_handler_of_the_loop(self, binding):
        ended = self.run_with(binding, INTERRUPTER + GUEST + """
loop.add_signal_handler(signal.SIGINT, lambda: (print("handled"), application.exit(3)))
loop.call_later(0.01, waits.set)
print(application.exec())
""")
        self.assert_ends(ended, 0, ["handled", "3"])

    @each_binding
    def test_handler_of_python_runs_while_qt_waits(self, binding):
        ended = self.run_with(binding, INTERRUPTER + GUEST + """
signal.signal(signal.SIGINT, lambda *_: (print("handled"), application.exit(3)))
loop.call_later(0.01, waits.set)
print(application.exec())
""")
        self.assert_ends(ended, 0, ["handled", "3"])

    @each_binding
    def test_interrupt_works_again_after_the_signal_handler_of_a_loop_is_gone(self, binding):
        ended = self.run_with(binding, INTERRUPTER + GUEST + """
loop.add_signal_handler(signal.SIGUSR1, print)
loop.remove_signal_handler(signal.SIGUSR1)
loop.call_later(0.01, waits.set)
try:
    application.exec()
except KeyboardInterrupt:
    print("interrupted")
""")
        self.assert_ends(ended, 0, ["interrupted"])


if __name__ == "__main__":
    main()
