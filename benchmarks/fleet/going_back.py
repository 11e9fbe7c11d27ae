"""Measures how soon 10,000 devices go back, and how soon a failed self-test stops a rollout."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.field.guard_delays import guard_delays
from benchmarks.figure import CannotMeasure, Spread, table
from tests.support.rollouts.crowd_installation import CrowdInstallation, RolloutClient, crowd_installation
from tests.support.rollouts.device_crowd import CrowdDevice, DeviceCrowd, DeviceFault, wait_until
from tests.support.rollouts.lossy_link import LOSSLESS, LOSSY
from tests.support.rollouts.observations import StartedRune
from tests.support.rollouts.two_rollouts import REASON
from tests.support.servers.services import ServiceMissing

DEVICES: Final = 10_000
SHARE: Final = 0.25
"""The part of the devices that has the new version when somebody presses Go back."""
INTERVAL: Final = 60
"""Seconds between two polls, as the server gives it by default."""
FAULTY: Final = 24
"""Devices whose self-test fails, of all."""
SITE: Final = "berlin"
MOST_SECONDS: Final = 900.0
_PLAN: Final[dict[str, Any]] = {
    "stages": [{"size": "share", "amount": SHARE, "hours": 24}, {"size": "all", "hours": 24}],
    "guards": [{"kind": "installs", "limit": 0.5}, {"kind": "self-test", "limit": 0}],
}


@dataclass(frozen=True)
class GoingBackTimes:
    """Seconds from the press on Go back until devices ran the former version; infinite of those that never did."""

    answer: float
    """Seconds of the answer to the press."""
    devices: Spread


def measure() -> str:
    """Returns the tables of going back, of stops by a self-test and of stops by counts."""
    try:
        with (
            TemporaryDirectory() as folder,
            crowd_installation(Path(folder), {SITE: DEVICES}, INTERVAL) as installation,
        ):
            times, stops = asyncio.run(_measured(installation))
    except ServiceMissing as missing:
        raise CannotMeasure(str(missing)) from missing
    names = ("links that lose nothing", "lossy links")
    head = ["seconds after the press", "devices", "half", "95 of 100", "99 of 100", "the last", "99 of 100, intervals"]
    stop_rows = [[f"{len(stops)} stops", *_cells(Spread(tuple(stops)), INTERVAL)]]
    stop_head = ["from the report to the stop", "half, seconds", "the last", "the last, intervals"]
    delays = guard_delays()
    rows = [[name, str(len(each)), *_cells(Spread(tuple(each)), 60)] for name, each in delays.items()]
    return (
        f"{DEVICES:,} state machines of `hmrd` on loopback, which poll two server processes on PostgreSQL each "
        f"{INTERVAL} s with its jitter. {SHARE:.0%} of them run a new version when somebody presses Go back; those "
        "that were seen within two intervals before count. They run the former version again once the return is "
        "signed and they have asked. Neither runes nor signed documents are loaded. Lossy links lose 1 % of the "
        "requests and 1 % of the answers; a device whose poll failed asks again after two intervals. The answer to "
        f"the press took {' and '.join(f'{each.answer:.1f}' for each in times)} s. The aim is that 99 of 100 are back "
        f"after one interval.\n\n{table(head, [_row(*each) for each in zip(names, times, strict=True)])}\n\n"
        "A device that computes other bits says so in a report. The aim is that the rollout stops within one "
        f"interval.\n\n{table(stop_head, stop_rows)}\n\n"
        "Guards that read counts look each hour. From the document of an hour with which what was counted suffices "
        "until the look that stops the rollout, of simulated rollouts with a fault; an interval is an hour here. "
        "Documents come within two polls after their hour.\n\n"
        f"{table(['fault', 'stopped', 'half, minutes', 'the last', 'the last, intervals'], rows)}"
    )


def _cells(spread: Spread, interval: float) -> list[str]:
    last = max(spread.values)
    return [f"{spread.median:.1f}", f"{last:.1f}", f"{last / interval:.2f}"]


def _row(name: str, times: GoingBackTimes) -> list[str]:
    spread = times.devices
    figures = (spread.median, spread.percentile(95), spread.percentile(99), max(spread.values))
    intervals = f"{spread.percentile(99) / INTERVAL:.2f}"
    return [name, f"{len(spread.values):,}", *(f"{each:.1f}" for each in figures), intervals]


async def _measured(installation: CrowdInstallation) -> tuple[Sequence[GoingBackTimes], Sequence[float]]:
    crowd, client = installation.crowd(LOSSLESS, speed=1.0, seed=1), installation.rollout(SITE)
    for device in crowd.devices[:: DEVICES // FAULTY]:
        device.fault = DeviceFault.OTHER_BITS
    crowd.begin()
    times: list[GoingBackTimes] = []
    stops: list[float] = []
    for chances, version in ((LOSSLESS, "1.1"), (LOSSY, "1.2")):
        crowd.link.chances = chances
        await asyncio.to_thread(client.start, version, _PLAN)
        stops += await _until_most_run_it(crowd, client)
        times.append(await _going_back(crowd, client))
        for device in crowd.devices:
            device.fault = None
    await crowd.end()
    return times, stops


async def _until_most_run_it(crowd: DeviceCrowd, client: RolloutClient) -> list[float]:
    """Returns when nearly all devices of the stage have confirmed the version, with the seconds of each stop."""
    stops: list[float] = []
    decision_time, count = time.time(), SHARE * len(crowd.devices)
    while sum(_has_confirmed(each) for each in crowd.devices) < 0.98 * count:
        await wait_until(
            lambda: client.state() == "stopped" or sum(_has_confirmed(each) for each in crowd.devices) >= 0.98 * count,
            MOST_SECONDS,
            "the devices of the stage",
        )
        if client.state() == "stopped":
            reports = [each for each in crowd.failed_tests if each > decision_time]
            if reports:
                stops.append(client.since() - min(reports))
            decision_time = time.time()
            await asyncio.to_thread(client.decide, "go-on", reason=REASON)
    return stops


def _has_confirmed(device: CrowdDevice) -> bool:
    return device.answering != device.first and device.machine.state.target is None


async def _going_back(crowd: DeviceCrowd, client: RolloutClient) -> GoingBackTimes:
    press = time.time()
    await asyncio.to_thread(client.decide, "go-back")
    answer, event_count = time.time() - press, len(crowd.log.events)
    devices = [each for each in crowd.devices if _has_confirmed(each) and each.last_poll >= press - 2 * INTERVAL]
    await wait_until(lambda: client.state() == "went-back", MOST_SECONDS, "the devices to be back")
    names = {each.name for each in devices}
    first_runes = {each.name: each.first for each in devices}
    back = {
        each.device: each.at - press
        for each in crowd.log.events[event_count:]
        if isinstance(each, StartedRune) and each.device in names and each.rune == first_runes[each.device]
    }
    return GoingBackTimes(answer, Spread(tuple(back.get(each, float("inf")) for each in names)))


if __name__ == "__main__":
    sys.stdout.write(measure() + "\n")
