"""A rune that runs beside the one that answers: how it comes and goes, and that it never changes which one answers."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable, Mapping

import pytest

from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.reports import EventKind, Phase
from hmrd.shadow import MOST_STARTS, STEADY
from hmrd.shadow_events import CheckShadow, RunShadow, ShadowFailed
from hmrd.shadow_state import ShadowPhase
from hmrd.state import Fetch, MachineState, Poll, Polled, RuneHalted, RunSlot, WorkFailed
from hmrd.storage.states import state_from_json, state_to_json
from tests.support.hmrd.world import ALSO_GOOD, BESIDE, CRASHES, FAILS_TEST, GOOD, World

HOUR = 3600.0
TRAPPED = DeviceProblem(ProblemName.TRAPPED, "unreachable")


@pytest.fixture
def world() -> World:
    """A device that runs `GOOD`, healthy."""
    return running()


def running() -> World:
    world = World()
    world.server.interval = 600
    world.server.want(GOOD)
    world.settle(HOUR)
    world.require_settled()
    return world


def phase(world: World) -> ShadowPhase:
    return world.machine.state.shadow.phase


def beside(world: World) -> World:
    """The device with `BESIDE` beside."""
    world.server.want_beside(BESIDE)
    world.settle(HOUR)
    assert (world.answering, world.beside, phase(world)) == (GOOD, BESIDE, ShadowPhase.BESIDE)
    return world


def shadow_problem(world: World) -> ProblemName | None:
    problem = world.server.reports[-1].shadow_problem
    return None if problem is None else problem.name


def test_a_wanted_shadow_is_fetched_checked_and_run_beside(world: World) -> None:
    beside(world)
    report = world.server.reports[-1]
    assert report.running is not None
    assert report.shadow is not None
    assert (report.running.rune, report.shadow.rune) == (GOOD, BESIDE)
    assert report.phase is Phase.RUNNING
    assert world.installs() == ["1.1"]
    assert [each.kind for each in world.server.events].count(EventKind.INSTALLED) == 1


def test_a_shadow_is_no_rune_to_go_back_to(world: World) -> None:
    beside(world)
    other = world.machine.state.other
    assert other is not None
    assert not other.is_healthy
    for _ in range(8):
        world.send(RuneHalted(world.now, GOOD, TRAPPED))
        world.now += 30
    world.settle(HOUR)
    assert world.answering == GOOD


def test_withdrawn_it_stops(world: World) -> None:
    beside(world)
    world.server.want_beside(None)
    world.settle(HOUR)
    assert (world.beside, phase(world), world.answering) == (None, ShadowPhase.NONE, GOOD)
    assert world.server.reports[-1].shadow is None


def test_a_shadow_that_is_wanted_is_switched_to_without_a_download(world: World) -> None:
    beside(world)
    assert world.fetches.count(BESIDE) == 1
    # The server goes on to want it beside, as servers do whose parts are not changed at once.
    world.server.want(BESIDE)
    world.settle(HOUR)
    assert (world.answering, world.beside) == (BESIDE, None)
    assert world.fetches.count(BESIDE) == 1


def test_another_wanted_rune_takes_the_slot(world: World) -> None:
    beside(world)
    world.server.want(ALSO_GOOD)
    while world.machine.state.phase is not Phase.TRYING:
        world.settle(20)
        assert world.beside is None or world.machine.state.phase is Phase.RUNNING
    assert phase(world) is ShadowPhase.NONE
    world.settle(HOUR)
    # The rune that the server wants beside is now older than what runs.
    world.require_settled()
    assert world.answering == ALSO_GOOD


def test_a_shadow_waits_for_the_rune_that_is_wanted() -> None:
    world = World()
    world.server.want(CRASHES)
    world.server.want_beside(BESIDE)
    world.settle(HOUR)
    assert (phase(world), BESIDE in world.fetches) == (ShadowPhase.NONE, False)


@pytest.mark.parametrize(("rune", "name"), [(FAILS_TEST, ProblemName.SELF_TEST_FAILED), (CRASHES, ProblemName.TRAPPED)])
def test_a_shadow_that_fails_is_given_up_and_named(world: World, rune: str, name: ProblemName) -> None:
    world.server.want_beside(rune)
    world.settle(HOUR)
    assert (world.answering, world.beside, phase(world)) == (GOOD, None, ShadowPhase.FAILED)
    assert shadow_problem(world) is name
    assert world.server.reports[-1].problem is None
    fetches = len(world.fetches)
    world.settle(24 * HOUR)
    assert len(world.fetches) == fetches
    world.server.want_beside(BESIDE)
    world.settle(HOUR)
    assert (world.beside, shadow_problem(world)) == (BESIDE, None)


@pytest.mark.parametrize("name", [ProblemName.MEMORY_SHORT, ProblemName.INPUTS_DIFFER, ProblemName.NO_LABELS])
def test_a_rune_that_cannot_run_beside_is_given_up(world: World, name: ProblemName) -> None:
    world.server.want_beside(BESIDE)
    while not (check := [each for each in world.pending if isinstance(each, CheckShadow)]):
        if world.pending:
            world.carry_out(world.pending[0])
        else:
            world.pass_time(60)
    world.send(WorkFailed(world.now, check[0].rune, DeviceProblem(name, "No.")))
    world.settle(HOUR)
    assert (world.answering, phase(world), shadow_problem(world)) == (GOOD, ShadowPhase.FAILED, name)


def test_a_link_that_is_gone_is_no_fault_of_the_shadow(world: World) -> None:
    world.server.want_beside(BESIDE)
    world.now += 600
    world.pass_time(0)
    world.carry_out(next(each for each in world.pending if isinstance(each, Poll)))
    for _ in range(5):
        (fetch,) = [each for each in world.pending if isinstance(each, Fetch)]
        world.carry_out(fetch, is_away=True)
        world.pass_time(4000)
    assert phase(world) is ShadowPhase.FETCHING
    world.settle(2 * HOUR)
    assert world.beside == BESIDE


def test_damaged_bytes_of_a_shadow_are_fetched_again(world: World) -> None:
    beside(world)
    active = world.machine.state.active
    assert active is not None
    world.damage(1 - active)
    world.cut_power()
    world.settle(HOUR)
    assert (world.answering, world.beside, world.fetches.count(BESIDE)) == (GOOD, BESIDE, 2)


def test_a_shadow_that_takes_the_daemon_with_it_is_given_up(world: World) -> None:
    beside(world)
    for _ in range(MOST_STARTS + 1):
        world.cut_power()
    assert phase(world) is ShadowPhase.FAILED
    world.settle(HOUR)
    assert (world.answering, shadow_problem(world)) == (GOOD, ProblemName.CRASHES)


def test_power_cuts_that_are_far_apart_are_no_fault_of_the_shadow(world: World) -> None:
    beside(world)
    for _ in range(4 * MOST_STARTS):
        world.cut_power()
        world.settle(STEADY + 60)
    assert (world.beside, phase(world)) == (BESIDE, ShadowPhase.BESIDE)


def test_a_shadow_without_an_order_is_refused_and_what_runs_stays(world: World) -> None:
    world.server.want_beside(BESIDE)
    refusal = DeviceProblem(ProblemName.ORDER_REFUSED, "No order.")
    world.send(Polled(world.now, world.server.desired, None, refusal))
    assert (world.machine.state.shadow.wanted, world.machine.state.refusal) == (None, None)
    assert not any(isinstance(each, Fetch) for each in world.pending)
    world.carry_out(world.pending[0])
    assert shadow_problem(world) is ProblemName.ORDER_REFUSED


def test_a_shadow_older_than_what_ran_is_refused(world: World) -> None:
    world.server.want_beside(BESIDE)
    old = world.server.shadow
    for rune in (ALSO_GOOD, GOOD, ALSO_GOOD):
        world.server.want(rune)
        world.server.shadow = None
        world.settle(HOUR)
    world.server.shadow = old
    world.settle(HOUR)
    assert (world.beside, shadow_problem(world)) == (None, ProblemName.OLDER)


def test_an_old_event_changes_nothing(world: World) -> None:
    beside(world)
    before = world.machine.state
    world.send(ShadowFailed(world.now, ALSO_GOOD, TRAPPED))
    assert world.machine.state == before


def test_a_state_is_read_as_it_was_written(world: World) -> None:
    for rune in (BESIDE, CRASHES, None):
        world.server.want_beside(rune)
        for _ in range(40):
            state = world.machine.state
            assert state_from_json(json.loads(json.dumps(state_to_json(state)))) == state
            world.settle(20)
    older = {key: value for key, value in state_to_json(MachineState()).items() if key != "shadow"}
    assert state_from_json(older) == MachineState()


def _want(rune: str | None) -> Callable[[World], None]:
    return lambda world: world.server.want_beside(rune)


def _carry_out(*, is_away: bool = False, is_cut: bool = False) -> Callable[[World], None]:
    """Polls if there is nothing else to do, and carries out what is to be done for the shadow first."""

    def act(world: World) -> None:
        pending = sorted(world.pending, key=lambda each: not isinstance(each, (Fetch, CheckShadow, RunShadow)))
        if pending:
            world.carry_out(pending[0], is_away=is_away, is_cut=is_cut)
        else:
            world.pass_time(60)

    return act


def _damage(world: World) -> None:
    if world.machine.state.active is not None:
        world.damage(1 - world.machine.state.active)


def _trap(world: World) -> None:
    if world.beside is not None:
        world.send(ShadowFailed(world.now, world.beside, TRAPPED))


STEPS: Mapping[str, Callable[[World], None]] = {
    "want": _want(BESIDE),
    "want-bad": _want(CRASHES),
    "withdraw": _want(None),
    "go-on": _carry_out(),
    "go-on-and-cut": _carry_out(is_cut=True),
    "go-on-without-a-link": _carry_out(is_away=True),
    "cut": World.cut_power,
    "damage": _damage,
    "trap": _trap,
    "rest": lambda world: world.settle(120),
}


@pytest.mark.parametrize("first", STEPS)
def test_no_sequence_of_a_shadow_changes_what_answers(first: str) -> None:
    """All sequences of three steps, from a device with a shadow beside and from one without."""
    worlds = running(), beside(running())
    for rest in itertools.product(STEPS, repeat=2):
        for start in worlds:
            world = copy.deepcopy(start)
            active = world.machine.state.active
            for step in (first, *rest):
                STEPS[step](world)
                state = world.machine.state
                assert (state.active, state.phase, state.target) == (active, Phase.RUNNING, None)
                assert [each.rune.rune for each in world.commands if isinstance(each, RunSlot)] == [GOOD]
                assert (state.problem, state.totals.fallbacks, state.totals.restarts) == (None, 0, 0)
