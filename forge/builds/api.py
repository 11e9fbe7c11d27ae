"""Builds and previews over REST: thin views over the actions."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.builds.access import builds_of, find_build, find_rune, job_of_build
from forge.builds.actions import (
    choose_for_builds,
    note_rune_download,
    request_build,
)
from forge.builds.choices import TargetsJson, choices_facets, choices_from_json, targets_to_json
from forge.builds.compiling.artefact_store import open_rune
from forge.builds.errors import NoRune
from forge.builds.models import Artefact
from forge.builds.serializers.builds import BuildJson, BuildLogJson, build_to_json, log_line_to_json
from forge.core.api.json_types import PageJson
from forge.core.api.pages import page_answer
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, request_precondition, with_etag
from forge.core.api.views import ForgeView, needing, raising
from forge.core.blobs.chunks import chunks_for
from forge.core.errors import Conflict
from forge.core.http.blob_responses import as_foreign
from forge.core.http.compression import COMPRESSED_UP_TO, accepts_gzip, gzipped
from forge.jobs.actions import cancel_job
from forge.projects.models import Project
from forge.projects.place import ProjectView
from rune.aim import AIMS
from rune.model.profile import PROFILES
from rune.oci import RUNE_TYPE


class ProjectBuilds(ProjectView):
    needs = needing(get=Scope.PROJECT_READ, post=Scope.BUILD_RUN)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="builds_list", responses=PageJson[BuildJson])
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """A project's builds, newest first."""
        project = self.project(request, organisation, name, Verb.READ)
        return page_answer(request, builds_of(principal_of(request), project), build_to_json)

    @extend_schema(operation_id="builds_request", request=None, responses={202: BuildJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Asks for a build of the files as they are now."""
        project = self.project(request, organisation, name, Verb.BUILD)
        return Response(build_to_json(request_build(principal_of(request), project)), status=202)


class BuildChoicesSerializer(serializers.Serializer[Any]):
    """The targets and settings of later builds of the project. Omitted settings stay."""

    targets = serializers.ListField(child=serializers.CharField(), required=False)
    optimize = serializers.ChoiceField(choices=AIMS, required=False)
    optimize_packages = serializers.ChoiceField(choices=AIMS, required=False)
    match = serializers.ChoiceField(choices=list(PROFILES), required=False)


class ProjectTargets(ProjectView):
    needs = needing(get=Scope.PROJECT_READ, put=Scope.BUILD_RUN)
    raises = raising(put=REFUSALS)

    @extend_schema(operation_id="targets_list", responses=TargetsJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Returns the project's build settings, with all possible targets of packages, and the figures of earlier
        builds came to. Choosing others takes the `ETag`."""
        return _targets_answer(self.project(request, organisation, name, Verb.READ))

    @extend_schema(
        operation_id="targets_choose",
        request=BuildChoicesSerializer,
        responses=TargetsJson,
        parameters=[REQUIRED_IF_MATCH, ETAG],
    )
    def put(self, request: Request, organisation: str, name: str) -> Response:
        """Chooses what each later build of the project is made for: the targets of its packages, what it is optimised
        for, and whose results its models give."""
        project = self.project(request, organisation, name, Verb.BUILD)
        body = self.raw_body(request, BuildChoicesSerializer)
        choose_for_builds(principal_of(request), project, body, precondition=request_precondition(request))
        return _targets_answer(project)


def _targets_answer(project: Project) -> Response:
    answer = targets_to_json(project)
    return with_etag(Response(answer), choices_facets(choices_from_json(answer)))


class OneBuild(ForgeView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="builds_retrieve", responses=BuildJson)
    def get(self, request: Request, build_id: UUID) -> Response:
        """A build."""
        return Response(build_to_json(find_build(principal_of(request), build_id)))


class BuildLog(ForgeView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="builds_log", responses=BuildLogJson)
    def get(self, request: Request, build_id: UUID) -> Response:
        """A build's log."""
        build = find_build(principal_of(request), build_id)
        return Response({"lines": [log_line_to_json(line) for line in build.log.all()]})


class BuildCancel(ForgeView):
    needs = needing(post=Scope.BUILD_RUN)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="builds_cancel", request=None, responses=BuildJson)
    def post(self, request: Request, build_id: UUID) -> Response:
        """Ends a build that waits or runs."""
        principal = principal_of(request)
        cancel_job(principal, job_of_build(principal, build_id))
        return Response(build_to_json(find_build(principal, build_id)))


class BuildRune(ForgeView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="builds_rune", responses={(200, "application/wasm"): OpenApiTypes.BINARY})
    def get(self, request: Request, build_id: UUID) -> HttpResponseBase:
        """A build's rune."""
        build = find_rune(principal_of(request), build_id)
        if build.artefact is None:
            raise NoRune("This build has no rune: it has not finished, or it failed.")
        if request.method == "GET":
            note_rune_download(principal_of(request), build)
        return rune_response(request, build.artefact, f"{build.name}.rune")


def rune_response(request: Request, artefact: Artefact, filename: str) -> HttpResponseBase:
    """A rune as a download: a small one compressed where that can be read, else a piece at a time."""
    response: HttpResponse | StreamingHttpResponse
    if artefact.size <= COMPRESSED_UP_TO and accepts_gzip(request):
        with open_rune(artefact) as file:
            response = gzipped(file.read(), RUNE_TYPE)
    else:
        response = StreamingHttpResponse(chunks_for(request, partial(open_rune, artefact)), content_type=RUNE_TYPE)
        response.headers["Content-Length"] = str(artefact.size)
        patch_vary_headers(response, ("Accept-Encoding",))
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    as_foreign(response, filename=filename, digest=artefact.digest)
    if response.has_header("Content-Encoding"):
        response.headers["ETag"] = f'W/"{artefact.digest}"'  # the same rune in other bytes
    return response
