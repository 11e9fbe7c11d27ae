from __future__ import annotations

import subprocess
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.support.servers.listening import QuietHandler, file_server, http_server

REPOSITORY = Path(__file__).parents[3]


class Echo(QuietHandler):
    def do_GET(self) -> None:
        self.respond(200, self.path.encode(), {"X-Name": "echo"})

    do_HEAD = do_GET

    def do_POST(self) -> None:
        self.respond(201, self.body()[::-1])


def test_a_server_answers_in_the_block_and_is_closed_after_it() -> None:
    with http_server(Echo) as address:
        with urllib.request.urlopen(f"{address}/a") as answer:
            assert (answer.read(), answer.headers["X-Name"]) == (b"/a", "echo")
        with urllib.request.urlopen(urllib.request.Request(f"{address}/a", method="HEAD")) as answer:
            assert (answer.read(), answer.headers["Content-Length"]) == (b"", "2")
        with urllib.request.urlopen(f"{address}/a", data=b"abc") as answer:
            assert (answer.status, answer.read()) == (201, b"cba")
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{address}/a")
    assert "test server" not in {thread.name for thread in threading.enumerate()}


def test_a_server_is_closed_when_a_test_fails() -> None:
    with pytest.raises(ZeroDivisionError), http_server(Echo):
        _ = 1 / 0
    assert "test server" not in {thread.name for thread in threading.enumerate()}


def test_files_of_a_folder_are_served(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello", "utf-8")
    with file_server(tmp_path) as address, urllib.request.urlopen(f"{address}/a.txt") as answer:
        assert answer.read() == b"hello"


def test_no_other_place_starts_a_server_in_a_thread() -> None:
    command = ["git", "grep", "-l", r"target=.*serve_forever", "--", "tests", "benchmarks"]
    places = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.split()
    assert set(places) <= {"tests/support/servers/listening.py", "tests/support/servers/test_listening.py"}
