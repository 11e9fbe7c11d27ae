"""Scenes of rollouts: they start, stop by themselves, go on, go back, finish and end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.test import override_settings
from django.utils import timezone

from forge.rollouts.actions import deciding, starting
from forge.rollouts.announcements import announce
from forge.rollouts.models import Rollout
from forge.rollouts.work import ticking
from hmrd.protocol.problems import DeviceProblem, ProblemName
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.rollouts import RolloutFleet, rollout_fleet

_PLAN: dict[str, Any] = {
    "stages": [{"size": "count", "amount": 1, "hours": 1}, {"size": "all", "hours": 1}],
    "guards": [{"kind": "installs", "limit": 0.02}, {"kind": "self-test", "limit": 0}],
}


@contextmanager
def _signing() -> Iterator[None]:
    with (
        TemporaryDirectory() as folder,
        override_settings(SIGNING_SECRET_FILE=Path(folder) / "apart" / "signing-secret"),
    ):
        yield


def _fleet(world: EventWorld) -> RolloutFleet:
    with _signing():
        return rollout_fleet(world.organisation, world.project, world.developer, 2)


def _begun(world: EventWorld, plan: dict[str, Any]) -> RolloutFleet:
    fleet = rollout_fleet(world.organisation, world.project, world.developer, 2)
    fleet.start(plan)
    fleet.look()
    return fleet


def _started(world: EventWorld, plan: dict[str, Any] = _PLAN) -> RolloutFleet:
    """Returns a rollout whose first stage began."""
    with _signing():
        return _begun(world, plan)


def _stop(fleet: RolloutFleet) -> RolloutFleet:
    """Stops a rollout, since a device computes other bits."""
    fleet.admitted()[0].problem = DeviceProblem(ProblemName.SELF_TEST_FAILED, "The outputs differ.")
    fleet.carry_on()
    return fleet


def _stopped(world: EventWorld) -> RolloutFleet:
    return _stop(_started(world))


@scene(starting.start_rollout)
def a_rollout_starts(world: EventWorld) -> Act:
    fleet = _fleet(world)
    return lambda: starting.start_rollout(
        world.developer, fleet.deployment, "2.0", fleet.tag.manifest.blob_id, 2, _PLAN
    )


@scene(deciding.pause_rollout)
def somebody_holds_a_rollout(world: EventWorld) -> Act:
    fleet = _started(world)
    return lambda: deciding.pause_rollout(world.developer, fleet.rollout)


@scene(deciding.resume_rollout)
def somebody_resumes_a_rollout(world: EventWorld) -> Act:
    fleet = _started(world)
    deciding.pause_rollout(world.developer, fleet.rollout)
    return lambda: deciding.resume_rollout(world.developer, fleet.rollout)


@scene(deciding.let_rollout_go_on)
def somebody_lets_a_stopped_rollout_go_on(world: EventWorld) -> Act:
    fleet = _stopped(world)
    return lambda: deciding.let_rollout_go_on(world.developer, fleet.rollout, "One broken board.")


@scene(deciding.take_rollout_back)
def somebody_has_a_rollout_go_back(world: EventWorld) -> Act:
    fleet = _stopped(world)
    return lambda: deciding.take_rollout_back(world.developer, fleet.rollout)


@scene(deciding.abort_rollout)
def somebody_ends_a_rollout(world: EventWorld) -> Act:
    fleet = _started(world)
    return lambda: deciding.abort_rollout(world.developer, fleet.rollout)


@scene(announce)
def a_rollout_stops_by_itself(world: EventWorld) -> Act:
    fleet = _started(world)
    fleet.admitted()[0].problem = DeviceProblem(ProblemName.SELF_TEST_FAILED, "The outputs differ.")
    for each in fleet.devices:
        each.obey()
    return lambda: ticking.tick(fleet.rollout.pk, timezone.now())


@scene(announce)
def a_rollout_finishes(world: EventWorld) -> Act:
    fleet = _started(world, {**_PLAN, "stages": [{"size": "all", "hours": 0}]})
    for each in fleet.devices:
        each.obey()
    return lambda: ticking.tick(fleet.rollout.pk, timezone.now())


@scene(announce)
def a_rollout_went_back(world: EventWorld) -> Act:
    with _signing():
        fleet = _stop(_begun(world, _PLAN))
        deciding.take_rollout_back(world.developer, fleet.rollout)
        fleet.sign()
    for each in fleet.devices:
        each.obey()
    assert Rollout.objects.get().state == "going-back"
    return ticking.tick_all
