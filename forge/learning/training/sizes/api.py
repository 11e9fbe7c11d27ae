"""Sizes over REST: thin views over the figures."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.compute.parties import party_of
from forge.core.api.views import needing, raising
from forge.core.errors import TooOften, Unprocessable
from forge.learning.training.sizes.figures import CountedSettings, needs_of_settings, sizes_of
from forge.learning.training.sizes.serializers import (
    CountedSettingsSerializer,
    SizesQuerySerializer,
    TrainingNeedsJson,
    TrainingSizesJson,
    needs_to_json,
    sizes_to_json,
)
from forge.projects.place import ProjectView


class TrainingSizes(ProjectView):
    needs = needing(get=Scope.PROJECT_READ)
    raises = raising(get=(TooOften, Unprocessable))

    @extend_schema(operation_id="training_sizes", parameters=[SizesQuerySerializer], responses=TrainingSizesJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """The needs of each size of a recipe on a board, or on the slower of two, counted before anything is trained.
        A figure that is not counted yet is null: ask again until `is_counting` is false."""
        project = self.project(request, organisation, name, Verb.READ)
        query = SizesQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        settings = query.validated_data
        return Response(
            sizes_to_json(
                sizes_of(
                    project,
                    settings["recipe"],
                    settings["board"],
                    settings["labels"],
                    party=party_of(principal_of(request), project.organisation_id),
                    columns=settings["columns"],
                    form=settings["form"],
                    backbone=settings["backbone"],
                    second_board=settings["second_board"],
                )
            )
        )


class TrainingNeeds(ProjectView):
    needs = needing(post=Scope.PROJECT_READ)
    raises = raising(post=(TooOften, Unprocessable))

    @extend_schema(operation_id="training_needs", request=CountedSettingsSerializer, responses=TrainingNeedsJson)
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """The needs of a run with these settings on boards, counted by the compiler before anything is trained. What
        is not counted yet is null: ask again until `is_counting` is false. Nothing is stored in the project."""
        project = self.project(request, organisation, name, Verb.READ)
        body = self.read_body(request, CountedSettingsSerializer)
        boards = body.pop("boards")
        party = party_of(principal_of(request), project.organisation_id)
        return Response(needs_to_json(needs_of_settings(project, CountedSettings(**body), boards, party)))
