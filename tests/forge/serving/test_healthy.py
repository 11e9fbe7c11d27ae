"""The health check, asked of servers that are well, ill and absent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from forge.serving.environment import read_environment
from forge.serving.healthy import illness


@contextmanager
def server(status: int, body: bytes) -> Iterator[int]:
    """A server that answers everything alike, on a free port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as listening:
        thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield listening.server_port
        finally:
            listening.shutdown()
            thread.join()


def illness_at(port: int, host: str = "127.0.0.1") -> str | None:
    return illness(read_environment({"PORT": str(port), "HOST": host}, Path()))


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_a_server_that_says_ok_is_well(host: str) -> None:
    with server(200, b"ok\n") as port:
        assert illness_at(port, host) is None


def test_a_server_that_fails_is_ill() -> None:
    with server(500, b"") as port:
        assert "answered 500" in str(illness_at(port))


def test_another_server_on_the_port_is_not_taken_for_ours() -> None:
    with server(200, b"<html>") as port:
        assert "did not answer ok" in str(illness_at(port))


def test_a_server_that_is_not_there_is_ill() -> None:
    with server(200, b"") as port:
        pass
    assert "does not answer" in str(illness_at(port))
