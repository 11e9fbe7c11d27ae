"""A project's statements about a tag, over REST: release notes, and deprecation."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.tokens.scopes import Scope
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, request_precondition
from forge.core.api.views import needing, raising
from forge.core.errors import Conflict, Invalid
from forge.projects.api import ProjectView
from forge.registry.tags.access import find_any_tag
from forge.registry.tags.describing.actions import deprecate_tag, describe_tag, end_deprecation
from forge.registry.tags.serializers import TagJson, tag_response


class NotesSerializer(serializers.Serializer[Any]):
    notes = serializers.CharField(max_length=20_000, allow_blank=True)


class DeprecationSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)
    successor = serializers.CharField(max_length=200, allow_blank=True, default="")


class ProjectTag(ProjectView):
    """A project's statements about one of its tags."""

    needs = needing(get=Scope.PROJECT_READ, patch=Scope.RUNE_PUBLISH)
    raises = raising(patch=(Conflict, Invalid, *REFUSALS))

    @extend_schema(operation_id="tags_retrieve", responses=TagJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, name: str, tag: str) -> Response:
        """One tag, also one that was withdrawn, for who may change what is said of it: that takes the `ETag`."""
        project = self.project(request, organisation, name, Verb.PUBLISH)
        return tag_response(find_any_tag(principal_of(request), project, tag))

    @extend_schema(
        operation_id="tags_describe",
        request=NotesSerializer,
        responses=TagJson,
        parameters=[REQUIRED_IF_MATCH, ETAG],
    )
    def patch(self, request: Request, organisation: str, name: str, tag: str) -> Response:
        """Writes what is new in a version, in Markdown, in place of what was said before."""
        project = self.project(request, organisation, name, Verb.PUBLISH)
        body, precondition = self.read_body(request, NotesSerializer), request_precondition(request)
        return tag_response(describe_tag(principal_of(request), project, tag, body["notes"], precondition=precondition))


class TagDeprecation(ProjectView):
    """Advice against a version."""

    needs = needing(put=Scope.RUNE_PUBLISH, delete=Scope.RUNE_PUBLISH)
    raises = raising(put=(Conflict, Invalid, *REFUSALS), delete=REFUSALS)

    @extend_schema(
        operation_id="tags_deprecate",
        request=DeprecationSerializer,
        responses=TagJson,
        parameters=[REQUIRED_IF_MATCH, ETAG],
    )
    def put(self, request: Request, organisation: str, name: str, tag: str) -> Response:
        """Deprecates a version, with a reason and the tag to take in its place. It can still be pulled; pages, this API
        and `rune pull` say it."""
        project = self.project(request, organisation, name, Verb.PUBLISH)
        body, precondition = self.read_body(request, DeprecationSerializer), request_precondition(request)
        deprecated_tag = deprecate_tag(
            principal_of(request), project, tag, body["reason"], body["successor"], precondition=precondition
        )
        return tag_response(deprecated_tag)

    @extend_schema(operation_id="tags_undeprecate", responses=TagJson, parameters=[REQUIRED_IF_MATCH, ETAG])
    def delete(self, request: Request, organisation: str, name: str, tag: str) -> Response:
        """Takes the advice back."""
        project = self.project(request, organisation, name, Verb.PUBLISH)
        return tag_response(
            end_deprecation(principal_of(request), project, tag, precondition=request_precondition(request))
        )
