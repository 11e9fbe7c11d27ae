"""Standing tables over REST."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.tokens.scopes import Scope
from forge.core.api.json_types import PageJson, Timestamp
from forge.core.api.pages import page_answer
from forge.core.api.preconditions import REFUSALS, REQUIRED_IF_MATCH, request_precondition
from forge.core.api.views import ForgeView, needing, raising
from forge.core.errors import Conflict, Invalid
from forge.projects.api import ProjectView
from forge.registry.discovery.standings.access import StandingTableFilter, entries_in, find_table, tables_for
from forge.registry.discovery.standings.actions import join_standing, leave_standing
from forge.registry.discovery.standings.models import TITLE_LENGTH
from forge.registry.discovery.standings.ranking import RankedEntry, ranked
from forge.registry.models import StandingTable


class StandingTableJson(TypedDict):
    """A table of versions that were tested on the same samples."""

    address: Annotated[str, "the first digits of the samples' digest"]
    url: Annotated[str, "the page, which can be cited"]
    title: str
    samples: Annotated[str, "the digest of the test samples: recordings, labels and marked places"]
    data: Annotated[str, "the digest of the data version of the first entry, or empty"]
    labels: Annotated[dict[str, int], "how many samples have each label"]
    created: Timestamp
    closed: Annotated[Timestamp | None, "since when no version can be added, as samples were withdrawn"]
    closing: Annotated[str, "why; empty while it is open"]


class StandingEntryJson(TypedDict):
    """A version in a table. `rank` is null once it left, or is no longer published."""

    rank: int | None
    version: Annotated[str, "such as `acme/kitchen:1.0`"]
    rune: Annotated[str, "the digest of the rune"]
    right: int
    sample_count: int
    accuracy: float
    low: Annotated[float, "the least accuracy in the 95 % interval"]
    high: float
    size: int
    memory: int | None
    joined: Timestamp
    left: Timestamp | None
    reason: Annotated[str, "why it left; empty while it is in the table"]


class StandingJson(StandingTableJson):
    """A table with its versions of the projects that you may see, the best first."""

    entries: list[StandingEntryJson]


class JoinStandingSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=TITLE_LENGTH, allow_blank=True, default="")


class LeaveStandingSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)


ALSO_VISITORS: list[Any] = [{"token": []}, {"session": []}, {}]
"""Visitors are answered too, with what is public; a token needs the scope."""


class Standings(ForgeView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(
        operation_id="standings_list",
        auth=ALSO_VISITORS,
        parameters=StandingTableFilter.parameters(),
        responses=PageJson[StandingTableJson],
    )
    def get(self, request: Request) -> Response:
        """The tables with a version that you may see, the newest first."""
        rows = StandingTableFilter.narrow(request.query_params, tables_for(principal_of(request)))
        return page_answer(request, rows, table_to_json)


class OneStanding(ForgeView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="standings_retrieve", responses=StandingJson, auth=ALSO_VISITORS)
    def get(self, request: Request, address: str) -> Response:
        """A table with its versions, also those that left."""
        return Response(_standing_to_json(request, find_table(principal_of(request), address)))


class TagStanding(ProjectView):
    """Whether a version is in the table of its test samples."""

    needs = needing(put=Scope.RUNE_PUBLISH, delete=Scope.RUNE_PUBLISH)
    raises = raising(put=(Conflict, Invalid, *REFUSALS), delete=(Invalid, *REFUSALS))

    @extend_schema(
        operation_id="tags_join_standing",
        request=JoinStandingSerializer,
        responses=StandingJson,
        parameters=[REQUIRED_IF_MATCH],
    )
    def put(self, request: Request, organisation: str, name: str, tag: str) -> Response:
        """Adds what a tag names to the table of the samples that its build was tested on. The first version of a table
        names the task, by `title`."""
        project = self.project(request, organisation, name, Verb.PUBLISH)
        body, precondition = self.read_body(request, JoinStandingSerializer), request_precondition(request)
        entry = join_standing(principal_of(request), project, tag, body["title"], precondition=precondition)
        return Response(_standing_to_json(request, entry.table))

    @extend_schema(
        operation_id="tags_leave_standing",
        request=LeaveStandingSerializer,
        responses={204: None},
        parameters=[REQUIRED_IF_MATCH],
    )
    def delete(self, request: Request, organisation: str, name: str, tag: str) -> Response:
        """Takes it out. The table goes on to show it among those that left, with the day and the reason."""
        project = self.project(request, organisation, name, Verb.PUBLISH)
        body, precondition = self.read_body(request, LeaveStandingSerializer), request_precondition(request)
        leave_standing(principal_of(request), project, tag, body["reason"], precondition=precondition)
        return Response(status=204)


def table_to_json(table: StandingTable) -> StandingTableJson:
    """A table without its versions."""
    return {
        "address": table.address,
        "url": f"{settings.PUBLIC_URL}{table.get_absolute_url()}",
        "title": table.title,
        "samples": table.samples,
        "data": table.data_digest,
        "labels": table.labels,
        "created": table.created.isoformat(),
        "closed": table.closed.isoformat() if table.closed else None,
        "closing": table.closing,
    }


def _standing_to_json(request: Request, table: StandingTable) -> StandingJson:
    rows = ranked(*entries_in(principal_of(request), table))
    return {**table_to_json(table), "entries": [_entry_to_json(each) for each in rows]}


def _entry_to_json(row: RankedEntry) -> StandingEntryJson:
    entry = row.entry
    return {
        "rank": row.rank,
        "version": entry.name,
        "rune": entry.rune,
        "right": entry.right,
        "sample_count": entry.sample_count,
        "accuracy": row.share.value,
        "low": row.share.low,
        "high": row.share.high,
        "size": entry.size,
        "memory": entry.memory,
        "joined": entry.joined.isoformat(),
        "left": entry.left.isoformat() if entry.left else None,
        "reason": entry.reason,
    }
