"""Lists of devices over REST: a page, a table, an overview, and the completion of queries."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.place import OrganisationView
from forge.accounts.scopes import Scope
from forge.core.api.pages import CursorPages
from forge.core.api.views import needing
from forge.core.errors import Invalid
from forge.core.http.blob_responses import as_foreign
from forge.core.http.streaming import in_threads
from forge.fleet.lists.overview import overview_of
from forge.fleet.lists.rows import ORDERINGS, DeviceOrder, DevicePageJson, listed, row_to_json, table_of
from forge.fleet.lists.serializers import (
    FleetOverviewJson,
    QueryCompletionJson,
    completion_to_json,
    overview_to_json,
)
from forge.fleet.queries.completion import complete
from forge.fleet.queries.matching import parse_query, scope_of
from forge.fleet.queries.syntax import LONGEST_QUERY

QUERY = OpenApiParameter("q", str, description="A query, such as `board=gateway seen<1d`; empty for all devices.")


class DevicePages(CursorPages):
    """Pages of devices, in one of the orders."""

    ordering: tuple[str, ...] = ORDERINGS[DeviceOrder.NAME]  # type: ignore[assignment]  # REST framework takes both


class DeviceListView(OrganisationView):
    """A view of the devices that match a query."""

    needs = needing(get=Scope.ORGANISATION_READ)


class Devices(DeviceListView):
    """The devices of an organisation."""

    @extend_schema(
        operation_id="devices_list",
        parameters=[
            QUERY,
            OpenApiParameter("sort", str, enum=[each.value for each in DeviceOrder], description="`name` by default."),
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int, description="Devices on a page: 50 by default, and at most 200."),
        ],
        responses=DevicePageJson,
    )
    def get(self, request: Request, organisation: str) -> Response:
        """Lists the devices that match a query. Retired ones match a query for them alone."""
        scope = scope_of(self.organisation(request, organisation).pk)
        devices = listed(request.query_params.get("q", ""), scope)
        pages = DevicePages()
        pages.ordering = ORDERINGS[_order(request.query_params.get("sort", DeviceOrder.NAME))]
        rows = pages.paginate_queryset(devices, request, view=self) or []
        page = pages.get_paginated_response([row_to_json(each, scope) for each in rows])
        return Response({"count": devices.order_by().count(), **page.data})


class DeviceTable(DeviceListView):
    """The same as a table."""

    @extend_schema(operation_id="devices_table", parameters=[QUERY], responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, organisation: str) -> StreamingHttpResponse:
        """Returns the devices that match a query as CSV, streamed."""
        owner = self.organisation(request, organisation)
        pieces = table_of(request.query_params.get("q", ""), scope_of(owner.pk))
        return csv_response(request, pieces, f"{owner.name}-devices.csv")


class DeviceOverview(DeviceListView):
    """An overview of the devices of a query."""

    @extend_schema(operation_id="devices_overview", parameters=[QUERY], responses=FleetOverviewJson)
    def get(self, request: Request, organisation: str) -> Response:
        """Counts the devices of a query by what they run and by their health."""
        scope = scope_of(self.organisation(request, organisation).pk)
        query = parse_query(request.query_params.get("q", ""))
        return Response(overview_to_json(overview_of(query, scope)))


class DeviceQueryCompletion(DeviceListView):
    """Completion of queries."""

    @extend_schema(
        operation_id="devices_completion",
        parameters=[
            QUERY,
            OpenApiParameter("at", int, description="The place of the cursor; by default the end of the query."),
        ],
        responses=QueryCompletionJson,
    )
    def get(self, request: Request, organisation: str) -> Response:
        """Returns what may stand at a place of a query: fields, operators, and values of the organisation's devices."""
        scope = scope_of(self.organisation(request, organisation).pk)
        text = request.query_params.get("q", "")
        if len(text) > LONGEST_QUERY:
            parse_query(text)
        return Response(completion_to_json(complete(text, _place(request, text), scope)))


def csv_response(request: Request, pieces: Iterator[str], filename: str) -> StreamingHttpResponse:
    """Returns the pieces of a table as a file to download, streamed."""
    is_async = isinstance(request._request, ASGIRequest)
    response = StreamingHttpResponse(in_threads(pieces) if is_async else pieces, content_type="text/csv; charset=utf-8")
    return as_foreign(response, filename=filename)


def _order(text: str) -> DeviceOrder:
    """Returns the order of a name. Raises `Invalid`."""
    if text not in set(DeviceOrder):
        message = f"`sort` must be {' or '.join(DeviceOrder)}."
        raise Invalid(message, errors={"sort": [message]})
    return DeviceOrder(text)


def _place(request: Request, text: str) -> int:
    """Returns the place of the cursor. Raises `Invalid`."""
    place = request.query_params.get("at", str(len(text)))
    if not (place.isascii() and place.isdigit() and len(place) < 4 and int(place) <= len(text)):
        message = "`at` must be a place in the query."
        raise Invalid(message, errors={"at": [message]})
    return int(place)
