"""A server under real faults says what it lacks at `/readyz`, and goes on when it is there again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers.live_server import LiveServer
from tests.support.servers.live_worker import worker
from tests.support.servers.services import ServiceMissing, Services, running_services

pytestmark = pytest.mark.proof


SOON = 15.0
"""Seconds in which a balancer must have an answer, on a machine that is busy with other proofs; usually it has 5."""


def lacks(live: LiveServer) -> list[str]:
    """The services that the server says it lacks, soon."""
    answer = live.http.get("/readyz", timeout=SOON)
    body: dict[str, Any] = answer.json()
    assert answer.status_code == (503 if body["problems"] else 200)
    problems: list[str] = body["problems"]
    return problems


@contextmanager
def stopped(process: int) -> Iterator[None]:
    """A process that hangs: it keeps its connections and answers nothing."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    try:
        with running_services() as running:
            yield running
    except ServiceMissing as missing:
        pytest.skip(str(missing))


@pytest.mark.protects("operation/failing-services")
def test_a_lost_redis_and_a_lost_database_are_named(services: Services, tmp_path: Path) -> None:
    environment = services.environment("faults")
    with LiveServer(tmp_path / "data", environment) as live:
        assert lacks(live) == []
        with stopped(services.redis_pid):
            assert live.until(lambda: lacks(live) == ["redis"])
            assert live.http.get("/healthz").status_code == 200
        live.until(lambda: lacks(live) == [])
        admin_url = f"{services.postgresql}/postgres"
        refuse = "ALTER DATABASE faults WITH ALLOW_CONNECTIONS false"
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'faults'"
        _psql(admin_url, refuse, end)
        assert live.until(lambda: "database" in lacks(live))
        assert "postgresql://" not in live.http.get("/readyz").text
        _psql(admin_url, "ALTER DATABASE faults WITH ALLOW_CONNECTIONS true")
        live.until(lambda: lacks(live) == [])


def test_a_worker_that_hangs_is_noticed(services: Services, tmp_path: Path) -> None:
    environment = services.environment("stuck") | {"BROKER_URL": services.redis}
    with LiveServer(tmp_path / "data", environment) as live:
        organisation = live.organisation()
        live.api("POST", "projects", json={"organisation": organisation, "name": "one", "template": "sine"})
        with worker(live.environment) as process:
            assert live.build(f"{organisation}/one")["state"] == "succeeded"
            with stopped(process.pid):
                live.api("POST", f"projects/{organisation}/one/builds", json={})
                live.api("PUT", f"projects/{organisation}/one/files/notes.md", content=b"another version")
                live.api("POST", f"projects/{organisation}/one/builds", json={})
                assert live.until(lambda: lacks(live) == ["workers"], 180)
                assert live.http.get("/readyz?exclude=workers").status_code == 200
            assert live.until(lambda: lacks(live) == [], 120)


@pytest.mark.protects("operation/failing-services")
def test_a_full_disk_is_noticed(tmp_path: Path) -> None:
    data = tmp_path / "small"
    data.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", str(data)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("needs root, and may not mount a file system")
    try:
        with LiveServer(data) as live:
            assert lacks(live) == []
            filling = data / "filling"
            with filling.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(data).free - (64 << 20))
            assert lacks(live) == ["disk"]
            filling.unlink()
            assert lacks(live) == []
    finally:
        subprocess.run(["umount", "--lazy", str(data)], check=True)


def _psql(address: str, *statements: str) -> None:
    for statement in statements:
        subprocess.run(["psql", address, "-qc", statement], check=True, capture_output=True)
