"""Measures what 10,000 devices cost that come back after a week and send the counts of seven days, and whether people
in the studio notice it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.figure import ROOT, Spread, table
from benchmarks.fleet.device_server import DeviceServer, device_server

DEVICES = 10_000
DAYS = 7
SECONDS = 600
CORES = 2
STUDIO_EVERY = 0.5
"""Seconds between two requests of a person in the studio."""
_BEFORE = 30.0
"""Seconds of the studio alone."""
_BACK = 60
"""Days for which the devices and telemetry have been there."""


@dataclass(frozen=True)
class LateLoad:
    """Times and processor time while the devices came back."""

    requests: Spread
    lateness: Spread
    studio_before: Spread
    studio_during: Spread
    failures: int
    seconds: float
    merged_after: float
    server: float
    """Seconds of processor time."""
    database: float


class StudioClient:
    """A person in the studio: opens its page and reads its state again and again."""

    def __init__(self, server: DeviceServer) -> None:
        self._server = server
        self._times: list[float] = []
        self._is_over = threading.Event()

    @contextmanager
    def working(self) -> Iterator[list[float]]:
        """Works until the end of the block. The list has the milliseconds of each request."""
        self._times, self._is_over = [], threading.Event()
        thread = threading.Thread(target=self._work, daemon=True)
        thread.start()
        try:
            yield self._times
        finally:
            self._is_over.set()
            thread.join()

    def _work(self) -> None:
        address = f"/api/v1/projects/{self._server.project}/files/Runefile.yml"
        while not self._is_over.wait(STUDIO_EVERY):
            begin = time.monotonic()
            self._server.live.http.get(address).raise_for_status()
            self._times.append((time.monotonic() - begin) * 1000)


def measure(devices: int = DEVICES, seconds: int = SECONDS) -> str:
    """Latency of requests with counts and of the studio beside them, and processor time."""
    with device_server({"DEVICE_LONG_POLLS": "0"}) as server:
        server.bind(0)
        server.add_devices(devices)
        server.live.api("PUT", f"{server.deployment}/telemetry")
        _since_long_ago(server)
        load = _load(server, devices, seconds)
    rows = [
        ["requests with counts", *_spread(load.requests)],
        ["the studio before", *_spread(load.studio_before)],
        ["the studio during", *_spread(load.studio_during)],
    ]
    share = 100 * (load.server + load.database) / (CORES * load.seconds)
    return (
        f"{devices:,} devices that were away for a week come back within {seconds / 60:.0f} minutes. Each sends "
        f"{DAYS} documents in one request, over a connection of its own: {devices * DAYS:,} documents of 242 bytes, "
        "each with a signature that the server compares. Times are from the moment at which a request was due to the "
        "whole answer, so that what the program was late itself is in them (its own p95: "
        f"{load.lateness.percentile(95):.0f} ms). A person in the studio reads a file each {STUDIO_EVERY:g} s beside "
        "it. HTTP without TLS, one server process with its worker, PostgreSQL on the same machine, which waits for the "
        "disk.\n\n"
        f"{table(['', 'p50, ms', 'p95', 'p99', 'number'], rows)}\n\n"
        f"{load.failures} documents or requests failed. The server used {load.server:.0f} s of processor time, which "
        f"is {1000 * load.server / (devices * DAYS):.1f} ms a document, and PostgreSQL {load.database:.0f} s: together "
        f"{share:.0f} % of {CORES} cores. All documents were in the totals {load.merged_after:.0f} s after the last."
    )


def _spread(times: Spread) -> list[str]:
    return [*(f"{times.percentile(percent):.1f}" for percent in (50, 95, 99)), str(len(times.values))]


def _load(server: DeviceServer, devices: int, seconds: int) -> LateLoad:
    studio = StudioClient(server)
    with studio.working() as before:
        time.sleep(_BEFORE)
    studio_before = Spread(tuple(before))
    command = [sys.executable, "-m", "benchmarks.fleet.late_counting"]
    command += [str(each) for each in (server.live.port, devices, DAYS, seconds)]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ.copy(), stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        _expect(program.stdout.readline(), "begun")
        begin, processor = time.monotonic(), server.processor_seconds()
        with studio.working() as during:
            _expect(program.stdout.readline(), "ended")
        duration, processor_after = time.monotonic() - begin, server.processor_seconds()
        measurement = json.loads(program.stdout.read())
    if measurement["failures"]:
        print(f"    {len(measurement['failures'])} failed, such as: {measurement['failures'][0]}", file=sys.stderr)
    return LateLoad(
        requests=Spread(tuple(measurement["requests"])),
        lateness=Spread(tuple(measurement["lateness"])),
        studio_before=studio_before,
        studio_during=Spread(tuple(during)),
        failures=len(measurement["failures"]),
        seconds=duration,
        merged_after=_merged_after(server, devices - len(measurement["failures"])),
        server=processor_after.server - processor.server,
        database=processor_after.database - processor.database,
    )


def _merged_after(server: DeviceServer, devices: int) -> float:
    """Returns the seconds until the totals have the documents of all devices and days."""
    begin = time.monotonic()

    def is_merged() -> bool:
        totals = server.live.api("GET", f"{server.deployment}/telemetry/totals?by=")["totals"]
        return bool(totals) and totals[0]["devices"] >= devices * DAYS

    server.live.until(is_merged)
    return time.monotonic() - begin


def _since_long_ago(server: DeviceServer) -> None:
    """Has devices have joined, and telemetry be on, before the days that are sent."""
    code = (
        "import django; django.setup()\n"
        "from datetime import timedelta\n"
        "from django.utils import timezone\n"
        "from forge.fleet.models import Device\n"
        "from forge.telemetry.models import DeploymentTelemetry\n"
        f"before = timezone.now() - timedelta(days={_BACK})\n"
        "Device.objects.update(claimed=before)\n"
        "DeploymentTelemetry.objects.update(changed=before)\n"
    )
    environment = {**server.live.environment, "DJANGO_SETTINGS_MODULE": "forge.settings"}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, timeout=120)


def _expect(line: str, word: str) -> None:
    if line.strip() != word:
        raise RuntimeError(f"the program that sends counts ended early: {line}")


if __name__ == "__main__":
    sizes = [int(each) for each in sys.argv[1:]]
    sys.stdout.write(measure(*sizes) + "\n")
