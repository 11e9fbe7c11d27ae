"""The work of commands that takes time. Each function runs in a thread of its own and returns the event that ends it.

A task that was cancelled returns None, or an event that nobody takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from hmrd import clock
from hmrd.config.model import Origin, RuneConfig
from hmrd.network.documents import documents_refuse, first_root
from hmrd.network.downloads import DownloadStopped
from hmrd.network.http import ServerFailed
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.reports import RequestAnswer, SelfTestOutcome
from hmrd.protocol.wanted import WantedRune
from hmrd.running.checks import check_rune, layout_of, missing_source
from hmrd.running.failure import RunFailed
from hmrd.running.processes import owner_refuses
from hmrd.running.shadow.comparison import labels_missing
from hmrd.running.shadow.memory import available_memory, memory_short
from hmrd.running.shadow.runner import use_less_processor
from hmrd.running.stop_signal import StopSignal
from hmrd.service.device import LocalDevice, ServerConnection
from hmrd.shadow_events import CheckShadow, ShadowChecked
from hmrd.state import (
    AnswerRequest,
    AskOwner,
    Check,
    Command,
    Fetch,
    MachineEvent,
    MachineState,
    OwnerAgreed,
    OwnerRefused,
    Poll,
    Polled,
    PollFailed,
    Rejoined,
    ReportAcknowledged,
    ReportRejected,
    RequestDone,
    RuneChecked,
    RuneFetched,
    SendFailed,
    SendReport,
    Unchanged,
    WorkFailed,
)
from hmrd.storage.files import StorageFailed, read_file
from hmrd.storage.identity import Identity
from hmrd.storage.slots import Slots
from hmrd.trust import judge

Task = Callable[[StopSignal], MachineEvent | None]

_FIRST_WAIT: Final = 10.0
_LONGEST_WAIT: Final = 3600.0


class Tasks:
    """The tasks of one rune."""

    def __init__(self, device: LocalDevice, config: RuneConfig, slots: Slots, tell: Callable[[str], None]) -> None:
        """`tell` takes the detail of a check, for the person at the device alone."""
        self._device, self._config, self._slots, self._tell = device, config, slots, tell

    def poll(self, state: MachineState) -> MachineEvent:
        """Asks the server what is wanted, and whether the device may believe it."""
        connection = self._connection
        if connection is None:
            return Unchanged(self._now())
        try:
            desired = connection.client.state(connection.wait)
            if desired is None:
                return Unchanged(self._now())
            trust = connection.identity.trust
            judgement = judge(trust, desired, dict(state.numbers).get(trust.deployment, 0))
            self._device.pin(connection, judgement.trust)
            connection.wait = desired.wait
        except ServerFailed as error:
            return PollFailed(self._now(), error.problem)
        except StorageFailed as error:
            connection.client.forget_state()
            return PollFailed(self._now(), error.problem)
        return Polled(self._now(), desired, judgement.refusal, judgement.shadow_refusal)

    def send(self, command: SendReport) -> MachineEvent:
        """Sends a report. A rune that no server knows reports to nobody."""
        connection = self._connection
        if connection is None:
            return ReportAcknowledged(self._now(), command.report.sequence)
        try:
            last = connection.client.report(command.report)
        except ServerFailed as error:
            self._device.log.write(f"A report did not reach the server: {error.problem.detail}")
            return SendFailed(self._now())
        if last is None:
            return ReportAcknowledged(self._now(), command.report.sequence)
        return ReportRejected(self._now(), last)

    def fetch(self, command: Fetch, stop: StopSignal) -> MachineEvent | None:
        """Brings the bytes of a rune into a slot."""
        rune = command.rune
        try:
            problem = self._fetch(rune, command.slot, stop)
        except DownloadStopped:
            return None
        except StorageFailed as error:
            problem = error.problem
        return RuneFetched(self._now(), rune) if problem is None else WorkFailed(self._now(), rune, problem)

    def check(self, command: Check) -> MachineEvent:
        """Judges whether a rune is allowed, can be fed, and computes what was approved."""
        result = self._check(command.rune, command.slot)
        if isinstance(result, DeviceProblem):
            return WorkFailed(self._now(), command.rune, result)
        return RuneChecked(self._now(), command.rune, result)

    def check_shadow(self, command: CheckShadow) -> MachineEvent:
        """Judges whether a rune may run beside the one that answers: as for one that shall answer, and whether there
        is memory for both and their answers can be compared."""
        use_less_processor()
        rune = command.rune
        data, answering = (
            self._slots.read(command.slot, rune),
            self._slots.read(command.answering_slot, command.answering),
        )
        if data is None or answering is None:
            problem = DeviceProblem(ProblemName.DAMAGED, "The bytes on the disk have not the digest of the rune.")
            return WorkFailed(self._now(), rune, problem)
        # Memory comes first: the self-test runs the rune too.
        problem_before = memory_short(data, available_memory()) or labels_missing(
            layout_of(answering).labels, layout_of(data).labels
        )
        result = problem_before or self._check(rune, command.slot)
        if isinstance(result, DeviceProblem):
            return WorkFailed(self._now(), rune, result)
        return ShadowChecked(self._now(), rune)

    def ask_owner(self, command: AskOwner, stop: StopSignal) -> MachineEvent:
        """Runs the owner's check command."""
        problem = None
        if self._config.check:
            problem = owner_refuses(self._config.check, self._config.check_seconds, stop)
        if problem is None:
            return OwnerAgreed(self._now(), command.rune)
        return OwnerRefused(self._now(), command.rune, problem)

    def rejoin(self, stop: StopSignal) -> MachineEvent | None:
        """Asks for the new organisation until the server says it."""
        wait = _FIRST_WAIT
        while (connection := self._connection) is not None:
            try:
                enrolment = connection.client.enrolment()
                self._device.folder.forget_documents()
                self._device.folder.identity.write(Identity.of(connection.identity.server, enrolment))
                self._device.connect()
                return Rejoined(self._now())
            except ServerFailed as error:
                self._device.log.write(f"The new organisation is not known yet: {error.problem.detail}")
            except StorageFailed as error:
                self._device.log.write(error.problem.detail)
            if stop.wait(wait):
                return None
            wait = min(2 * wait, _LONGEST_WAIT)
        return Rejoined(self._now())

    def _fetch(self, rune: WantedRune, slot: int, stop: StopSignal) -> DeviceProblem | None:
        if self._slots.read(slot, rune) is not None:
            return None
        if not rune.deployment:
            data = read_file(self._slots.incoming(rune))
            if data is None:
                return DeviceProblem(ProblemName.DAMAGED, "The rune that was deployed here is gone. Deploy it again.")
            self._slots.put(slot, rune, data)
            return None
        connection = self._connection
        if connection is None:
            return DeviceProblem(ProblemName.SERVER_AWAY, "The device belongs to no organisation.")
        return connection.downloads.fetch(rune, self._slots, slot, lambda: stop.is_set)

    def _check(self, rune: WantedRune, slot: int) -> SelfTestOutcome | DeviceProblem:
        data = self._slots.read(slot, rune)
        if data is None:
            return DeviceProblem(ProblemName.DAMAGED, "The bytes on the disk have not the digest of the rune.")
        if rune.deployment and (problem := self._refused_by_documents(rune)) is not None:
            return problem
        if (name := missing_source(data, self._config)) is not None:
            error = RunFailed(ProblemName.CONFIG_WRONG, f"The input {name} has no source: [rune.source.{name}].")
            self._tell(str(error))
            return error.problem
        return check_rune(data, rune.self_test, self._config.seconds)

    def _refused_by_documents(self, rune: WantedRune) -> DeviceProblem | None:
        connection = self._connection
        if connection is None:
            return DeviceProblem(ProblemName.SERVER_AWAY, "The device belongs to no organisation.")
        folder = self._device.folder.documents
        try:
            if not connection.identity.trust.root:
                root = first_root(connection.client, rune.deployment)
                self._device.pin(connection, replace(connection.identity.trust, root=root))
            root = connection.identity.trust.root
            return documents_refuse(connection.client, rune, root, folder, clock.wall_time())
        except ServerFailed as error:
            return error.problem
        except StorageFailed as error:
            return error.problem

    @property
    def _connection(self) -> ServerConnection | None:
        return self._device.connection if self._config.origin is Origin.SERVER else None

    def _now(self) -> float:
        return self._device.clock.now()


def failure_event(command: Command, now: float, problem: DeviceProblem) -> MachineEvent | None:
    """Returns the event of a fault of the daemon itself."""
    match command:
        case Poll():
            return PollFailed(now, problem)
        case SendReport():
            return SendFailed(now)
        case Fetch(rune=rune) | Check(rune=rune) | CheckShadow(rune=rune):
            return WorkFailed(now, rune, problem)
        case AskOwner(rune=digest):
            return OwnerRefused(now, digest, problem)
        case AnswerRequest(request=request):
            return RequestDone(now, RequestAnswer(request.id, problem=problem))
        case _:
            return None
