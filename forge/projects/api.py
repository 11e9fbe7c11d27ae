"""Projects and files over HTTP. Every view hands on to an action; who may do what is decided there."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.access import find_organisation
from forge.accounts.permissions import Verb, can
from forge.accounts.place import OrganisationView
from forge.accounts.principals import Principal, principal_of, signed_in
from forge.accounts.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import page_answer
from forge.core.api.preconditions import (
    ETAG,
    OPTIONAL_IF_MATCH,
    REFUSALS,
    REQUIRED_IF_MATCH,
    request_precondition,
    with_etag,
)
from forge.core.api.schema import WithParts
from forge.core.api.views import ForgeView, RawBody, body_chunks, needing, raising
from forge.core.blobs.store import read_blob
from forge.core.errors import Conflict, Gone, Unprocessable
from forge.core.http.blob_responses import as_foreign, blob_response
from forge.projects.access import is_favourite
from forge.projects.creating.names import name_after
from forge.projects.errors import ProjectFileNotFound
from forge.projects.etag_facets import project_facets
from forge.projects.files import actions as file_actions
from forge.projects.files import contents as files
from forge.projects.files.model_files import DrawnModelJson, ModelPageJson, is_model, model_drawing, model_page
from forge.projects.hooks import state_parts
from forge.projects.lifecycle.actions import downloads, favourites
from forge.projects.lifecycle.actions import project as project_actions
from forge.projects.models import Project
from forge.projects.place import ProjectView
from forge.projects.serializers import (
    ChooseFavouriteSerializer,
    FavouriteJson,
    FileJson,
    FilesJson,
    ListedProjectJson,
    NewProjectSerializer,
    ProjectChangeSerializer,
    ProjectJson,
    ProjectStateJson,
    RenameFileSerializer,
    RestoreSerializer,
    TemplatesJson,
    file_to_json,
    listed_project_to_json,
    project_to_json,
    template_to_json,
)
from forge.projects.state import project_state
from forge.projects.versions.etag_facets import files_facets
from rune.source.templates import list_templates

NEW_PROJECT_PARAMETERS = [
    OpenApiParameter("organisation", str, required=True),
    OpenApiParameter("name", str, description="the project's name; by default after the file"),
    OpenApiParameter("file", str, description="the file's name"),
]
"""The query of a project that is made of the file in the body."""


class Projects(ForgeView):
    """All projects of one's organisations, and making one."""

    needs = needing(get=Scope.PROJECT_READ, post=Scope.PROJECT_CREATE)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="projects_list", responses=PageJson[ListedProjectJson])
    def get(self, request: Request) -> Response:
        projects = Project.objects.of_member(signed_in(request)).select_related("organisation")
        principal = principal_of(request)
        return page_answer(request, projects, lambda project: listed_project_to_json(project, principal))

    @extend_schema(request=NewProjectSerializer, responses={201: ProjectJson})
    def post(self, request: Request) -> Response:
        principal = signed_in(request)
        body = self.read_body(request, NewProjectSerializer)
        organisation = find_organisation(principal, body["organisation"], Verb.CREATE_PROJECT)
        name = body["name"] or name_after(organisation, body["file"])
        project = project_actions.create_project(principal, organisation, name, body["template"] or None)
        return Response(project_to_json(project, principal_of(request)), status=status.HTTP_201_CREATED)


class ProjectsFromModel(ForgeView):
    """Making a project of a model: the body is the .tflite file."""

    needs = needing(post=Scope.PROJECT_CREATE)
    raises = raising(post=(Conflict, Unprocessable))

    parser_classes = (RawBody,)

    @extend_schema(
        operation_id="projects_from_model",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=NEW_PROJECT_PARAMETERS,
        responses={201: ProjectJson},
    )
    def post(self, request: Request) -> Response:
        principal = signed_in(request)
        query = request.query_params
        organisation = find_organisation(principal, query.get("organisation", ""), Verb.CREATE_PROJECT)
        project = project_actions.create_from_model(
            principal, organisation, query.get("name", ""), query.get("file", ""), b"".join(body_chunks(request))
        )
        return Response(project_to_json(project, principal_of(request)), status=status.HTTP_201_CREATED)


class ProjectDetail(ProjectView):
    """A project."""

    needs = needing(get=Scope.PROJECT_READ, patch=Scope.PROJECT_WRITE)
    raises = raising(get=Gone, patch=(Conflict, *REFUSALS))

    @extend_schema(responses=ProjectJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Returns a project. Anybody who may change it gets an `ETag`, which changing and deleting it take."""
        project = self.project(request, organisation, name, Verb.SEE)
        return _answer(project, principal_of(request))

    @extend_schema(request=ProjectChangeSerializer, responses=ProjectJson, parameters=[REQUIRED_IF_MATCH, ETAG])
    def patch(self, request: Request, organisation: str, name: str) -> Response:
        project, precondition = self.project(request, organisation, name, Verb.READ), request_precondition(request)
        body = self.read_body(request, ProjectChangeSerializer)
        principal = principal_of(request)
        return _answer(project_actions.update_project(principal, project, **body, precondition=precondition), principal)


def _answer(project: Project, principal: Principal) -> Response:
    """A project, for who may change it with its state."""
    answer = Response(project_to_json(project, principal))
    return with_etag(answer, project_facets(project)) if can(principal, Verb.DESCRIBE, project) else answer


class ProjectRestore(OrganisationView):
    """Bringing a deleted project back."""

    needs = needing(post=Scope.PROJECT_MANAGE)
    raises = raising(post=Conflict)

    @extend_schema(request=RestoreSerializer, responses=ProjectJson)
    def post(self, request: Request, organisation: str, name: str) -> Response:
        principal = signed_in(request)
        target = self.organisation(request, organisation)
        body = self.read_body(request, RestoreSerializer)
        project = project_actions.restore_project(principal, target, name, body.get("name"))
        return Response(project_to_json(project, principal))


class ProjectFavourite(ProjectView):
    """The setting of whether a project is among the person's favourites."""

    needs = needing(get=Scope.PROJECT_READ, put=Scope.ACCOUNT_WRITE)

    @extend_schema(operation_id="favourite_retrieve", responses=FavouriteJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        principal = signed_in(request)
        project = self.project(request, organisation, name, Verb.SEE)
        return Response(FavouriteJson(favourite=is_favourite(principal, project)))

    @extend_schema(operation_id="favourite_choose", request=ChooseFavouriteSerializer, responses=FavouriteJson)
    def put(self, request: Request, organisation: str, name: str) -> Response:
        principal = signed_in(request)
        project = self.project(request, organisation, name, Verb.SEE)
        is_favourite_now = self.read_body(request, ChooseFavouriteSerializer)["favourite"]
        favourites.mark_favourite(principal, project, chosen=is_favourite_now)
        return Response(FavouriteJson(favourite=is_favourite_now))


class ProjectState(ProjectView):
    """The state that a client reads before it follows the event log."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(responses=WithParts(ProjectStateJson, state_parts))
    def get(self, request: Request, organisation: str, name: str) -> Response:
        project = self.project(request, organisation, name, Verb.READ)
        return Response(project_state(project, signed_in(request)))


class ProjectFilesList(ProjectView):
    """The files of a project."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="projects_files_list", responses=FilesJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """The files as they are. Restoring a version takes the `ETag`."""
        project = self.project(request, organisation, name, Verb.READ)
        answer = Response({"files": [file_to_json(entry) for entry in files.list_files(project)]})
        return with_etag(answer, files_facets(project))


class ProjectFile(ProjectView):
    """The bytes of a file. Its ETag is the digest of them."""

    needs = needing(get=Scope.PROJECT_READ, put=Scope.PROJECT_WRITE, delete=Scope.PROJECT_WRITE)
    raises = raising(put=(Conflict, Unprocessable, *REFUSALS), delete=(Conflict, *REFUSALS))

    parser_classes = (RawBody,)

    @extend_schema(responses={(200, "*/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, organisation: str, name: str, path: str) -> HttpResponseBase:
        project = self.project(request, organisation, name, Verb.READ)
        entry = files.find_file(project, path)
        if request.method == "GET":
            principal, digest = principal_of(request), entry.content_digest
            downloads.note_download(principal, project, "file.download", path=entry.path, digest=digest)
        filename = entry.path.rpartition("/")[2]
        if entry.digest and entry.text is None:
            return blob_response(request, entry.digest, entry.size, filename=filename)
        answer = HttpResponse((entry.text or "").encode("utf-8"), content_type="text/plain; charset=utf-8")
        return as_foreign(answer, filename=filename, digest=entry.content_digest)

    @extend_schema(
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses=FileJson,
        parameters=[OPTIONAL_IF_MATCH],
    )
    def put(self, request: Request, organisation: str, name: str, path: str) -> Response:
        """Writes a file. One that is there takes its `ETag` as `If-Match`; a new one needs none."""
        project, precondition = self.project(request, organisation, name, Verb.EDIT), request_precondition(request)
        entry = file_actions.write_file(
            principal_of(request), project, path, body_chunks(request), precondition=precondition
        )
        return Response(file_to_json(entry), headers={"ETag": f'"{entry.content_digest}"'})

    @extend_schema(responses={204: OpenApiResponse(description="deleted")}, parameters=[REQUIRED_IF_MATCH])
    def delete(self, request: Request, organisation: str, name: str, path: str) -> Response:
        project, precondition = self.project(request, organisation, name, Verb.EDIT), request_precondition(request)
        file_actions.delete_file(principal_of(request), project, path, precondition=precondition)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ProjectFileRename(ProjectView):
    """Giving a file another path."""

    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=(Conflict, Unprocessable))

    @extend_schema(request=RenameFileSerializer, responses=FileJson)
    def post(self, request: Request, organisation: str, name: str, path: str) -> Response:
        project = self.project(request, organisation, name, Verb.EDIT)
        body = self.read_body(request, RenameFileSerializer)
        return Response(file_to_json(file_actions.rename_file(principal_of(request), project, path, body["path"])))


class ProjectModel(ProjectView):
    """A model among the files: its inputs, outputs, ops and sizes; with `graph`, also its layers and its memory."""

    needs = needing(get=Scope.PROJECT_READ)
    raises = raising(get=Unprocessable)

    @extend_schema(
        parameters=[OpenApiParameter("graph", bool, description="whether the answer has `graph` and `memory`")],
        responses=ModelPageJson | DrawnModelJson,
    )
    def get(self, request: Request, organisation: str, name: str, path: str) -> Response:
        project = self.project(request, organisation, name, Verb.READ)
        entry = files.find_file(project, path)
        if not is_model(entry.path) or entry.digest is None:
            raise ProjectFileNotFound(f"{path} is not a model.")
        data = read_blob(entry.digest)
        if request.query_params.get("graph", "") in ("true", "1"):
            return Response({**model_page(data), **model_drawing(data, entry.digest, project.organisation_id)})
        return Response(model_page(data))


class Templates(ForgeView):
    """The templates that a project can start from."""

    needs = needing(get=None)

    @extend_schema(responses=TemplatesJson)
    def get(self, request: Request) -> Response:
        return Response({"templates": [template_to_json(template) for template in list_templates()]})
