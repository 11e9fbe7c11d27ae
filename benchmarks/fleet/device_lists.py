"""Measures how long lists of 100,000 devices take by query: the database alone, and the API with count and page."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from benchmarks.figure import ROOT, CannotMeasure, Spread, table
from benchmarks.fleet.many_devices import DEVICES, GROUPS, ORGANISATION, QUERIES, RUNS
from tests.support.servers.live_server import LiveServer
from tests.support.servers.services import ServiceMissing, running_services

WARMING = 2
AIM = 200
"""Milliseconds at the 95th percentile, with PostgreSQL."""
_BASE = f"/api/v1/organisations/{ORGANISATION}"
ADDRESSES = {
    **{f"{name}: `{query}`" if query else name: f"{_BASE}/devices?q={quote(query)}" for name, query in QUERIES.items()},
    "all devices, by last seen": f"{_BASE}/devices?sort=seen",
    "the overview": f"{_BASE}/device-overview",
    "values of a label": f"{_BASE}/device-completion?q=site%3Db",
    "keys of labels": f"{_BASE}/device-completion?q=s",
    f"the counts of {GROUPS} groups": f"{_BASE}/device-groups",
    "the page of all devices": f"/{ORGANISATION}/devices",
    "the page of a site": f"/{ORGANISATION}/devices?q=site%3Dberlin",
}


@dataclass(frozen=True)
class _Times:
    """The milliseconds of each address, and of the statements of each query without anything around them."""

    requests: Mapping[str, Spread]
    statements: Mapping[str, Spread]


def measure() -> str:
    """Returns the percentiles of each query, with each database."""
    with TemporaryDirectory() as folder:
        try:
            with running_services(durable=True) as services:
                postgresql = _times(Path(folder) / "postgresql", services.environment("devices"), RUNS["postgresql"])
                sqlite = _times(Path(folder) / "sqlite", {}, RUNS["sqlite"])
        except ServiceMissing as missing:
            raise CannotMeasure(str(missing)) from missing
    head = ["milliseconds", "PostgreSQL, median", "p95", "`SELECT` alone, median", "p95", "SQLite, median", "`SELECT`"]
    rows = [[name, *_cells(postgresql, name), *_medians(sqlite, name)] for name in ADDRESSES]
    return (
        f"{DEVICES:,} devices of one organisation with four labels each, and {GROUPS} groups of two conditions. "
        f"{RUNS['postgresql']} requests each ({RUNS['sqlite']} with SQLite), by turns, one after the other, from the "
        "request to the whole answer: the number of devices that match, and the first 50 of them with labels. Beside "
        "them the same two statements alone. The server remembers the counts of groups and the overview for 30 s, "
        "unless a device changes; the first page after that counts them, and is the slowest one here. The aim "
        f"is a p95 under {AIM} ms with PostgreSQL.\n\n{table(head, rows)}"
    )


def _cells(times: _Times, name: str) -> list[str]:
    return [*_figures(times.requests[name]), *_figures(times.statements.get(name))]


def _figures(spread: Spread | None) -> list[str]:
    return [f"{spread.median:.0f}", f"{spread.percentile(95):.0f}"] if spread else ["", ""]


def _medians(times: _Times, name: str) -> list[str]:
    return [_figures(times.requests[name])[0], _figures(times.statements.get(name))[0]]


def _times(data: Path, environment: Mapping[str, str], runs: int) -> _Times:
    with LiveServer(data, environment) as server:
        server.stop()
        fill = [sys.executable, "-m", "benchmarks.fleet.many_devices"]
        output = subprocess.check_output(fill, cwd=ROOT, env=server.environment, timeout=1800)
        server.start()
        times: dict[str, list[float]] = {name: [] for name in ADDRESSES}
        for run in range(WARMING + runs):
            for name, address in ADDRESSES.items():
                begin = time.perf_counter()
                answer = server.http.get(address)
                milliseconds = (time.perf_counter() - begin) * 1000
                assert answer.status_code == 200, (address, answer.status_code, answer.text)
                if run >= WARMING:
                    times[name].append(milliseconds)
    alone = json.loads(output)
    statements = {name: Spread(tuple(alone[query])) for name, query in zip(ADDRESSES, QUERIES, strict=False)}
    return _Times({name: Spread(tuple(each)) for name, each in times.items()}, statements)
