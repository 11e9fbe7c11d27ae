"""The service of a rune on a device: its machine, and what carries out its commands.

Everything here runs in the thread of the daemon's loop; tasks and the rune itself have threads of their own, and hand
what happened to the loop.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from hmrd.config.model import Origin, RuneConfig
from hmrd.machine import step
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.wanted import Telemetry
from hmrd.running.checks import record_of
from hmrd.running.recorded import recorded_file
from hmrd.running.runner import RuneRunner, RunnerHooks, Windows
from hmrd.running.sinks.make import open_sink
from hmrd.running.sinks.queue import AnswerQueue
from hmrd.running.stop_signal import StopSignal
from hmrd.service.change_lines import change_lines
from hmrd.service.counting import RuneCounting, without_disk
from hmrd.service.device import LocalDevice
from hmrd.service.requests import Requests
from hmrd.service.sample_requests import AnsweredRune, RuneSampleRequests
from hmrd.service.shadowing import Shadowing
from hmrd.service.tasks import Task, Tasks, failure_event
from hmrd.shadow_events import CheckShadow, RunShadow
from hmrd.state import (
    AnswerRequest,
    AnswersDropped,
    AskOwner,
    Check,
    Command,
    DeviceMachine,
    Fetch,
    LeaveOrganisation,
    MachineEvent,
    MachineState,
    Poll,
    Polled,
    PollFailed,
    Rejoin,
    ReportAcknowledged,
    RuneHalted,
    RuneStarted,
    RunSlot,
    SendReport,
    SlotDamaged,
    Started,
    Ticked,
    Unchanged,
    WakeAt,
)
from hmrd.storage.files import StorageFailed
from hmrd.storage.log import fault_text
from rune.tools.api.ports import Input

JITTER: Final = 0.1
"""Part of the time between polls by which it varies, so that the devices of a site do not ask at once."""
RING_EVERY: Final = 2.0
"""Seconds between two polls because of the bell, so that a broker cannot have the device ask without a pause."""
RETRY_SAVING: Final = 5.0
COUNT_EVERY: Final = 300.0
"""Seconds between two writings of what the rune counted: a power cut loses as much."""
DROPPED_EVERY: Final = 60.0
"""Seconds between two counts of dropped answers."""

Schedule = Callable[[Callable[[], None]], None]


class RuneService:
    """A rune of the device. `schedule` has the loop call a function."""

    def __init__(self, config: RuneConfig, device: LocalDevice, schedule: Schedule) -> None:
        self.config, self._device, self._schedule = config, device, schedule
        self.slots = device.folder.slots(config.name)
        self._file = device.folder.state_file(config.name)
        state, is_damaged = self._file.read()
        if is_damaged:
            device.log.write(f"The state of {config.name} was damaged, and the one before is used.")
        self.machine = DeviceMachine(device.agent, device.config.board, state)
        self._saved = state
        self._tasks: dict[Command, StopSignal] = {}
        self.runner: RuneRunner | None = None
        self.sinks: tuple[AnswerQueue, ...] = ()
        self.local_detail = ""
        """The detail of the last problem, for the person at the device alone."""
        self.storage_problem: DeviceProblem | None = None
        self.wake: float | None = None
        """The time at which the machine has to be asked again; None if only an event changes it."""
        self._last_ring = 0.0
        self._next_ring: float | None = None
        """The time of the poll that a bell asked for; None without one."""
        self._dropped = 0
        self._dropped_posted = 0.0
        self._lock = threading.Lock()
        self.counting = RuneCounting(device, config.name)
        self.samples = RuneSampleRequests(device, config.name, lambda: self.counting.mode is not Telemetry.OFF)
        self.shadowing = Shadowing(
            device, config, self.slots, self.counting, self._post, lambda: schedule(self._shadow_ended)
        )
        self.next_count = 0.0
        """The time at which what the rune counted is written."""
        self._make = Tasks(device, config, self.slots, self._tell)
        self._requests = Requests(device, config, self.slots, lambda: schedule(self.stop_rune), self._forget_private)

    def start(self) -> None:
        """Begins, also after a power cut."""
        self.sinks = tuple(open_sink(each, self._count_dropped) for each in self.config.sinks)
        self.handle(Started(self._now()))

    def tick(self) -> None:
        """Time passed."""
        self.handle(Ticked(self._now()))

    def count(self) -> None:
        """Writes what was counted, and makes documents of what is over."""
        self.next_count = self._now() + COUNT_EVERY
        if self.runner is not None:
            self.runner.take_counts()
        without_disk(self.counting.settle, self._device.log.write)
        without_disk(self.samples.settle, self._device.log.write)

    def ring(self) -> None:
        """Polls at once, since there may be something new; soon, where the bell rang a moment ago."""
        if self.config.origin is not Origin.SERVER:
            return
        now = self._now()
        self._next_ring = max(now, self._last_ring + RING_EVERY)
        self._last_ring = self._next_ring
        if not any(isinstance(each, Poll) for each in self._tasks):
            self._poll_for_ring()
        self.tick()

    def _poll_for_ring(self) -> bool:
        """Has the next poll come sooner if the bell rang. Returns whether it did."""
        if self._next_ring is None:
            return False
        waiting = replace(self.machine.waiting, poll=min(self.machine.waiting.poll, self._next_ring))
        self.machine, self._next_ring = replace(self.machine, waiting=waiting), None
        return True

    def stop_rune(self) -> None:
        """Has the rune end. Where the machine wants it to run, it starts again."""
        if self.runner is not None:
            self.runner.begin_to_stop()

    def close(self) -> None:
        """Ends the rune, its sinks and all tasks."""
        self._cancel_tasks()
        self.shadowing.close()
        if self.runner is not None:
            self.runner.stop()
        for sink in self.sinks:
            sink.close()
        without_disk(self.counting.settle, self._device.log.write)

    def handle(self, event: MachineEvent) -> None:
        """Takes an event, writes the state that follows, and does what is to be done."""
        before = self.machine
        self.machine, commands = step(self.machine, event)
        if isinstance(event, Polled | Unchanged | PollFailed):
            self._vary_poll(event.now)
            if self._poll_for_ring():
                # The poll that ended may have been answered before the bell rang.
                self._schedule(self.tick)
        for line in change_lines(before, self.machine):
            self._device.log.write(f"{self.config.name}: {line}")
        self._follow_counting(event)
        if self._save():
            self._carry_out(commands)
        else:
            # A state that is not written must not be acted on. The rune of the written state keeps running.
            safe = [each for each in commands if isinstance(each, RunSlot) and self._is_saved(each)]
            self._carry_out(safe, is_whole=False)
            self.wake = self._now() + RETRY_SAVING

    def _follow_counting(self, event: MachineEvent) -> None:
        """Counts a restart, takes what the server says about counts, and sends them after it was heard."""
        if isinstance(event, RuneHalted):
            self.counting.note_restart(event.rune)
        if isinstance(event, Polled) and self.config.origin is Origin.SERVER:
            if event.desired.telemetry is not self.counting.mode and self.runner is not None:
                # The counts until now belong to the former way.
                self.runner.take_counts()
            without_disk(lambda: self.counting.set_mode(event.desired.telemetry), self._device.log.write)
            without_disk(self.samples.settle, self._device.log.write)
            wanted_rune = event.desired.wanted
            deployment = "" if wanted_rune is None else wanted_rune.deployment
            without_disk(lambda: self.samples.take_offers(event.desired.samples, deployment), self._device.log.write)
        if isinstance(event, Polled | Unchanged) and self._device.connection is not None:
            self.counting.send_soon(self._device.connection, event.now)
            self.samples.send_soon(self._device.connection, event.now)

    def _save(self) -> bool:
        if self.machine.state == self._saved:
            return True
        try:
            self._file.write(self.machine.state)
        except StorageFailed as error:
            if self.storage_problem != error.problem:
                self._device.log.write(f"{self.config.name}: {error.problem.detail}")
            self.storage_problem = error.problem
            return False
        self._saved, self.storage_problem = self.machine.state, None
        return True

    def _is_saved(self, command: RunSlot) -> bool:
        return self._saved.active == command.slot and self._saved.running == command.rune

    def _carry_out(self, commands: Sequence[Command], *, is_whole: bool = True) -> None:
        self.wake = min((each.time for each in commands if isinstance(each, WakeAt)), default=None)
        self._have_run(next((each for each in commands if isinstance(each, RunSlot)), None))
        self.shadowing.follow(next((each for each in commands if isinstance(each, RunShadow)), None), self.runner)
        if not is_whole:
            return
        tasks = {each: task for each in commands if (task := self._task(each)) is not None}
        for command in [each for each in self._tasks if each not in tasks]:
            self._tasks.pop(command).set()
        for command, task in tasks.items():
            if command not in self._tasks:
                self._begin(command, task)
        if any(isinstance(each, LeaveOrganisation) for each in commands):
            self.leave()

    def _task(self, command: Command) -> Task | None:
        """Returns the work of a command; None where it is done at once, or has to wait for an organisation."""
        state = self.machine.state
        is_joined = self.config.origin is Origin.LOCAL or self._device.connection is not None
        match command:
            case Poll():
                return lambda _: self._make.poll(state)
            case SendReport() if is_joined:
                return lambda _: self._make.send(command)
            case Fetch():
                return partial(self._make.fetch, command)
            case Check():
                return lambda _: self._make.check(command)
            case CheckShadow():
                return lambda _: self._make.check_shadow(command)
            case AskOwner():
                return partial(self._make.ask_owner, command)
            case AnswerRequest(request=request):
                return lambda _: self._requests.answer(request, state)
            case Rejoin():
                return self._make.rejoin
            case _:
                return None

    def _begin(self, command: Command, task: Task) -> None:
        signal = StopSignal()
        self._tasks[command] = signal

        def work() -> None:
            try:
                event = task(signal)
            except Exception as error:
                self._device.log.write(f"{type(command).__name__} failed: {fault_text(error)}.")
                event = failure_event(
                    command, self._now(), DeviceProblem(ProblemName.UNEXPECTED, f"{type(error).__name__}.")
                )
            self._schedule(lambda: self._end_task(command, signal, event))

        threading.Thread(target=work, name=f"{self.config.name} {type(command).__name__}", daemon=True).start()

    def _cancel_tasks(self) -> None:
        for signal in self._tasks.values():
            signal.set()
        self._tasks.clear()

    def _end_task(self, command: Command, signal: StopSignal, event: MachineEvent | None) -> None:
        if self._tasks.get(command) is not signal:
            return
        del self._tasks[command]
        if event is not None:
            self.handle(event)

    def _have_run(self, command: RunSlot | None) -> None:
        """Has the rune of a command run, and no other one."""
        runner = self.runner
        if runner is not None:
            if command is not None and runner.rune.rune == command.rune.rune and not runner.is_stopping:
                runner.rune = command.rune
                return
            runner.begin_to_stop()
            return  # `_ended` goes on.
        if command is None:
            return
        data = self.slots.read(command.slot, command.rune)
        if data is None:
            event = SlotDamaged(self._now(), command.slot)
            self._schedule(lambda: self.handle(event))
            return
        digest = command.rune.rune
        answered_rune = AnsweredRune(digest, command.rune.deployment, record_of(data))
        hooks = RunnerHooks(
            self._now,
            lambda: self._post(RuneStarted(self._now(), digest)),
            lambda problem, detail: self._stopped(digest, problem, detail),
            lambda: self._schedule(self._ended),
            lambda seconds, counts: self.counting.add(seconds, digest, counts),
            self._record,
            lambda: self.samples.is_on,
            partial(self.samples.observe, answered_rune),
        )
        self.runner = RuneRunner(command.rune, data, self.config, self.sinks, hooks)

    def _ended(self) -> None:
        if self.runner is not None and not self.runner.is_alive:
            self.runner = None
            self.tick()

    def _shadow_ended(self) -> None:
        self.shadowing.forget_ended()
        self.tick()

    def _stopped(self, digest: str, problem: DeviceProblem, detail: str) -> None:
        self._tell(detail)
        self._post(RuneHalted(self._now(), digest, problem))

    def _tell(self, detail: str) -> None:
        self.local_detail = detail

    def _record(self, inputs: Sequence[Input], read: Windows) -> None:
        recordings = self._device.recordings
        if recordings.running is None:
            return
        for port in inputs:
            if port.name in read and (file := recorded_file(port, read[port.name])) is not None:
                problem = recordings.keep(*file, self._now())
                if problem is not None:
                    self._device.log.write(problem.detail)

    def _count_dropped(self, count: int) -> None:
        with self._lock:
            self._dropped += count
            now = self._now()
            if now < self._dropped_posted + DROPPED_EVERY:
                return
            dropped, self._dropped, self._dropped_posted = self._dropped, 0, now
        self._post(AnswersDropped(now, dropped))

    def _forget_private(self) -> None:
        """Deletes what the rune counted, and the windows that were kept."""
        self.counting.forget()
        self.samples.forget()

    def joined(self, event: ReportAcknowledged) -> None:
        """The device joined an organisation, with its first report: it asks at once what is wanted."""
        self.machine = replace(self.machine, waiting=replace(self.machine.waiting, poll=0.0, send=0.0))
        self.handle(event)

    def leave(self) -> None:
        """Forgets the organisation and all that came from it. What follows is as new."""
        self._cancel_tasks()
        self.shadowing.stop()
        self.stop_rune()
        self.slots.clear()
        self._device.recordings.delete_all()
        self._forget_private()
        self._device.folder.forget_documents()
        self._device.folder.identity.forget()
        self._device.connection = None
        self.machine = DeviceMachine(self._device.agent, self._device.config.board, MachineState())
        self._device.log.write("The device left its organisation.")
        self.handle(Started(self._now()))

    def _vary_poll(self, now: float) -> None:
        waiting = self.machine.waiting
        wait = (waiting.poll - now) * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  spreads load, hides nothing
        self.machine = replace(self.machine, waiting=replace(waiting, poll=now + wait))

    def _post(self, event: MachineEvent) -> None:
        self._schedule(lambda: self.handle(event))

    def _now(self) -> float:
        return self._device.clock.now()
