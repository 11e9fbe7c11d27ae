"""Teach over REST: what a rune can be taught, and saving what a page taught."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.body_types import require_known_fields
from forge.core.api.views import needing, raising
from forge.core.errors import TooOften, Unprocessable
from forge.learning.teaching.actions import save_taught
from forge.learning.teaching.project import teachable_project
from forge.learning.teaching.serializers import TaughtLayerSerializer, TeachableJson, teachable_to_json
from forge.learning.training.errors import RUN_ERRORS
from forge.learning.training.serializers import TrainingRunJson, run_to_json
from forge.projects.place import ProjectView


class Teaching(ProjectView):
    needs = needing(get=Scope.PROJECT_READ, post=Scope.PROJECT_WRITE)
    raises = raising(get=(TooOften, Unprocessable), post=RUN_ERRORS)

    @extend_schema(operation_id="teaching", responses=TeachableJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Returns what the newest text's rune can be taught: the labels that it knows, and what its last layer reads.

        The rune that sends this is a watched preview with `teach`.
        """
        project = self.project(request, organisation, name, Verb.READ)
        return Response(teachable_to_json(teachable_project(principal_of(request), project)))

    @extend_schema(operation_id="teaching_save", request=TaughtLayerSerializer, responses={201: TrainingRunJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Saves a last layer that was taught in a page as a finished training run. Recordings do not come with it."""
        project = self.project(request, organisation, name, Verb.EDIT)
        body = TaughtLayerSerializer(data=request.data)
        require_known_fields(body, request.data)
        body.is_valid(raise_exception=True)
        run = save_taught(principal_of(request), project, body.layer())
        return Response(run_to_json(run), status=status.HTTP_201_CREATED)
