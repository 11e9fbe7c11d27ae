"""Files in and out together: a .zip of a project or a folder, and unpacking one; and copying a file."""

from __future__ import annotations

from typing import Annotated, TypedDict

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.access import find_organisation
from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of, signed_in
from forge.accounts.scopes import Scope
from forge.core.api.views import ForgeView, RawBody, body_chunks, needing, raising
from forge.core.errors import Conflict, TooOften, Unprocessable
from forge.core.http import media_types
from forge.projects.api import NEW_PROJECT_PARAMETERS
from forge.projects.archives import actions as archive_actions
from forge.projects.files import actions as file_actions
from forge.projects.files import contents as files
from forge.projects.history import actions as history_actions
from forge.projects.history.import_archive import name_from_file
from forge.projects.lifecycle.actions import downloads
from forge.projects.place import ProjectView
from forge.projects.serializers import FileJson, ProjectJson, RenameFileSerializer, file_to_json, project_to_json
from forge.projects.versions.store import working_tree
from forge.projects.versions.write_archive import archive_response

_FOLDER = OpenApiParameter("folder", str, description="a folder of the project; all of it by default")


class UnpackedJson(TypedDict):
    """The paths that an archive brought."""

    before: Annotated[int, "the version that the files were until then"]
    added_paths: list[str]
    replaced_paths: list[str]


class ProjectFromArchiveJson(TypedDict):
    """The project that was created from an archive."""

    project: ProjectJson
    versions: Annotated[int, "that came with its history; none where it has no `.git`"]
    merges: Annotated[int, "commits that merged others, of which only the first way was followed"]


class ProjectsFromArchive(ForgeView):
    """Making a project of a .zip: the body. One with history brings its versions."""

    needs = needing(post=Scope.PROJECT_CREATE)
    raises = raising(post=(Conflict, Unprocessable, TooOften))

    parser_classes = (RawBody,)

    @extend_schema(
        operation_id="projects_from_archive",
        request={media_types.ZIP: OpenApiTypes.BINARY},
        parameters=NEW_PROJECT_PARAMETERS,
        responses={201: ProjectFromArchiveJson},
    )
    def post(self, request: Request) -> Response:
        principal = signed_in(request)
        query = request.query_params
        organisation = find_organisation(principal, query.get("organisation", ""), Verb.CREATE_PROJECT)
        project, history = history_actions.create_from_upload(
            principal, organisation, query.get("name", ""), body_chunks(request), name_from_file(query.get("file", ""))
        )
        answer: ProjectFromArchiveJson = {
            "project": project_to_json(project, principal),
            "versions": len(history.versions),
            "merges": history.merges,
        }
        return Response(answer, status=status.HTTP_201_CREATED)


class ProjectArchive(ProjectView):
    """The project's files as a .zip, and putting those of a .zip into it."""

    needs = needing(get=Scope.PROJECT_READ, post=Scope.PROJECT_WRITE)
    raises = raising(post=(Conflict, Unprocessable))

    parser_classes = (RawBody,)

    @extend_schema(
        operation_id="archive_read", parameters=[_FOLDER], responses={(200, media_types.ZIP): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, organisation: str, name: str) -> HttpResponseBase:
        project = self.project(request, organisation, name, Verb.READ)
        folder = (
            files.checked_path(folder_parameter) if (folder_parameter := request.query_params.get("folder", "")) else ""
        )
        tree = working_tree(project)
        if request.method == "GET":
            downloads.note_download(principal_of(request), project, "archive.download", folder=folder)
        filename = f"{folder.rpartition('/')[2] or project.name}.zip"
        return archive_response(request, tree.manifest, tree.texts, folder=folder, filename=filename)

    @extend_schema(
        operation_id="archive_unpack",
        request={media_types.ZIP: OpenApiTypes.BINARY},
        parameters=[
            _FOLDER,
            OpenApiParameter("replace", bool, description="whether files that are there may be replaced"),
        ],
        responses=UnpackedJson,
    )
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Unpacks all of an archive in one step, or nothing; what is wrong is in `errors`, by file."""
        project = self.project(request, organisation, name, Verb.EDIT)
        query = request.query_params
        replace = query.get("replace", "") in ("true", "1")
        result = archive_actions.unpack(
            principal_of(request), project, body_chunks(request), folder=query.get("folder", ""), replace=replace
        )
        answer: UnpackedJson = {
            "before": result.before.number,
            "added_paths": list(result.added_paths),
            "replaced_paths": list(result.replaced_paths),
        }
        return Response(answer)


class ProjectFileCopy(ProjectView):
    """A second file with the same contents."""

    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=(Conflict, Unprocessable))

    @extend_schema(request=RenameFileSerializer, responses=FileJson)
    def post(self, request: Request, organisation: str, name: str, path: str) -> Response:
        project = self.project(request, organisation, name, Verb.EDIT)
        body = self.read_body(request, RenameFileSerializer)
        return Response(file_to_json(file_actions.copy_file(principal_of(request), project, path, body["path"])))
