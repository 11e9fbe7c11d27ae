"""Imports over REST: thin views over the actions."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import page_answer
from forge.core.api.views import RawBody, body_chunks, needing, raising
from forge.core.errors import Conflict, Invalid, NoRoom, TooLarge
from forge.datasets.access import find_consent
from forge.datasets.imports.access import find_import, imports_of
from forge.datasets.imports.actions import Defaults, begin_import, discard_import, receive_piece, start_import
from forge.datasets.imports.serializers import (
    DataImportJson,
    NewDataImportSerializer,
    StartDataImportSerializer,
    choices_of,
    import_to_json,
)
from forge.projects.place import ProjectView


class DataImports(ProjectView):
    """The imports into a project's data, and beginning one."""

    needs = needing(get=Scope.PROJECT_READ, post=Scope.PROJECT_WRITE)
    raises = raising(post=(Conflict, NoRoom))

    @extend_schema(operation_id="data_imports_list", responses=PageJson[DataImportJson])
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """The imports into a project's data, newest first."""
        project = self.project(request, organisation, name, Verb.READ)
        return page_answer(request, imports_of(principal_of(request), project), import_to_json)

    @extend_schema(operation_id="data_imports_begin", request=NewDataImportSerializer, responses={201: DataImportJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Begins an import of a ZIP file; its bytes follow in pieces. Nothing becomes a sample before it is started."""
        project = self.project(request, organisation, name, Verb.EDIT)
        body, principal = self.read_body(request, NewDataImportSerializer), principal_of(request)
        consent = find_consent(principal, body["consent"])
        if consent.data_set.project_id != project.pk:
            raise Invalid("`consent` is for the data of another project.")
        defaults = Defaults(body["group"], body["alone"], body["device"])
        row = begin_import(principal, consent, body["size"], defaults)
        return Response(import_to_json(row), status=status.HTTP_201_CREATED)


class OneDataImport(ProjectView):
    needs = needing(get=Scope.PROJECT_READ, delete=Scope.PROJECT_WRITE)

    @extend_schema(operation_id="data_import_read", responses=DataImportJson)
    def get(self, request: Request, organisation: str, name: str, import_id: UUID) -> Response:
        """An import: how far it is, what would come in, and what was left out."""
        project = self.project(request, organisation, name, Verb.READ)
        return Response(import_to_json(find_import(principal_of(request), project, import_id)))

    @extend_schema(operation_id="data_import_discard", responses={204: None})
    def delete(self, request: Request, organisation: str, name: str, import_id: UUID) -> Response:
        """Deletes an import with its bytes and its report. Samples that it added stay."""
        project = self.project(request, organisation, name, Verb.EDIT)
        principal = principal_of(request)
        discard_import(principal, find_import(principal, project, import_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DataImportBytes(ProjectView):
    needs = needing(put=Scope.PROJECT_WRITE)
    raises = raising(put=(Conflict, TooLarge, NoRoom))
    parser_classes = (RawBody,)

    @extend_schema(
        operation_id="data_import_send",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[
            OpenApiParameter("offset", int, required=True, description="where the piece begins: `received_bytes`")
        ],
        responses=DataImportJson,
    )
    def put(self, request: Request, organisation: str, name: str, import_id: UUID) -> Response:
        """Sends the next piece of the ZIP file. After an interruption, go on at `received_bytes`."""
        project = self.project(request, organisation, name, Verb.EDIT)
        principal = principal_of(request)
        text = request.query_params.get("offset", "")
        if not text.isascii() or not text.isdigit() or len(text) > 15:
            raise Invalid("`offset` must be a number of bytes.")
        row = receive_piece(principal, find_import(principal, project, import_id), int(text), body_chunks(request))
        return Response(import_to_json(row))


class DataImportStart(ProjectView):
    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="data_import_start", request=StartDataImportSerializer, responses={202: DataImportJson})
    def post(self, request: Request, organisation: str, name: str, import_id: UUID) -> Response:
        """Adds the recordings of the archive to the data, as a job. Recordings with several labels need a choice:
        without it nothing starts, and the refusal names them in `errors`, by file."""
        project = self.project(request, organisation, name, Verb.EDIT)
        principal = principal_of(request)
        body = self.read_body(request, StartDataImportSerializer)
        row = start_import(principal, find_import(principal, project, import_id), body["labels"], choices_of(body))
        return Response(import_to_json(row), status=status.HTTP_202_ACCEPTED)
