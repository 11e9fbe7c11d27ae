"""Suggestions over REST: what may be changed, trying it in a copy, suggesting it, and what becomes of that."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.builds.models import Preview, PreviewState
from forge.builds.previews.copies import find_copy
from forge.builds.serializers.previews import PreviewBuildJson, watch_to_json
from forge.core.api.json_types import Uuid, choices
from forge.core.api.views import ForgeView, needing, raising
from forge.core.errors import Busy, Conflict, Unprocessable
from forge.projects.access import require
from forge.reviews.rounds.access import find_review, newest_round
from forge.reviews.suggestions import actions
from forge.reviews.suggestions.access import Field, fields_of
from forge.reviews.suggestions.actions import RequestedChange
from forge.reviews.threads.serializers import SuggestedChangeJson

KINDS = ("integer", "float", "text", "long-text", "choice", "switch")


class FieldJson(TypedDict):
    """An argument of a stage that may be changed. Limits are inclusive."""

    stage: str
    argument: str
    kind: Annotated[str, choices("FieldKind", KINDS)]
    help: str
    value: Annotated[str, 'what it says; "" where it is left out and the default holds']
    default: str
    minimum: float | None
    maximum: float | None
    choices: list[str]
    required: bool


class FieldsJson(TypedDict):
    """The changeable values of a review's newest build."""

    build: Uuid
    build_number: int
    fields: list[FieldJson]


class TrialJson(TypedDict):
    """A copy of a build's files in which changes are tried, and its rune once that is built."""

    id: Uuid
    state: Annotated[str, choices("PreviewState", PreviewState.values)]
    changes: list[SuggestedChangeJson]
    error: str | None
    build: PreviewBuildJson | None


class RequestedChangeSerializer(serializers.Serializer[Any]):
    stage = serializers.CharField(max_length=200)
    argument = serializers.CharField(max_length=200)
    value = serializers.CharField(allow_blank=True, trim_whitespace=False)


class TrySerializer(serializers.Serializer[Any]):
    changes = RequestedChangeSerializer(many=True)


class ReviewFields(ForgeView):
    needs = needing(get=Scope.PROJECT_READ)
    raises = raising(get=(Busy, Unprocessable))

    @extend_schema(operation_id="review_fields_list", responses=FieldsJson)
    def get(self, request: Request, review_id: UUID) -> Response:
        """Returns the changeable values of the newest build's files: arguments of stages, as plain fields."""
        principal = principal_of(request)
        review = find_review(principal, review_id)
        build = newest_round(review).build
        fields = [_field(field) for field in fields_of(build)]
        return Response({"build": str(build.pk), "build_number": build.number, "fields": fields})


class ReviewTrials(ForgeView):
    needs = needing(post=Scope.REVIEW_WRITE)
    raises = raising(post=(Conflict, Busy, Unprocessable))

    @extend_schema(operation_id="review_trials_start", request=TrySerializer, responses={202: TrialJson})
    def post(self, request: Request, review_id: UUID) -> Response:
        """Builds a copy of the newest build's files with these changes; nothing of the project changes."""
        principal = principal_of(request)
        review = find_review(principal, review_id)
        body = [RequestedChange(**each) for each in self.read_body(request, TrySerializer)["changes"]]
        trial = actions.try_changes(principal, review, body)
        return Response(_trial(trial), status=status.HTTP_202_ACCEPTED)


class OneTrial(ForgeView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="review_trials_retrieve", responses=TrialJson)
    def get(self, request: Request, review_id: UUID, trial_id: UUID) -> Response:
        """Returns the result: `state` is building, ready, broken or failed. An old one is forgotten."""
        principal = principal_of(request)
        review = find_review(principal, review_id)
        require(principal, Verb.READ, review.project)
        return Response(_trial(find_copy(principal, review.project, trial_id)))


def _field(field: Field) -> FieldJson:
    return {
        "stage": field.stage,
        "argument": field.argument,
        "kind": field.kind,
        "help": field.help,
        "value": field.text,
        "default": field.default,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "choices": list(field.choices),
        "required": field.is_required,
    }


def _trial(copy: Preview) -> TrialJson:
    trial = watch_to_json(copy)
    return {
        "id": trial["id"],
        "state": trial["state"],
        "changes": copy.copy["overrides"] if copy.copy else [],
        "error": trial["error"],
        "build": trial["build"],
    }
