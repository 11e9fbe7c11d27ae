"""The overview of devices and the completion of queries as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.core.api.json_types import choices
from forge.fleet.lists.overview import FleetOverview, HealthCell
from forge.fleet.queries.completion import QueryCompletion, QueryPart


class RunningCountJson(TypedDict):
    """A version that devices run. Nothing runs on those without a version."""

    project: Annotated[str, "empty for a rune that was deployed on the device itself"]
    version: str
    count: int
    query: Annotated[str, "the query for these devices"]


class HealthCountJson(TypedDict):
    """The number of devices of a kind of health. A device may be in several, and in none."""

    cell: Annotated[str, choices("HealthCell", [each.value for each in HealthCell])]
    count: int
    query: Annotated[str, "the query for these devices"]


class FleetOverviewJson(TypedDict):
    """The devices of a query."""

    count: int
    running: Annotated[list[RunningCountJson], "what most devices run comes first"]
    health: list[HealthCountJson]


class QuerySuggestionJson(TypedDict):
    """A suggestion for a part of a query."""

    kind: Annotated[str, choices("QueryPart", [each.value for each in QueryPart])]
    text: str
    description: str
    count: Annotated[int | None, "how many devices have it; null where nobody counted"]


class QueryCompletionJson(TypedDict):
    """Suggestions for a place of a query. Each replaces the characters from `start` to `end`."""

    start: int
    end: int
    items: list[QuerySuggestionJson]


def overview_to_json(overview: FleetOverview) -> FleetOverviewJson:
    """Returns an overview."""
    return {
        "count": overview.count,
        "running": [
            {"project": each.project, "version": each.version, "count": each.count, "query": each.query}
            for each in overview.running
        ],
        "health": [{"cell": each.cell.value, "count": each.count, "query": each.query} for each in overview.health],
    }


def completion_to_json(completion: QueryCompletion) -> QueryCompletionJson:
    """Returns suggestions."""
    return {
        "start": completion.start,
        "end": completion.end,
        "items": [
            {"kind": each.kind.value, "text": each.text, "description": each.description, "count": each.count}
            for each in completion.items
        ],
    }
