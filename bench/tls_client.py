# SPDX-License-Identifier: BSD-3-Clause
"""tls_client.py CONTROL PORT CONNECTIONS ACTIVE MESSAGES SIZE: what client.cpp does, over TLS."""

import selectors
import socket
import ssl
import sys

control_port, port, connections, active, messages, size = map(int, sys.argv[1:])


def dial(number, context):
    plain = socket.create_connection(("127.0.0.1", number))
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(plain) if context else plain


def tell(what):
    control.sendall(what)
    if control.recv(1) != what:
        raise SystemExit("tls_client.py: the server is gone")


class Connection:
    """Sends its messages one at a time."""

    def __init__(self, sock):
        self.sock = sock
        self.left = messages
        self.start()

    def start(self):
        self.unsent = message
        self.unread = size

    def step(self):
        """Goes on as far as possible; returns what to wait for, or 0 when all messages have come back."""
        while True:
            try:
                if self.unsent:
                    self.unsent = self.unsent[self.sock.send(self.unsent):]
                    continue
                received = self.sock.recv_into(buffer)
            except ssl.SSLWantReadError:
                return selectors.EVENT_READ
            except ssl.SSLWantWriteError:
                return selectors.EVENT_WRITE
            if not received:
                raise SystemExit("tls_client.py: the server closed a connection")
            self.unread -= received
            if not self.unread:
                self.left -= 1
                if not self.left:
                    return 0
                self.start()


context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE  # the certificate was made for this run
message = memoryview(b"x" * size)
buffer = bytearray(65536)
control = dial(control_port, None)
sockets = [dial(port, context) for _ in range(connections)]
tell(b"b")

selector = selectors.DefaultSelector()
open_connections = 0
for sock in sockets[:active]:
    sock.setblocking(False)
    connection = Connection(sock)
    if waits_for := connection.step():
        selector.register(sock, waits_for, connection)
        open_connections += 1
while open_connections:
    for key, _ in selector.select():
        waits_for = key.data.step()
        if not waits_for:
            selector.unregister(key.fileobj)
            open_connections -= 1
        elif waits_for != key.events:
            selector.modify(key.fileobj, waits_for, key.data)
tell(b"e")
