"""The devices that are exposed to something, over REST: a page, a table, and signed lists."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.place import OrganisationView
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import CursorPages, page_answer
from forge.core.api.views import needing
from forge.core.errors import Invalid
from forge.core.http.blob_responses import blob_response
from forge.exposure.answers.devices import VALUES, exposed_devices, rows_of_devices
from forge.exposure.answers.exposure import Exposure, find_exposure
from forge.exposure.answers.searches import ExposureSearch, search_of
from forge.exposure.exports.access import exports_of, find_export
from forge.exposure.exports.lines import table_of
from forge.exposure.exports.statements import BUNDLE_FILE, LIST_FILE
from forge.exposure.models import ExposureExport, ExposureKind
from forge.exposure.serializers import ExposureExportJson, ExposurePageJson, export_to_json, page_to_json
from forge.fleet.lists.api import csv_response

SEARCH = [
    OpenApiParameter("digest", str, description="The digest of a rune, of its manifest, or of a component."),
    OpenApiParameter("component", str, description="A name, a name with `@` and a version, or a package URL."),
    OpenApiParameter("advisory", str, description="The id of an advisory, such as CVE-2026-1234."),
]
_ONE_OF_THEM = "Name one of `digest`, `component` and `advisory`."


class ExposureView(OrganisationView):
    """A view of the answer to a search."""

    needs = needing(get=Scope.ORGANISATION_READ)

    def exposure(self, request: Request, organisation: str, now: datetime) -> Exposure:
        """Returns the answer to the search of a request. Raises `Invalid`, and `NotFound` for who is no member."""
        owner = self.organisation(request, organisation)
        return find_exposure(principal_of(request), owner, _search(request), now)


class ExposedDevicePages(CursorPages):
    """Pages of devices, by name."""

    ordering = "name"


class ExposedDevices(ExposureView):
    """The devices that are exposed to something."""

    @extend_schema(
        operation_id="exposure_retrieve",
        parameters=[
            *SEARCH,
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int, description="Devices on a page: 50 by default, and at most 200."),
        ],
        responses=ExposurePageJson,
    )
    def get(self, request: Request, organisation: str) -> Response:
        """Returns which runes a digest, a component or an advisory is about, and the devices that run them or have them
        in the second slot."""
        now = timezone.now()
        exposure = self.exposure(request, organisation, now)
        pages = ExposedDevicePages()
        devices = exposed_devices(exposure.organisation.pk, exposure.digests)
        rows = pages.paginate_queryset(devices.values(*VALUES), request, view=self) or []
        page = pages.get_paginated_response(rows_of_devices(rows, exposure.digests, now))
        return Response(page_to_json(exposure, page.data))


class ExposedDeviceTable(ExposureView):
    """The same as a table."""

    @extend_schema(operation_id="exposure_table", parameters=SEARCH, responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, organisation: str) -> StreamingHttpResponse:
        """Returns all devices that a search is about as CSV, streamed."""
        now = timezone.now()
        exposure = self.exposure(request, organisation, now)
        return csv_response(request, table_of(exposure, now), f"{exposure.organisation.name}-exposure.csv")


class ExposureExports(OrganisationView):
    """The signed lists of the caller."""

    needs = needing(get=Scope.ORGANISATION_READ)

    @extend_schema(operation_id="exposure_exports_list", responses=PageJson[ExposureExportJson])
    def get(self, request: Request, organisation: str) -> Response:
        """Lists the signed lists that the caller asked for, the newest first. Each is kept for 30 days."""
        owner = self.organisation(request, organisation)
        return page_answer(request, exports_of(principal_of(request), owner), export_to_json)


class ExposureExportFile(OrganisationView):
    """A file of a signed list."""

    needs = needing(get=Scope.ORGANISATION_READ)

    def export(self, request: Request, organisation: str, export: UUID) -> ExposureExport:
        """Returns a signed list of the caller. Raises `NotFound`."""
        return find_export(principal_of(request), self.organisation(request, organisation), export)


class ExposureExportList(ExposureExportFile):
    """The list of a signed list."""

    @extend_schema(operation_id="exposure_exports_devices", responses={(200, "application/json"): OpenApiTypes.BINARY})
    def get(self, request: Request, organisation: str, export: UUID) -> HttpResponseBase:
        """Returns the list of devices, as JSON."""
        row = self.export(request, organisation, export)
        return blob_response(
            request, row.list_digest, row.list_size, filename=LIST_FILE, content_type="application/json"
        )


class ExposureExportBundle(ExposureExportFile):
    """The signature of a signed list."""

    @extend_schema(operation_id="exposure_exports_bundle", responses={(200, "application/json"): OpenApiTypes.BINARY})
    def get(self, request: Request, organisation: str, export: UUID) -> HttpResponseBase:
        """Returns the Sigstore bundle: a signed statement with the digest of the list and an OpenVEX document."""
        row = self.export(request, organisation, export)
        return blob_response(
            request, row.bundle_digest, row.bundle_size, filename=BUNDLE_FILE, content_type="application/json"
        )


def _search(request: Request) -> ExposureSearch:
    """Returns the search of a request. Raises `Invalid` unless it names one thing."""
    texts = {kind: request.query_params[kind] for kind in ExposureKind.values if request.query_params.get(kind)}
    if len(texts) != 1:
        raise Invalid(_ONE_OF_THEM, errors={each: [_ONE_OF_THEM] for each in texts or ExposureKind.values})
    ((kind, text),) = texts.items()
    return search_of(ExposureKind(kind), text)
