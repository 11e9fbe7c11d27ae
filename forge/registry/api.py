"""Tags over REST: listing them, publishing a build, and the rune of a tag for a page that tries it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

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
from forge.builds.models import Build
from forge.core.api import needing, raising
from forge.core.errors import Conflict, Gone, Invalid, NotFound
from forge.projects.api import ProjectView
from forge.projects.models import Project
from forge.registry.access import find_tag, tags_of
from forge.registry.actions import note_pull, publish_build, publish_past_gate
from forge.registry.errors import NoSuchTag
from forge.registry.serializers import TagJson, TagListJson, tag_list_to_json, tag_to_json


class PublishSerializer(serializers.Serializer[Any]):
    tag = serializers.CharField(max_length=200)
    build = serializers.UUIDField()


class OverrideSerializer(PublishSerializer):
    reason = serializers.CharField(max_length=2000)


class ProjectTags(ProjectView):
    """The tags of a project."""

    needs = needing(get=Scope.PROJECT_READ, post=Scope.RUNE_PUBLISH)
    raises = raising(get=Gone, post=Conflict)

    @extend_schema(operation_id="tags_list", responses=TagListJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        project = self.project(request, organisation, name, Verb.SEE)
        return Response(tag_list_to_json(tags_of(principal_of(request), project)))

    @extend_schema(operation_id="tags_publish", request=PublishSerializer, responses={201: TagJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Publishes a build. Where the tag is protected and something is missing, the answer is 409, and `missing` says
        what, in sentences."""
        project = self.project(request, organisation, name, Verb.PUBLISH)
        asked = self.asked(request, PublishSerializer)
        tag = publish_build(principal_of(request), _build_of(request, project, asked["build"]), asked["tag"])
        return Response(tag_to_json(tag), status=status.HTTP_201_CREATED)


class ProjectTagOverrides(ProjectView):
    """Publishing past a gate."""

    needs = needing(post=Scope.PROJECT_MANAGE)
    raises = raising(post=(Conflict, Invalid))

    @extend_schema(operation_id="tags_override", request=OverrideSerializer, responses={201: TagJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Publishes a build under a protected tag although something is missing. Only owners may, with a reason that
        the rune's page and the audit log show. A token needs the scope `rune:publish` as well."""
        project = self.project(request, organisation, name, Verb.OVERRIDE_GATE)
        asked = self.asked(request, OverrideSerializer)
        build = _build_of(request, project, asked["build"])
        tag = publish_past_gate(principal_of(request), build, asked["tag"], asked["reason"])
        return Response(tag_to_json(tag), status=status.HTTP_201_CREATED)


def _build_of(request: Request, project: Project, build_id: UUID) -> Build:
    build = find_build(principal_of(request), build_id)
    if build.project_id != project.pk:
        raise NotFound("This project has no such build.")
    return build


class TagRune(ProjectView):
    """The rune of a tag, for whoever may see the project."""

    needs = needing(get=Scope.PROJECT_READ)
    raises = raising(get=Gone)

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
