"""Augmentations over REST: a thin view over the action."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.views import needing, raising
from forge.core.errors import Busy, Conflict, TooOften, Unprocessable
from forge.learning.augmentation.actions import AugmentationRequest, draw_augmentation
from forge.learning.augmentation.serializers import (
    AugmentationJson,
    DrawAugmentationSerializer,
    augmentation_to_json,
)
from forge.learning.recipes import recipe_of
from forge.projects.place import ProjectView


class TrainingAugmentation(ProjectView):
    needs = needing(post=Scope.PROJECT_READ)
    raises = raising(post=(Busy, Conflict, TooOften, Unprocessable))

    @extend_schema(operation_id="training_augmentation", request=DrawAugmentationSerializer, responses=AugmentationJson)
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Draws what the augmentation of a recipe makes of a few samples of the train split, one of each label, as a
        run with these settings learns them. Nothing is stored. Only samples that you may play are drawn."""
        project = self.project(request, organisation, name, Verb.READ)
        body = self.read_body(request, DrawAugmentationSerializer)
        examples = draw_augmentation(principal_of(request), project, AugmentationRequest(**body))
        return Response(augmentation_to_json(recipe_of(body["recipe"])["kind"], examples))
