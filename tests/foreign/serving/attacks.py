"""Attacks of a stranger at an address of its own that keep a server from its work: half a request, a thousand times."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Sequence
from typing import Self

ADDRESS = "127.0.0.2"
"""The address of the attacks; everyone else is at 127.0.0.1."""
PIECE = b"x" * 65_536


class Attack:
    """Connections that stay open as long as the server lets them. Leaving it closes them."""

    def __init__(self, port: int, connections: int, first: bytes) -> None:
        """Each connection begins with the bytes `first`."""
        self._port, self._connections, self._first = port, connections, first
        self.sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        for _ in range(self._connections):
            client = socket.socket()
            client.settimeout(2)
            # Objects that are left in the attacker's own System V queues were read by nobody.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32_768)
            self.sockets.append(client)
            try:
                client.bind((ADDRESS, 0))
                client.connect(("127.0.0.1", self._port))
                client.sendall(self._first)
            except OSError:
                continue  # refused, which is what is wished for
        return self

    def __exit__(self, *_: object) -> None:
        for client in self.sockets:
            client.close()

    def send_on(self, size: int) -> int:
        """Sends up to `size` more bytes on each connection, never the last; answers how many the server took in all."""
        return sum(_sent(client, size) for client in self.sockets)

    def open(self) -> int:
        """Returns how many connections the server keeps open."""
        return sum(not _is_closed(client) for client in self.sockets)

    def until_open(self, most: int, seconds: float) -> int:
        """Waits until the server keeps no more than `most` open, while a byte is sent on each every half a second."""
        deadline = time.monotonic() + seconds
        while (left := self.open()) > most and time.monotonic() < deadline:
            _drip(self.sockets)
            select.select([], [], [], 0.5)
        return left


def unfinished_posts(port: int, count: int, size: int) -> Attack:
    """Bodies that never come to their end."""
    head = f"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {size}\r\n\r\n"
    return Attack(port, count, head.encode())


def slow_headers(port: int, count: int) -> Attack:
    """Headers that never come to their end."""
    return Attack(port, count, f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Slow: ".encode())


def idle_connections(port: int, count: int) -> Attack:
    """Connections on which nothing comes."""
    return Attack(port, count, b"")


def _sent(client: socket.socket, size: int) -> int:
    total = 0
    client.setblocking(False)
    deadline = time.monotonic() + 0.5
    while total < size and time.monotonic() < deadline:
        try:
            if not select.select([], [client], [], 0.02)[1]:
                break
            total += client.send(PIECE[: size - total])
        except OSError:
            break
    return total


def _is_closed(client: socket.socket) -> bool:
    client.setblocking(False)
    try:
        while client.recv(65_536):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _drip(sockets: Sequence[socket.socket]) -> None:
    for client in sockets:
        try:
            client.send(b"x")
        except OSError:
            continue
