"""`manage.py serve` and `link`, driven as a person drives them: as processes."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.support.servers.live_forge import REPOSITORY, free_port

pytestmark = pytest.mark.foreign


def _command(folder: Path, port: int | None, *arguments: str) -> subprocess.Popen[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(folder),
        "LOGNAME": "mika",
        "UPLOAD_LIMIT": "20000",
        "PUBLISH_TEMPLATES": "0",
        "PYTHONWARNINGS": "default",
    }
    if port is not None:
        environment["PORT"] = str(port)
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _answer_to_headers_alone(port: int, header: str) -> str:
    """The first line of the answer to a request whose body never comes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        request = f"PUT /api/v1/projects/a/b/files/c HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{header}\r\n\r\n"
        connection.sendall(request.encode("ascii"))
        with connection.makefile("r", encoding="latin-1", newline="\r\n") as answer:
            return answer.readline().rstrip()


def _wait_for_periodic_work(folder: Path) -> None:
    """Returns when the server has done what one process of an installation does from time to time."""
    deadline = time.monotonic() + 30
    with closing(sqlite3.connect(folder / "forge.sqlite3")) as database:
        while "data" not in {name for (name,) in database.execute("SELECT name FROM core_periodicrun")}:
            assert time.monotonic() < deadline, "the server does no periodic work"
            time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.skipif(not (REPOSITORY / "static/build/manifest.json").exists(), reason="the front end is not built")
def test_serve_migrates_prints_a_link_that_signs_in_and_stops_at_ctrl_c(tmp_path: Path) -> None:
    port = free_port()
    server = _command(tmp_path, port, "serve")
    try:
        assert server.stdout is not None
        output = ""
        while "sign-in#token=" not in output:
            line = server.stdout.readline()
            assert line, server.communicate()[1]
            output += line
        match = re.search(r"(http://127\.0\.0\.1:\d+)/sign-in#token=([\w-]+)", output)
        assert match is not None
        address, token = match.groups()
        assert address == f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=address) as browser:
            page = browser.get("/sign-in").text
            csrf = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
            assert csrf is not None
            fields = {"csrfmiddlewaretoken": csrf[1], "token": token}
            response = browser.post("/sign-in", data=fields, headers={"Origin": address})
            assert response.status_code == 302
            assert browser.get("/api/v1/me").json()["organisations"] == [{"name": "workshop", "role": "owner"}]
            assert browser.get("/static/build/worker.js").headers["content-type"].startswith("text/javascript")
            assert _answer_to_headers_alone(port, "Content-Length: 20001").startswith("HTTP/1.1 413 ")
            pieces = (b"x" * 5000 for _ in range(1000))
            assert browser.put("/api/v1/projects/mika/x/files/a", content=pieces).status_code == 413
            text, _ = _command(tmp_path, None, "link").communicate(timeout=60)
            assert text.startswith(f"{address}/sign-in#token=")
            _wait_for_periodic_work(tmp_path)
            _, errors = _command(tmp_path / "another", port, "serve").communicate(timeout=120)
            assert f"PORT={port + 1} make run" in errors
            _, errors = _command(tmp_path, port, "serve").communicate(timeout=120)
            assert "is in use by process" in errors
    finally:
        server.send_signal(signal.SIGINT)
        out, errors = server.communicate(timeout=30)
    assert server.returncode == 0
    assert "has stopped" in out
    assert "Traceback" not in errors


@pytest.mark.slow
def test_link_prints_another_link_for_anyone(tmp_path: Path) -> None:
    out, _ = _command(tmp_path, 8000, "link", "jo@acme.example").communicate(timeout=60)
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/sign-in#token=[\w-]+\n", out)
    process = _command(tmp_path, 8000, "link", "nobody")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "does not look like an email address" in errors


@pytest.mark.slow
@pytest.mark.protects("operation/taken-ports")
@pytest.mark.skipif(not (REPOSITORY / "static/build/manifest.json").exists(), reason="the front end is not built")
def test_a_server_whose_port_is_in_use_makes_no_tables(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        server = _command(tmp_path, port, "serve")
        _, errors = server.communicate(timeout=120)
    assert server.returncode == 1
    assert f"Port {port} of 127.0.0.1 cannot be used" in errors
    assert list(tmp_path.glob("forge.sqlite3*")) == []
