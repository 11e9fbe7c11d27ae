"""Conversions over REST: thin views over the actions."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import page_answer
from forge.core.api.preconditions import ETAG, with_etag
from forge.core.api.views import PERSON, RawBody, body_chunks, needing, raising
from forge.core.errors import Conflict, Invalid, NoRoom, TooLarge
from forge.core.http.blob_responses import blob_response
from forge.learning.access import conversions_of, find_conversion, find_form
from forge.learning.conversions.actions import (
    begin_conversion,
    restart_conversion,
)
from forge.learning.conversions.etag_facets import board_facets
from forge.learning.conversions.serializers import (
    ApplyFormSerializer,
    ModelApplyJson,
    ModelConversionJson,
    RestartConversionSerializer,
    conversion_to_json,
    form_file_name,
)
from forge.learning.environments.actions import prepare_environment
from forge.learning.offers.actions import apply_form
from forge.projects.lifecycle.actions.downloads import note_download
from forge.projects.place import ProjectView


class ModelConversions(ProjectView):
    """The conversions of a project, and beginning one."""

    needs = needing(get=Scope.PROJECT_READ, post=Scope.PROJECT_WRITE)
    raises = raising(post=(TooLarge, NoRoom))
    parser_classes = (RawBody,)

    @extend_schema(operation_id="conversions_list", responses=PageJson[ModelConversionJson])
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """The models that were converted for a project, newest first."""
        project = self.project(request, organisation, name, Verb.READ)
        return page_answer(request, conversions_of(principal_of(request), project), conversion_to_json)

    @extend_schema(
        operation_id="conversions_begin",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[
            OpenApiParameter("file", str, required=True, description="the name of the model's file"),
            OpenApiParameter(
                "samples_follow", bool, description="whether it begins once `samples` has brought samples; false"
            ),
        ],
        responses={201: ModelConversionJson},
    )
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Converts a model, the body, as a job: a file of Keras, ONNX or PyTorch (`.pt2`), a
        SavedModel as a ZIP file, or a `.tflite` file of floats. Decision trees in an ONNX file become the file of the
        block `decision_trees`, the form `trees`."""
        project = self.project(request, organisation, name, Verb.EDIT)
        file = request.query_params.get("file", "")
        if not file:
            raise Invalid("`file` is missing: the name of the model's file.")
        samples_follow = request.query_params.get("samples_follow", "").lower() == "true"
        row = begin_conversion(
            principal_of(request), project, file, body_chunks(request), samples_follow=samples_follow
        )
        return Response(conversion_to_json(row), status=status.HTTP_201_CREATED)


class OneModelConversion(ProjectView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="conversion_read", responses=ModelConversionJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, name: str, conversion_id: UUID) -> Response:
        """A conversion: how far it is, and its forms with what they need and how far they are from the float model.
        Choosing boards takes the `ETag`."""
        project = self.project(request, organisation, name, Verb.READ)
        row = find_conversion(principal_of(request), project, conversion_id)
        return with_etag(Response(conversion_to_json(row)), board_facets(row))


class RestartView(ProjectView):
    """Adds bytes to a conversion that waits for them, and converts the model again."""

    needs = needing(put=Scope.PROJECT_WRITE)
    raises = raising(put=(Conflict, TooLarge, NoRoom))
    parser_classes = (RawBody,)

    def restart(
        self,
        request: Request,
        place: tuple[str, str, UUID],
        *,
        weights: Iterable[bytes] | None = None,
        samples: Iterable[bytes] | None = None,
    ) -> Response:
        """Restarts the conversion at a place, which is the organisation, the project and the conversion."""
        organisation, name, conversion_id = place
        project = self.project(request, organisation, name, Verb.EDIT)
        principal = principal_of(request)
        row = find_conversion(principal, project, conversion_id)
        row = restart_conversion(principal, row, weights=weights, samples=samples)
        return Response(conversion_to_json(row), status=status.HTTP_202_ACCEPTED)


class ModelWeights(RestartView):
    @extend_schema(
        operation_id="conversion_weights",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={202: ModelConversionJson},
    )
    def put(self, request: Request, organisation: str, name: str, conversion_id: UUID) -> Response:
        """Adds the file of weights that belongs to an ONNX model (`net.onnx.data`), and converts the model again."""
        return self.restart(request, (organisation, name, conversion_id), weights=body_chunks(request))


class ModelSamples(RestartView):
    @extend_schema(
        operation_id="conversion_samples",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={202: ModelConversionJson},
    )
    def put(self, request: Request, organisation: str, name: str, conversion_id: UUID) -> Response:
        """Adds samples of the model's input, and converts the model, which was not converted yet: an `.npy` file with
        one sample or many, an `.npz` file with an array for each input, or a ZIP file of such files. They are used in
        place of the project's own samples, and are deleted with the conversion."""
        return self.restart(request, (organisation, name, conversion_id), samples=body_chunks(request))


class ModelRestart(ProjectView):
    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=Conflict)

    @extend_schema(
        operation_id="conversion_restart", request=RestartConversionSerializer, responses={202: ModelConversionJson}
    )
    def post(self, request: Request, organisation: str, name: str, conversion_id: UUID) -> Response:
        """Converts a model again that was not converted, with shapes for inputs that it leaves open."""
        project = self.project(request, organisation, name, Verb.EDIT)
        principal = principal_of(request)
        shapes = self.read_body(request, RestartConversionSerializer).get("shapes")
        row = restart_conversion(principal, find_conversion(principal, project, conversion_id), shapes=shapes)
        return Response(conversion_to_json(row), status=status.HTTP_202_ACCEPTED)


class ModelFormFile(ProjectView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(
        operation_id="conversion_form_file",
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)},
    )
    def get(self, request: Request, organisation: str, name: str, conversion_id: UUID, number: int) -> HttpResponseBase:
        """The `.tflite` file of a form, or the `.trees.json` file of decision trees."""
        project = self.project(request, organisation, name, Verb.READ)
        principal = principal_of(request)
        form = find_form(principal, project, conversion_id, number)
        name = form_file_name(form)
        note_download(principal, project, "model.download", f"model:{form.conversion_id}", name=name)
        return blob_response(request, form.digest, form.size, filename=name)


class ModelApply(ProjectView):
    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=(Conflict, NoRoom))

    @extend_schema(operation_id="conversion_apply", request=ApplyFormSerializer, responses={201: ModelApplyJson})
    def post(self, request: Request, organisation: str, name: str, conversion_id: UUID, number: int) -> Response:
        """Opens a change request in which a model file of the project is this form. Its source, the record of its
        conversion and its section of `forge.yml` go with it; with decision trees a Runefile that runs them, or their
        resource, in place of the section."""
        project = self.project(request, organisation, name, Verb.EDIT)
        principal, body = principal_of(request), self.read_body(request, ApplyFormSerializer)
        form = find_form(principal, project, conversion_id, number)
        change = apply_form(principal, form, body["path"])
        url = f"{project.get_absolute_url()}/change-requests/{change}"
        return Response(ModelApplyJson(number=change, url=url), status=status.HTTP_201_CREATED)


class ModelEnvironment(ProjectView):
    needs = needing(post=PERSON)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="conversion_prepare", request=None, responses={202: ModelConversionJson})
    def post(self, request: Request, organisation: str, name: str, conversion_id: UUID) -> Response:
        """Prepares the environment that the model needs, whose size `needs` says, and converts the model then. For
        the person who runs the server."""
        project = self.project(request, organisation, name, Verb.EDIT)
        principal = principal_of(request)
        row = prepare_environment(principal, find_conversion(principal, project, conversion_id))
        return Response(conversion_to_json(row), status=status.HTTP_202_ACCEPTED)
