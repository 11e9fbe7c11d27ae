"""Versions over HTTP: listing, saving, comparing and restoring them, and who wrote what."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.comparison.changes import compare
from forge.comparison.serializers import ComparisonJson, FileStateJson, comparison_to_json
from forge.comparison.snapshots import Snapshot
from forge.core.api.json_types import PageJson, Timestamp
from forge.core.api.pages import CursorPages
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, request_precondition, with_etag
from forge.core.api.views import needing, raising
from forge.core.errors import Conflict, Invalid
from forge.core.http import media_types
from forge.core.http.blob_responses import as_foreign, blob_response
from forge.projects.hooks import VersionBuildJson, VersionPartsJson, version_parts
from forge.projects.lifecycle.actions.downloads import note_download
from forge.projects.models import Project, Version
from forge.projects.place import ProjectView
from forge.projects.versions.actions.restore import restore_version, restoring_update
from forge.projects.versions.actions.save import save_version
from forge.projects.versions.authors import line_versions, people_of
from forge.projects.versions.comparison_source import snapshot_of_tree, snapshot_of_version
from forge.projects.versions.etag_facets import files_facets_of
from forge.projects.versions.store import (
    WorkingTree,
    available_files,
    described_in,
    find_version,
    stored_text,
    versions_of,
    working_tree,
)
from forge.projects.versions.write_archive import archive_response

NOW = "now"
"""The name of the current files, where a version's number could be."""


class VersionJson(TypedDict):
    """A version with its builds and tags. `saved_by` and `saved_at` are null for one that nobody saved by hand."""

    number: int
    digest: str
    created: Timestamp
    author: PersonJson | None
    message: str
    saved_by: PersonJson | None
    saved_at: Timestamp | None
    original_authors: Annotated[
        list[str], "who made it elsewhere, where it came with a history: names as text, and nobody here"
    ]
    automatic: Annotated[bool, "whether it saved itself while people worked; it may be thinned out"]
    files: Annotated[int, "how many files it has"]
    builds: list[VersionBuildJson]
    tags: list[str]


class VersionWithFilesJson(VersionJson):
    """A version with its files by path."""

    manifest: dict[str, FileStateJson]


class RestoredVersionJson(TypedDict):
    """The result of restoring: the number of the version before it, and the paths."""

    before: int
    changed_paths: list[str]


class LineVersionJson(TypedDict):
    """The version that a line is from."""

    created: Timestamp
    author: PersonJson | None
    message: str


class AuthorsJson(TypedDict):
    """The authors of the document: people by Yjs client; for each line of the text the number of the version that first
    had it, null for none yet; and these versions by their number."""

    people: dict[str, PersonJson]
    lines: list[int | None]
    versions: dict[str, LineVersionJson]


class SaveVersionSerializer(serializers.Serializer[Any]):
    """The fields of a new version."""

    message = serializers.CharField(required=False, allow_blank=True, default="")


class RestoreVersionSerializer(serializers.Serializer[Any]):
    """The parts of a version to restore. Without `paths` it is all of it, and later files are deleted."""

    paths = serializers.ListField(child=serializers.CharField(), required=False, allow_null=True, default=None)


def version_to_json(version: Version, parts: VersionPartsJson) -> VersionJson:
    """A version with its `builds` and `tags`, which the floors above told."""
    return {
        "number": version.number,
        "digest": version.digest,
        "created": version.created.isoformat(),
        "author": person_to_json(version.author) if version.author else None,
        "message": version.message,
        "automatic": version.automatic,
        "saved_by": person_to_json(version.saved_by) if version.saved_by else None,
        "saved_at": version.saved_at.isoformat() if version.saved_at else None,
        "original_authors": version.original_authors,
        "files": len(version.manifest),
        "builds": parts.get("builds", []),
        "tags": parts.get("tags", []),
    }


def versions_to_json(versions: list[Version]) -> list[VersionJson]:
    """Versions with what the floors above tell of them, asked once for all."""
    parts: dict[UUID, VersionPartsJson] = {version.pk: {} for version in versions}
    for answer in version_parts.call([version.pk for version in versions]):
        for key, part in answer.items():
            parts[key] = {**parts[key], **part}
    return [version_to_json(version, parts[version.pk]) for version in versions]


class VersionPages(CursorPages):
    """Versions, the newest first."""

    ordering = "-number"


class ProjectVersions(ProjectView):
    """A project's versions, and saving one."""

    needs = needing(get=Scope.PROJECT_READ, post=Scope.PROJECT_WRITE)

    @extend_schema(operation_id="versions_list", responses=PageJson[VersionJson])
    def get(self, request: Request, organisation: str, name: str) -> Response:
        project = self.project(request, organisation, name, Verb.READ)
        pages = VersionPages()
        versions = pages.paginate_queryset(versions_of(project), request, view=self) or []
        return pages.get_paginated_response(versions_to_json(versions))

    @extend_schema(operation_id="versions_save", request=SaveVersionSerializer, responses={201: VersionJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        project = self.project(request, organisation, name, Verb.EDIT)
        version = save_version(
            principal_of(request), project, self.read_body(request, SaveVersionSerializer)["message"]
        )
        return Response(versions_to_json([version])[0], status=status.HTTP_201_CREATED)


class OneVersion(ProjectView):
    """A version with its files."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(responses=VersionWithFilesJson)
    def get(self, request: Request, organisation: str, name: str, number: int) -> Response:
        version = find_version(self.project(request, organisation, name, Verb.READ), number)
        return Response({**versions_to_json([version])[0], "manifest": version.manifest})


class VersionFile(ProjectView):
    """A file as it was in a version: its bytes."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="versions_file", responses={(200, "*/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, organisation: str, name: str, number: int, path: str) -> HttpResponseBase:
        version = find_version(self.project(request, organisation, name, Verb.READ), number)
        file = described_in(version, path)
        if request.method == "GET":
            what = {"path": path, "digest": file["digest"], "version": number}
            note_download(principal_of(request), version.project, "file.download", **what)
        filename = path.rpartition("/")[2]
        text = stored_text(path, file["digest"], file["size"])
        if text is None:
            return blob_response(request, file["digest"], file["size"], filename=filename)
        return as_foreign(
            HttpResponse(text.encode("utf-8"), content_type="text/plain; charset=utf-8"), filename=filename
        )


class VersionArchive(ProjectView):
    """All files of a version as one .zip."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="versions_archive", responses={(200, media_types.ZIP): OpenApiTypes.BINARY})
    def get(self, request: Request, organisation: str, name: str, number: int) -> HttpResponseBase:
        project = self.project(request, organisation, name, Verb.READ)
        version = find_version(project, number)
        if request.method == "GET":
            note_download(principal_of(request), project, "archive.download", folder="", version=number)
        filename = f"{project.name}-version-{version.number}.zip"
        return archive_response(request, available_files(version), {}, folder="", filename=filename)


class VersionRestore(ProjectView):
    """Making the files what they were in a version, for everyone and live."""

    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=(Conflict, *REFUSALS))

    @extend_schema(
        operation_id="versions_restore",
        request=RestoreVersionSerializer,
        parameters=[
            REQUIRED_IF_MATCH,
            OpenApiParameter(
                "as", str, description="update: answer with a Yjs update that is stored nowhere, for an editor to apply"
            ),
        ],
        responses={
            (200, "application/json"): RestoredVersionJson,
            (200, "*/*"): OpenApiTypes.BINARY,
        },
    )
    def post(self, request: Request, organisation: str, name: str, number: int) -> HttpResponseBase:
        """The `ETag` of the list of files, or of a comparison with the files as they are, says which files are
        replaced."""
        project, precondition = self.project(request, organisation, name, Verb.EDIT), request_precondition(request)
        version = find_version(project, number)
        paths = self.read_body(request, RestoreVersionSerializer)["paths"]
        if request.query_params.get("as") == "update":
            update = restoring_update(principal_of(request), project, version, paths, precondition=precondition)
            return as_foreign(HttpResponse(update, content_type="application/octet-stream"), filename="update.bin")
        result = restore_version(principal_of(request), project, version, paths, precondition=precondition)
        return Response({"before": result.before.number, "changed_paths": list(result.changed_paths)})


class VersionsCompared(ProjectView):
    """The differences between two versions, or between one and the current files."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(
        operation_id="versions_compare",
        parameters=[
            OpenApiParameter("from", str, required=True, description="a version's number, or `now`"),
            OpenApiParameter("to", str, description="a version's number, or `now`, which it is by default"),
            ETAG,
        ],
        responses=ComparisonJson,
    )
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Returns the files.

        Where they are the current ones, the answer has an `ETag`, which restoring a version takes.
        """
        project = self.project(request, organisation, name, Verb.READ)
        names = [request.query_params.get("from", ""), request.query_params.get("to", NOW)]
        tree = working_tree(project) if NOW in names else None
        before, after = (_snapshot_of(project, each, tree) for each in names)
        answer = Response(comparison_to_json(compare(before, after)))
        return answer if tree is None else with_etag(answer, files_facets_of(project, tree.digest))


def _snapshot_of(project: Project, which: str, tree: WorkingTree | None) -> Snapshot:
    """A side of a comparison. Raises `Invalid` and `VersionNotFound`."""
    if which == NOW and tree is not None:
        return snapshot_of_tree(project, tree)
    if not which.isascii() or not which.isdigit() or len(which) > 9:
        raise Invalid("Give the number of a version, or `now`.")
    return snapshot_of_version(find_version(project, int(which)))


class ProjectAuthors(ProjectView):
    """The person behind each Yjs client of the live document, and the version that each line of a text is from."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(
        operation_id="authors",
        parameters=[OpenApiParameter("path", str, description="a text: the answer has the version of each line")],
        responses=AuthorsJson,
    )
    def get(self, request: Request, organisation: str, name: str) -> Response:
        project = self.project(request, organisation, name, Verb.READ)
        path = request.query_params.get("path", "")
        lines = line_versions(project, path) if path else []
        named_versions = versions_of(project).filter(number__in={number for number in lines if number is not None})
        versions: dict[str, LineVersionJson] = {
            str(version.number): {
                "created": version.created.isoformat(),
                "author": person_to_json(version.author) if version.author else None,
                "message": version.message,
            }
            for version in named_versions
        }
        return Response({"people": people_of(project), "lines": lines, "versions": versions})
