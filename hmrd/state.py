"""The state of a rune on a device, the events that change it, and the commands that follow. Frozen values alone.

`MachineState` survives a power cut: it is written before anything is done that follows from it. `MachineTimers` ends
with the process: it has the times until which the process waits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from hmrd.protocol.problems import DeviceProblem
from hmrd.protocol.reports import DeviceEvent, Phase, Report, RequestAnswer, SelfTestOutcome, Totals
from hmrd.protocol.wanted import DesiredState, RequestToDevice, WantedRune
from hmrd.shadow_state import ShadowPhase, ShadowState, ShadowTimers

FIRST_INTERVAL: Final = 60
"""Seconds between polls until the server names an interval."""


@dataclass(frozen=True)
class RuneSlot:
    """The rune in a slot, whose bytes are whole and have the digest."""

    rune: WantedRune
    is_healthy: bool = False
    """Whether its health was confirmed since it was installed, so that the device may go back to it."""


@dataclass(frozen=True)
class Failure:
    """A rune that failed: how often, and until when it is not tried again."""

    rune: str
    """The digest of its bytes."""
    count: int
    until: float
    problem: DeviceProblem


@dataclass(frozen=True)
class Summary:
    """The part of a report about the present, to see whether there is something new to report."""

    phase: Phase
    running: WantedRune | None
    other: WantedRune | None
    self_test: SelfTestOutcome | None
    problem: DeviceProblem | None
    shadow: WantedRune | None = None
    shadow_problem: DeviceProblem | None = None


@dataclass(frozen=True)
class MachineState:
    """The state of a rune on a device, which is on its disk."""

    slots: tuple[RuneSlot | None, RuneSlot | None] = (None, None)
    active: int | None = None
    """The slot whose rune answers; None if nothing is installed."""
    phase: Phase = Phase.EMPTY
    wanted: WantedRune | None = None
    """The rune that the server, or a person at the device, asked for last."""
    declined: tuple[str, int] | None = None
    """The deployment and the number of the release from which a person at the device went back: it is not tried again
    until something else is wanted."""
    target: WantedRune | None = None
    """The rune that is fetched, checked or tried now."""
    began: float = 0.0
    """The time when the way to the target began."""
    trial_starts: int = 0
    """How often the daemon started while the target was tried: a rune may take the whole process with it."""
    failures: tuple[Failure, ...] = ()
    self_test: SelfTestOutcome | None = None
    problem: DeviceProblem | None = None
    """The reason why the device does not run `wanted`."""
    refusal: DeviceProblem | None = None
    """The reason why `wanted` is not the rune that the server wants."""
    totals: Totals = field(default_factory=Totals)
    numbers: tuple[tuple[str, int], ...] = ()
    """The highest release of each deployment whose health was confirmed: an older order is refused. It rises with the
    confirmation alone, so that a rune that fails leaves the way back open."""
    interval: int = FIRST_INTERVAL
    requests: tuple[RequestToDevice, ...] = ()
    """Requests that are not answered yet."""
    handled: tuple[int, ...] = ()
    """The ids of the last answered requests: a server may ask again until it has the answer."""
    events: tuple[DeviceEvent, ...] = ()
    dropped: int = 0
    """Events that were dropped since the last report."""
    answers: tuple[RequestAnswer, ...] = ()
    sequence: int = 0
    """The number of the last report that was made."""
    report: Report | None = None
    """The report that the server has not acknowledged: sent again exactly as it is."""
    reported: Summary | None = None
    """The summary in the last report."""
    is_leaving: bool = False
    """The device forgets its organisation as soon as the server has its last report."""
    is_handed_over: bool = False
    """The device asks for its new organisation as soon as the server has its last report."""
    shadow: ShadowState = field(default_factory=ShadowState)

    def slot_of(self, rune: str) -> int | None:
        """Returns the slot that has the bytes of this digest."""
        return next((number for number, slot in enumerate(self.slots) if slot and slot.rune.rune == rune), None)

    @property
    def running(self) -> WantedRune | None:
        """The rune that answers."""
        slot = None if self.active is None else self.slots[self.active]
        return None if slot is None else slot.rune

    @property
    def other(self) -> RuneSlot | None:
        """The slot that the device can go back to."""
        return None if self.active is None else self.slots[1 - self.active]

    @property
    def summary(self) -> Summary:
        """The part of the next report about the present."""
        other = self.other
        other_rune = None if other is None else other.rune
        problem, shadow = self.refusal or self.problem, self.shadow
        beside = shadow.wanted if shadow.phase is ShadowPhase.BESIDE else None
        return Summary(self.phase, self.running, other_rune, self.self_test, problem, beside, shadow.problem)


@dataclass(frozen=True)
class MachineTimers:
    """The times until which a process waits, by its own clock, which never steps while it lives."""

    poll: float = 0.0
    failed_polls: int = 0
    server: DeviceProblem | None = None
    """The reason why the last poll failed."""
    work: float = 0.0
    """The time when fetching or checking begins again."""
    failed_work: int = 0
    run: float = 0.0
    """The time when the rune starts again."""
    stops: tuple[float, ...] = ()
    """The times of the last stops of the rune that answers."""
    trial: float | None = None
    """The end of the trial; None while none is under way, and before the rune started."""
    send: float = 0.0
    failed_sends: int = 0
    shadow: ShadowTimers = field(default_factory=ShadowTimers)


@dataclass(frozen=True)
class DeviceMachine:
    """A rune of a device, at a moment."""

    agent: str
    """The client and its version, for reports."""
    board: str
    state: MachineState = field(default_factory=MachineState)
    waiting: MachineTimers = field(default_factory=MachineTimers)


@dataclass(frozen=True)
class MachineEvent:
    """Something that happened, with the time by the process's clock: seconds since 1970, as far as the device knows."""

    now: float


@dataclass(frozen=True)
class Started(MachineEvent):
    """The daemon started, also after a power cut."""


@dataclass(frozen=True)
class Ticked(MachineEvent):
    """Time passed."""


@dataclass(frozen=True)
class Polled(MachineEvent):
    """The server answered. `refusal` says why the device does not take the wanted rune, and `shadow_refusal` why not
    the one that shall run beside."""

    desired: DesiredState
    refusal: DeviceProblem | None = None
    shadow_refusal: DeviceProblem | None = None


@dataclass(frozen=True)
class Unchanged(MachineEvent):
    """The server answered that nothing changed."""


@dataclass(frozen=True)
class PollFailed(MachineEvent):
    """The server did not answer, or refused."""

    problem: DeviceProblem


@dataclass(frozen=True)
class Deployed(MachineEvent):
    """A person at the device wants a rune whose bytes are there."""

    rune: WantedRune


@dataclass(frozen=True)
class RuneFetched(MachineEvent):
    """The bytes of a rune are whole in the slot that was free."""

    rune: WantedRune


@dataclass(frozen=True)
class RuneChecked(MachineEvent):
    """A rune in the slot that was free is allowed, loads, and passed its self-test."""

    rune: WantedRune
    outcome: SelfTestOutcome


@dataclass(frozen=True)
class WorkFailed(MachineEvent):
    """Fetching or checking a rune failed."""

    rune: WantedRune
    problem: DeviceProblem


@dataclass(frozen=True)
class RuneStarted(MachineEvent):
    """The rune that shall answer is loaded and reads its inputs. The trial of a new rune begins with it."""

    rune: str
    """The digest of its bytes."""


@dataclass(frozen=True)
class RuneHalted(MachineEvent):
    """The rune that answers broke off, or was stopped because it was too slow."""

    rune: str
    """The digest of its bytes."""
    problem: DeviceProblem


@dataclass(frozen=True)
class OwnerAgreed(MachineEvent):
    """The owner's check command agrees with the rune that is tried, or there is none."""

    rune: str


@dataclass(frozen=True)
class OwnerRefused(MachineEvent):
    """The owner's check command does not agree."""

    rune: str
    problem: DeviceProblem


@dataclass(frozen=True)
class SlotDamaged(MachineEvent):
    """The bytes of a slot have not the digest any more, or are gone."""

    slot: int


@dataclass(frozen=True)
class WentBack(MachineEvent):
    """A person at the device wants the rune of the other slot."""


@dataclass(frozen=True)
class RequestDone(MachineEvent):
    """The device did what was asked of it, or says why not. `self_test` is the outcome of a self-test."""

    answer: RequestAnswer
    self_test: SelfTestOutcome | None = None


@dataclass(frozen=True)
class ReportAcknowledged(MachineEvent):
    """The server has a report."""

    sequence: int


@dataclass(frozen=True)
class ReportRejected(MachineEvent):
    """The server has a report with this number already, or with a higher one."""

    last: int


@dataclass(frozen=True)
class SendFailed(MachineEvent):
    """A report did not reach the server."""


@dataclass(frozen=True)
class AnswersDropped(MachineEvent):
    """A sink took no answers, and so many were dropped."""

    count: int


@dataclass(frozen=True)
class Rejoined(MachineEvent):
    """The device has the trust of its new organisation."""


@dataclass(frozen=True)
class Command:
    """Something to do. A command stays until an event makes it superfluous; doing it twice harms nothing."""


@dataclass(frozen=True)
class Poll(Command):
    """Ask the server what is wanted."""


@dataclass(frozen=True)
class Fetch(Command):
    """Bring the bytes of a rune into a slot, going on where an earlier attempt ended: `RuneFetched` or `WorkFailed`."""

    rune: WantedRune
    slot: int


@dataclass(frozen=True)
class Check(Command):
    """Check whether a rune in a slot is allowed and passes its self-test: `RuneChecked` or `WorkFailed`."""

    rune: WantedRune
    slot: int


@dataclass(frozen=True)
class RunSlot(Command):
    """Have the rune of a slot answer, and no other one: `RuneStarted`, and `RuneHalted` when it ends, or `SlotDamaged`
    if its bytes are not whole."""

    rune: WantedRune
    slot: int


@dataclass(frozen=True)
class AskOwner(Command):
    """Run the owner's check command: `OwnerAgreed` or `OwnerRefused`."""

    rune: str


@dataclass(frozen=True)
class SendReport(Command):
    """Send a report: `ReportAcknowledged`, `ReportRejected` or `SendFailed`."""

    report: Report


@dataclass(frozen=True)
class AnswerRequest(Command):
    """Do what was asked: `RequestDone`."""

    request: RequestToDevice


@dataclass(frozen=True)
class LeaveOrganisation(Command):
    """Forget the organisation, its runes and its key. It is the end of this machine."""


@dataclass(frozen=True)
class Rejoin(Command):
    """Ask the server for the new organisation and its trust: `Rejoined`."""


@dataclass(frozen=True)
class WakeAt(Command):
    """Send `Ticked` at this time, unless something else happens before."""

    time: float
