"""A device without hardware around its machine: a disk, a server, runes of several kinds, and power that fails.

The caller decides what happens next. It carries out one command at a time, and compares after each event what must
hold whatever happens.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hmrd.commands import commands_of
from hmrd.machine import step
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.reports import DeviceEvent, EventKind, Phase, Report, RequestAnswer, SelfTestOutcome
from hmrd.protocol.wanted import DesiredState, RequestKind, RequestToDevice, WantedRune
from hmrd.shadow_events import CheckShadow, RunShadow, ShadowChecked, ShadowFailed, ShadowStarted
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
    RequestDone,
    RuneChecked,
    RuneFetched,
    RuneHalted,
    RuneStarted,
    RunSlot,
    SendFailed,
    SendReport,
    SlotDamaged,
    Started,
    Ticked,
    WakeAt,
    WorkFailed,
)

DEPLOYMENT = "acme/door-knock/gateways"
AWAY = DeviceProblem(ProblemName.SERVER_AWAY, "No answer.")
GOOD, ALSO_GOOD, FAILS_TEST, CRASHES, DISLIKED = (f"sha256:{digit * 64}" for digit in "abcde")
"""The digests of runes: two that work, one whose self-test fails, one that traps, and one that the owner refuses."""
BESIDE = f"sha256:{'f' * 64}"
"""The digest of a rune that works, and that is wanted beside another one alone."""
HEALTHY = frozenset({GOOD, ALSO_GOOD, BESIDE})


class WorldViolation(AssertionError):
    """Something happened that never may."""


@dataclass
class WorldServer:
    """The server: the rune that it wants, and the reports that it has."""

    wanted: WantedRune | None = None
    requests: list[RequestToDevice] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    ever_wanted: set[str] = field(default_factory=set)
    interval: int = 60
    shadow: WantedRune | None = None
    ever_shadows: set[str] = field(default_factory=set)
    _number: int = 0

    def want(self, rune: str) -> None:
        """Begins the next release."""
        self._number += 1
        self.wanted = WantedRune(DEPLOYMENT, self._number, f"1.{self._number}", rune, 1000)
        self.ever_wanted.add(rune)

    def want_beside(self, rune: str | None) -> None:
        """Wants a rune beside the one that answers, as the next release would have it; or none any more."""
        number = self._number + 1
        self.shadow = None if rune is None else WantedRune(DEPLOYMENT, number, f"1.{number}", rune, 1000)
        self.ever_shadows |= {rune} if rune else set()

    def ask(self, kind: RequestKind) -> None:
        """Asks something of the device."""
        self.requests.append(
            RequestToDevice(len(self.requests) + 1, kind, 7 if kind is RequestKind.SELF_TEST else None)
        )

    @property
    def desired(self) -> DesiredState:
        """The answer to a poll."""
        answered_ids = {answer.id for report in self.reports for answer in report.answers}
        open_requests = tuple(each for each in self.requests if each.id not in answered_ids)
        return DesiredState(
            self.wanted, self.interval, requests=open_requests[:16], sequence=self.last, shadow=self.shadow
        )

    @property
    def last(self) -> int:
        """The number of the last report."""
        return self.reports[-1].sequence if self.reports else 0

    @property
    def events(self) -> list[DeviceEvent]:
        """All events that were reported, in their order."""
        return [event for report in self.reports for event in report.events]

    def take(self, report: Report) -> int | None:
        """Takes a report, and returns None; or refuses it, and returns the last number."""
        if self.reports and report.sequence == self.last:
            return None if report == self.reports[-1] else self.last
        if report.sequence < self.last:
            return self.last
        self.reports.append(report)
        return None


@dataclass
class World:
    """A device with its server."""

    server: WorldServer = field(default_factory=WorldServer)
    now: float = 1_800_000_000.0
    machine: DeviceMachine = field(default_factory=lambda: DeviceMachine("hmrd test", "linux"))
    written: MachineState = field(default_factory=MachineState)
    """The state on the disk, which remains after a power cut."""
    disk: list[str | None] = field(default_factory=lambda: [None, None])
    """The digests of the bytes in the slots; None where they are not whole."""
    commands: tuple[Command, ...] = ()
    answering: str | None = None
    """The digest of the rune that answers."""
    beside: str | None = None
    """The digest of the rune that runs beside it."""
    fetches: list[str] = field(default_factory=list)
    """The digests of what was downloaded."""
    _journal: list[DeviceEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.send(Started(self.now))

    def send(self, event: MachineEvent, *, is_cut: bool = False) -> None:
        """An event happens. With `is_cut`, the power fails after the state was written and before anything is done."""
        before = self.machine.state
        self.machine, self.commands = step(self.machine, event)
        self.written = self.machine.state
        self._check(before)
        if is_cut:
            self.cut_power()

    def cut_power(self) -> None:
        """The power fails: the process begins again with what is written."""
        self.answering = self.beside = None
        self.commands = ()
        self.machine = DeviceMachine(self.machine.agent, self.machine.board, self.written)
        self.send(Started(self.now))

    def pass_time(self, seconds: float) -> None:
        """Time passes; nothing else happens."""
        self.now += seconds
        self.send(Ticked(self.now))

    @property
    def pending(self) -> list[Command]:
        """The commands that can be carried out now."""
        return [each for each in self.commands if not isinstance(each, WakeAt) and not self._is_done(each)]

    @property
    def next_time(self) -> float | None:
        """The time for which the machine asked to be woken."""
        return next((each.time for each in self.commands if isinstance(each, WakeAt)), None)

    def _is_done(self, command: Command) -> bool:
        if isinstance(command, RunShadow):
            # It gets what the other one reads, so that there is nothing to do before that one runs.
            return self.beside == command.rune.rune or self.answering is None
        return isinstance(command, RunSlot) and self.answering == command.rune.rune

    def carry_out(self, command: Command, *, is_away: bool = False, is_cut: bool = False) -> None:
        """Carries a command out; `is_away` says that the server does not answer."""
        self.send(self._outcome(command, is_away=is_away), is_cut=is_cut)

    def _outcome(self, command: Command, *, is_away: bool) -> MachineEvent:
        now = self.now
        match command:
            case Poll():
                return PollFailed(now, AWAY) if is_away else Polled(now, self.server.desired)
            case Fetch(rune=rune, slot=slot):
                self.disk[slot] = None
                if is_away:
                    return WorkFailed(now, rune, AWAY)
                self.disk[slot] = rune.rune
                self.fetches.append(rune.rune)
                return RuneFetched(now, rune)
            case CheckShadow(rune=rune, slot=slot):
                return self._checked_beside(rune, slot, is_away=is_away)
            case RunShadow(rune=rune, slot=slot):
                return self._ran_beside(rune, slot)
            case Check(rune=rune, slot=slot):
                return self._checked(rune, slot, is_away=is_away)
            case RunSlot(rune=rune, slot=slot):
                return self._ran(rune, slot)
            case AskOwner(rune=rune):
                if rune == DISLIKED:
                    return OwnerRefused(now, rune, DeviceProblem(ProblemName.CHECK_REFUSED, "No."))
                return OwnerAgreed(now, rune)
            case SendReport(report=report):
                if is_away:
                    return SendFailed(now)
                last = self.server.take(report)
                return ReportAcknowledged(now, report.sequence) if last is None else ReportRejected(now, last)
            case AnswerRequest(request=request):
                return RequestDone(now, RequestAnswer(request.id))
            case _:
                raise WorldViolation(f"nothing carries out {command}")

    def _checked(self, rune: WantedRune, slot: int, *, is_away: bool) -> MachineEvent:
        if self.disk[slot] != rune.rune:
            return WorkFailed(self.now, rune, DeviceProblem(ProblemName.DAMAGED, "Not whole."))
        if is_away:
            return WorkFailed(self.now, rune, AWAY)
        if rune.rune == FAILS_TEST:
            return WorkFailed(self.now, rune, DeviceProblem(ProblemName.SELF_TEST_FAILED, "Other bytes."))
        return RuneChecked(self.now, rune, SelfTestOutcome.PASSED)

    def _ran(self, rune: WantedRune, slot: int) -> MachineEvent:
        if self.disk[slot] != rune.rune:
            return SlotDamaged(self.now, slot)
        if rune.rune == CRASHES:
            return RuneHalted(self.now, rune.rune, DeviceProblem(ProblemName.TRAPPED, "unreachable"))
        self.answering = rune.rune
        return RuneStarted(self.now, rune.rune)

    def _checked_beside(self, rune: WantedRune, slot: int, *, is_away: bool) -> MachineEvent:
        outcome = self._checked(rune, slot, is_away=is_away)
        return ShadowChecked(self.now, rune) if isinstance(outcome, RuneChecked) else outcome

    def _ran_beside(self, rune: WantedRune, slot: int) -> MachineEvent:
        if self.disk[slot] != rune.rune:
            return SlotDamaged(self.now, slot)
        if rune.rune == CRASHES:
            return ShadowFailed(self.now, rune.rune, DeviceProblem(ProblemName.TRAPPED, "unreachable"))
        self.beside = rune.rune
        return ShadowStarted(self.now, rune.rune)

    def damage(self, slot: int) -> None:
        """The bytes of a slot change on the disk; the device sees it when it loads them."""
        if self.disk[slot] is None:
            return
        self.disk[slot] = None
        if self.machine.state.active == slot and self.answering is not None:
            self.answering = None

    def _check(self, before: MachineState) -> None:
        """Raises `WorldViolation` if something is as it never may be."""
        state = self.machine.state
        run = next((each for each in self.commands if isinstance(each, RunSlot)), None)
        if run is None or self.answering != run.rune.rune:
            self.answering = None
        if run is not None:
            self._check_run(run, state)
        self._check_beside(state)
        slot = None if state.active is None else state.slots[state.active]
        if state.phase is not Phase.TRYING and state.active is not None and (slot is None or not slot.is_healthy):
            raise WorldViolation("a rune answers whose health was never confirmed")
        self._check_journal()
        if state.wanted is not None and state.wanted.number < dict(state.numbers).get(state.wanted.deployment, 0):
            raise WorldViolation("an older release is wanted than one that ran")
        for deployment, number in before.numbers:
            if state.numbers and dict(state.numbers).get(deployment, 0) < number:
                raise WorldViolation("the number of a release fell")
        if state.sequence < before.sequence:
            raise WorldViolation("the number of a report fell")
        healthy = [slot for slot in before.slots if slot is not None and slot.is_healthy]
        lost_healthy_rune = healthy and not any(slot is not None and slot.is_healthy for slot in state.slots)
        if lost_healthy_rune and None not in self.disk:
            raise WorldViolation("the last healthy rune was given up while its bytes are whole")
        if tuple(commands_of(self.machine, self.now)) != self.commands:
            raise WorldViolation("the commands do not follow from the machine alone")

    def _check_journal(self) -> None:
        """Raises `WorldViolation` unless each event reaches the server once and in order."""
        state = self.machine.state
        journal = [*self.server.events, *state.events]
        if state.report is not None and state.report.sequence != self.server.last:
            journal[len(self.server.events) : len(self.server.events)] = state.report.events
        lengths = min(len(journal), len(self._journal))
        if (state.dropped == 0 and journal[:lengths] != self._journal[:lengths]) or len(journal) < len(self._journal):
            raise WorldViolation("what happened was lost, told twice, or told in another order")
        for event in journal[len(self._journal) :]:
            if event.kind is EventKind.INSTALLED and event.rune not in HEALTHY:
                raise WorldViolation("a rune counts as installed that does not work")
        self._journal = journal

    def _check_run(self, run: RunSlot, state: MachineState) -> None:
        if run.rune.rune not in self.server.ever_wanted:
            raise WorldViolation("a rune answers that nobody wanted")
        if run.rune.rune == FAILS_TEST:
            raise WorldViolation("a rune answers whose self-test failed")
        if run.slot != state.active:
            raise WorldViolation("another slot answers than the active one")

    def _check_beside(self, state: MachineState) -> None:
        run = next((each for each in self.commands if isinstance(each, RunShadow)), None)
        if run is None or run.rune.rune != self.beside or self.answering is None:
            self.beside = None
        if run is None:
            return
        if run.slot == state.active:
            raise WorldViolation("a rune runs beside in the slot that answers")
        if not any(isinstance(each, RunSlot) for each in self.commands):
            raise WorldViolation("a rune runs beside none")
        if run.rune.rune not in self.server.ever_shadows or run.rune.rune == FAILS_TEST:
            raise WorldViolation("a rune runs beside that nobody wanted there, or that failed its self-test")

    def settle(self, seconds: float = 4 * 86_400.0) -> None:
        """Nothing fails any more: carries out what is to be done until the device has nothing to do but to poll."""
        end = self.now + seconds
        for _ in range(30_000):
            if self.now >= end:
                return
            if self.pending:
                self.carry_out(self.pending[0])
                continue
            self.now = max(self.now, min(self.next_time or end, end))
            self.send(Ticked(self.now))
        raise WorldViolation("the device never rests")

    def require_settled(self) -> None:
        """Raises `WorldViolation` unless the device runs the wanted rune, if it works, and the server knows it."""
        state, wanted_rune = self.machine.state, self.server.wanted
        is_there = wanted_rune is not None and self.answering == wanted_rune.rune and state.phase is Phase.RUNNING
        if wanted_rune is not None and wanted_rune.rune in HEALTHY and (not is_there or state.problem is not None):
            raise WorldViolation(f"{wanted_rune.version} is wanted and works, and {state} is the state")
        report = self.server.reports[-1]
        running = None if report.running is None else report.running.rune
        if running != (state.running and state.running.rune):
            raise WorldViolation("the server believes that something else runs")
        if report.phase in (Phase.FETCHING, Phase.CHECKING, Phase.TRYING):
            raise WorldViolation("the server waits for an end that came already")
        sequences = [each.sequence for each in self.server.reports]
        if sequences != sorted(set(sequences)):
            raise WorldViolation("a report counts twice")

    def installs(self) -> list[str]:
        """Returns the versions whose health was confirmed, as the server heard of them."""
        return [event.version for event in self.server.events if event.kind is EventKind.INSTALLED]


def restored(world: World, copy: MachineState) -> None:
    """The disk gets the copy of an earlier state, as from a backup or a cloned card."""
    world.written = replace(copy)
    world.cut_power()
