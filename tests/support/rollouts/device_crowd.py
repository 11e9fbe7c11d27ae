"""Thousands of devices in one loop. Machines, messages and signatures are `hmrd`'s own; the disk is memory, and neither
runes nor signed documents are loaded."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from benchmarks.fleet.polling import MeasuredAnswer
from benchmarks.fleet.simulated_keys import SimulatedKey
from hmrd.machine import step
from hmrd.protocol.addresses import REPORTS, STATE
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.reading import parsed, written
from hmrd.protocol.reports import Phase, Report, SelfTestOutcome
from hmrd.protocol.wanted import LARGEST_STATE, DesiredState, WantedRune
from hmrd.service.rune_service import JITTER
from hmrd.state import (
    AnswerRequest,
    AskOwner,
    Check,
    Command,
    DeviceMachine,
    Fetch,
    MachineEvent,
    MachineState,
    OwnerAgreed,
    OwnerRefused,
    Poll,
    Polled,
    PollFailed,
    ReportAcknowledged,
    ReportRejected,
    RuneChecked,
    RuneFetched,
    RuneSlot,
    RuneStarted,
    RunSlot,
    SendFailed,
    SendReport,
    Started,
    Ticked,
    Unchanged,
    WakeAt,
    WorkFailed,
)
from tests.support.rollouts.lossy_link import LinkLost, LossyLink
from tests.support.rollouts.observations import ObservationLog, ReportedRune, RequestedRelease, StartedRune

LOAD_SECONDS: Final = 4.0
"""The longest time, by the devices' clock, for which a device loads or checks a rune."""
_AWAY: Final = DeviceProblem(ProblemName.SERVER_AWAY, "No answer came.")
_GLANCE: Final = 0.5
"""Seconds between two looks at a condition."""
_CONFLICT: Final = 409
_NOT_MODIFIED: Final = 304


class DeviceFault(StrEnum):
    """The fault of a device with each rune but its first one."""

    OTHER_BITS = "other bits"
    """The self-test fails."""
    OWNER_REFUSES = "owner refuses"
    """The device falls back at the end of the trial."""


@dataclass(frozen=True)
class CrowdClock:
    """The clock of the devices, which goes faster than that of the servers."""

    speed: float = 1.0
    start: float = field(default_factory=time.time)

    def now(self) -> float:
        """The time of the devices."""
        return self.start + (time.time() - self.start) * self.speed

    def until(self, moment: float) -> float:
        """Returns the real seconds until a time of the devices."""
        return max(0.0, (moment - self.now()) / self.speed)


@dataclass
class CrowdDevice:
    """A device with its machine."""

    key: SimulatedKey
    machine: DeviceMachine
    first: str
    """The digest of the rune with which it began."""
    answering: str
    """The digest of the rune that answers."""
    number: int
    fault: DeviceFault | None = None
    etag: str = ""
    wanted: WantedRune | None = None
    """The rune that the server named last."""
    polls: int = 0
    """Polls that were answered."""
    last_poll: float = 0.0
    """The real time of the last poll that was answered."""
    offline_until: float = 0.0
    """Real time."""
    under_way: set[Command] = field(default_factory=set)
    timer: asyncio.TimerHandle | None = None

    @property
    def name(self) -> str:
        """The id."""
        return str(self.key.device)


class DeviceCrowd:
    """All devices. Commands are carried out at once by all of them; requests wait for room on the link."""

    def __init__(
        self, devices: Sequence[CrowdDevice], link: LossyLink, clock: CrowdClock, chance: random.Random
    ) -> None:
        self.devices, self.clock, self.log = devices, clock, ObservationLog()
        self.link, self._chance = link, chance
        self._tasks: set[asyncio.Task[None]] = set()
        self.is_over = False
        self.failed_tests: list[float] = []
        """The real times at which the server had the report of a failed self-test."""

    def begin(self) -> None:
        """Has all devices poll, each at a moment of its own."""
        for device in self.devices:
            self.handle(device, Ticked(self.clock.now()))

    async def end(self) -> None:
        """Returns when nothing is under way any more."""
        self.is_over = True
        for device in self.devices:
            if device.timer is not None:
                device.timer.cancel()
        await asyncio.gather(*self._tasks)
        await self.link.settle()

    def take_offline(self, device: CrowdDevice, seconds: float) -> None:
        """Cuts a device off for some real seconds; then it starts again."""
        device.offline_until = time.time() + seconds
        self._wake(device, seconds)

    def handle(self, device: CrowdDevice, event: MachineEvent, ended: Command | None = None) -> None:
        """Gives an event to a device, and carries out what follows."""
        if ended is not None:
            device.under_way.discard(ended)
        device.machine, commands = step(device.machine, event)
        poll = device.machine.waiting.poll
        if isinstance(event, Polled | Unchanged | PollFailed):
            device.machine = _varied(device.machine, event.now, self._chance.uniform(1 - JITTER, 1 + JITTER))
        for command in commands:
            match command:
                case WakeAt(time=moment):
                    varied = device.machine.waiting.poll
                    self._wake(device, self.clock.until(varied if moment == poll else min(moment, varied)))
                case RunSlot(rune=rune):
                    self._run(device, rune)
                case AnswerRequest():
                    # Such as a self-test of the day: a simulated device computes nothing, and answers later.
                    continue
                case _ if command not in device.under_way and not self.is_over:
                    device.under_way.add(command)
                    task = asyncio.get_running_loop().create_task(self._carry_out(device, command))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)

    def _wake(self, device: CrowdDevice, seconds: float) -> None:
        if device.timer is not None:
            device.timer.cancel()
        if not self.is_over:
            device.timer = asyncio.get_running_loop().call_later(seconds, self._tick, device)

    def _tick(self, device: CrowdDevice) -> None:
        rest = device.offline_until - time.time()
        if rest > 0:
            self._wake(device, rest)
        elif device.offline_until:
            device.offline_until = 0.0
            self.handle(device, Started(self.clock.now()))
        else:
            self.handle(device, Ticked(self.clock.now()))

    def _run(self, device: CrowdDevice, rune: WantedRune) -> None:
        """Has a rune answer."""
        device.number = rune.number
        if rune.rune == device.answering:
            return
        is_fallback = device.machine.state.phase is not Phase.TRYING
        device.answering = rune.rune
        self.log.events.append(
            StartedRune(device.name, time.time(), rune.deployment, rune.number, rune.rune, is_fallback)
        )
        asyncio.get_running_loop().call_soon(self.handle, device, RuneStarted(self.clock.now(), rune.rune))

    async def _carry_out(self, device: CrowdDevice, command: Command) -> None:
        event = await self._event_of(device, command)
        if not self.is_over:
            self.handle(device, event, command)

    async def _event_of(self, device: CrowdDevice, command: Command) -> MachineEvent:
        """Does what takes time. Returns the event that ends it."""
        match command:
            case Poll():
                return await self._poll(device)
            case SendReport(report=report):
                return await self._report(device, report)
            case Fetch(rune=rune):
                await self._work()
                return RuneFetched(self.clock.now(), rune)
            case Check(rune=rune):
                await self._work()
                return self._checked(device, rune)
            case AskOwner(rune=digest) if device.fault is DeviceFault.OWNER_REFUSES and digest != device.first:
                problem = DeviceProblem(ProblemName.CHECK_REFUSED, "The owner does not agree.")
                return OwnerRefused(self.clock.now(), digest, problem)
            case AskOwner(rune=digest):
                return OwnerAgreed(self.clock.now(), digest)
            case _:
                raise NotImplementedError(type(command).__name__)

    async def _work(self) -> None:
        await asyncio.sleep(self._chance.uniform(0, LOAD_SECONDS) / self.clock.speed)

    def _checked(self, device: CrowdDevice, rune: WantedRune) -> MachineEvent:
        if device.fault is DeviceFault.OTHER_BITS and rune.rune != device.first:
            problem = DeviceProblem(ProblemName.SELF_TEST_FAILED, "The outputs differ.")
            return WorkFailed(self.clock.now(), rune, problem)
        return RuneChecked(self.clock.now(), rune, SelfTestOutcome.PASSED)

    async def _poll(self, device: CrowdDevice) -> MachineEvent:
        begin = time.time()
        try:
            answer = await self._send(device, "GET", STATE, b"", {"If-None-Match": device.etag} if device.etag else {})
        except LinkLost:
            return PollFailed(self.clock.now(), _AWAY)
        if answer.status not in (200, _NOT_MODIFIED):
            return PollFailed(self.clock.now(), _AWAY)
        end = time.time()
        device.polls, device.last_poll = device.polls + 1, end
        event: MachineEvent = Unchanged(self.clock.now())
        if answer.status != _NOT_MODIFIED:
            desired = DesiredState.from_json(parsed(answer.body, LARGEST_STATE))
            device.etag, device.wanted = answer.headers.get("etag", ""), desired.wanted
            event = Polled(self.clock.now(), desired)
        if (rune := device.wanted) is not None:
            release = RequestedRelease(device.name, begin, end, rune.deployment, rune.number, rune.rune)
            self.log.events.append(release)
        return event

    async def _report(self, device: CrowdDevice, report: Report) -> MachineEvent:
        headers = {"Content-Type": "application/json"}
        number = 0 if report.running is None else report.running.number
        self.log.events.append(ReportedRune(device.name, time.time(), number, is_acknowledged=False))
        try:
            answer = await self._send(device, "POST", REPORTS, written(report.to_json()), headers)
        except LinkLost:
            return SendFailed(self.clock.now())
        now = self.clock.now()
        problem = report.problem
        if answer.status in (200, 204):
            self.log.events.append(ReportedRune(device.name, time.time(), number, is_acknowledged=True))
        if answer.status in (200, 204) and problem is not None and problem.name is ProblemName.SELF_TEST_FAILED:
            self.failed_tests.append(time.time())
        if answer.status == _CONFLICT:
            return ReportRejected(now, int(parsed(answer.body, LARGEST_STATE)["last"]))  # type: ignore[index]
        return ReportAcknowledged(now, report.sequence) if answer.status in (200, 204) else SendFailed(now)

    async def _send(
        self, device: CrowdDevice, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> MeasuredAnswer:
        if device.offline_until > time.time():
            raise LinkLost
        return await self.link.exchange(device.key, time.time(), method, path, body, headers)


def _varied(machine: DeviceMachine, now: float, factor: float) -> DeviceMachine:
    """Returns the next poll a little earlier or later, as the daemon does it."""
    waiting = machine.waiting
    return replace(machine, waiting=replace(waiting, poll=now + (waiting.poll - now) * factor))


def crowd_device(number: int, rune: WantedRune, interval: int, poll: float) -> CrowdDevice:
    """Returns a device that runs what is wanted of it, and polls at a time of the devices."""
    state = MachineState(
        slots=(RuneSlot(rune, is_healthy=True), None),
        active=0,
        phase=Phase.RUNNING,
        wanted=rune,
        numbers=((rune.deployment, rune.number),),
        interval=interval,
        sequence=1,
    )
    # The server has the report of what it runs.
    machine = DeviceMachine("hmrd 0.1.0", "linux-x86_64", replace(state, reported=state.summary))
    machine = replace(machine, waiting=replace(machine.waiting, poll=poll))
    return CrowdDevice(SimulatedKey(number), machine, rune.rune, rune.rune, rune.number)


async def wait_until(condition: Callable[[], bool], most: float, what: str) -> None:
    """Returns when something is so, which the servers or other work of this loop bring about. Raises `TimeoutError`
    after `most` seconds."""
    end = time.monotonic() + most
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        await asyncio.sleep(_GLANCE)
