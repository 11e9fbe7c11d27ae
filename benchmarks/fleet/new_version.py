"""Measures the time from a press on "Set version" until 1,000 devices run that version."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence

from benchmarks.figure import ROOT, Spread, table
from benchmarks.fleet.device_server import DeviceServer, device_server
from hmrd.protocol.wanted import TRIAL

DEVICES = 1000
INTERVAL = 60
"""Seconds between two polls, as the server gives it by default."""
AIM = INTERVAL + 30
"""Seconds until 99 of 100 devices run it."""


def measure() -> str:
    """Returns the seconds until devices run it, and until the server knows that it is healthy."""
    with device_server({"DEVICE_POLL_SECONDS": str(INTERVAL), "DEVICE_LONG_POLLS": "0"}) as server:
        server.bind(0)
        server.add_devices(DEVICES)
        _publish_other(server)
        command = [sys.executable, "-m", "benchmarks.fleet.machines"]
        command += [str(server.live.port), server.organisation, str(DEVICES)]
        with subprocess.Popen(command, cwd=ROOT, env=os.environ.copy(), stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout is not None
            if program.stdout.readline().strip() != "asked":
                raise RuntimeError("the program of the devices ended early")
            begin, before = time.time(), server.processor_seconds()
            _set_version(server)
            answer_seconds = time.time() - begin
            measurement = json.loads(program.stdout.read())
            seconds, after = time.time() - begin, server.processor_seconds()
    processor = after.both - before.both
    rows = [
        ["run the new version", *_cells([each["ran"] for each in measurement["devices"]], begin)],
        ["the server knows that it is healthy", *_cells([each["confirmed"] for each in measurement["devices"]], begin)],
    ]
    head = ["seconds after the press", "half", "95 of 100", "99 of 100", "the last", "never"]
    problems = ", ".join(f"{count} times {text}" for text, count in measurement["problems"].items()) or "nothing"
    return (
        f"{DEVICES:,} state machines of `hmrd` on loopback, which poll each {INTERVAL} s with its jitter. A press on "
        '"Set version" is answered, the release is signed, and each device polls, loads and checks the signed '
        "documents, loads the rune, switches and reports. Their disk is memory, and the rune is not run: what a device "
        f"computes is its own work. A device confirms the health of a new rune after {TRIAL:.0f} s. The answer to the "
        f"press took {answer_seconds:.1f} s; meanwhile went wrong: {problems}. Server and PostgreSQL used "
        f"{processor:.0f} s of processor time in {seconds:.0f} s; the program with the machines shares the machine. "
        f"The aim is that 99 of 100 run it {AIM} s after the press.\n\n{table(head, rows)}"
    )


def _cells(times: Sequence[float | None], begin: float) -> list[str]:
    seconds = [time - begin for time in times if time is not None]
    # A device that never got there counts as later than all others.
    spread = Spread((*seconds, *[float("inf")] * (len(times) - len(seconds))))
    figures = (spread.median, spread.percentile(95), spread.percentile(99), max(spread.values))
    return [*(f"{each:.1f}" for each in figures), str(len(times) - len(seconds))]


def _publish_other(server: DeviceServer) -> None:
    """Publishes version 1.1, which computes something else."""
    path = f"projects/{server.project}/files/Runefile.yml"
    text = server.live.http.get(f"/api/v1/{path}").raise_for_status().text
    server.live.api("PUT", path, content=text.replace("offset: 0.0023617199", "offset: 0.0023617").encode())
    server.live.publish(server.project, server.live.build(server.project)["id"], "1.1")


def _set_version(server: DeviceServer) -> None:
    state = server.live.http.get(f"/api/v1/{server.deployment}").raise_for_status().headers["ETag"]
    body = {"tag": "1.1", "devices": DEVICES}
    server.live.api("PUT", f"{server.deployment}/version", headers={"If-Match": state}, json=body)


if __name__ == "__main__":
    sys.stdout.write(measure() + "\n")
