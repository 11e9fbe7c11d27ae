"""The whole program is killed in mid-build, or stopped: the build runs again by itself and gives one result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.servers.live_server import LiveServer

pytestmark = pytest.mark.foreign


@pytest.fixture
def mortal(tmp_path: Path) -> LiveServer:
    """A server of one's own, to be killed."""
    return LiveServer(tmp_path / "data")


def running_build(live: LiveServer) -> Any:
    """A build that a worker has begun."""
    organisation = live.organisation()
    live.api("POST", "projects", json={"organisation": organisation, "name": "sine", "template": "sine"})
    answer = live.api("POST", f"projects/{organisation}/sine/builds")

    def begun() -> Any:
        build = live.api("GET", f"builds/{answer['id']}")
        assert build["state"] in ("queued", "running"), "the build was over before it could be killed"
        return build if build["state"] == "running" else None

    return live.until(begun)


def end_of(live: LiveServer, build: Any) -> Any:
    def over() -> Any:
        now = live.api("GET", f"builds/{build['id']}")
        return now if now["state"] not in ("queued", "running") else None

    return live.until(over)


def compilers(live: LiveServer) -> set[int]:
    """The processes of the compiler that work in this server's data."""
    processes = set()
    for place in Path("/proc").iterdir():
        try:
            if place.name.isdigit() and (place / "cwd").readlink().is_relative_to(live.data / "work"):
                processes.add(int(place.name))
        except OSError:
            continue
    return processes


@pytest.mark.slow
@pytest.mark.protects("live/crashes")
def test_a_build_runs_again_after_a_kill_and_gives_one_result(mortal: LiveServer) -> None:
    with mortal as live:
        build = running_build(live)
        before = live.until(lambda: compilers(live))
        live.kill()
        live.until(lambda: not compilers(live))
        live.start()
        over = end_of(live, build)
        assert (over["state"], over["attempt"]) == ("succeeded", 2)
        log = live.api("GET", f"builds/{build['id']}/log")["lines"]
        assert any("stopped answering" in line["text"] for line in log)
        assert sum(line["step"] == "measure" for line in log) == 1
        state = live.api("GET", f"projects/{live.organisation()}/sine/state")
        assert [one["number"] for one in state["builds"]] == [1]
        assert live.http.get(over["rune_url"]).content[:4] == b"\0asm"
        assert not before & compilers(live)
        live.until(lambda: live.api("GET", f"projects/{live.organisation()}/sine/preview")["current"])


@pytest.mark.proof
def test_a_build_is_taken_up_again_after_a_stop(mortal: LiveServer) -> None:
    with mortal as live:
        build = running_build(live)
        live.stop()
        assert not compilers(live)
        live.start()
        over = end_of(live, build)
        assert (over["state"], over["attempt"]) == ("succeeded", 1)
