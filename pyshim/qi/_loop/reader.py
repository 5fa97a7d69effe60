# SPDX-License-Identifier: BSD-3-Clause
"""asyncio's StreamReader, whose read() hands on what has come as it is.

asyncio appends all data to a bytearray and copies it out again, on 3.11 twice.  But where read() waits and nothing is
in the buffer, the data that comes next is what it returns, if it wants that much.  So nothing is copied then; each other case is
asyncio's own.  A reader becomes one of these when its connection gets a transport of the loop's.
"""

from asyncio import streams


def _replaceable():
    stock = streams.StreamReader
    return stock.read, stock.feed_data, stock.feed_eof


_STOCK = _replaceable()


class QiStreamReader(streams.StreamReader):
    """What a reader is made to be, so it has no __init__()."""

    _room = 0  # the most that a read() which waits would return
    _whole = None  # what came for it

    async def read(self, n=-1):
        if n <= 0 or self._exception is not None:
            return await super().read(n)
        if not self._buffer and not self._eof:
            self._room = n
            try:
                await self._wait_for_data("read")
            except BaseException:
                self._put_back()
                raise
            finally:
                self._room = 0
            if (whole := self._whole) is not None:
                self._whole = None
                return whole
        data = bytes(memoryview(self._buffer)[:n])
        del self._buffer[:n]
        self._maybe_resume_transport()
        return data

    def feed_data(self, data):
        if 0 < len(data) <= self._room and type(data) is bytes and self._waiter is not None and not self._buffer:
            assert not self._eof, "feed_data after feed_eof"
            self._room = 0
            self._whole = data
            self._wakeup_waiter()
            return
        self._put_back()
        super().feed_data(data)

    def feed_eof(self):
        self._put_back()
        super().feed_eof()

    def _put_back(self):
        """More comes before read() goes on, or it has been cancelled."""
        if self._whole is not None:
            self._buffer[:0] = self._whole
            self._whole = None


def adopt(protocol):
    """Gives the reader of a stream this class, unless somebody has a class or a method of their own."""
    if type(protocol) is not streams.StreamReaderProtocol:
        return
    reader = protocol._stream_reader
    if type(reader) is streams.StreamReader and _replaceable() == _STOCK:
        reader.__class__ = QiStreamReader
