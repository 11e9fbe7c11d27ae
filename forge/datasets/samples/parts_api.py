"""The parts of a long recording over REST: where something happens, and parts as samples of their own."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.views import needing, raising
from forge.core.errors import Conflict, Invalid, Stale, Unprocessable
from forge.datasets.access import find_sample
from forge.datasets.samples.actions import LabelledPart, cut_sample, propose_parts
from forge.datasets.samples.serializers import (
    DataCutSerializer,
    DataMarkedJson,
    DataPartsJson,
    marked_to_json,
    parts_to_json,
)
from forge.projects.place import ProjectView
from rune.datasets.parts.search import Part, PartSearch

MAX_POSITIONS = 60_000
_DEFAULT = PartSearch()


class DataSampleParts(ProjectView):
    needs = needing(get=Scope.PROJECT_READ, post=Scope.PROJECT_WRITE)
    raises = raising(get=Unprocessable, post=(Conflict, Stale, Unprocessable))

    @extend_schema(
        operation_id="data_sample_parts",
        parameters=[
            OpenApiParameter("pause", int, description="what is shorter between two parts joins them; 300"),
            OpenApiParameter("shortest", int, description="what is shorter is no part; 60"),
            OpenApiParameter("margin", int, description="what a part has of the background on each side; 100"),
        ],
        responses=DataPartsJson,
    )
    def get(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """Returns the parts where a sound is loud, or motion moves, against the quietest third of it.

        Positions are milliseconds of a sound and rows of motion. Nothing is changed.
        """
        project = self.project(request, organisation, name, Verb.READ)
        principal = principal_of(request)
        sample = find_sample(principal, project, number)
        search = PartSearch(
            _number(request, "pause", _DEFAULT.pause),
            _number(request, "shortest", _DEFAULT.shortest),
            _number(request, "margin", _DEFAULT.margin),
        )
        return Response(parts_to_json(propose_parts(principal, sample, search)))

    @extend_schema(operation_id="data_sample_cut", request=DataCutSerializer, responses=DataMarkedJson)
    def post(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """Adds parts of the recording as samples with its person, split and consent, and leaves the whole out of
        further versions. The answer, sent to `marks`, takes the whole in again and leaves the parts out."""
        project = self.project(request, organisation, name, Verb.EDIT)
        principal = principal_of(request)
        sample = find_sample(principal, project, number)
        body = self.read_body(request, DataCutSerializer)
        parts = [LabelledPart(Part(each["start"], each["end"]), each["label"]) for each in body["parts"]]
        return Response(marked_to_json(cut_sample(principal, sample, parts, body["revision"])))


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 6 or int(text) > MAX_POSITIONS:
        raise Invalid(f"`{name}` must be a whole number of at most {MAX_POSITIONS}.")
    return int(text)
