"""The inputs of models over REST: thin views over the actions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.views import RawBody, body_chunks, needing, raising
from forge.core.errors import Busy, Conflict, Invalid, NoRoom, TooLarge, Unprocessable
from forge.learning.inputs.actions import write_model_input
from forge.learning.inputs.named_model import named_model
from forge.learning.inputs.questions import ModelToFeed
from forge.learning.inputs.serializers import (
    InputTrialJson,
    InputWrittenJson,
    ModelInputQuestionsJson,
    WriteInputSerializer,
    model_inputs_to_json,
    trial_to_json,
)
from forge.learning.inputs.trial import TrialRequest, try_model_inputs
from forge.projects.models import Project
from forge.projects.place import ProjectView

_NAMES = (
    OpenApiParameter("file", str, description="the path of a `.tflite` model of the project"),
    OpenApiParameter("conversion", str, description="instead: the id of a conversion; `file` is what it becomes"),
    OpenApiParameter("form", int, description="the number of a form of it"),
)


class ModelInputs(ProjectView):
    """The inputs of a model, and writing the Runefile that feeds it."""

    needs = needing(get=Scope.PROJECT_READ, post=Scope.PROJECT_WRITE)
    raises = raising(get=Unprocessable, post=(Conflict, NoRoom, Unprocessable))

    @extend_schema(operation_id="model_inputs", parameters=[*_NAMES], responses=ModelInputQuestionsJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Lists the presets of each input of a model: a picture, sound, motion, text or numbers, as far as they
        fit its shape and range."""
        project = self.project(request, organisation, name, Verb.READ)
        return Response(model_inputs_to_json(_model(request, project)))

    @extend_schema(operation_id="model_inputs_write", request=WriteInputSerializer, responses={201: InputWrittenJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Writes the Runefile in which a model's inputs come from presets: at once where nobody wrote one, else as a
        change request. That of a form of a conversion also has the model."""
        project = self.project(request, organisation, name, Verb.EDIT)
        body = self.read_body(request, WriteInputSerializer)
        names = {name: str(body[name]) for name in ("file", "conversion", "form") if body.get(name)}
        model = named_model(principal_of(request), project, names)
        change = write_model_input(principal_of(request), project, model, body["presets"], body["labels"])
        place = "studio" if change is None else f"change-requests/{change}"
        answer = InputWrittenJson(change_request=change, url=f"{project.get_absolute_url()}/{place}")
        return Response(answer, status=status.HTTP_201_CREATED)


class ModelInputTrial(ProjectView):
    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=(Busy, TooLarge, Unprocessable))
    parser_classes = (RawBody,)

    @extend_schema(
        operation_id="model_inputs_try",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[
            *_NAMES,
            OpenApiParameter("preset", str, many=True, description="one for each input; the likeliest if not given"),
            OpenApiParameter("compares", bool, description="whether all presets of that kind are tried"),
            OpenApiParameter("sample", int, description="the number of one sample; the body is empty then"),
        ],
        responses=InputTrialJson,
    )
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Runs the model on a recording, the body, which is kept nowhere; with an empty body on labelled samples of the
        project. What the model reads is computed by the blocks that a device runs."""
        project = self.project(request, organisation, name, Verb.EDIT)
        model = _model(request, project)
        query = request.query_params
        trial = TrialRequest(
            query.getlist("preset"),
            model.suggested_labels,
            compares=query.get("compares", "").lower() in ("1", "true"),
            sample=_number(query.get("sample", "")),
            recording=_recording(request),
        )
        return Response(trial_to_json(try_model_inputs(principal_of(request), project, model, trial)))


def _model(request: Request, project: Project) -> ModelToFeed:
    return named_model(principal_of(request), project, request.query_params.dict())


def _recording(request: Request) -> Iterator[bytes] | None:
    """The body in chunks as they are read, so that the limit of a trial ends the reading; None for an empty body."""
    chunks = body_chunks(request)
    first = next(chunks, b"")
    return chain([first], chunks) if first else None


def _number(text: str) -> int | None:
    """The number of a sample. Raises `Invalid`."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid("`sample` is the number of a sample.")
    return int(text)
