"""Measures how long it takes to say which of 100,000 devices run a component: the page, the API, and both exports."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figure import MEGABYTE, ROOT, CannotMeasure, Spread, table
from benchmarks.fleet.exposed_devices import COMPONENT, COMPONENTS, RUNES, RUNS
from benchmarks.fleet.many_devices import DEVICES, ORGANISATION
from tests.support.servers.live_server import LiveServer
from tests.support.servers.services import ServiceMissing, running_services

AIM = 10
"""Seconds of an export."""
_API = f"/api/v1/organisations/{ORGANISATION}/exposure"
ADDRESSES = {
    "the page": f"/{ORGANISATION}/devices/exposure?q={COMPONENT}",
    "the API, with 50 devices": f"{_API}?component={COMPONENT}",
    "all devices as CSV": f"{_API}.csv?component={COMPONENT}",
}
SIGNED = "the signed list as JSON"


@dataclass(frozen=True)
class _ExportTimes:
    """The seconds of each way, and the megabytes of the signed list."""

    seconds: Mapping[str, Spread]
    megabytes: float


def measure() -> str:
    """Returns the seconds of each way, with each database."""
    with TemporaryDirectory() as folder:
        try:
            with running_services(durable=True) as services:
                postgresql = _times(Path(folder) / "postgresql", services.environment("exposure"))
                sqlite = _times(Path(folder) / "sqlite", {})
        except ServiceMissing as missing:
            raise CannotMeasure(str(missing)) from missing
    rows = [
        [name, f"{postgresql.seconds[name].median:.1f}", f"{sqlite.seconds[name].median:.1f}"]
        for name in (*ADDRESSES, SIGNED)
    ]
    return (
        f"{DEVICES:,} devices of one organisation with four labels each run a rune whose bill of materials names a "
        f"component; {RUNES} runes have bills of {COMPONENTS} components. {RUNS} requests each, one after the other, "
        f"to the last byte. The signed list has {postgresql.megabytes:.0f} MB and is made as the signer makes it: the "
        f"search, the list in the store, and the signature. The aim is an export under {AIM} s.\n\n"
        f"{table(['seconds, median', 'PostgreSQL', 'SQLite'], rows)}"
    )


def _times(data: Path, environment: Mapping[str, str]) -> _ExportTimes:
    with LiveServer(data, environment) as server:
        server.stop()
        fill = [sys.executable, "-m", "benchmarks.fleet.exposed_devices"]
        output = subprocess.check_output(fill, cwd=ROOT, env=server.environment, timeout=1800)
        server.start()
        times = {
            name: Spread(tuple(_request(server, address) for _ in range(RUNS))) for name, address in ADDRESSES.items()
        }
    signed = json.loads(output)
    assert all(devices == DEVICES for _, devices, _ in signed), signed
    seconds = {**times, SIGNED: Spread(tuple(each for each, _, _ in signed))}
    return _ExportTimes(seconds, signed[0][2] / MEGABYTE)


def _request(server: LiveServer, address: str) -> float:
    begin = time.perf_counter()
    answer = server.http.get(address, timeout=120)
    seconds = time.perf_counter() - begin
    assert answer.status_code == 200, (address, answer.status_code, answer.text[:500])
    if ".csv" in address:
        assert answer.text.count("\n") == DEVICES + 1, answer.text[:500]
    return seconds
