"""Rollouts as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypedDict

from django.utils import timezone

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.acts import ActAnswer
from forge.core.api.json_types import Timestamp, Uuid
from forge.rollouts.access import newest_failures, results_of
from forge.rollouts.facets import rollout_facets
from forge.rollouts.label_pairs import DisagreementJson
from forge.rollouts.machine import StageDevices, StopReason
from forge.rollouts.models import GuardReading, Rollout, RolloutDecision, RolloutStage
from forge.rollouts.plan_serializers import RolloutPlanJson, plan_to_json
from forge.rollouts.readings import GuardResultJson, result_to_json
from forge.rollouts.sentences import failure_text
from forge.rollouts.work.status import devices_by_stage, newest_readings


class StageDevicesJson(TypedDict):
    """The devices of a stage, each counted once."""

    queued: Annotated[int, "drawn, and not allowed to switch yet"]
    on_the_way: int
    running: int
    failed: int
    away: int


class RolloutStageJson(TypedDict):
    """A stage that began."""

    number: int
    devices: StageDevicesJson
    began: Timestamp
    settled: Annotated[Timestamp | None, "since when its devices run the release; its hours count from then"]
    passed: Timestamp | None
    looked: Annotated[Timestamp | None, "the last look at its guards"]
    guards: Annotated[list[GuardResultJson], "the results of the last look"]
    devices_when_passed: Annotated[int | None, "those that it had when it passed; those of a shadow leave it then"]
    disagreement: Annotated[DisagreementJson | None, "of a shadow, at the last look: the pairs of labels that differ"]


class RolloutDecisionJson(TypedDict):
    """A decision of a person."""

    kind: str
    by: PersonJson | None
    at: Timestamp
    reason: str


class RolloutJson(TypedDict):
    """A rollout: a release on its way to the devices of a group."""

    id: Uuid
    number: int
    version: str
    digest: Annotated[str, "of the manifest that the devices get"]
    former_version: str
    group: str
    state: Annotated[str, "running, paused, stopped, going-back, went-back, finished or aborted"]
    changed: Annotated[Timestamp, "since when it is in this state"]
    stop_reason: Annotated[str, "guard-failed, not-judged or withdrawn; empty unless it stopped by itself"]
    failures: Annotated[list[str], "what the guards that stopped it say, in sentences"]
    plan: Annotated[RolloutPlanJson, "its stages, guards and windows"]
    stages: Annotated[list[RolloutStageJson], "those that began"]
    decisions: list[RolloutDecisionJson]
    started: Timestamp
    started_by: PersonJson | None


def rollout_to_json(rollout: Rollout) -> RolloutJson:
    """Returns a rollout as JSON."""
    now = timezone.now()
    devices, readings = devices_by_stage(rollout, now), newest_readings(rollout)
    is_stopped = rollout.stop_reason == StopReason.GUARD_FAILED
    return {
        "id": str(rollout.pk),
        "number": rollout.number,
        "version": rollout.release.version,
        "digest": rollout.release.digest,
        "former_version": rollout.former.version,
        "group": rollout.group,
        "state": rollout.state,
        "changed": rollout.changed.isoformat(),
        "stop_reason": rollout.stop_reason,
        "failures": [failure_text(each) for each in newest_failures(rollout)] if is_stopped else [],
        "plan": plan_to_json(rollout.plan),
        "stages": [
            _stage(each, devices.get(each.number, StageDevices()), readings.get(each.pk))
            for each in rollout.stages.all()
        ],
        "decisions": [_decision(each) for each in rollout.decisions.select_related("person")],
        "started": rollout.started.isoformat(),
        "started_by": person_to_json(rollout.started_by) if rollout.started_by else None,
    }


def rollouts_to_json(rollouts: Sequence[Rollout]) -> list[RolloutJson]:
    """Returns rollouts as JSON."""
    return [rollout_to_json(each) for each in rollouts]


def _stage(row: RolloutStage, devices: StageDevices, reading: GuardReading | None) -> RolloutStageJson:
    return {
        "number": row.number,
        "devices": {
            "queued": devices.queued,
            "on_the_way": devices.on_the_way,
            "running": devices.running,
            "failed": devices.failed,
            "away": devices.away,
        },
        "began": row.began.isoformat(),
        "settled": row.settled.isoformat() if row.settled else None,
        "passed": row.passed.isoformat() if row.passed else None,
        "looked": row.looked.isoformat() if row.looked else None,
        "guards": [result_to_json(each) for each in results_of(reading)],
        "devices_when_passed": row.devices_when_passed,
        "disagreement": row.disagreement,
    }


def _decision(row: RolloutDecision) -> RolloutDecisionJson:
    return {
        "kind": row.kind,
        "by": person_to_json(row.person) if row.person else None,
        "at": row.at.isoformat(),
        "reason": row.reason,
    }


ROLLOUT_ANSWER: ActAnswer[Rollout] = ActAnswer(rollout_to_json, facets=rollout_facets)
