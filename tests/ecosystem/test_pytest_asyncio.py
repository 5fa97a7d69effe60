# SPDX-License-Identifier: BSD-3-Clause
# qi-run: --app=widgets --loop=owner -m pytest -q -p no:cacheprovider
"""pytest-asyncio under `qi-run -m pytest`: its loops are qi's, in owner mode, each on a Qt event loop of its own."""

import asyncio

import pytest
import qi

pytest_asyncio = pytest.importorskip("pytest_asyncio")
QtCore = pytest.importorskip("PyQt6.QtCore")


@pytest_asyncio.fixture
async def server():
    async def echo(reader, writer):
        while line := await reader.readline():
            writer.write(line.upper())
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    yield server
    server.close()
    await server.wait_closed()


@pytest.fixture
def ticks():
    ticks = []
    timer = QtCore.QTimer()
    timer.timeout.connect(lambda: ticks.append(QtCore.QThread.currentThread().loopLevel()))
    timer.start(1)
    yield ticks
    timer.stop()


@pytest.mark.asyncio
async def test_loop_is_ours():
    loop = asyncio.get_running_loop()
    assert isinstance(loop, qi.QiSelectorEventLoop)
    assert loop.get_mode() is qi.QiLoopMode.OWNER
    assert QtCore.QThread.currentThread().loopLevel() == 1


@pytest.mark.asyncio
async def test_fixture_and_qt_timer(server, ticks):
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    number = 0
    while len(ticks) < 5:  # Qt's timers tick while asyncio talks
        writer.write(b"line %d\n" % number)
        assert await reader.readline() == b"LINE %d\n" % number
        number += 1
    writer.close()
    await writer.wait_closed()
    assert set(ticks) == {1}


@pytest.mark.asyncio
@pytest.mark.parametrize("number", range(5))
async def test_parameters(number):
    assert await asyncio.to_thread(lambda: number * 2) == number * 2


@pytest.mark.asyncio
async def test_qi_is_at_home(ticks):
    timer = QtCore.QTimer(singleShot=True)
    timer.start(1)
    assert await qi.asyncsignal(timer.timeout) == ()
    assert qi.run_task(asyncio.sleep(0)).get_loop() is asyncio.get_running_loop()


@pytest.mark.asyncio
@pytest.mark.xfail(strict=True, raises=ZeroDivisionError)
async def test_failures_fail():
    await asyncio.sleep(0)
    1 / 0


def test_regular_tests_run_too():
    assert asyncio.run(asyncio.sleep(0, "done")) == "done"
