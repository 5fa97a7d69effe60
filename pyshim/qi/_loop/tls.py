# SPDX-License-Identifier: BSD-3-Clause
"""asyncio's TLS protocol with a shorter way for each message.

What it does is asyncio's own; how it gets there differs in some places.  It stops reading when nothing
is left, where asyncio reads on until OpenSSL says so with an exception.  It looks at flow control when
there can be something to control, and does not look the states up in their Enum, which is slow on 3.11.
And connections of a loop receive into one buffer, which is empty again before anybody else can receive,
rather than into 256 KiB of their own.
"""

from asyncio import sslproto

import _qi

_WRAPPED = sslproto.SSLProtocolState.WRAPPED
_FLUSHING = sslproto.SSLProtocolState.FLUSHING

_RECORD = 16384  # the most that one read can give: the plain text of a record of TLS

ssl = sslproto.ssl  # None where Python was built without


def _shared_buffer(loop, size):
    buffer = loop.__dict__.get("_tls_buffer")
    if buffer is None:
        buffer = loop._tls_buffer = bytearray(size)
    return buffer


class QiSSLProtocol(sslproto.SSLProtocol):
    """The protocol below a TLS transport."""

    def __init__(self, loop, *args, **keywords):
        super().__init__(loop, *args, **keywords)
        self._ssl_buffer = _shared_buffer(loop, self.max_size)
        self._ssl_buffer_view = memoryview(self._ssl_buffer)
        # The C object does without two frames of Python's; somebody else's class may do more.
        sslobj = self._sslobj
        self._pipe = sslobj._sslobj if type(sslobj) is ssl.SSLObject else sslobj

    def buffer_updated(self, nbytes):
        if self._state is _WRAPPED:
            self._incoming.write(self._ssl_buffer_view[:nbytes])
            self._do_read()
        else:
            super().buffer_updated(nbytes)

    def _write_appdata(self, list_of_data):
        if self._state is not _WRAPPED:
            super()._write_appdata(list_of_data)
            return
        backlog = self._write_backlog
        for data in list_of_data:
            backlog.append(data)
            self._write_buffer_size += len(data)
        try:
            self._do_write()
        except Exception as error:
            self._fatal_error(error, "Fatal error on SSL protocol")

    def _do_write(self):
        backlog, write = self._write_backlog, self._pipe.write
        try:
            while backlog:
                data = backlog[0]
                size, sent = len(data), write(data)
                self._write_buffer_size -= sent
                if sent < size:
                    backlog[0] = data[sent:]
                else:
                    del backlog[0]
        except sslproto.SSLAgainErrors:
            pass
        self._process_outgoing()

    def _process_outgoing(self):
        outgoing = self._outgoing
        if outgoing.pending and not self._ssl_writing_paused:
            self._transport.write(outgoing.read())
        if (
            self._app_writing_paused
            or outgoing.pending + self._write_buffer_size >= self._outgoing_high_water
        ):
            self._control_app_writing()

    def _do_read(self):
        if self._state is not _WRAPPED and self._state is not _FLUSHING:
            return
        try:
            if not self._app_reading_paused:
                if self._app_protocol_is_buffer:
                    self._do_read__buffered()
                else:
                    self._do_read__copied()
                if self._write_backlog:
                    self._do_write()
                else:
                    self._process_outgoing()
            if self._ssl_reading_paused or self._incoming.pending >= self._incoming_high_water:
                self._control_ssl_reading()
        except Exception as error:
            self._fatal_error(error, "Fatal error on SSL protocol")

    def _do_read__copied(self):
        pipe, incoming = self._pipe, self._incoming
        pieces = []
        ended = False
        try:
            while incoming.pending or pipe.pending():
                piece = pipe.read(_RECORD)
                if not piece:
                    ended = True
                    break
                pieces.append(piece)
        except sslproto.SSLAgainErrors:
            pass
        if pieces:
            self._app_protocol.data_received(pieces[0] if len(pieces) == 1 else b"".join(pieces))
        if ended:  # the peer has said good-bye
            self._call_eof_received()
            self._start_shutdown()


def is_upgradable(transport, protocol, sslcontext):
    """True if `start_tls()` may put a QiSSLProtocol between transport and protocol.

    The transport must hand on at once what it has received into the shared buffer, which nobody knows of
    other people's.  And where the stream of `protocol` holds bytes already, asyncio knows what becomes of
    them in its version.  So it does of what is wrong.
    """
    if ssl is None or not isinstance(sslcontext, ssl.SSLContext):
        return False
    if type(transport) is not _qi.StreamTransport:
        if type(getattr(transport, "_ssl_protocol", None)) is not QiSSLProtocol:
            return False
    stream = getattr(protocol, "_stream_reader", None)
    return not getattr(stream, "_buffer", None)
