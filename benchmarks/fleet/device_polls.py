"""Measures what 10,000 devices cost that poll each minute: how long they wait, and the processor time of the server
and of its database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass

from benchmarks.figure import ROOT, Spread, table
from benchmarks.fleet.device_server import DeviceServer, device_server
from benchmarks.fleet.polling import INTERVAL, JITTER, NEWS_EVERY

DEVICES = 10_000
SECONDS = 120
POOL = 32
"""Connections to the server that a proxy in front of it has open."""
AIM_MILLISECONDS, AIM_SHARE = 100, 50
"""Milliseconds at the 95th percentile, and percent of the processor."""
CORES = 2
"""The processor of the aim."""


@dataclass(frozen=True)
class PollLoad:
    """Times and processor time while the devices polled."""

    polls: Spread
    reports: Spread
    lateness: Spread
    failures: int
    seconds: float
    server: float
    """Seconds of processor time."""
    database: float

    @property
    def share(self) -> float:
        """Percent of the processor that server and database used."""
        return 100 * (self.server + self.database) / (CORES * self.seconds)


def measure() -> str:
    """Latency and processor time, with a connection for each poll and with connections that stay open."""
    with device_server({"DEVICE_LONG_POLLS": "0"}) as server:
        server.bind(0)
        server.add_devices(DEVICES)
        loads = {
            "a connection for each request": _load(server, 0),
            f"{POOL} connections that stay open": _load(server, POOL),
        }
    rows = [_row(name, load) for name, load in loads.items()]
    head = [
        "", "polls a second", "p50, ms", "p95", "p99", "reports p50, ms", "p95", "failed",
        "server, % of a core", "PostgreSQL, % of a core", f"both, % of {CORES} cores",
    ]  # fmt: skip
    late = max(load.lateness.percentile(95) for load in loads.values())
    return (
        f"{DEVICES:,} devices that ask each {INTERVAL:.0f} s, varied by {JITTER:.0%}, for {SECONDS} s: signed, with "
        f"the tag of the state that they have. One poll of {NEWS_EVERY} is of a device that does not have the state: "
        "it gets it and reports that it installed a version. Times are from the moment at which a poll was due to the "
        "whole answer, so that what the program was late itself is in them (its own p95: "
        f"{late:.0f} ms). `hmrd` makes a connection for each request; a proxy in front of the server keeps some. HTTP "
        "without TLS, one server process, PostgreSQL on the same machine, which waits for the disk. The processor "
        "time is that of the server and of PostgreSQL, without the program that polls, which shares the machine. The "
        f"aims are a p95 under {AIM_MILLISECONDS} ms and at most {AIM_SHARE} % of {CORES} cores.\n\n"
        f"{table(head, rows)}\n\nThere is no peer beside it. hawkBit, the server that SWUpdate and Zephyr know, is a "
        "Java program and was not run here, and its documentation of features names no number of polls."
    )


def _row(name: str, load: PollLoad) -> list[str]:
    return [
        name,
        f"{len(load.polls.values) / load.seconds:.0f}",
        *(f"{load.polls.percentile(percent):.1f}" for percent in (50, 95, 99)),
        *(f"{load.reports.percentile(percent):.1f}" for percent in (50, 95)),
        str(load.failures),
        f"{100 * load.server / load.seconds:.0f}",
        f"{100 * load.database / load.seconds:.0f}",
        f"{load.share:.0f}",
    ]


def _load(server: DeviceServer, pool: int) -> PollLoad:
    command = [sys.executable, "-m", "benchmarks.fleet.polling"]
    command += [str(each) for each in (server.live.port, DEVICES, SECONDS, pool)]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ.copy(), stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        _expect(program.stdout.readline(), "begun")
        begin, before = time.monotonic(), server.processor_seconds()
        _expect(program.stdout.readline(), "ended")
        seconds, after = time.monotonic() - begin, server.processor_seconds()
        measurement = json.loads(program.stdout.read())
    if measurement["failures"]:
        print(f"    {len(measurement['failures'])} failed, such as: {measurement['failures'][0]}", file=sys.stderr)
    return PollLoad(
        polls=Spread(tuple(measurement["polls"])),
        reports=Spread(tuple(measurement["reports"])),
        lateness=Spread(tuple(measurement["lateness"])),
        failures=len(measurement["failures"]),
        seconds=seconds,
        server=after.server - before.server,
        database=after.database - before.database,
    )


def _expect(line: str, word: str) -> None:
    if line.strip() != word:
        raise RuntimeError(f"the program that polls ended early: {line}")


if __name__ == "__main__":
    sys.stdout.write(measure() + "\n")
