"""Counts the devices of a query by what they run and by their health. Two statements, each over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypedDict

from django.db.models import Count

from forge.fleet.queries.conditions import QueryScope
from forge.fleet.queries.fields import condition_of
from forge.fleet.queries.health import RESTARTS_OFTEN
from forge.fleet.queries.matching import matching
from forge.fleet.queries.remembered import remembered
from forge.fleet.queries.syntax import DeviceQuery, QueryOperator, QueryTerm, parse

MOST_VERSIONS: Final = 50


class HealthCell(StrEnum):
    """A part of devices that the overview counts."""

    HEALTHY = "healthy"
    AWAY = "away"
    RESTARTING = "restarting"
    SELF_TEST_FAILED = "self-test-failed"
    PROBLEM = "problem"


HEALTH_QUERIES: Final[Mapping[HealthCell, str]] = {
    HealthCell.HEALTHY: "is:healthy",
    HealthCell.AWAY: "is:away",
    HealthCell.RESTARTING: f"restarts>{RESTARTS_OFTEN - 1}",
    HealthCell.SELF_TEST_FAILED: "self-test=failed",
    HealthCell.PROBLEM: "problem!=none",
}


@dataclass(frozen=True)
class RunningCount:
    """A version that devices run, and the query for them. Nothing runs where there is no version; a project is missing
    where a rune was deployed on the device itself."""

    project: str
    version: str
    count: int
    query: str


@dataclass(frozen=True)
class HealthCount:
    """The number of devices in a cell, and the query for them."""

    cell: HealthCell
    count: int
    query: str


@dataclass(frozen=True)
class FleetOverview:
    """The devices of a query: what most of them run comes first."""

    count: int
    running: Sequence[RunningCount]
    health: Sequence[HealthCount]


def overview_of(query: DeviceQuery, scope: QueryScope) -> FleetOverview:
    """Counts the devices of a query. Raises `BadQuery`."""
    counts = remembered(scope.organisation, f"overview of {query}", lambda: _counts(query, scope))
    return FleetOverview(
        counts["all"],
        [
            RunningCount(project, version, count, _query_of(project, version))
            for project, version, count in counts["most"]
        ],
        [HealthCount(cell, counts["health"][cell.value], text) for cell, text in HEALTH_QUERIES.items()],
    )


class _OverviewCounts(TypedDict):
    """The counts of an overview: all devices, those of the most frequent versions of projects, those of each cell."""

    all: int
    most: list[tuple[str, str, int]]
    health: dict[str, int]


def _counts(query: DeviceQuery, scope: QueryScope) -> _OverviewCounts:
    devices = matching(query, scope).order_by()
    conditions = {cell: condition_of(parse(text), scope) for cell, text in HEALTH_QUERIES.items()}
    counts = devices.aggregate(
        all=Count("pk"), **{cell.name: Count("pk", filter=condition) for cell, condition in conditions.items()}
    )
    columns = ("running_deployment", "running_version", "running_rune")
    running: dict[tuple[str, str], int] = {}
    for deployment, version, rune, count in devices.values_list(*columns).annotate(count=Count("pk")):
        key = (_project(deployment), version) if rune else ("", "")
        running[key] = running.get(key, 0) + count
    most = sorted(running.items(), key=lambda item: (-item[1], item[0]))[:MOST_VERSIONS]
    health = {cell.value: counts[cell.name] for cell in HealthCell}
    return {"all": counts["all"], "most": [(*key, count) for key, count in most], "health": health}


def _project(deployment: str) -> str:
    """Returns the project in the path of a deployment, such as `acme/door-knock/gateways`."""
    return "".join(deployment.split("/")[1:2])


def _query_of(project: str, version: str) -> str:
    value = f"{project}@{version}" if project else version or "none"
    return str(QueryTerm("running", QueryOperator.EQUALS, (value,)))
