"""The health check, asked of servers that are well, ill and absent."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from forge.serving.configuration.environment import read_environment
from forge.serving.healthy import health_problem
from rune.isolation.linux import is_linux
from tests.conftest import REPOSITORY
from tests.support.servers.listening import QuietHandler, listening


@contextmanager
def server(status: int, body: bytes) -> Iterator[int]:
    """A server that answers everything alike, on a free port."""

    class Answer(QuietHandler):
        def do_GET(self) -> None:
            self.respond(status, body)

    with listening(ThreadingHTTPServer(("127.0.0.1", 0), Answer)) as running:
        yield running.server_port


def problem_at(port: int, host: str = "127.0.0.1") -> str | None:
    return health_problem(read_environment({"PORT": str(port), "HOST": host}, Path()))


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_a_server_that_says_ok_is_well(host: str) -> None:
    with server(200, b"ok\n") as port:
        assert problem_at(port, host) is None


def test_a_server_that_fails_is_ill() -> None:
    with server(500, b"") as port:
        assert "answered 500" in str(problem_at(port))


def test_another_server_on_the_port_is_not_taken_for_ours() -> None:
    with server(200, b"<html>") as port:
        assert "did not answer ok" in str(problem_at(port))


def test_a_server_that_is_not_there_is_ill() -> None:
    with server(200, b"") as port:
        pass
    assert "does not answer" in str(problem_at(port))


UNSHARE = {"x86_64": "272", "aarch64": "97"}


@pytest.mark.slow
@pytest.mark.protects("compiling/missing-protections")
@pytest.mark.skipif(not is_linux(), reason="only Linux has the means")
def test_an_operator_is_told_which_protection_is_missing_and_why() -> None:
    healthy = [sys.executable, "-m", "forge.serving.healthy", "--isolation"]
    without = [sys.executable, str(REPOSITORY / "tests/support/without_call.py"), UNSHARE[os.uname().machine]]
    environment = {"PATH": os.environ["PATH"], "REQUIRED_ISOLATION": "namespaces"}
    whole, lacking = (
        subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
        for command in (healthy, [*without, *healthy])
    )
    assert (whole.returncode, whole.stderr) == (0, "")
    assert "system-calls: in force" in whole.stdout
    assert lacking.returncode == 1
    assert "namespaces: missing, the system refused it: Operation not permitted" in lacking.stdout
    assert "REQUIRED_ISOLATION asks for namespaces: nothing is computed here" in lacking.stderr
