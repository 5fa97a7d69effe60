# SPDX-License-Identifier: BSD-3-Clause
# The program of docs/guide/asyncio.md: the ways to run asyncio and Qt together.

import asyncio

import qi
from qi import QtAsyncio


async def main():
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return line


# [test]
async def greet(reader, writer):
    writer.write(b"hello\n")
    await writer.drain()
    writer.close()


port = None


async def served(client):
    global port
    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        return await client()


unserved = main


async def main():
    return await served(unserved)


# [/test]
def as_qtasyncio_does():
    return QtAsyncio.run(main(), keep_running=False)  # makes a QCoreApplication where there is none


def with_a_runner():
    with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
        return runner.run(main())


def by_hand():
    loop = qi.new_event_loop()
    loop.set_mode(qi.QiLoopMode.GUEST)
    loop.start()  # asyncio.get_running_loop() answers from here on
    task = loop.run_task(main())
    run_the_application(until=task)
    loop.stop()

    loop.set_mode(qi.QiLoopMode.NATIVE)  # clean-up, without Qt
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    return task.result()


# [test]
def run_the_application(until):
    import _qi

    until.add_done_callback(lambda _: _qi._exit_event_loops(0))
    _qi._exec_application()


if __name__ == "__main__":
    import _qi

    assert as_qtasyncio_does() == b"hello\n"
    _qi._make_application()
    assert with_a_runner() == b"hello\n"
    assert by_hand() == b"hello\n"
    _qi._drop_application()
# [/test]
