"""The least of a broker of MQTT 5: takes connections with a password, and confirms what is published at least once."""

from __future__ import annotations

import socketserver
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tests.support.servers.listening import listening

_CONNECT: Final = 1
_PUBLISH: Final = 3
_PING: Final = 12
_BAD_PASSWORD: Final = 0x86


class Broker:
    """The messages that were published, and how a test has the broker behave."""

    def __init__(self) -> None:
        self.url = ""
        self.password = b"secret"
        self.published: list[tuple[str, bytes]] = []
        self.drops = 0
        """Messages that break the connection before they are confirmed."""


@contextmanager
def mqtt_broker() -> Iterator[Broker]:
    """A broker until the end of the block."""
    broker = Broker()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while head := self.rfile.read(1):
                body = self.rfile.read(self._length())
                if not self._answer(head[0], body):
                    return

        def _length(self) -> int:
            length = shift = 0
            while byte := self.rfile.read(1):
                length |= (byte[0] & 0x7F) << shift
                shift += 7
                if byte[0] < 0x80:
                    break
            return length

        def _answer(self, head: int, body: bytes) -> bool:
            kind = head >> 4
            if kind == _CONNECT:
                reason = 0 if body.endswith(broker.password) else _BAD_PASSWORD
                self.wfile.write(bytes([0x20, 3, 0, reason, 0]))
                return not reason
            if kind == _PUBLISH:
                return self._publish(head, body)
            if kind == _PING:
                self.wfile.write(b"\xd0\x00")
            return True

        def _publish(self, head: int, body: bytes) -> bool:
            if broker.drops:
                broker.drops -= 1
                return False
            assert (head >> 1) & 3 == 1, "each answer is published at least once"
            (size,) = struct.unpack_from(">H", body)
            topic, rest = body[2 : 2 + size].decode(), body[2 + size :]
            assert rest[2] == 0, "there are no properties"
            broker.published.append((topic, rest[3:]))
            self.wfile.write(bytes([0x40, 2]) + rest[:2])
            return True

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with listening(server):
        broker.url = f"mqtt://127.0.0.1:{server.server_address[1]}"
        yield broker
