"""Reading rollouts for people: unknown and forbidden look the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from forge.core.errors import NotFound
from forge.deployments.models import Deployment
from forge.rollouts.models import GuardReading, Rollout, RolloutDecision
from forge.rollouts.readings import result_from_json
from rune.assessment.guards.verdicts import GuardResult, Verdict


class RolloutNotFound(NotFound):
    """A deployment has no such rollout."""


def rollouts_of(deployment: Deployment) -> QuerySet[Rollout]:
    """Returns the rollouts of a deployment that the caller has found, the newest first."""
    rows = Rollout.objects.filter(deployment=deployment)
    return rows.select_related("deployment__project__organisation", "release__build", "former", "started_by")


def find_rollout(deployment: Deployment, number: int) -> Rollout:
    """Returns a rollout of a deployment that the caller has found. Raises `RolloutNotFound`."""
    rollout = rollouts_of(deployment).filter(number=number).first()
    if rollout is None:
        raise RolloutNotFound(f"{deployment.title} has no rollout {number}.")
    return rollout


def present_rollout(deployment: Deployment) -> Rollout | None:
    """Returns the newest rollout of a deployment that the caller has found; None before the first."""
    return rollouts_of(deployment).first()


def results_of(reading: GuardReading | None) -> tuple[GuardResult, ...]:
    """Returns the results of a look; none of none."""
    return () if reading is None else tuple(map(result_from_json, reading.results))


def newest_failures(rollout: Rollout) -> Sequence[GuardResult]:
    """Returns the results of guards that failed at the newest look, without those about which people decided: the one
    that differs by the largest ratio first, which says most."""
    reading = GuardReading.objects.filter(stage__rollout=rollout).select_related("stage").first()
    waived = set(reading.stage.waived) if reading is not None else set()
    failures = [each for each in results_of(reading) if each.verdict is Verdict.FAILED and each.kind not in waived]
    return sorted(failures, key=_ratio, reverse=True)


def _ratio(result: GuardResult) -> float:
    """Returns how many times as large one of both figures is as the other; as large as can be where one is 0."""
    if result.new is None or result.old is None:
        return math.inf
    low, high = sorted((abs(result.new), abs(result.old)))
    return high / low if low else math.inf


def people_of_rollout(project: UUID, deployment: str, number: int) -> frozenset[UUID]:
    """Returns who started a rollout, decided about it, or created its deployment."""
    rollouts = Rollout.objects.filter(deployment__project=project, deployment__name=deployment, number=number)
    people = {
        *rollouts.values_list("started_by", flat=True),
        *rollouts.values_list("deployment__created_by", flat=True),
        *RolloutDecision.objects.filter(rollout__in=rollouts).values_list("person", flat=True),
    }
    return frozenset(each for each in people if each is not None)
