"""PostgreSQL that is stopped, or hangs: requests get 503 within seconds, and all goes on when it is back."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from forge.core.database.presence import ANSWER_SECONDS, CONNECT_SECONDS, EVERY
from tests.support.servers.live_server import LiveServer
from tests.support.servers.services import ServiceMissing, Services, running_services

pytestmark = pytest.mark.foreign

LIMIT = 3.0
"""Seconds, as docs/guides/operate.md promises."""


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    try:
        with running_services() as running:
            yield running
    except ServiceMissing as missing:
        pytest.skip(str(missing))


def refused(live: LiveServer, path: str) -> httpx.Response:
    """The answer to a request that needs the database; it has as long as it takes."""
    start = time.monotonic()
    answer = live.http.get(path, timeout=30)
    took = time.monotonic() - start
    assert answer.status_code == 503, (path, answer.status_code, answer.text[:300])
    assert took < LIMIT, f"{path} was answered after {took:.1f} s"
    return answer


def test_the_database_is_known_to_be_away_before_the_promised_time() -> None:
    assert EVERY + max(ANSWER_SECONDS, CONNECT_SECONDS) < LIMIT


@pytest.mark.slow
@pytest.mark.protects("operation/database-away")
@pytest.mark.parametrize("how", ["stopped", "hanging"])
def test_requests_get_503_while_the_database_is_away_and_go_on_when_it_is_back(
    how: str, services: Services, tmp_path: Path
) -> None:
    server = services.postgresql_server
    with LiveServer(tmp_path / "data", services.environment(f"away_{how}")) as live:
        organisation = live.organisation()
        children = _children(server.pid)
        if how == "stopped":
            server.stop()
        else:
            for process in (server.pid, *children):
                os.kill(process, signal.SIGSTOP)
        try:
            problem = refused(live, "/api/v1/me")
            assert problem.headers["content-type"] == "application/problem+json"
            assert problem.json()["status"] == 503
            page = refused(live, f"/{organisation}")
            assert page.headers["content-type"].startswith("text/html")
            assert "postgresql" not in page.text.lower()
            refused(live, f"/v2/{organisation}/none/tags/list")
            for _ in range(20):
                refused(live, "/api/v1/me")
            assert live.http.get("/healthz").status_code == 200
        finally:
            if how == "stopped":
                server.start()
            else:
                for process in (*_children(server.pid), server.pid):
                    os.kill(process, signal.SIGCONT)
        live.until(lambda: live.http.get("/api/v1/me").status_code == 200)
        answers = {live.http.get(f"/{organisation}").status_code for _ in range(30)}
        assert answers == {200}, "no connection of before is left in the pool"


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
