"""Tags over REST: listing them, and publishing a build."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.builds.access import find_build
from forge.builds.models import Build
from forge.core.api.preconditions import REFUSALS, REQUIRED_IF_MATCH, request_precondition
from forge.core.api.views import needing, raising
from forge.core.errors import Conflict, Gone, Invalid, NotFound
from forge.projects.models import Project
from forge.projects.place import ProjectView
from forge.registry.tags.access import tags_of
from forge.registry.tags.publishing.actions import publish_build, publish_past_gate
from forge.registry.tags.serializers import TagJson, TagListJson, tag_list_to_json, tag_to_json


class PublishSerializer(serializers.Serializer[Any]):
    tag = serializers.CharField(max_length=200)
    build = serializers.UUIDField()
    notes = serializers.CharField(max_length=20_000, allow_blank=True, default="")


class OverrideSerializer(PublishSerializer):
    reason = serializers.CharField(max_length=2000)


class ProjectTags(ProjectView):
    """The tags of a project."""

    needs = needing(get=Scope.PROJECT_READ, post=Scope.RUNE_PUBLISH)
    raises = raising(get=Gone, post=(Conflict, *REFUSALS))

    @extend_schema(operation_id="tags_list", responses=TagListJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        project = self.project(request, organisation, name, Verb.SEE)
        principal = principal_of(request)
        return Response(tag_list_to_json(tags_of(principal, project), reads=can(principal, Verb.READ, project)))

    @extend_schema(
        operation_id="tags_publish",
        request=PublishSerializer,
        responses={201: TagJson},
        parameters=[REQUIRED_IF_MATCH],
    )
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Publishes a build. `If-Match` is the `ETag` of the build's gate. Where the tag is protected and something is
        missing, the answer is 409, and `missing` says what, in sentences."""
        project, precondition = self.project(request, organisation, name, Verb.PUBLISH), request_precondition(request)
        body = self.read_body(request, PublishSerializer)
        build = _build_of(request, project, body["build"])
        tag = publish_build(principal_of(request), build, body["tag"], body["notes"], precondition=precondition)
        return Response(tag_to_json(tag), status=status.HTTP_201_CREATED)


class ProjectTagOverrides(ProjectView):
    """Publishing past a gate."""

    needs = needing(post=Scope.PROJECT_MANAGE)
    raises = raising(post=(Conflict, Invalid, *REFUSALS))

    @extend_schema(
        operation_id="tags_override",
        request=OverrideSerializer,
        responses={201: TagJson},
        parameters=[REQUIRED_IF_MATCH],
    )
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Publishes a build under a protected tag although something is missing. Only owners may, with a reason that
        the rune's page and the audit log show. A token needs the scope `rune:publish` as well."""
        project, precondition = (
            self.project(request, organisation, name, Verb.OVERRIDE_GATE),
            request_precondition(request),
        )
        body = self.read_body(request, OverrideSerializer)
        build = _build_of(request, project, body["build"])
        tag = publish_past_gate(
            principal_of(request), build, body["tag"], body["reason"], body["notes"], precondition=precondition
        )
        return Response(tag_to_json(tag), status=status.HTTP_201_CREATED)


def _build_of(request: Request, project: Project, build_id: UUID) -> Build:
    build = find_build(principal_of(request), build_id)
    if build.project_id != project.pk:
        raise NotFound("This project has no such build.")
    return build
