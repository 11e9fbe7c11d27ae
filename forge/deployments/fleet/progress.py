"""The progress of deployments on devices: the wanted version, the reports, and the problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q
from django.utils import timezone

from forge.fleet.groups.models import Assignment
from forge.fleet.models import Device
from forge.fleet.queries.health import away
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.reports import Phase


@dataclass(frozen=True)
class DeviceProgress:
    """The devices of a deployment's group, each counted in one of these."""

    devices: int = 0
    running: int = 0
    """Devices that run the wanted version, and whose health is confirmed."""
    on_the_way: int = 0
    """Devices that fetch, check or try it."""
    refused: int = 0
    """Devices that report why they do not run it (`problems`)."""
    away: int = 0
    """Devices that have not been seen for a day."""
    waiting: int = 0
    """Devices that have not polled since it is wanted."""
    believe_home: int = 0
    """Devices that run nothing without an order of the key at home."""
    problems: Mapping[str, int] = field(default_factory=dict)
    """Devices by the name of their problem, the most frequent first."""


def progress_of(assignments: Sequence[Assignment]) -> Mapping[UUID, DeviceProgress]:
    """Returns how far the devices of some deployments are, by the assignment. Two queries for all of them. The caller
    has found the deployments."""
    if not assignments:
        return {}
    rows = Device.objects.in_service().filter(assignment__in=assignments).order_by()
    is_there = Q(running_rune=F("assignment__rune"), running_number=F("assignment__number")) & ~Q(assignment__rune="")
    is_running = is_there & Q(phase=Phase.RUNNING)
    is_away = ~is_running & away(timezone.now())
    is_refused = ~is_running & ~is_away & ~Q(problem="")
    is_moving = ~is_running & ~is_away & Q(problem="", phase__in=(Phase.FETCHING, Phase.CHECKING, Phase.TRYING))
    counts = rows.values("assignment").annotate(
        devices=Count("pk"),
        running=Count("pk", is_running),
        away=Count("pk", is_away),
        refused=Count("pk", is_refused),
        on_the_way=Count("pk", is_moving),
        believe_home=Count("pk", Q(trust=TrustKind.HOME)),
    )
    problems = _problems(rows.filter(is_refused).values_list("assignment", "problem").annotate(count=Count("pk")))
    progress = {each.pk: DeviceProgress() for each in assignments}
    for row in counts:
        pk = row.pop("assignment")
        waiting = row["devices"] - row["running"] - row["away"] - row["refused"] - row["on_the_way"]
        progress[pk] = DeviceProgress(**row, waiting=waiting, problems=problems.get(pk, {}))
    return progress


def _problems(rows: Iterable[tuple[Any, ...]]) -> Mapping[UUID, Mapping[str, int]]:
    by_assignment: dict[UUID, dict[str, int]] = {}
    for assignment, problem, count in sorted(rows, key=lambda row: -row[2]):
        by_assignment.setdefault(assignment, {})[problem] = count
    return by_assignment
