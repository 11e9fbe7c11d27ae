"""The oracle refuses each way in which a device could run what its rollout did not allow."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from tests.support.rollouts.journal import JournalEntry, JournalTransaction
from tests.support.rollouts.observations import Observation, ReportedRune, RequestedRelease, StartedRune
from tests.support.rollouts.oracle import GroupMembers, RolloutOracle

ROLLOUT = "11111111-0000-4000-8000-000000000000"
DEVICES = tuple(f"{number:08}-0000-4000-8000-000000000000" for number in range(10))
DRAW = sorted(DEVICES, key=lambda each: hashlib.sha256(UUID(ROLLOUT).bytes + UUID(each).bytes).digest())
PATH, OTHER_PATH = "acme/gates/north", "acme/gates/south"
GROUPS = (GroupMembers(PATH, "north", frozenset(DEVICES)), GroupMembers(OTHER_PATH, "south", frozenset({"south-1"})))
PLAN = {"stages": [{"size": "count", "amount": 2}, {"size": "share", "amount": 0.5}, {"size": "all", "amount": 0}]}
FORMER, NEW = "sha256:former", "sha256:new"
FIRST, SECOND, LATER = DRAW[0], DRAW[1], DRAW[2]


def entry(place: str, act: str = "INSERT", **row: Any) -> JournalEntry:
    return JournalEntry(place, act, row)


def state(name: str) -> JournalEntry:
    row = {"id": ROLLOUT, "deployment_id": "north", "release_id": "r2", "former_id": "r1", "plan_json": PLAN}
    return JournalEntry("rollouts_rollout", "INSERT", {**row, "state": name})


def release(number: int, rune: str) -> JournalEntry:
    return entry("deployments_release", id=f"r{number}", deployment_id="north", number=number, rune=rune)


def drawn(device: str, stage: int | None, admitted: str | None = None) -> JournalEntry:
    return entry("rollouts_rolloutdevice", rollout_id=ROLLOUT, device_id=device, stage=stage, admitted=admitted)


def stage(number: int, passed: str | None = None) -> JournalEntry:
    return entry("rollouts_rolloutstage", rollout_id=ROLLOUT, number=number, passed=passed)


def role(device: str, name: str = "new") -> JournalEntry:
    return entry("fleet_device", "UPDATE", id=device, rollout=ROLLOUT, rollout_role=name)


def at(committed: float, *entries: JournalEntry) -> JournalTransaction:
    return JournalTransaction(committed, entries)


BEGIN = (
    at(0, release(1, FORMER), release(2, NEW), release(3, FORMER)),
    at(10, state("running")),
    at(20, drawn(FIRST, 0), drawn(SECOND, 0), stage(0)),
    at(30, drawn(FIRST, 0, "now"), drawn(SECOND, 0, "now"), role(FIRST), role(SECOND)),
)
"""The first stage of a rollout, whose devices are allowed the release at 30."""


def requested(device: str, moment: float, number: int = 2, rune: str = NEW) -> RequestedRelease:
    return RequestedRelease(device, moment, moment + 0.1, PATH, number, rune)


def started(device: str, moment: float, number: int = 2, rune: str = NEW) -> StartedRune:
    return StartedRune(device, moment, PATH, number, rune, is_fallback=False)


def violations(transactions: Sequence[JournalTransaction] = BEGIN, events: Sequence[Observation] = ()) -> list[str]:
    oracle = RolloutOracle(GROUPS, {"north": 1, "south": 1})
    oracle.follow(transactions)
    oracle.judge(events)
    return oracle.violations


def test_a_rollout_that_does_as_it_says_is_accepted() -> None:
    history = [
        *BEGIN,
        at(40, state("paused")),
        at(50, state("running"), role(SECOND)),
        at(60, stage(0, "now")),
        at(70, drawn(LATER, 1), *(drawn(each, 1) for each in DRAW[3:5]), stage(1)),
        at(80, drawn(LATER, 1, "now"), role(LATER)),
        at(90, state("going-back")),
    ]
    events: list[Observation] = [
        requested(FIRST, 15, 1, FORMER),
        requested(FIRST, 31),
        started(FIRST, 33),
        ReportedRune(FIRST, 34, 2, is_acknowledged=True),
        # It runs it already, so that it keeps it while others get nothing.
        requested(FIRST, 45),
        requested(SECOND, 45, 1, FORMER),
        requested(SECOND, 55),
        started(SECOND, 56),
        replace(started(SECOND, 58, 1, FORMER), is_fallback=True),
        requested(LATER, 81),
        # The answer left before the rollout went back.
        started(LATER, 95),
        requested(LATER, 99, 3, FORMER),
        started(LATER, 100, 3, FORMER),
    ]
    assert violations(history, events) == []


@pytest.mark.parametrize(
    ("transactions", "events"),
    [
        pytest.param((), (requested(LATER, 31),), id="a device that was not drawn"),
        pytest.param((), (requested(FIRST, 25),), id="before it was allowed"),
        pytest.param((), (requested(FIRST, 31), started(LATER, 32)), id="a device that was not named_release"),
        pytest.param((), (requested(FIRST, 31, 2, FORMER),), id="a rune of another release"),
        pytest.param((), (requested(FIRST, 31, 3, FORMER),), id="the way back before somebody decided"),
        pytest.param((), (requested(FIRST, 35, 1, FORMER),), id="the former release after it was allowed"),
        pytest.param((at(40, state("paused")),), (requested(SECOND, 41),), id="during a pause"),
        pytest.param((at(40, state("stopped")),), (requested(SECOND, 41),), id="after a stop"),
        pytest.param((at(40, state("aborted")),), (requested(SECOND, 41),), id="after its end"),
        pytest.param((at(40, state("going-back")),), (requested(SECOND, 41),), id="after going back"),
        pytest.param((), (RequestedRelease("south-1", 31, 32, PATH, 2, NEW),), id="a device of another group"),
        pytest.param((), (RequestedRelease(FIRST, 31, 32, OTHER_PATH, 1, NEW),), id="a release of another deployment"),
        pytest.param(
            (at(40, state("paused")),),
            (
                *(requested(FIRST, 31), started(FIRST, 32), ReportedRune(FIRST, 33, 2, is_acknowledged=True)),
                *(ReportedRune(FIRST, 44, 1, is_acknowledged=True), requested(FIRST, 45)),
            ),
            id="again after the server knew that it fell back",
        ),
        pytest.param((), (replace(started(FIRST, 31), is_fallback=True),), id="falling back to the new rune"),
    ],
)
def test_a_device_with_what_it_was_not_allowed_is_seen(
    transactions: Sequence[JournalTransaction], events: Sequence[Observation]
) -> None:
    assert violations([*BEGIN, *transactions]) == []
    assert violations([*BEGIN, *transactions], events) != []


def test_a_report_whose_answer_was_lost_may_be_known() -> None:
    report = ReportedRune(FIRST, 33, 2, is_acknowledged=False)
    events: list[Observation] = [requested(FIRST, 31), started(FIRST, 32), report, requested(FIRST, 45)]
    history = [*BEGIN, at(40, state("paused"))]
    assert violations(history, events) == []
    events.remove(report)
    assert violations(history, events) != []


PASSED = at(40, stage(0, "now"))
SECOND_STAGE = tuple(drawn(each, 1) for each in DRAW[2:5])


@pytest.mark.parametrize(
    "transactions",
    [
        pytest.param((at(40, *SECOND_STAGE, stage(1)),), id="a stage before the one before it passed"),
        pytest.param((PASSED, at(50, *SECOND_STAGE[:2], stage(1))), id="too few devices"),
        pytest.param((PASSED, at(50, *SECOND_STAGE, drawn(DRAW[9], 1), stage(1))), id="too many devices"),
        pytest.param((PASSED, at(50, *SECOND_STAGE[:2], drawn(DRAW[9], 1), stage(1))), id="other devices"),
        pytest.param((PASSED, at(45, state("paused")), at(50, *SECOND_STAGE, stage(1))), id="a stage in a pause"),
        pytest.param((PASSED, at(50, *SECOND_STAGE, stage(2))), id="a stage left out"),
        pytest.param((at(35, role(LATER)),), id="a part without an admission"),
        pytest.param((at(35, drawn(LATER, None, "now"), role(LATER)),), id="an admission without a stage"),
        pytest.param((at(35, state("paused")), at(36, role(SECOND))), id="a part in a pause"),
        pytest.param((at(35, state("paused"), role(LATER, "keeps")),), id="a device that keeps what it never had"),
        pytest.param((at(35, role(SECOND, "keeps")),), id="a device that keeps while all go on"),
        pytest.param((at(35, state("going-back")), at(36, state("running"))), id="on after going back"),
        pytest.param((at(35, state("aborted")), at(36, state("finished"))), id="finished after its end"),
        pytest.param((at(35, drawn("south-1", 0)),), id="a device of another group"),
        pytest.param(
            (PASSED, at(50, *SECOND_STAGE, stage(1)), at(55, state("stopped")), at(56, drawn(LATER, 1, "now"))),
            id="an admission after a stop",
        ),
    ],
)
def test_a_rollout_that_does_what_its_plan_does_not_say_is_seen(transactions: Sequence[JournalTransaction]) -> None:
    assert violations() == []
    assert violations([*BEGIN, *transactions]) != []
