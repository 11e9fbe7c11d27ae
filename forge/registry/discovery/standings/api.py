"""Standing tables over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import page_answer
from forge.core.api.views import ForgeView, needing
from forge.registry.discovery.standings.access import StandingTableFilter, find_table, tables_for
from forge.registry.discovery.standings.serializers import (
    StandingJson,
    StandingTableJson,
    standing_to_json,
    table_to_json,
)

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
        principal = principal_of(request)
        return Response(standing_to_json(find_table(principal, address), principal))
