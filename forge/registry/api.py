"""Tags over REST: listing them, publishing a build, and the rune of a tag for a page that tries it."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.builds.access import find_build
from forge.builds.api import rune_response
from forge.core.api import needing, raising
from forge.core.errors import Conflict, NotFound
from forge.projects.api import ProjectView
from forge.registry.access import find_tag, tags_of
from forge.registry.actions import note_pull, publish_build
from forge.registry.errors import NoSuchTag
from forge.registry.serializers import TagJson, TagsJson, tag_to_json


class PublishSerializer(serializers.Serializer[Any]):
    tag = serializers.CharField(max_length=200)
    build = serializers.UUIDField()


class ProjectTags(ProjectView):
    """The tags of a project."""

    needs = needing(get=Scope.PROJECT_READ, post=Scope.RUNE_PUBLISH)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="tags_list", responses=TagsJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        project = self.project(request, organisation, name, Verb.SEE)
        return Response({"tags": [tag_to_json(tag) for tag in tags_of(principal_of(request), project)]})

    @extend_schema(operation_id="tags_publish", request=PublishSerializer, responses={201: TagJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        project = self.project(request, organisation, name, Verb.PUBLISH)
        asked = self.asked(request, PublishSerializer)
        build = find_build(principal_of(request), asked["build"])
        if build.project_id != project.pk:
            raise NotFound("This project has no such build.")
        tag = publish_build(principal_of(request), build, asked["tag"])
        return Response(tag_to_json(tag), status=status.HTTP_201_CREATED)


class TagRune(ProjectView):
    """The rune of a tag, for whoever may see the project."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="tags_rune", responses={(200, "application/wasm"): OpenApiTypes.BINARY})
    def get(self, request: Request, organisation: str, name: str, tag: str) -> HttpResponseBase:
        project = self.project(request, organisation, name, Verb.SEE)
        found = find_tag(principal_of(request), project, tag)
        if found.build.artefact is None:
            raise NoSuchTag("The rune of this tag no longer exists.")
        if request.method == "GET":
            note_pull(principal_of(request), project, found.build.artefact.digest)
        response = rune_response(request, found.build.artefact, f"{found.build.name}.rune")
        response.headers["Cache-Control"] = "private, no-cache"  # a tag such as latest moves
        return response
