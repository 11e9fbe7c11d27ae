"""HTTP servers of tests: started on a free port in a thread, and closed at the end of a block."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseServer
from typing import TypeVar

Server = TypeVar("Server", bound=BaseServer)

POLL_INTERVAL = 0.01
"""Seconds until a server notices that it shall stop. The default of the library, 0.5, is spent in each teardown."""


class QuietHandler(BaseHTTPRequestHandler):
    """Logs nothing: a test reads the requests that it needs."""

    def respond(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """Answers a request. The answer to HEAD has no body."""
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def body(self) -> bytes:
        """The body of the request."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def log_message(self, *_: object) -> None:
        """Writes no log."""


class QuietFiles(SimpleHTTPRequestHandler):
    """Serves the files of a folder and logs nothing."""

    def log_message(self, *_: object) -> None:
        """Writes no log."""


@contextmanager
def listening(server: Server) -> Iterator[Server]:
    """A bound server that answers until the end of the block, and whose port is free after it."""
    with server:
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": POLL_INTERVAL}, name="test server", daemon=True
        )
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def http_server(handler: Callable[..., BaseHTTPRequestHandler], context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server of this handler, over TLS where a context is passed. Yields its origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    with listening(server):
        yield origin(server) if context is None else f"https://127.0.0.1:{server.server_port}"


@contextmanager
def file_server(folder: Path, handler: type[SimpleHTTPRequestHandler] = QuietFiles) -> Iterator[str]:
    """A server of a folder's files. Yields its origin."""
    with http_server(partial(handler, directory=str(folder))) as address:
        yield address


@dataclass
class PolicedSite:
    """A site of a folder's files under a Content-Security-Policy, which a test may change. "" sets no policy."""

    folder: Path
    policy: str
    address: str = ""


@contextmanager
def policed_site(folder: Path, policy: str = "") -> Iterator[PolicedSite]:
    """Serves a folder's files under a policy until the end of the block."""
    site = PolicedSite(folder, policy)

    class Policed(QuietFiles):
        def end_headers(self) -> None:
            if site.policy:
                self.send_header("Content-Security-Policy", site.policy)
            super().end_headers()

    with file_server(folder, Policed) as site.address:
        yield site


def origin(server: ThreadingHTTPServer) -> str:
    """The origin of a server, such as `http://127.0.0.1:40123`."""
    return f"http://127.0.0.1:{server.server_port}"
