"""A receiver of webhooks on this machine, for tests: a real HTTP server in a thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer

from tests.support.servers.listening import QuietHandler, listening

Handle = Callable[[QuietHandler], None]


@dataclass
class Receiver:
    """The requests that it got, and its port."""

    port: int
    got: list[tuple[dict[str, str], str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def receiving(handle: Handle | None = None, port: int = 0) -> Iterator[Receiver]:
    """A receiver that keeps what it gets and answers 204, or does what `handle` says."""

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            body = self.body().decode()
            receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if handle is not None:
                handle(self)
            else:
                self.send_response(204)
                self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    receiver = Receiver(server.server_port)
    with listening(server):
        yield receiver


def drip(handler: QuietHandler) -> None:
    """Answers a byte at a time, without an end."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b".")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        pass


def answer(status: int, body: bytes = b"", **headers: str) -> Handle:
    """Answers so."""

    def handle(handler: QuietHandler) -> None:
        handler.respond(status, body, headers)

    return handle
