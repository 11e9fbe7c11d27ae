"""Reading rollouts over REST. The acts on them are declared above their functions."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import CursorPages
from forge.core.api.preconditions import ETAG
from forge.core.api.views import needing
from forge.deployments.place import DEPLOYMENT
from forge.projects.place import ProjectView
from forge.rollouts.access import rollouts_of
from forge.rollouts.place import ROLLOUT
from forge.rollouts.serializers import ROLLOUT_ANSWER, RolloutJson, rollouts_to_json


class RolloutPages(CursorPages):
    """Pages of rollouts, the newest first."""

    ordering = "-started"


class Rollouts(ProjectView):
    """The rollouts of a deployment."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="rollouts_list", responses=PageJson[RolloutJson])
    def get(self, request: Request, **names: str) -> Response:
        """The rollouts of a deployment, the newest first."""
        deployment = DEPLOYMENT.find(request, Verb.READ, names)
        pages = RolloutPages()
        rows = pages.paginate_queryset(rollouts_of(deployment), request, view=self) or []
        return pages.get_paginated_response(rollouts_to_json(rows))


class OneRollout(ProjectView):
    """A rollout."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="rollouts_retrieve", responses=RolloutJson, parameters=[ETAG])
    def get(self, request: Request, **names: str) -> Response:
        """Returns a rollout with its stages, what its guards say, and who decided. A decision takes the `ETag`."""
        return ROLLOUT_ANSWER.response(ROLLOUT.find(request, Verb.READ, names))
