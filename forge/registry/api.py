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

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.accounts.tokens.scopes import Scope
from forge.builds.access import find_build, find_package
from forge.builds.api import rune_response
from forge.builds.example_inputs import described_example, examples_for_others
from forge.builds.models import Build
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, seen_by, with_etag
from forge.core.api.views import needing, raising
from forge.core.blobs.responses import blob_response, part_response
from forge.core.errors import Conflict, Gone, Invalid, NotFound
from forge.projects.actions import note_download
from forge.projects.api import ProjectView
from forge.projects.models import Project
from forge.registry.access import find_any_tag, find_tag, tags_of
from forge.registry.actions import (
    deprecate_tag,
    describe_tag,
    end_deprecation,
    end_withdrawal,
    note_pull,
    publish_build,
    publish_past_gate,
    withdraw_tag,
)
from forge.registry.errors import NoSuchTag
from forge.registry.models import Tag
from forge.registry.seen import version_facets
from forge.registry.serializers import (
    ExampleListJson,
    TagJson,
    TagListJson,
    example_list_to_json,
    tag_list_to_json,
    tag_to_json,
)
from forge.registry.use import counting


class PublishSerializer(serializers.Serializer[Any]):
    tag = serializers.CharField(max_length=200)
    build = serializers.UUIDField()
    notes = serializers.CharField(max_length=20_000, allow_blank=True, default="")


class OverrideSerializer(PublishSerializer):
    reason = serializers.CharField(max_length=2000)


class NotesSerializer(serializers.Serializer[Any]):
    notes = serializers.CharField(max_length=20_000, allow_blank=True)


class DeprecationSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)
    successor = serializers.CharField(max_length=200, allow_blank=True, default="")


class ProjectTags(ProjectView):
    """The tags of a project."""

    needs = needing(get=Scope.PROJECT_READ, post=Scope.RUNE_PUBLISH)
    raises = raising(get=Gone, post=(Conflict, *REFUSALS))

    @extend_schema(operation_id="tags_list", responses=TagListJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        project = self.project(request, organisation, name, Verb.SEE)
        return Response(tag_list_to_json(tags_of(principal_of(request), project)))

    @extend_schema(
        operation_id="tags_publish",
        request=PublishSerializer,
        responses={201: TagJson},
        parameters=[REQUIRED_IF_MATCH],
    )
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Publishes a build. `If-Match` is the `ETag` of the build's gate. Where the tag is protected and something is
        missing, the answer is 409, and `missing` says what, in sentences."""
        project, seen = self.project(request, organisation, name, Verb.PUBLISH), seen_by(request)
        body = self.read_body(request, PublishSerializer)
        build = _build_of(request, project, body["build"])
        tag = publish_build(principal_of(request), build, body["tag"], body["notes"], seen=seen)
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
        project, seen = self.project(request, organisation, name, Verb.OVERRIDE_GATE), seen_by(request)
        body = self.read_body(request, OverrideSerializer)
        build = _build_of(request, project, body["build"])
        tag = publish_past_gate(principal_of(request), build, body["tag"], body["reason"], body["notes"], seen=seen)
        return Response(tag_to_json(tag), status=status.HTTP_201_CREATED)


class ProjectTag(ProjectView):
    """What a project says of one of its tags."""

    needs = needing(get=Scope.PROJECT_READ, patch=Scope.RUNE_PUBLISH)
    raises = raising(patch=(Conflict, Invalid, *REFUSALS))

    @extend_schema(operation_id="tags_retrieve", responses=TagJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, name: str, tag: str) -> Response:
        """One tag, also one that was withdrawn, for who may change what is said of it: that takes the `ETag`."""
        project = self.project(request, organisation, name, Verb.PUBLISH)
        return _answer(find_any_tag(principal_of(request), project, tag))

    @extend_schema(
        operation_id="tags_describe",
        request=NotesSerializer,
        responses=TagJson,
        parameters=[REQUIRED_IF_MATCH, ETAG],
    )
    def patch(self, request: Request, organisation: str, name: str, tag: str) -> Response:
        """Writes what is new in a version, in Markdown, in place of what was said before."""
        project = self.project(request, organisation, name, Verb.PUBLISH)
        body, seen = self.read_body(request, NotesSerializer), seen_by(request)
        return _answer(describe_tag(principal_of(request), project, tag, body["notes"], seen=seen))


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
        body, seen = self.read_body(request, DeprecationSerializer), seen_by(request)
        said = deprecate_tag(principal_of(request), project, tag, body["reason"], body["successor"], seen=seen)
        return _answer(said)

    @extend_schema(operation_id="tags_undeprecate", responses=TagJson, parameters=[REQUIRED_IF_MATCH, ETAG])
    def delete(self, request: Request, organisation: str, name: str, tag: str) -> Response:
        """Takes the advice back."""
        project = self.project(request, organisation, name, Verb.PUBLISH)
        return _answer(end_deprecation(principal_of(request), project, tag, seen=seen_by(request)))


class WithdrawalSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)


class TagWithdrawal(ProjectView):
    """Taking a version back."""

    needs = needing(put=Scope.RUNE_PUBLISH, delete=Scope.RUNE_PUBLISH)
    raises = raising(put=(Conflict, Invalid, *REFUSALS), delete=REFUSALS)

    @extend_schema(
        operation_id="tags_withdraw",
        request=WithdrawalSerializer,
        responses=TagJson,
        parameters=[REQUIRED_IF_MATCH, ETAG],
    )
    def put(self, request: Request, organisation: str, name: str, tag: str) -> Response:
        """Withdraws a version and all tags of the same bytes, with a reason: it is listed, shared, forked and pulled by
        name no more. Its bytes stay for who names their digest, with a warning."""
        project = self.project(request, organisation, name, Verb.PUBLISH)
        body, seen = self.read_body(request, WithdrawalSerializer), seen_by(request)
        return _answer(withdraw_tag(principal_of(request), project, tag, body["reason"], seen=seen))

    @extend_schema(operation_id="tags_end_withdrawal", responses=TagJson, parameters=[REQUIRED_IF_MATCH, ETAG])
    def delete(self, request: Request, organisation: str, name: str, tag: str) -> Response:
        """Lists and shares it again."""
        project = self.project(request, organisation, name, Verb.PUBLISH)
        return _answer(end_withdrawal(principal_of(request), project, tag, seen=seen_by(request)))


def _answer(tag: Tag) -> Response:
    """A tag with its state, for the next act."""
    return with_etag(Response(tag_to_json(tag)), version_facets(tag))


def _build_of(request: Request, project: Project, build_id: UUID) -> Build:
    build = find_build(principal_of(request), build_id)
    if build.project_id != project.pk:
        raise NotFound("This project has no such build.")
    return build


class TagExamples(ProjectView):
    """The example inputs of a tag, for whoever may see the project."""

    needs = needing(get=Scope.PROJECT_READ)
    raises = raising(get=Gone)

    @extend_schema(operation_id="tags_examples", responses=ExampleListJson)
    def get(self, request: Request, organisation: str, name: str, tag: str) -> Response:
        """Paths of recordings with which the rune can be tried; none where its project has none."""
        version = find_tag(principal_of(request), self.project(request, organisation, name, Verb.SEE), tag)
        return Response(example_list_to_json(examples_for_others(version.build)))


class TagExample(ProjectView):
    """An example input of a tag, for whoever may see the project."""

    needs = needing(get=Scope.PROJECT_READ)
    raises = raising(get=Gone)

    @extend_schema(operation_id="tags_example", responses={(200, "*/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, organisation: str, name: str, tag: str, path: str) -> HttpResponseBase:
        principal, project = principal_of(request), self.project(request, organisation, name, Verb.SEE)
        version = find_tag(principal, project, tag)
        described = described_example(examples_for_others(version.build), path)
        if request.method == "GET" and can(principal, Verb.READ, project):
            what = {"path": path, "digest": described["digest"], "version": version.build.source.number}
            note_download(principal, project, "file.download", **what)
        return blob_response(request, described["digest"], described["size"], filename=path.rpartition("/")[2])


class TagPackage(ProjectView):
    """A package of C of what was published, for whoever may see the project."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="tags_package", responses={(200, "application/zip"): OpenApiTypes.BINARY})
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
            content_type="application/zip",
        )
        response.headers["Cache-Control"] = "private, no-cache"
        return response


class TagRune(ProjectView):
    """The rune of a tag, for whoever may see the project."""

    needs = needing(get=Scope.PROJECT_READ)
    raises = raising(get=Gone)

    @extend_schema(operation_id="tags_rune", responses={(200, "application/wasm"): OpenApiTypes.BINARY})
    def get(self, request: Request, organisation: str, name: str, tag: str) -> HttpResponseBase:
        project = self.project(request, organisation, name, Verb.SEE)
        version = find_tag(principal_of(request), project, tag)
        if version.build.artefact is None:
            raise NoSuchTag("The rune of this tag no longer exists.")
        if request.method == "GET":
            note_pull(principal_of(request), project, version.build.artefact.digest)
            counting.note(version.repository_id, request.META.get("REMOTE_ADDR", ""))
        response = rune_response(request, version.build.artefact, f"{version.build.name}.rune")
        response.headers["Cache-Control"] = "private, no-cache"  # a tag such as latest moves
        return response
