"""Devices whose links lose requests, whose power fails, whose clocks jump and whose server restarts: each a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.wanted import RequestKind
from hmrd.state import MachineEvent, Poll, PollFailed, RuneHalted, SendFailed, SendReport
from tests.support.hmrd.world import ALSO_GOOD, CRASHES, DISLIKED, FAILS_TEST, GOOD, World, WorldViolation

_STEPS = 250
_BAD = (FAILS_TEST, CRASHES, DISLIKED)


@dataclass(frozen=True)
class DeviceEnding:
    """The end of a device after all faults: the rune that answers, and how much it went through."""

    answering: str | None
    power_cuts: int
    fallbacks: int


def survive(seed: int) -> DeviceEnding:
    """Lets everything happen to a device for a while, and then nothing any more. Raises `WorldViolation` for one that
    does not end on the wanted rune, or that did something that it never may."""
    history = _History(random.Random(seed))
    for _ in range(_STEPS):
        history.go_on()
    return history.end()


class _History:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.world = World()
        self.world.server.interval = 600
        self.world.server.want(rng.choice((GOOD, ALSO_GOOD)))
        self.lossy = rng.choice((0.0, 0.1, 0.5, 0.9))
        self.power_cuts = 0
        self.key_ended = False

    def go_on(self) -> None:
        """Lets one thing happen: most often what the device asks for, now and then a fault."""
        fault = self.rng.random()
        for limit, happen in (
            (0.06, self._cut_power),
            (0.09, self._jump),
            (0.13, self._want),
            (0.15, self._damage),
            (0.17, self._stop_rune),
            (0.18, self._end_key),
            (0.20, self._ask),
        ):
            if fault < limit:
                happen()
                return
        self._carry_out()

    def _carry_out(self) -> None:
        world, rng = self.world, self.rng
        pending = world.pending
        if not pending:
            world.pass_time(max(1.0, min((world.next_time or world.now + 600) - world.now, 90_000)))
            return
        command = rng.choice(pending)
        if self.key_ended and isinstance(command, (Poll, SendReport)):
            refusal = DeviceProblem(ProblemName.KEY_REFUSED, "The device is locked out.")
            world.send(PollFailed(world.now, refusal) if isinstance(command, Poll) else SendFailed(world.now))
            return
        is_cut = rng.random() < 0.05
        self.power_cuts += is_cut
        world.carry_out(command, is_away=rng.random() < self.lossy, is_cut=is_cut)

    def _cut_power(self) -> None:
        self.power_cuts += 1
        self.world.cut_power()

    def _jump(self) -> None:
        """The clock is wrong after the next start, as without a battery: in 1970, or years ahead."""
        self.world.now = max(0.0, self.world.now + self.rng.choice((-2e9, -1e6, 1e6, 3e8)))
        self._cut_power()

    def _want(self) -> None:
        self.world.server.want(self.rng.choice((GOOD, ALSO_GOOD, *_BAD)))

    def _damage(self) -> None:
        self.world.damage(self.rng.randrange(2))

    def _stop_rune(self) -> None:
        world = self.world
        if world.answering is not None:
            rune, world.answering = world.answering, None
            world.send(RuneHalted(world.now, rune, DeviceProblem(ProblemName.TRAPPED, "unreachable")))

    def _end_key(self) -> None:
        self.key_ended = not self.key_ended

    def _ask(self) -> None:
        self.world.server.ask(self.rng.choice((RequestKind.LOG, RequestKind.RESTART, RequestKind.SELF_TEST)))

    def end(self) -> DeviceEnding:
        """Nothing fails any more, and one of the two runes that work is wanted."""
        world = self.world
        world.server.interval = 7200
        world.server.want(self.rng.choice((GOOD, ALSO_GOOD)))
        world.settle(10 * 86_400.0)
        world.require_settled()
        return DeviceEnding(world.answering, self.power_cuts, world.machine.state.totals.fallbacks)


def cut_at_each_step(history: Callable[[World], None]) -> int:
    """Repeats a history with the power failing after each of its steps, the state written and nothing done of what
    follows. Returns the number of steps. Raises `WorldViolation` where one ends badly."""
    step = 0
    while True:
        world = _CutWorld(step)
        world.server.interval = 3600
        history(world)
        if not world.was_cut:
            return step
        world.settle(2 * 86_400.0)
        world.require_settled()
        step += 1
        if step > 5000:
            raise WorldViolation("the history has no end")


class _CutWorld(World):
    """A world whose power fails once, after a number of events."""

    def __init__(self, cut_after: int) -> None:
        self.left = cut_after
        self.was_cut = False
        super().__init__()

    def send(self, event: MachineEvent, *, is_cut: bool = False) -> None:
        super().send(event, is_cut=is_cut)
        if self.left == 0 and not self.was_cut:
            self.was_cut = True
            self.cut_power()
        self.left -= 1
