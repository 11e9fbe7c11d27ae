"""Measures how long the home page, an organisation's pages, the search and Explore take in an installation of many
projects."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figure import ROOT, CannotMeasure, Spread, table
from benchmarks.server.large_installation import BUILDS, MEMBERS, PROJECTS, TEAMS
from tests.support.servers.live_server import LiveServer
from tests.support.servers.services import ServiceMissing, running_services

RUNS = 60
WARMING = 5
AIM = 200
"""Milliseconds at the 95th percentile."""
ADDRESSES = {
    "home": "/",
    "home, narrowed to what needs a fix": "/?state=trouble&sort=name",
    "home, a sensor and a word": "/?sensor=SOUND&q=lab",
    "home, its last page": "/?page=84",
    "an organisation": "/plant-0",
    "its members": "/plant-0/-/members",
    "its teams": "/plant-0/-/teams",
    "one of its teams": "/plant-0/-/teams/team-0",
    "an organisation where teams give the roles": "/plant-5",
    "who sees a project": "/plant-5/motor-10/share",
    "its activity": "/plant-0/-/activity",
    "search: a project": "/api/v1/search?q=meter",
    "search: a build": "/api/v1/search?q=meter+7",
    "search: a person": "/api/v1/search?q=person+17",
    "search: a file": "/api/v1/search?q=labels.txt",
    "search: nothing fits": "/api/v1/search?q=zzzz",
    "explore": "/explore",
    "explore: words, a sensor and a licence": "/explore?q=meter+line&sensor=SOUND&licence=MIT&sort=size",
    "explore, its last page": "/explore?page=84&sort=name",
}


def measure() -> str:
    """The percentiles of each address, with each database."""
    with TemporaryDirectory() as folder:
        try:
            with running_services(durable=True) as services:
                spreads = [
                    _spreads(Path(folder) / "sqlite", {}),
                    _spreads(Path(folder) / "postgresql", services.environment("at_size")),
                ]
        except ServiceMissing as missing:
            raise CannotMeasure(str(missing)) from missing
    head = ["milliseconds", "SQLite, median", "p95", "PostgreSQL, median", "p95"]
    rows = [
        [name, *(f"{value:.0f}" for spread in spreads for value in (spread[name].median, spread[name].percentile(95)))]
        for name in ADDRESSES
    ]
    return (
        f"{PROJECTS:,} projects in 6 organisations, {MEMBERS} members, {TEAMS} teams, {BUILDS:,} builds, all of which "
        f"one person may read; each project has published a version. {RUNS} requests each, by turns, one after the "
        f"other, from the request to the whole answer. The aim is a p95 under {AIM} ms.\n\n{table(head, rows)}"
    )


def _spreads(data: Path, environment: Mapping[str, str]) -> dict[str, Spread]:
    with _large(data, environment) as server:
        times: dict[str, list[float]] = {name: [] for name in ADDRESSES}
        for run in range(WARMING + RUNS):
            for name, address in ADDRESSES.items():
                begin = time.perf_counter()
                answer = server.http.get(address)
                milliseconds = (time.perf_counter() - begin) * 1000
                assert answer.status_code == 200, (address, answer.status_code)
                if run >= WARMING:
                    times[name].append(milliseconds)
    return {name: Spread(tuple(milliseconds)) for name, milliseconds in times.items()}


@contextmanager
def _large(data: Path, environment: Mapping[str, str]) -> Iterator[LiveServer]:
    """A server whose first person is a member of everything. Nothing is built: what is there says that it was."""
    with LiveServer(data, environment) as server:
        # A server that runs meanwhile looks after projects that are half there.
        server.stop()
        fill = [sys.executable, "-m", "benchmarks.server.large_installation"]
        subprocess.run(fill, cwd=ROOT, env=server.environment, check=True, timeout=600)
        server.start()
        yield server
