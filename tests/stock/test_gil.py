# SPDX-License-Identifier: BSD-3-Clause
"""Other threads of Python's run while Qt waits, whoever made it wait."""

from stockcase import StockCase, each_binding, main

# The thread ends the wait itself, after so much Python that it must have had the GIL all the while.
WORKER = """
import threading
application = QtCore.QCoreApplication([])
counted = 0
def count(done):
    global counted
    while counted < 200_000:
        counted += 1
    loop.call_soon_threadsafe(done)
"""


class Gil(StockCase):
    @each_binding
    def test_owner_waits_without_it(self, binding):
        ended = self.run_with(binding, WORKER + """
loop = qi.new_event_loop()
thread = threading.Thread(target=count, args=(loop.stop,))
loop.call_soon(thread.start)
loop.run_forever()
print(counted)
""")
        self.assert_ends(ended, 0, ["200000"])

    @each_binding
    def test_exec_of_a_guest_waits_without_it(self, binding):
        ended = self.run_with(binding, WORKER + """
loop = qi.new_event_loop(); loop.set_mode(qi.QiLoopMode.GUEST); loop.start()
thread = threading.Thread(target=count, args=(application.quit,))
loop.call_soon(thread.start)
application.exec()
print(counted)
""")
        self.assert_ends(ended, 0, ["200000"])

    @each_binding
    def test_nested_event_loop_in_a_task_waits_without_it(self, binding):
        ended = self.run_with(binding, WORKER + """
async def nest():
    inner = QtCore.QEventLoop()
    threading.Thread(target=count, args=(inner.quit,)).start()
    await qi.modal(inner.exec)()
    return counted
with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
    loop = runner.get_loop()
    print(runner.run(nest()))
""")
        self.assert_ends(ended, 0, ["200000"])


if __name__ == "__main__":
    main()
