"""The contents of a tag, over REST: its rune, its packages and its example inputs."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.builds.access import find_package
from forge.builds.api import rune_response
from forge.builds.example_inputs import described_example, examples_for_others
from forge.core.api.views import boolean_parameter, needing, raising
from forge.core.errors import Gone
from forge.core.http import media_types
from forge.core.http.blob_responses import blob_response, part_response
from forge.projects.actions import note_download
from forge.projects.place import ProjectView
from forge.registry.tags.access import find_tag
from forge.registry.tags.errors import NoSuchTag
from forge.registry.tags.pulling.actions import note_pull
from forge.registry.tags.pulling.serializers import ExampleListJson, example_list_to_json
from forge.registry.tags.pulling.uses import counting


class TagExamples(ProjectView):
    """The example inputs of a tag, for anybody who may see the project."""

    needs = needing(get=Scope.PROJECT_READ)
    raises = raising(get=Gone)

    @extend_schema(operation_id="tags_examples", responses=ExampleListJson)
    def get(self, request: Request, organisation: str, name: str, tag: str) -> Response:
        """Paths of recordings with which the rune can be tried; none where its project has none."""
        version = find_tag(principal_of(request), self.project(request, organisation, name, Verb.SEE), tag)
        return Response(example_list_to_json(examples_for_others(version.build)))


class TagExample(ProjectView):
    """An example input of a tag, for anybody who may see the project."""

    needs = needing(get=Scope.PROJECT_READ)
    raises = raising(get=Gone)

    @extend_schema(operation_id="tags_example", responses={(200, "*/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, organisation: str, name: str, tag: str, path: str) -> HttpResponseBase:
        principal, project = principal_of(request), self.project(request, organisation, name, Verb.SEE)
        version = find_tag(principal, project, tag)
        example = described_example(examples_for_others(version.build), path)
        if request.method == "GET" and can(principal, Verb.READ, project):
            what = {"path": path, "digest": example["digest"], "version": version.build.source.number}
            note_download(principal, project, "file.download", **what)
        return blob_response(request, example["digest"], example["size"], filename=path.rpartition("/")[2])


class TagPackage(ProjectView):
    """A package of C of what was published, for anybody who may see the project."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="tags_package", responses={(200, media_types.ZIP): OpenApiTypes.BINARY})
    def get(self, request: Request, organisation: str, name: str, tag: str, target: str) -> HttpResponseBase:
        """The package of a tag's build for a target: sources, a self-test and what tools look for."""
        project = self.project(request, organisation, name, Verb.SEE)
        version = find_tag(principal_of(request), project, tag)
        package = find_package(version.build, target)
        if package.artefact is None:
            raise NoSuchTag("The package of this tag no longer exists.")
        if request.method == "GET":
            note_pull(principal_of(request), project, package.artefact.digest)
            counting.note(version.repository_id, request.META.get("REMOTE_ADDR", ""))
        response = part_response(
            request,
            package.artefact.digest,
            package.artefact.size,
            filename=f"{version.build.name}-{package.target}.zip",
            content_type=media_types.ZIP,
        )
        response.headers["Cache-Control"] = "private, no-cache"
        return response


class TagRune(ProjectView):
    """The rune of a tag, for anybody who may see the project."""

    needs = needing(get=Scope.PROJECT_READ)
    raises = raising(get=Gone)

    @extend_schema(
        operation_id="tags_rune",
        parameters=[
            OpenApiParameter("automatic", bool, description="whether a page runs it of its own accord, which is no use")
        ],
        responses={(200, "application/wasm"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, organisation: str, name: str, tag: str) -> HttpResponseBase:
        project = self.project(request, organisation, name, Verb.SEE)
        is_automatic = boolean_parameter(request, "automatic")
        version = find_tag(principal_of(request), project, tag)
        if version.build.artefact is None:
            raise NoSuchTag("The rune of this tag no longer exists.")
        if request.method == "GET":
            note_pull(principal_of(request), project, version.build.artefact.digest)
            if not is_automatic:
                counting.note(version.repository_id, request.META.get("REMOTE_ADDR", ""))
        response = rune_response(request, version.build.artefact, f"{version.build.name}.rune")
        response.headers["Cache-Control"] = "private, no-cache"  # a tag such as latest moves
        return response
