"""The state machine of a device: the ways from one rune to another, one fact a test."""

from __future__ import annotations

import pytest

from hmrd.machine import retry_wait
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.reports import EventKind, Phase, SelfTestOutcome
from hmrd.protocol.wanted import TRIAL, RequestKind
from hmrd.state import (
    AskOwner,
    Check,
    Deployed,
    Fetch,
    LeaveOrganisation,
    Poll,
    PollFailed,
    RuneHalted,
    RunSlot,
    SendReport,
    WentBack,
)
from tests.support.hmrd.world import ALSO_GOOD, AWAY, CRASHES, DISLIKED, FAILS_TEST, GOOD, World


@pytest.fixture
def world() -> World:
    """A device that runs `GOOD`, healthy, and whose server knows it."""
    world = World()
    world.server.want(GOOD)
    world.settle()
    world.require_settled()
    return world


def kinds(world: World) -> list[EventKind]:
    return [event.kind for event in world.server.events]


def test_the_first_report_says_that_nothing_runs() -> None:
    world = World()
    world.settle(3600)
    first = world.server.reports[0]
    assert (first.sequence, first.phase, first.running) == (1, Phase.EMPTY, None)


def test_a_rune_is_installed_only_after_its_trial(world: World) -> None:
    world.server.want(ALSO_GOOD)
    while world.machine.state.phase is not Phase.TRYING:
        world.settle(60)
    assert world.installs() == ["1.1"]
    world.settle(TRIAL + 1)
    assert world.installs() == ["1.1", "1.2"]
    assert world.server.reports[-1].self_test is SelfTestOutcome.PASSED


def test_the_rune_before_answers_while_the_next_is_fetched_and_checked(world: World) -> None:
    world.server.want(ALSO_GOOD)
    world.now += 60
    world.pass_time(0)
    phases = set()
    while world.machine.state.phase is not Phase.TRYING:
        command = next(each for each in world.pending if isinstance(each, (Poll, Fetch, Check, RunSlot, SendReport)))
        phases.add(world.machine.state.phase)
        assert world.answering == GOOD
        world.carry_out(command)
    assert {Phase.FETCHING, Phase.CHECKING} <= phases


@pytest.mark.parametrize(
    ("rune", "name"),
    [
        (FAILS_TEST, ProblemName.SELF_TEST_FAILED),
        (CRASHES, ProblemName.TRAPPED),
        (DISLIKED, ProblemName.CHECK_REFUSED),
    ],
)
def test_a_rune_that_fails_leaves_the_one_before_and_is_tried_ever_more_seldom(
    world: World, rune: str, name: ProblemName
) -> None:
    world.server.want(rune)
    world.settle(600)
    assert world.answering == GOOD
    assert world.server.reports[-1].problem is not None
    assert world.server.reports[-1].problem.name is name
    assert world.installs() == ["1.1"]
    first = world.machine.state.failures[0].count
    world.settle(7 * 86_400)
    # Seven days at a minute, four, sixteen ... and then once a day.
    assert first < world.machine.state.failures[0].count < 20
    world.server.want(ALSO_GOOD)
    world.settle()
    world.require_settled()


def test_waits_grow_to_a_day_and_not_beyond() -> None:
    assert [retry_wait(count) for count in (1, 2, 3)] == [60, 240, 960]
    assert retry_wait(50) == 86_400


def test_a_lost_network_never_undoes_a_good_update(world: World) -> None:
    world.server.want(ALSO_GOOD)
    while world.machine.state.phase is not Phase.TRYING:
        world.settle(60)
    for _ in range(200):
        for command in [each for each in world.pending if isinstance(each, (Poll, SendReport))]:
            world.carry_out(command, is_away=True)
        for own in [each for each in world.pending if isinstance(each, (AskOwner, RunSlot))]:
            world.carry_out(own)
        world.pass_time(3600)
    assert (world.answering, world.machine.state.phase) == (ALSO_GOOD, Phase.RUNNING)
    assert world.installs() == ["1.1"]
    world.settle(2 * 86_400)
    assert world.installs() == ["1.1", "1.2"]


def test_polls_wait_longer_while_the_server_is_away_up_to_a_day(world: World) -> None:
    intervals = []
    for _ in range(15):
        world.send(PollFailed(world.now, AWAY))
        intervals.append(world.machine.waiting.poll - world.now)
        world.now = world.machine.waiting.poll
    assert intervals[:3] == [120, 240, 480]
    assert intervals[-1] == 86_400


def test_going_back_needs_no_download_and_holds_until_something_else_is_wanted(world: World) -> None:
    world.server.want(ALSO_GOOD)
    world.settle()
    world.send(WentBack(world.now))
    assert not any(isinstance(each, Fetch) for each in world.commands)
    world.settle()
    assert world.answering == GOOD
    assert kinds(world)[-1] is EventKind.WENT_BACK
    world.server.want(ALSO_GOOD)
    world.now += 60
    world.pass_time(0)
    world.settle()
    assert world.answering == ALSO_GOOD


def test_the_server_goes_back_without_a_download(world: World) -> None:
    world.server.want(ALSO_GOOD)
    world.settle()
    world.server.want(GOOD)
    was_fetched = False
    while world.answering != GOOD:
        command = world.pending[0] if world.pending else None
        was_fetched |= isinstance(command, Fetch)
        if command is None:
            world.pass_time(30)
        else:
            world.carry_out(command)
    assert not was_fetched


def test_an_older_release_is_refused_and_what_runs_stays(world: World) -> None:
    old = world.server.wanted
    world.server.want(ALSO_GOOD)
    world.settle()
    world.server.wanted = old
    world.settle()
    assert world.answering == ALSO_GOOD
    assert world.server.reports[-1].problem is not None
    assert world.server.reports[-1].problem.name is ProblemName.OLDER
    assert kinds(world).count(EventKind.REFUSED) == 1


def test_a_crash_loop_goes_back_and_says_so(world: World) -> None:
    world.server.want(ALSO_GOOD)
    world.settle()
    for _ in range(5):
        world.send(RuneHalted(world.now, ALSO_GOOD, DeviceProblem(ProblemName.TRAPPED, "unreachable")))
        world.now += 30
    world.settle(30)
    assert world.answering == GOOD
    assert EventKind.FELL_BACK in kinds(world)
    assert world.server.reports[-1].totals.traps == 5
    world.settle()
    world.require_settled()


def test_stops_that_are_far_apart_are_no_crash_loop(world: World) -> None:
    world.server.want(ALSO_GOOD)
    world.settle()
    for _ in range(20):
        world.send(RuneHalted(world.now, ALSO_GOOD, DeviceProblem(ProblemName.TRAPPED, "unreachable")))
        world.settle(600)
    assert world.answering == ALSO_GOOD
    assert world.server.reports[-1].totals.restarts == 20


def test_an_input_that_ends_is_no_fault_of_the_rune(world: World) -> None:
    world.server.want(ALSO_GOOD)
    world.settle()
    for _ in range(50):
        world.send(RuneHalted(world.now, ALSO_GOOD, DeviceProblem(ProblemName.INPUT_ENDED, "the pipe was closed")))
        world.settle(10)
    assert world.machine.state.running is not None
    assert world.machine.state.running.rune == ALSO_GOOD


def test_damaged_bytes_hand_over_to_the_other_slot_and_are_fetched_again(world: World) -> None:
    world.server.want(ALSO_GOOD)
    world.settle()
    slot = world.machine.state.active
    assert slot is not None
    world.damage(slot)
    world.cut_power()
    run = next(each for each in world.pending if isinstance(each, RunSlot))
    world.carry_out(run)
    run = next(each for each in world.pending if isinstance(each, RunSlot))
    world.carry_out(run)
    assert world.answering == GOOD
    world.settle()
    world.require_settled()
    assert world.answering == ALSO_GOOD


def test_a_rune_that_takes_the_daemon_with_it_is_given_up(world: World) -> None:
    world.server.want(ALSO_GOOD)
    while world.machine.state.phase is not Phase.TRYING:
        world.settle(60)
    for _ in range(3):
        world.cut_power()
    assert world.machine.state.running is not None
    assert world.machine.state.running.rune == GOOD


def test_a_clock_that_jumped_back_keeps_no_rune_away(world: World) -> None:
    world.server.want(CRASHES)
    world.settle(600)
    count = world.machine.state.failures[0].count
    world.now -= 10 * 365 * 86_400
    world.cut_power()
    world.settle(2 * 86_400)
    assert world.machine.state.failures[0].count > count


def test_a_report_that_was_taken_but_not_acknowledged_counts_once(world: World) -> None:
    world.server.want(ALSO_GOOD)
    world.now += 60
    world.pass_time(0)
    while not any(isinstance(each, SendReport) for each in world.pending):
        world.carry_out(world.pending[0])
    send = next(each for each in world.pending if isinstance(each, SendReport))
    assert world.server.take(send.report) is None
    world.cut_power()
    world.settle()
    world.require_settled()
    assert kinds(world).count(EventKind.INSTALLED) == 2


def test_a_state_from_a_copy_gets_new_numbers(world: World) -> None:
    copy = world.written
    world.server.want(ALSO_GOOD)
    world.settle()
    world.written = copy
    world.disk = [GOOD, ALSO_GOOD]
    world.cut_power()
    world.settle()
    sequences = [each.sequence for each in world.server.reports]
    assert sequences == sorted(set(sequences))
    assert world.answering == ALSO_GOOD


def test_a_request_is_answered_once_though_the_server_asks_again(world: World) -> None:
    world.server.ask(RequestKind.LOG)
    world.settle()
    world.settle()
    assert [answer.id for report in world.server.reports for answer in report.answers] == [1]


def test_a_device_leaves_after_the_server_has_its_last_report(world: World) -> None:
    world.server.ask(RequestKind.LEAVE)
    while not any(isinstance(each, LeaveOrganisation) for each in world.commands):
        if world.pending:
            world.carry_out(world.pending[0])
        else:
            world.pass_time(60)
    assert world.machine.state.running is None
    assert [answer.id for answer in world.server.reports[-1].answers] == [1]


def test_a_rune_of_a_person_at_the_device_takes_the_same_way() -> None:
    world = World()
    world.server.want(GOOD)
    rune = world.server.wanted
    world.server.wanted = None
    assert rune is not None
    world.send(Deployed(world.now, rune))
    while world.machine.state.phase is not Phase.RUNNING:
        pending = [each for each in world.pending if not isinstance(each, Poll)]
        if pending:
            world.carry_out(pending[0])
        else:
            world.pass_time(30)
    assert world.answering == GOOD


def test_events_that_do_not_fit_are_counted(world: World) -> None:
    for _ in range(300):
        world.send(RuneHalted(world.now, GOOD, DeviceProblem(ProblemName.TRAPPED, "unreachable")))
        world.now += 700
    world.settle()
    assert EventKind.EVENTS_DROPPED in kinds(world)
    assert world.server.reports[-1].totals.restarts == 300
