"""`python -m benchmarks.fleet.machines <port> <organisation> <devices>` runs the state machines of many devices.

Machines, messages, signatures, the client and the check of signed documents are `hmrd`'s own, and so is the jitter. The
disk is memory, and a rune is not run: what it computes is the device's own work. The program writes a line when each
device has asked once, and the times at which devices ran another rune as JSON.
"""

from __future__ import annotations

import heapq
import json
import queue
import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.fleet.simulated_keys import SimulatedKey
from hmrd.machine import step
from hmrd.network.client import ServerClient
from hmrd.network.documents import documents_refuse, first_root
from hmrd.network.http import HttpRequest, ServerFailed, bounded_blocks
from hmrd.protocol.addresses import rune_path
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.reports import Phase, RequestAnswer, SelfTestOutcome
from hmrd.protocol.wanted import WantedRune
from hmrd.server_address import read_address
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
    Poll,
    Polled,
    PollFailed,
    ReportAcknowledged,
    ReportRejected,
    RequestDone,
    RuneChecked,
    RuneFetched,
    RuneSlot,
    RuneStarted,
    RunSlot,
    SendFailed,
    SendReport,
    Ticked,
    Unchanged,
    WakeAt,
    WorkFailed,
)
from hmrd.trust import PinnedTrust, judge
from rune.digests import digest_of

THREADS = 8
"""Devices that ask at the same moment, at most; the others wait for a thread, which counts as their time."""
MOST_SECONDS = 600.0


@dataclass
class SimulatedDevice:
    """A device with its machine."""

    key: SimulatedKey
    client: ServerClient
    trust: PinnedTrust
    documents: Path
    machine: DeviceMachine
    answering: str
    """The digest of the rune that answers."""
    under_way: set[Command] = field(default_factory=set)
    has_polled: bool = False
    ran: float | None = None
    """The time since when another rune than the first answers."""
    confirmed: float | None = None
    """The time at which the server had the report that it is healthy."""

    def work(self, command: Command) -> MachineEvent:
        """Does what takes time. Returns the event that ends it."""
        try:
            match command:
                case Poll():
                    return self._poll()
                case Fetch(rune=rune):
                    return self._fetch(rune)
                case Check(rune=rune):
                    problem = documents_refuse(self.client, rune, self.trust.root, self.documents, time.time())
                    outcome = SelfTestOutcome.PASSED if rune.self_test else SelfTestOutcome.NOT_VERIFIED
                    now = time.time()
                    return RuneChecked(now, rune, outcome) if problem is None else WorkFailed(now, rune, problem)
                case SendReport(report=report):
                    last = self.client.report(report)
                    now = time.time()
                    return ReportAcknowledged(now, report.sequence) if last is None else ReportRejected(now, last)
                case AskOwner(rune=digest):
                    return OwnerAgreed(time.time(), digest)
                case AnswerRequest(request=request):
                    problem = DeviceProblem(ProblemName.UNEXPECTED, "A simulated device computes nothing.")
                    return RequestDone(time.time(), RequestAnswer(request.id, problem=problem))
                case _:
                    raise NotImplementedError(type(command).__name__)
        except ServerFailed as error:
            return _failed(command, error.problem)

    def _poll(self) -> MachineEvent:
        desired = self.client.state()
        if desired is None:
            return Unchanged(time.time())
        judgement = judge(self.trust, desired, 0)
        self.trust = judgement.trust
        return Polled(time.time(), desired, judgement.refusal)

    def _fetch(self, rune: WantedRune) -> MachineEvent:
        path = rune_path(rune.deployment, rune.rune)
        request = HttpRequest("GET", path, self.client.signed("GET", path))
        with self.client.transport.open(self.client.address, request) as response:
            data = b"".join(bounded_blocks(self.client.address, response, rune.size))
        if digest_of(data) != rune.rune:
            return WorkFailed(
                time.time(), rune, DeviceProblem(ProblemName.DAMAGED, f"{response.status} in place of it.")
            )
        return RuneFetched(time.time(), rune)


def _failed(command: Command, problem: DeviceProblem) -> MachineEvent:
    now = time.time()
    match command:
        case Poll():
            return PollFailed(now, problem)
        case Fetch(rune=rune) | Check(rune=rune):
            return WorkFailed(now, rune, problem)
        case _:
            return SendFailed(now)


class SimulatedDevices:
    """All devices in one loop, with a few threads for requests to the server."""

    def __init__(self, devices: list[SimulatedDevice]) -> None:
        self.devices = devices
        self._events: queue.Queue[tuple[int, MachineEvent, Command | None]] = queue.Queue()
        self._wakes = [(each.machine.waiting.poll, number) for number, each in enumerate(devices)]
        self._chance = random.Random(1)
        self.problems: dict[str, int] = {}
        heapq.heapify(self._wakes)

    def run(self, until: Callable[[], bool]) -> None:
        """Returns when something is so, or too much time has passed."""
        end = time.monotonic() + MOST_SECONDS
        with ThreadPoolExecutor(THREADS) as threads:
            while not until() and time.monotonic() < end:
                self._next(threads)

    def _next(self, threads: ThreadPoolExecutor) -> None:
        wait = max(0.0, self._wakes[0][0] - time.time()) if self._wakes else 1.0
        try:
            number, event, ended = self._events.get(timeout=min(wait, 1.0)) if wait else self._events.get_nowait()
        except queue.Empty:
            if not self._wakes or self._wakes[0][0] > time.time():
                return
            number, event, ended = heapq.heappop(self._wakes)[1], Ticked(time.time()), None
        self._handle(threads, number, event, ended)

    def _handle(self, threads: ThreadPoolExecutor, number: int, event: MachineEvent, ended: Command | None) -> None:
        device = self.devices[number]
        if ended is not None:
            device.under_way.discard(ended)
        self._note(device, event)
        device.machine, commands = step(device.machine, event)
        if isinstance(event, Polled | Unchanged | PollFailed):
            device.machine = _varied(device.machine, event.now, self._chance.uniform(1 - JITTER, 1 + JITTER))
        for command in commands:
            match command:
                case WakeAt(time=moment):
                    heapq.heappush(self._wakes, (moment, number))
                case RunSlot(rune=rune):
                    if rune.rune != device.answering:
                        device.answering, device.ran = rune.rune, time.time()
                        self._events.put((number, RuneStarted(device.ran, rune.rune), None))
                case _ if command not in device.under_way:
                    device.under_way.add(command)
                    threads.submit(self._work, number, command)

    def _note(self, device: SimulatedDevice, event: MachineEvent) -> None:
        device.has_polled = device.has_polled or isinstance(event, Polled | Unchanged)
        if isinstance(event, PollFailed | WorkFailed):
            text = f"{event.problem.name}: {event.problem.detail}"
            self.problems[text] = self.problems.get(text, 0) + 1
        report = device.machine.state.report
        if (
            isinstance(event, ReportAcknowledged)
            and device.ran
            and report is not None
            and report.phase is Phase.RUNNING
        ):
            device.confirmed = device.confirmed or time.time()

    def _work(self, number: int, command: Command) -> None:
        device = self.devices[number]
        try:
            event = device.work(command)
        except Exception as error:
            event = _failed(command, DeviceProblem(ProblemName.UNEXPECTED, f"{type(error).__name__}: {error}"))
        self._events.put((number, event, command))


def _varied(machine: DeviceMachine, now: float, factor: float) -> DeviceMachine:
    """Returns the next poll a little earlier or later, as the daemon does it."""
    waiting = machine.waiting
    return replace(machine, waiting=replace(waiting, poll=now + (waiting.poll - now) * factor))


def _devices(port: int, organisation: str, count: int, folder: Path) -> list[SimulatedDevice]:
    """Devices that run what is wanted now, and ask in the next interval."""
    address, now, chance = read_address(f"http://127.0.0.1:{port}"), time.time(), random.Random(2)
    clients = [ServerClient(address, key, str(key.device)) for key in map(SimulatedKey, range(count))]
    while (desired := clients[0].state()) is None or desired.wanted is None:
        time.sleep(1)  # a worker computes what the devices compare with
    clients[0].forget_state()
    rune, root = desired.wanted, first_root(clients[0], desired.wanted.deployment)
    state = MachineState(
        slots=(RuneSlot(rune, is_healthy=True), None),
        active=0,
        phase=Phase.RUNNING,
        wanted=rune,
        numbers=((rune.deployment, rune.number),),
        interval=desired.interval,
        sequence=desired.sequence,
    )
    devices = []
    for number, client in enumerate(clients):
        machine = DeviceMachine("hmrd 0.1.0", "linux-x86_64", state)
        machine = replace(machine, waiting=replace(machine.waiting, poll=now + chance.uniform(0, desired.interval)))
        key = SimulatedKey(number)
        trust = PinnedTrust(TrustKind.SERVER, organisation, str(key.device), root)
        devices.append(SimulatedDevice(key, client, trust, folder / str(number), machine, rune.rune))
    return devices


def main() -> None:
    port, organisation, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    with TemporaryDirectory() as folder:
        devices = SimulatedDevices(_devices(port, organisation, count, Path(folder)))
        devices.run(lambda: all(each.has_polled for each in devices.devices))
        print("asked", flush=True)
        devices.run(lambda: all(each.confirmed for each in devices.devices))
    rows = [{"ran": each.ran, "confirmed": each.confirmed} for each in devices.devices]
    json.dump({"devices": rows, "problems": devices.problems}, sys.stdout)


if __name__ == "__main__":
    main()
