"""The packages and the firmware of a build over REST."""

from __future__ import annotations

from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.builds.access import find_build, find_package
from forge.builds.actions import note_rune_download
from forge.builds.errors import FirmwareMissing, NoPackage
from forge.builds.packages.actions import note_package_download
from forge.builds.packages.firmware import FirmwareJson, firmware_to_json, request_firmware, uf2_of
from forge.core.api.views import ForgeView, needing
from forge.core.http import media_types
from forge.core.http.blob_responses import blob_response


class BuildPackageFile(ForgeView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="builds_package", responses={(200, media_types.ZIP): OpenApiTypes.BINARY})
    def get(self, request: Request, build_id: UUID, target: str) -> HttpResponseBase:
        """A build's package for a target: an archive with sources, a self-test and what tools look for."""
        build = find_build(principal_of(request), build_id)
        package = find_package(build, target)
        if package.artefact is None:
            raise NoPackage("The package is not built yet. Try again when its job has ended.")
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
            raise FirmwareMissing("The firmware of this build is not built yet. Request it first.")
        if request.method == "GET":
            note_rune_download(principal, build)
        return blob_response(
            request,
            file.blob_id,
            file.blob.size,
            filename=f"{build.name}.uf2",
            content_type="application/octet-stream",
        )
