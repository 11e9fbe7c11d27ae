"""Two rollouts at once over many devices, whose servers are killed: one goes back, and one goes to all its devices."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import httpx

from tests.support.rollouts.crowd_installation import CrowdInstallation, RolloutClient
from tests.support.rollouts.device_crowd import CrowdDevice, DeviceCrowd, DeviceFault, wait_until
from tests.support.rollouts.journal import LockedPlace
from tests.support.rollouts.oracle import RolloutOracle

GUARDS: Final = [{"kind": "installs", "limit": 0.2}, {"kind": "self-test", "limit": 0}]
GOES_BACK: Final[dict[str, Any]] = {
    "stages": [{"size": "share", "amount": each, "hours": 0} for each in (0.05, 0.6)],
    "guards": GUARDS,
}
GOES_ON: Final[dict[str, Any]] = {
    "stages": [
        {"size": "count", "amount": 20, "hours": 0},
        {"size": "share", "amount": 0.2, "hours": 0},
        {"size": "all", "hours": 0},
    ],
    "guards": GUARDS,
    "at_once": 1500,
}
PATIENCE: Final = 900.0
"""Seconds for which a step may take."""
REASON: Final = "The board of this device is broken."
OFFLINE_SHARE: Final = 0.02
"""The part of the devices that is away for about an interval at a time."""
LONG_OFFLINE_SHARE: Final = 0.02
"""The part of the devices that is away all of the time."""
_PRESSES: Final = 8
"""Attempts at a decision."""
REFUSING_SHARE: Final = 0.005
"""The part of the devices that fall back."""
OTHER_BITS: Final = 4
"""Devices whose self-test fails."""


@dataclass
class TwoRollouts:
    """The devices at `north` go back, those at `south` all get it, and those at `west` have no rollout."""

    installation: CrowdInstallation
    crowd: DeviceCrowd
    interval: float
    """Real seconds between two polls."""
    chance: random.Random
    kills: int = 0
    """Servers that were killed."""
    stops: list[float] = field(default_factory=list)
    """Seconds from the report of a failed self-test to the stop, of each stop."""
    long_offline: list[CrowdDevice] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.north, self.south = self.installation.rollout("north"), self.installation.rollout("south")
        self._kill = asyncio.Lock()
        """The lock of who kills servers and starts them again."""

    def devices(self, site: str) -> Sequence[CrowdDevice]:
        """Returns the devices of a site."""
        numbers = self.installation.numbers(site)
        return self.crowd.devices[numbers.start : numbers.stop]

    def running_new(self, site: str) -> int:
        """Returns how many devices of a site answer with another rune than their first one."""
        return sum(each.answering != each.first for each in self.devices(site))

    async def run(self) -> None:
        """Returns at the end of both, when all devices have asked again."""
        self._begin_faults()
        self.crowd.begin()
        absences = asyncio.create_task(self._absences())
        await asyncio.gather(self._go_back_in_the_end(), self._go_on_to_all())
        absences.cancel()
        for device in (*self.long_offline, *(each for each in self.crowd.devices if each.offline_until)):
            self.crowd.take_offline(device, self.chance.uniform(0, self.interval / 2))
        return_time = time.time() + self.interval / 2
        await wait_until(lambda: self._share_since(return_time) >= 0.999, PATIENCE, "devices do not ask")
        await wait_until(self._all_run_what_they_should, PATIENCE, "devices do not run what they should")
        await self.crowd.end()

    def _begin_faults(self) -> None:
        for device in self.devices("north"):
            if self.chance.random() < REFUSING_SHARE:
                device.fault = DeviceFault.OWNER_REFUSES
        for device in self.chance.sample(self.devices("south"), OTHER_BITS):
            device.fault = DeviceFault.OTHER_BITS
        good = [each for each in self.crowd.devices if each.fault is None]
        self.long_offline = self.chance.sample(good, int(LONG_OFFLINE_SHARE * len(good)))
        self.installation.have_been_away([each.name for each in self.long_offline])
        for device in self.long_offline:
            device.offline_until = time.time() + 10 * PATIENCE

    async def _absences(self) -> None:
        """Takes devices offline at random moments, for half an interval to one and a half."""
        pause = self.interval / (OFFLINE_SHARE * len(self.crowd.devices))
        while True:
            await asyncio.sleep(self.chance.expovariate(1 / pause))
            device = self.chance.choice(self.crowd.devices)
            if not device.offline_until:
                self.crowd.take_offline(device, self.interval * self.chance.uniform(0.5, 1.5))

    async def _go_back_in_the_end(self) -> None:
        """Has the servers killed while the first stage is drawn, while it ends, while devices of the second one are
        allowed it, and during the press on Go back; pauses in the second stage."""
        north, size = self.north, len(self.devices("north"))
        async with self._killed_in("rollouts_rolloutstage", "INSERT"):
            await self._press(lambda: north.start("1.1", GOES_BACK), north, "running")
        async with self._killed_in("rollouts_rolloutstage", "UPDATE"):
            pass
        async with self._killed_in("fleet_device", "UPDATE"):
            pass
        await self._until(lambda: self.running_new("north") > size // 8, "the second stage")
        await self._press(lambda: north.decide("pause"), north, "paused")
        paused = time.time()
        await self._killed_alone(1)
        await self._until(lambda: self._share_since(paused) > 0.9, "devices to ask during the pause")
        await self._press(lambda: north.decide("resume"), north, "running")
        await self._until(lambda: self.running_new("north") > size * 0.3, "the devices of the second stage")
        async with self._killed_in("rollouts_rolloutdecision", "INSERT"):
            going_back = asyncio.create_task(
                self._press(lambda: north.decide("go-back"), north, "going-back", "went-back")
            )
        await going_back
        await self._until(lambda: north.state() == "went-back", "the devices to be back")

    async def _go_on_to_all(self) -> None:
        """Decides about each device whose self-test fails; one server is killed when a stage began."""
        south = self.south
        await self._press(lambda: south.start("1.2", GOES_ON), south, "running")
        decision_time, stages = time.time(), 1
        while True:
            await self._until(partial(self._needs_somebody, stages), "the stages of south")
            if south.state() == "finished":
                return
            if south.state() == "stopped":
                failures = [each for each in self.crowd.failed_tests if each > decision_time]
                self.stops.append(south.since() - min(failures, default=decision_time))
                await self._press(lambda: south.decide("go-on", reason=REASON), south, "running")
                decision_time = time.time()
            elif south.stages() > stages:
                stages = south.stages()
                await self._killed_alone(self.chance.randrange(2))

    def _needs_somebody(self, stages: int) -> bool:
        return self.south.state() in ("stopped", "finished") or self.south.stages() > stages

    def _all_run_what_they_should(self) -> bool:
        good = [each for each in self.devices("south") if each.fault is None]
        is_new = sum(each.answering != each.first for each in good)
        return is_new >= 0.999 * len(good) and not self.running_new("north") and not self.running_new("west")

    def _share_since(self, moment: float) -> float:
        return sum(each.last_poll > moment for each in self.crowd.devices) / len(self.crowd.devices)

    async def _press(self, call: Callable[[], None], client: RolloutClient, *after: str) -> None:
        """Has a person press a button, again until it was done: a server that is killed meanwhile may have done it."""
        for _ in range(_PRESSES):
            async with self._kill:
                # The servers are there.
                pass
            try:
                await asyncio.to_thread(call)
            except (httpx.HTTPError, AssertionError):
                if client.state() in after:
                    return
            else:
                return
        raise AssertionError(f"the rollout is {client.state()}, and not {after}")

    @asynccontextmanager
    async def _killed_in(self, place: str, act: str) -> AsyncIterator[None]:
        """Kills all servers while a transaction that writes to a table is in its middle, and starts them again. The
        block begins it."""
        with ExitStack() as stack:
            lock = stack.enter_context(self.installation.journal.locked(place, act))
            yield
            is_killed = False
            while not is_killed:
                await self._until(lambda: lock.has_waiting, f"a transaction that writes to {place}")
                is_killed = await self._kill_all(lock, stack)

    async def _kill_all(self, lock: LockedPlace, stack: ExitStack) -> bool:
        """Kills all servers if a transaction is in its middle, which ends with them. Returns whether it was."""
        async with self._kill:
            if not lock.has_waiting:
                return False
            self.installation.live.kill_all()
            stack.close()
            await asyncio.to_thread(self.installation.live.start_all)
        self.kills += len(self.installation.live.processes)
        return True

    async def _killed_alone(self, number: int) -> None:
        async with self._kill:
            await asyncio.to_thread(self.installation.restart, number)
        self.kills += 1

    async def _until(self, condition: Callable[[], bool], what: str) -> None:
        await wait_until(condition, PATIENCE, what)


def judged(installation: CrowdInstallation, crowd: DeviceCrowd) -> RolloutOracle:
    """Returns what the oracle says of all that happened until now."""
    groups = installation.groups()
    oracle = RolloutOracle(groups, {each.deployment: 1 for each in groups})
    oracle.follow(installation.journal.transactions())
    oracle.judge(crowd.log.events)
    return oracle
