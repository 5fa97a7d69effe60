# SPDX-License-Identifier: BSD-3-Clause
# The script of docs/guide/monitoring.md.
import asyncio

import qi

seen = []


# [watch]
def stuck(stall):
    if stall.over:
        print(f"it answers again, after {stall.seconds:.1f} s")
        return False
    print(f"{stall.target} holds the thread for {stall.seconds:.1f} s\n{stall.stack}")
    return stall.seconds > 0.5  # interrupt it then


def start():
    qi.monitor.watch(limit=0.25, repeat=0.25, stalled=stuck)


# [/watch]


# [list]
def show_tasks():
    for task in qi.monitor.tasks():
        print(task["name"], task["state"], "waiting for", task["waiting_for"])
        for frame in task["stack"]:
            print(f"  {frame['file']}:{frame['line']} {frame['function']}: {frame['text']}")


# [/list]


async def hangs():
    while True:
        pass


async def main():
    start()
    waiting = asyncio.create_task(asyncio.sleep(1000), name="waiting")
    task = asyncio.create_task(hangs())
    await asyncio.wait([task])
    assert isinstance(task.exception(), qi.Interrupted), task
    show_tasks()
    names = {found["name"]: found for found in qi.monitor.tasks()}
    assert names["waiting"]["state"] == "waiting"
    assert names["waiting"]["waiting_for"] == "sleep()"
    waiting.cancel()
    qi.monitor.unwatch()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
        runner.get_loop().set_mode(qi.QiLoopMode.NATIVE)
        runner.run(main())
