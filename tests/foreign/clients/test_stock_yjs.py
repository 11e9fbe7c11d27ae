"""Stock Yjs clients on our sockets: they converge, catch up, survive a lost connection and a killed server."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.clients.stock_yjs import StockClient
from tests.support.servers.live_server import LiveServer

pytestmark = pytest.mark.foreign

LINE_PAUSE = 0.05
"""Seconds between two lines: faster than anyone types, and slow enough that a busy machine keeps up."""


@pytest.fixture
def project(live: LiveServer, request: pytest.FixtureRequest) -> str:
    """A new project of the live server, `organisation/name`."""
    return new_project(live, request.node.name.replace("_", "-")[:50].strip("-"))


def new_project(live: LiveServer, name: str) -> str:
    organisation = live.organisation()
    live.api("POST", "projects", json={"organisation": organisation, "name": name})
    return f"{organisation}/{name}"


def stored(live: LiveServer, project: str) -> str:
    """The Runefile as the API has it."""
    return live.http.get(f"/api/v1/projects/{project}/files/Runefile.yml").text


def test_clients_converge_and_a_newcomer_sees_it_all(live: LiveServer, project: str) -> None:
    with StockClient(live, project) as one, StockClient(live, project) as other:
        one.until(synced=True)
        other.until(synced=True)
        for number in range(10):
            one.type(f"# one {number}\n")
            other.type(f"# other {number}\n")
        expected = live.until(lambda: _all_there(one))
        other.until(text=expected)
        with StockClient(live, project) as late:
            late.until(text=expected)
        assert stored(live, project) == expected


def _all_there(client: StockClient) -> str | None:
    text: str = client.do("look")["text"]
    lines = {f"# {who} {number}" for who in ("one", "other") for number in range(10)}
    return text if lines <= set(text.splitlines()) else None


def test_what_is_typed_offline_arrives_on_return(live: LiveServer, project: str) -> None:
    with StockClient(live, project) as one, StockClient(live, project) as other:
        one.until(synced=True)
        other.until(synced=True)
        one.do("disconnect")
        one.type("# offline\n")
        expected_part = other.type("# meanwhile\n")
        assert "# offline" not in expected_part
        one.do("connect")
        state = live.until(lambda: one.do("look") if "# meanwhile" in one.do("look")["text"] else None)
        other.until(text=state["text"])
        assert "# offline" in state["text"]


def test_people_see_each_other(live: LiveServer, project: str) -> None:
    with StockClient(live, project) as one, StockClient(live, project) as other:
        one.until(synced=True)
        other.until(synced=True)
        one.do("present", state={"user": {"name": "Somebody else"}, "file": "here"})
        people = live.until(lambda: _people_at(other, "here"))
        assert people[0]["user"]["name"] == "Owner"
    with StockClient(live, project) as late:
        late.until(synced=True)
        assert not _people_at(late, "here")


def _people_at(client: StockClient, file: str) -> list[Any]:
    return [person for person in client.do("look")["people"] if person.get("file") == file]


def test_a_visitor_is_sent_away_for_good(live: LiveServer, project: str) -> None:
    with StockClient(live, project, cookie="") as visitor:
        closed = live.until(lambda: visitor.do("look")["closed"])
        assert closed["code"] == 4404


def test_a_page_of_another_origin_gets_no_socket(live: LiveServer, project: str) -> None:
    with StockClient(live, project) as own:
        own.until(synced=True)
    with StockClient(live, project, origin="http://evil.example") as foreign:
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            state = foreign.do("look")
            assert not state["connected"]
            assert state["text"] is None


@pytest.fixture
def mortal(tmp_path: Path) -> LiveServer:
    """A server of one's own, to be killed."""
    return LiveServer(tmp_path / "data")


@pytest.mark.slow
def test_nothing_typed_two_seconds_before_a_kill_is_lost(mortal: LiveServer) -> None:
    with mortal as live:
        project = new_project(live, "typed")
        lines: list[tuple[float, str]] = []
        with StockClient(live, project) as one:
            one.until(synced=True)
            end = time.monotonic() + 4
            while time.monotonic() < end:
                line = f"# {len(lines)}\n"
                one.type(line)
                lines.append((time.monotonic(), line))
                time.sleep(LINE_PAUSE)
            live.kill()
            killed = time.monotonic()
        live.start()
        text = stored(live, project)
        must = [line for at, line in lines if at < killed - 2]
        assert len(must) > 20
        assert all(line in text for line in must)


@pytest.mark.slow
def test_clients_go_on_after_the_server_was_killed(mortal: LiveServer) -> None:
    with mortal as live:
        project = new_project(live, "killed")
        with StockClient(live, project) as one, StockClient(live, project) as other:
            one.until(synced=True)
            other.until(synced=True)
            other.until(text=one.type("# before\n"))
            live.kill()
            one.type("# while it was away\n")
            other.type("# there too\n")
            live.start()
            state = live.until(lambda: one.do("look") if "# there too" in one.do("look")["text"] else None)
            other.until(text=state["text"])
            assert "# while it was away" in state["text"]
            live.until(lambda: stored(live, project) == state["text"])
