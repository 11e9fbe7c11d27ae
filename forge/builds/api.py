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
from forge.accounts.tokens.scopes import Scope
from forge.builds.access import builds_of, find_build, find_package, find_rune, job_of_build, preview_of
from forge.builds.actions import (
    ask_for_embedding,
    choose_for_builds,
    note_package_download,
    note_rune_download,
    refresh_preview,
    request_build,
    run_tests,
    try_fix,
    watch_wires,
)
from forge.builds.artefacts.store import open_rune
from forge.builds.choices import TargetsJson, choices_facets, choices_from_json, targets_to_json
from forge.builds.errors import FirmwareMissing, NoPackage, NoRune
from forge.builds.models import Artefact
from forge.builds.packages.firmware import FirmwareJson, firmware_to_json, request_firmware, uf2_of
from forge.builds.previews.watches import find_watch
from forge.builds.serializers import (
    BuildJson,
    BuildLogJson,
    PreviewJson,
    WatchJson,
    build_to_json,
    log_line_to_json,
    preview_to_json,
    watch_to_json,
)
from forge.core.api.json_types import PageJson
from forge.core.api.pages import page_answer
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, request_precondition, with_etag
from forge.core.api.views import ForgeView, needing, raising
from forge.core.blobs.chunks import chunks_for
from forge.core.blobs.responses import as_foreign, blob_response
from forge.core.errors import Conflict, Invalid
from forge.core.http import media_types
from forge.core.http.compression import COMPRESSED_UP_TO, accepts_gzip, gzipped
from forge.jobs.actions import cancel_job
from forge.projects.api import ProjectView
from forge.projects.models import Project
from rune.aim import AIMS
from rune.compiler.anvil.profile import PROFILES
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
        body = request.data if isinstance(request.data, dict) else {}
        choose_for_builds(principal_of(request), project, body, precondition=request_precondition(request))
        return _targets_answer(project)


def _targets_answer(project: Project) -> Response:
    shown = targets_to_json(project)
    return with_etag(Response(shown), choices_facets(choices_from_json(shown)))


class ProjectPreview(ProjectView):
    needs = needing(get=Scope.PROJECT_READ, post=Scope.BUILD_RUN)

    @extend_schema(operation_id="preview_retrieve", responses=PreviewJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Returns the state of the newest text, and the last rune that could be built."""
        return Response(preview_to_json(preview_of(self.project(request, organisation, name, Verb.READ))))

    @extend_schema(operation_id="preview_refresh", request=None, responses={202: PreviewJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Has the preview made anew where it is behind the text; after an edit that happens by itself."""
        project = self.project(request, organisation, name, Verb.READ)
        return Response(preview_to_json(refresh_preview(principal_of(request), project)), status=202)


class WatchedWireSerializer(serializers.Serializer[Any]):
    stage = serializers.CharField()
    index = serializers.IntegerField()


class TriedFixSerializer(serializers.Serializer[Any]):
    """A fix of the newest text: of which diagnostic of that code, and which of its fixes, both from 0."""

    code = serializers.CharField()
    place = serializers.IntegerField()
    choice = serializers.IntegerField()


class WatchRequestSerializer(serializers.Serializer[Any]):
    """Which wires to watch, and whether the rune is to say when each stage ends; or else which fix to try, or the
    test file of a block whose tests are to be run compiled, or whether the rune is to be taught."""

    wires = WatchedWireSerializer(many=True, required=False)
    timed = serializers.BooleanField(required=False)
    fix = TriedFixSerializer(required=False)
    tests = serializers.CharField(required=False)
    teach = serializers.BooleanField(required=False)


class ProjectWatch(ProjectView):
    needs = needing(post=Scope.BUILD_RUN)

    @extend_schema(operation_id="preview_watch", request=WatchRequestSerializer, responses={202: WatchJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Asks for the newest text's rune with what flows in 1 to 8 wires sent to its host as well.

        With `timed`, which may name no wires, the rune says when each stage ends. With `fix`, and without
        wires, it is the rune of the newest text with that fix in it; nothing is written into the text.
        With `tests`, the path of a block's test file, and nothing else, those tests are compiled and run
        as in a build. With `teach`, and nothing else, the rune sends what the last layer of its model reads.
        """
        project = self.project(request, organisation, name, Verb.READ)
        body = request.data if isinstance(request.data, dict) else {}
        principal = principal_of(request)
        if "tests" in body:
            if body.keys() - {"tests", "wires"} or body.get("wires"):
                raise Invalid("A request with `tests` cannot have anything else.")
            return Response(watch_to_json(run_tests(principal, project, body["tests"])), status=202)
        if body.get("teach") is True:
            if body.keys() - {"teach", "wires"} or body.get("wires"):
                raise Invalid("A request with `teach` cannot have anything else.")
            return Response(watch_to_json(ask_for_embedding(principal, project)), status=202)
        if "fix" in body:
            if body.get("wires") or body.get("timed"):
                raise Invalid("A request with `fix` cannot have `wires` or `timed` too.")
            return Response(watch_to_json(try_fix(principal, project, body["fix"])), status=202)
        watch = watch_wires(principal, project, body.get("wires"), timed=body.get("timed") is True)
        return Response(watch_to_json(watch), status=202)


class OneWatch(ProjectView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="preview_watch_retrieve", responses=WatchJson)
    def get(self, request: Request, organisation: str, name: str, watch_id: UUID) -> Response:
        """Returns the result: `state` is building, ready, broken or failed, `build` the last good one."""
        project = self.project(request, organisation, name, Verb.READ)
        return Response(watch_to_json(find_watch(principal_of(request), project, watch_id)))


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


class BuildPackageFile(ForgeView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="builds_package", responses={(200, media_types.ZIP): OpenApiTypes.BINARY})
    def get(self, request: Request, build_id: UUID, target: str) -> HttpResponseBase:
        """A build's package for a target: an archive with sources, a self-test and what tools look for."""
        build = find_build(principal_of(request), build_id)
        package = find_package(build, target)
        if package.artefact is None:
            raise NoPackage("This build has not made it, or not yet.")
        if request.method == "GET":
            note_package_download(principal_of(request), build, package, package.artefact.digest)
        return blob_response(
            request,
            package.artefact.digest,
            package.artefact.size,
            filename=f"{build.name}-{package.target}.zip",
            content_type=media_types.ZIP,
        )


class BuildFirmware(ForgeView):
    needs = needing(get=Scope.PROJECT_READ, post=Scope.BUILD_RUN)

    @extend_schema(operation_id="builds_firmware", responses=FirmwareJson)
    def get(self, request: Request, build_id: UUID) -> Response:
        """Returns the state of a build's firmware for the Raspberry Pi Pico."""
        return Response(firmware_to_json(find_build(principal_of(request), build_id)))

    @extend_schema(operation_id="builds_firmware_request", request=None, responses={202: FirmwareJson})
    def post(self, request: Request, build_id: UUID) -> Response:
        """Asks for a build's firmware; where there is none yet, it is made soon. Ask again when it is not there after
        a minute."""
        principal = principal_of(request)
        return Response(request_firmware(principal, find_build(principal, build_id)), status=202)


class BuildUf2(ForgeView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(
        operation_id="builds_firmware_uf2", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, build_id: UUID) -> HttpResponseBase:
        """The firmware as the file that is copied onto the board."""
        principal = principal_of(request)
        build = find_build(principal, build_id)
        file = uf2_of(build)
        if file is None:
            raise FirmwareMissing("The firmware of this build is not made yet. Ask for it first.")
        if request.method == "GET":
            note_rune_download(principal, build)
        return blob_response(
            request,
            file.blob_id,
            file.blob.size,
            filename=f"{build.name}.uf2",
            content_type="application/octet-stream",
        )


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
