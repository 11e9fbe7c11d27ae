"""Reading statuses over REST. Setting one is declared above its function."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import page_answer
from forge.core.api.views import needing
from forge.exposure.vex.serializers import VexStatementRowJson, statement_to_json
from forge.exposure.vex.statuses import history_of
from forge.projects.place import ProjectView


class VexStatements(ProjectView):
    """The statuses of a project's runes."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(
        operation_id="vex_statements_list",
        parameters=[OpenApiParameter("rune", str), OpenApiParameter("advisory", str)],
        responses=PageJson[VexStatementRowJson],
    )
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Lists statuses, the newest first: of one rune and advisory, the first one counts, and the others are its
        history."""
        project = self.project(request, organisation, name, Verb.READ)
        rune, advisory = (request.query_params.get(each, "") for each in ("rune", "advisory"))
        return page_answer(request, history_of(project, rune, advisory), statement_to_json, "-at")
