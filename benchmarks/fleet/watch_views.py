"""Measures how long the views of Watch take with 30 days of 10,000 devices, over HTTP with PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from benchmarks.figure import ROOT, Spread, table
from benchmarks.fleet.device_server import DEPLOYMENT, DeviceServer, device_server
from benchmarks.fleet.watched_rows import BATCH, SITES

DEVICES = 10_000
DAYS = 30
RUNS = 60
WARMING = 3
AIM = 200
"""Milliseconds at the 95th percentile."""


def measure(devices: int = DEVICES, days: int = DAYS) -> str:
    """Returns the percentiles of each view."""
    with device_server({"DEVICE_LONG_POLLS": "0"}) as server:
        server.bind(0)
        server.add_devices(devices)
        server.live.api("PUT", f"{server.deployment}/telemetry")
        fill_seconds = _fill(server, devices, days)
        times, processor = _times(server), _processor_times(server)
        size = len(server.live.http.get(_addresses(server)["all totals as CSV, by day, board and group"]).content)
    rows = [
        [name, *(f"{value:.0f}" for value in (*_figures(spread), processor[name]))] for name, spread in times.items()
    ]
    misses = [name for name, spread in times.items() if spread.percentile(95) >= AIM]
    verdict = f"These missed it: {', '.join(misses)}." if misses else "Each view reached it."
    return (
        f"{devices:,} devices with {days} days of documents in the largest layout (12 labels, 16 bins of confidence "
        f"and of two features), in {SITES} groups, on three boards, of two versions, with an alert about a batch. "
        f"{RUNS} requests each, by turns, one after the other, from the request to the whole answer. The server adds "
        "documents up once, when they come, so a view reads totals: of a day, a rune, a board and a group. Writing all "
        f"documents, adding them up and judging two days took {fill_seconds:.0f} s. The largest table is "
        f"{size / 1_000_000:.1f} MB. The aim is a p95 under {AIM} ms. {verdict} "
        "The last column is the processor time of a request, of the server and of PostgreSQL together, to which other "
        "work on the machine adds little.\n\n"
        f"{table(['milliseconds', 'p50', 'p95', 'slowest', 'processor'], rows)}"
    )


def _addresses(server: DeviceServer) -> Mapping[str, str]:
    page, api = f"/{server.project}/deployments/{DEPLOYMENT}", f"/api/v1/{server.deployment}"
    quarter = (datetime.now(UTC) - timedelta(days=89)).date()
    return {
        "the page Watch, 30 days, groups compared": f"{page}/watch",
        "the page Watch, 90 days, versions compared": f"{page}/watch?days=90&by=version",
        "the page Watch of a group, boards compared": f"{page}/watch?group=hall-1&by=board",
        "the page Watch of a version": f"{page}/watch?version=1.1",
        "label mix, confidence and costs: totals by day": f"{api}/telemetry/totals",
        "drift: totals of 90 days": f"{api}/telemetry/totals?by=&from={quarter}",
        "totals by day and group": f"{api}/telemetry/totals?by=day,group",
        "totals by day and board": f"{api}/telemetry/totals?by=day,board",
        "a group's totals by day": f"{api}/telemetry/totals?group=hall-1",
        "totals as CSV, by day": f"{api}/telemetry/totals.csv",
        "all totals as CSV, by day, board and group": f"{api}/telemetry/totals.csv?by=day,board,group",
        "alerts": f"{api}/telemetry/alerts",
        "the devices of an alert": f"/{server.organisation}/devices?q=batch%3D{BATCH}",
        "the deployment's page, with the bytes that leave a device": page,
        "the last counts of a device": f"/api/v1/organisations/{server.organisation}/devices/gate-00003/counts",
    }


def _fill(server: DeviceServer, devices: int, days: int) -> float:
    server.live.stop()
    begin = time.monotonic()
    command = [sys.executable, "-m", "benchmarks.fleet.watched_rows", server.organisation, str(devices), str(days)]
    subprocess.run(command, cwd=ROOT, env=server.live.environment, check=True, timeout=3600)
    seconds = time.monotonic() - begin
    server.live.start()
    return seconds


def _times(server: DeviceServer) -> Mapping[str, Spread]:
    addresses = _addresses(server)
    times: dict[str, list[float]] = {name: [] for name in addresses}
    for run in range(WARMING + RUNS):
        for name, address in addresses.items():
            begin = time.perf_counter()
            answer = server.live.http.get(address)
            milliseconds = (time.perf_counter() - begin) * 1000
            assert answer.status_code == 200, (address, answer.status_code, answer.text)
            if run >= WARMING:
                times[name].append(milliseconds)
    return {name: Spread(tuple(each)) for name, each in times.items()}


def _processor_times(server: DeviceServer) -> Mapping[str, float]:
    """Returns the milliseconds of processor time that a request of each view uses."""
    times = {}
    for name, address in _addresses(server).items():
        before = server.processor_seconds()
        for _ in range(RUNS):
            server.live.http.get(address).raise_for_status()
        times[name] = 1000 * (server.processor_seconds().both - before.both) / RUNS
    return times


def _figures(spread: Spread) -> tuple[float, float, float]:
    return spread.median, spread.percentile(95), max(spread.values)


if __name__ == "__main__":
    sizes = [int(each) for each in sys.argv[1:]]
    sys.stdout.write(measure(*sizes) + "\n")
