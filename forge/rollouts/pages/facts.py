"""All that the page of a rollout is drawn from, read in a few queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from forge.deployments.hooks import is_counting
from forge.fleet.groups.assignments import assignment_of
from forge.rollouts.access import newest_failures, readings_of, results_of
from forge.rollouts.machine import RolloutState, StageDevices
from forge.rollouts.models import GuardReading, Rollout, RolloutStage
from forge.rollouts.plan import PlannedStage, RolloutPlan
from forge.rollouts.work.status import away_after, devices_by_stage, devices_of, runs, unseen_for
from rune.assessment.guards.verdicts import GuardResult


@dataclass(frozen=True)
class StageFacts:
    """A stage that began, with the looks at its guards, the oldest first."""

    row: RolloutStage
    planned: PlannedStage
    devices: StageDevices
    readings: Sequence[GuardReading]

    @property
    def count(self) -> int:
        """The devices of the stage. Those of a shadow leave it once it has passed, and are counted all the same."""
        before = self.row.devices_when_passed
        return before if before is not None and self.planned.is_shadow else self.devices.count

    @property
    def results(self) -> tuple[GuardResult, ...]:
        """The results of the newest look; none before the first."""
        return results_of(self.readings[-1] if self.readings else None)


@dataclass(frozen=True)
class RolloutFacts:
    """A rollout, its stages that began, and the devices of its group."""

    rollout: Rollout
    plan: RolloutPlan
    stages: Sequence[StageFacts]
    group: int
    """The devices that are in the group now."""
    online: int
    """The devices that run the release and were seen not long ago."""
    failures: Sequence[GuardResult]
    """The guards that failed at the newest look, without those about which people decided."""
    is_counting: bool
    """Whether the deployment counts, so that its guards can judge answers."""
    now: datetime

    @property
    def state(self) -> RolloutState:
        """The state of the rollout."""
        return RolloutState(self.rollout.state)

    @property
    def running(self) -> int:
        """The devices that run the release; while they go back, those that are back."""
        return sum(each.devices.running for each in self.stages)

    @property
    def admitted(self) -> int:
        """The devices that were allowed the release."""
        return sum(each.devices.count - each.devices.queued for each in self.stages)

    @property
    def away(self) -> int:
        """The devices that were allowed the release and are away."""
        return sum(each.devices.away for each in self.stages)

    @property
    def failed(self) -> int:
        """The devices that could not do what they shall."""
        return sum(each.devices.failed for each in self.stages)

    @property
    def is_in_shadow(self) -> bool:
        """Whether the release runs beside the former one at present, and answers nobody."""
        return bool(self.stages) and self.stages[-1].planned.is_shadow

    @property
    def newest(self) -> StageFacts | None:
        """The newest stage at whose guards somebody looked; None before the first look."""
        looked = [each for each in self.stages if each.readings]
        return max(looked, key=lambda each: each.readings[-1].at, default=None)


def facts_of(rollout: Rollout, now: datetime) -> RolloutFacts:
    """Returns what the page of a rollout shows, which the caller has found."""
    plan, devices = rollout.plan, devices_by_stage(rollout, now)
    rows = list(rollout.stages.all())
    readings = readings_of(rollout)
    assignment = assignment_of(rollout.deployment_id)
    stages = [
        StageFacts(row, plan.stages[row.number], devices.get(row.number, StageDevices()), readings.get(row.pk, ()))
        for row in rows
    ]
    return RolloutFacts(
        rollout,
        plan,
        stages,
        assignment.devices.in_service().count() if assignment is not None else 0,
        devices_of(rollout).filter(runs(rollout)).exclude(unseen_for(away_after(), now)).count(),
        newest_failures(rollout),
        is_counting(rollout.deployment),
        now,
    )


def former_devices(facts: RolloutFacts) -> int:
    """Returns the devices of the group that were not allowed the release."""
    return max(0, facts.group - facts.admitted)
