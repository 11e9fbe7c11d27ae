"""Versions of data sets over REST."""

from __future__ import annotations

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import CursorPages, page_answer
from forge.core.api.views import needing, raising
from forge.core.errors import Invalid, Unprocessable
from forge.core.http import media_types
from forge.datasets.access import find_version, versions_of
from forge.datasets.versions.contents import compare_versions, deleted_numbers, entries_of
from forge.datasets.versions.copies import note_copy
from forge.datasets.versions.export import plan_export
from forge.datasets.versions.manifest import sentences_of
from forge.datasets.versions.serializers import (
    DataComparisonJson,
    DataEntryJson,
    DataVersionJson,
    comparison_to_json,
    entry_to_json,
    version_to_json,
)
from forge.projects.actions import note_download
from forge.projects.place import ProjectView
from forge.projects.versions.write_archive import zip_response
from rune.datasets.export.data_folder import DATA_FOLDER
from rune.datasets.export.layouts import EXPORT_LAYOUTS


class DataVersions(ProjectView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="data_versions_list", responses=PageJson[DataVersionJson])
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """The versions of a project's data, newest first."""
        project = self.project(request, organisation, name, Verb.READ)
        return page_answer(request, versions_of(principal_of(request), project), version_to_json, ordering="-number")


class OneDataVersion(ProjectView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="data_version_read", responses=DataVersionJson)
    def get(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """A version."""
        project = self.project(request, organisation, name, Verb.READ)
        return Response(version_to_json(find_version(principal_of(request), project, number)))


class DataVersionSamples(ProjectView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(
        operation_id="data_version_samples",
        parameters=[
            OpenApiParameter("after", int, description="Samples with higher numbers, as `next` names them"),
            OpenApiParameter("limit", int, description="Samples on a page, 1 to 200"),
        ],
        responses=PageJson[DataEntryJson],
    )
    def get(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """The samples of a version by their numbers; those whose bytes were deleted are tombstones."""
        project = self.project(request, organisation, name, Verb.READ)
        version = find_version(principal_of(request), project, number)
        after, limit = _after(request), CursorPages().get_page_size(request)
        entries = [entry for entry in entries_of(version) if entry.number > after]
        tombstones = deleted_numbers(version.data_set_id)
        page = entries[:limit]
        address = request.build_absolute_uri()
        return Response(
            PageJson[DataEntryJson](
                next=replace_query_param(address, "after", str(page[-1].number)) if len(entries) > limit else None,
                previous=None,
                results=[entry_to_json(each, each.number in tombstones) for each in page],
            )
        )


class DataVersionExport(ProjectView):
    needs = needing(get=Scope.PROJECT_READ)
    raises = raising(get=Unprocessable)

    @extend_schema(
        operation_id="data_version_export",
        parameters=[
            OpenApiParameter("layout", str, enum=list(EXPORT_LAYOUTS), description="`data-folder` if not given"),
            OpenApiParameter("after", int, description="only samples with higher numbers"),
            OpenApiParameter("limit", int, description="at most so many samples; all if not given"),
        ],
        responses={(200, media_types.ZIP): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, organisation: str, name: str, number: int) -> HttpResponseBase:
        """A version with all recordings as a ZIP file, in a layout that imports of this and other tools read. Samples
        whose bytes were deleted are not in it. A person is called after the number of the group."""
        project = self.project(request, organisation, name, Verb.READ)
        principal, query = principal_of(request), request.query_params
        layout = EXPORT_LAYOUTS.get(query.get("layout", DATA_FOLDER.name))
        if layout is None:
            raise Invalid(f"`layout` must be one of {', '.join(EXPORT_LAYOUTS)}.")
        limit = _number(query.get("limit", ""), "limit") or None
        export = plan_export(principal, project, number, layout, after=_after(request), limit=limit)
        if request.method == "GET":
            note_download(principal, project, "data.download", f"data:{export.version.data_set_id}")
            note_copy(principal, export.version, layout.name, [each.number for each in export.samples])
        return zip_response(request, export.files(), filename=f"{project.name}-data-{number}-{layout.name}.zip")


class DataVersionComparison(ProjectView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="data_versions_compare", responses=DataComparisonJson)
    def get(self, request: Request, organisation: str, name: str, number: int, other: int) -> Response:
        """Returns the difference between the first version and the second."""
        project = self.project(request, organisation, name, Verb.READ)
        principal = principal_of(request)
        comparison = compare_versions(find_version(principal, project, number), find_version(principal, project, other))
        return Response(comparison_to_json(comparison, sentences_of(comparison)))


def _after(request: Request) -> int:
    return _number(request.query_params.get("after", ""), "after")


def _number(text: str, name: str) -> int:
    """Returns a number of a query, 0 where it is empty. Raises `Invalid`."""
    if text and (not text.isascii() or not text.isdigit() or len(text) > 10):
        raise Invalid(f"`{name}` must be a whole number.")
    return int(text or 0)
