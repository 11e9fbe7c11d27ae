"""Builds by workers beside the web processes: any number of them, and a queue in Redis."""

from __future__ import annotations

import signal
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from tests.support.servers.live_server import LiveServer
from tests.support.servers.live_worker import worker
from tests.support.servers.services import ServiceMissing, running_services

pytestmark = [pytest.mark.foreign, pytest.mark.proof]


@pytest.mark.protects("availability/lost-builds")
def test_workers_share_builds_and_one_that_is_killed_loses_none(tmp_path: Path) -> None:
    with ExitStack() as stack:
        try:
            services = stack.enter_context(running_services())
        except ServiceMissing as missing:
            pytest.skip(str(missing))
        environment = services.environment("forge") | {"BROKER_URL": services.redis}
        live = stack.enter_context(LiveServer(tmp_path / "data", environment))
        organisation = live.organisation()
        builds = []
        for name in ("one", "two"):
            live.api("POST", "projects", json={"organisation": organisation, "name": name, "template": "sine"})
            builds.append(live.api("POST", f"projects/{organisation}/{name}/builds"))
        assert all(live.api("GET", f"builds/{build['id']}")["state"] == "queued" for build in builds)
        with worker(live.environment) as first:
            live.until(lambda: any(live.api("GET", f"builds/{each['id']}")["state"] == "running" for each in builds))
            first.kill()
        with worker(live.environment) as second, worker(live.environment):
            results = [live.until(partial(_ended, live, build["id"])) for build in builds]
            assert [build["state"] for build in results] == ["succeeded", "succeeded"]
            assert max(build["attempt"] for build in results) == 2
            state = live.until(lambda: _current(live, f"{organisation}/one"))
            assert state["state"] == "ready"
            second.send_signal(signal.SIGTERM)
            assert second.wait(30) == 0


def _ended(live: LiveServer, build: str) -> dict[str, object] | None:
    state: dict[str, object] = live.api("GET", f"builds/{build}")
    return state if state["state"] not in ("queued", "running") else None


def _current(live: LiveServer, project: str) -> dict[str, object] | None:
    preview: dict[str, object] = live.api("GET", f"projects/{project}/preview")
    return preview if preview["current"] else None
