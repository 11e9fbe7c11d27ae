"""Operators read figures with their token; a process that lacks something is not ready and says what."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache.backends.redis import RedisCache
from django.test import Client
from django.utils import timezone

import forge.asgi
from forge.accounts.models import User
from forge.builds.actions import request_build
from forge.builds.models import Build
from forge.builds.runs.figures import build_figures, stuck_for
from forge.jobs.models import JobState
from forge.projects.models import Project
from forge.serving.configuration.services import caches
from forge.serving.monitoring.readiness import CHECKS, NotReady, check_redis, check_room, problems
from tests.support.forge.factories.builds import set_job
from tests.support.servers.live_forge import free_port

TOKEN = "a-token-of-operators"


def queued(user: User, project: Project, ago: timedelta, **values: object) -> Build:
    """A build that nobody works at, asked for so long ago."""
    build = request_build(user, project)
    set_job(build, created=timezone.now() - ago, **values)
    return build


@pytest.mark.protects("operation/metrics")
def test_metrics_are_for_whoever_has_the_token(user: User, project: Project, settings: Any) -> None:
    assert forge.asgi.application is not None, "its gates count requests"
    assert Client().get("/metrics").status_code == 404, "there is none"
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, metrics_token=TOKEN)
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 404
    queued(user, project, timedelta(seconds=90))
    text = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    assert 'forge_builds{state="queued"} 1.0' in text
    (line,) = [line for line in text.splitlines() if line.startswith("forge_build_oldest_wait_seconds ")]
    assert 90 <= float(line.split()[1]) < 200
    for name in (
        "forge_telemetry_deployments",
        "forge_telemetry_waiting_documents",
        "forge_telemetry_oldest_wait_seconds",
        "forge_telemetry_open_alerts",
        "forge_store_bytes",
        "forge_store_damaged_files",
        "forge_disk_free_bytes",
        "forge_requests_total",
        "forge_sockets_open",
        "forge_log_lines_total",
    ):
        assert name in text, name
    assert "kitchen" not in text
    assert "acme" not in text


@pytest.mark.django_db
def test_a_process_with_all_it_needs_is_ready() -> None:
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "problems": []})


def test_a_build_that_no_worker_takes_makes_it_not_ready(user: User, project: Project) -> None:
    queued(user, project, timedelta(minutes=3))
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "problems": ["workers"]})
    assert Client().get("/readyz?exclude=workers").status_code == 200, "for a balancer: pages are served"
    assert Client().get("/healthz").status_code == 200


def test_a_worker_that_does_not_renew_its_lease_is_stuck_and_a_busy_one_is_not(user: User, project: Project) -> None:
    now = timezone.now()
    assert stuck_for(now) is None
    lease = now + timedelta(seconds=9)
    build = queued(user, project, timedelta(hours=1), state=JobState.RUNNING, started=now, lease_until=lease)
    queued(user, project, timedelta(hours=1))
    assert stuck_for(now) is None
    set_job(build, lease_until=now - timedelta(minutes=5))
    assert stuck_for(now) == timedelta(minutes=5)


def test_waits_and_durations_are_of_recent_builds(user: User, project: Project) -> None:
    now = timezone.now()
    build = queued(user, project, timedelta(seconds=30), state=JobState.FAILED)
    set_job(build, started=now - timedelta(seconds=20), finished=now - timedelta(seconds=5))
    figures = build_figures(now)
    assert (round(figures.wait_times[0]), round(figures.durations[0])) == (10, 15)
    assert build_figures(now + timedelta(hours=1)).wait_times == ()


def test_a_disk_without_room_is_named_with_what_is_left(tmp_path: Path) -> None:
    check_room(tmp_path, least=1)
    with pytest.raises(NotReady, match=f"are free in {tmp_path}"):
        check_room(tmp_path, least=1 << 62)


@pytest.mark.slow
@pytest.mark.protects("operation/metrics")
def test_a_redis_that_is_gone_is_named_and_hides_nothing_else() -> None:
    pytest.importorskip("redis")
    unreachable = RedisCache(f"redis://127.0.0.1:{free_port()}/0", {})
    failures = problems({"redis": lambda: check_redis(unreachable), "disk": lambda: check_room(Path("/"), 1 << 62)})
    assert failures["redis"] == "does not answer (ConnectionError)"
    assert "are free" in failures["disk"]


def test_a_database_that_is_gone_is_waited_for_once() -> None:
    def unreachable() -> None:
        raise ConnectionError

    def also_checked() -> None:
        raise AssertionError("the rows were asked about builds")

    assert problems({"database": unreachable, "workers": also_checked}) == {
        "database": "does not answer (ConnectionError)"
    }


@pytest.mark.slow
@pytest.mark.protects("operation/failing-services")
def test_a_redis_that_hangs_holds_nobody_up_for_long() -> None:
    redis = pytest.importorskip("redis")
    from forge.core.cache.shared import SharedCache
    from forge.core.errors import CountersUnavailable

    with socket.create_server(("127.0.0.1", 0)) as silent:
        entry = caches(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")["default"]
        hanging = SharedCache(entry["LOCATION"], {"OPTIONS": {"socket_timeout": entry["OPTIONS"]["socket_timeout"]}})
        with pytest.raises(CountersUnavailable) as error:
            hanging.get("ready")
    assert isinstance(error.value.__cause__, redis.TimeoutError)
    assert entry["OPTIONS"]["socket_timeout"] < 4, "the driver would wait for five"


def test_every_part_has_its_check() -> None:
    assert set(CHECKS) == {"database", "redis", "disk", "workers"}
