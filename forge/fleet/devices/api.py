"""Reading a device over REST. Changing it is in the actions."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb, can
from forge.accounts.place import OrganisationView
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import page_answer
from forge.core.api.preconditions import ETAG
from forge.core.api.views import needing
from forge.fleet.access import days_of, find_device, find_request, requests_of, timeline_of
from forge.fleet.devices.actions.changing import DEVICE_ANSWER
from forge.fleet.devices.models import Device
from forge.fleet.devices.serializers import (
    DeviceDaysJson,
    DeviceJson,
    DeviceLogJson,
    DeviceRequestJson,
    TimelineEntryJson,
    day_to_json,
    entry_to_json,
    log_to_json,
    request_to_json,
)


class DeviceView(OrganisationView):
    """A view of a device, for any member of its organisation."""

    needs = needing(get=Scope.ORGANISATION_READ)

    def device(self, request: Request, organisation: str, name: str, verb: Verb = Verb.SEE_ORGANISATION) -> Device:
        """Returns the device of the address. Raises `NotFound` and `Forbidden`."""
        return find_device(principal_of(request), self.organisation(request, organisation, verb), name)


class OneDevice(DeviceView):
    """A device."""

    @extend_schema(operation_id="devices_retrieve", responses=DeviceJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, device: str) -> Response:
        """Returns a device with the last state that it reported, also one that was retired. Changing it takes the
        `ETag`."""
        return DEVICE_ANSWER.response(self.device(request, organisation, device), principal_of(request))


class DeviceRequests(DeviceView):
    """Requests to a device."""

    @extend_schema(operation_id="device_requests_list", responses=PageJson[DeviceRequestJson])
    def get(self, request: Request, organisation: str, device: str) -> Response:
        """Returns what was asked of a device, the newest first."""
        return page_answer(request, requests_of(self.device(request, organisation, device)), request_to_json)


class OneDeviceRequest(DeviceView):
    """A request to a device."""

    @extend_schema(operation_id="device_requests_retrieve", responses=DeviceLogJson)
    def get(self, request: Request, organisation: str, device: str, request_id: int) -> Response:
        """Returns a request with what it came to. The log is for who may read logs of devices."""
        row = self.device(request, organisation, device)
        may_read = can(principal_of(request), Verb.READ_DEVICE_LOGS, row.organisation)
        return Response(log_to_json(find_request(row, request_id), may_read=may_read))


class DeviceLog(DeviceView):
    """The log that a request came to."""

    needs = needing(get=Scope.DEVICE_MANAGE)

    @extend_schema(operation_id="device_requests_log", responses={(200, "text/plain"): str})
    def get(self, request: Request, organisation: str, device: str, request_id: int) -> HttpResponse:
        """Returns the daemon's own lines as text; nothing until the device has sent them, and after seven days."""
        row = self.device(request, organisation, device, Verb.READ_DEVICE_LOGS)
        return HttpResponse(find_request(row, request_id).log, content_type="text/plain; charset=utf-8")


class DeviceTimeline(DeviceView):
    """The timeline of a device."""

    @extend_schema(operation_id="device_timeline_list", responses=PageJson[TimelineEntryJson])
    def get(self, request: Request, organisation: str, device: str) -> Response:
        """Returns what a device reported and what people did to it, the newest first."""
        lines = timeline_of(self.device(request, organisation, device))
        return page_answer(request, lines, entry_to_json, ordering="-received")


class DeviceDays(DeviceView):
    """The counts of a device by day."""

    @extend_schema(operation_id="device_days_list", responses=DeviceDaysJson)
    def get(self, request: Request, organisation: str, device: str) -> Response:
        """Returns the counts that a device reported, by day in UTC."""
        days = days_of(self.device(request, organisation, device))
        return Response(DeviceDaysJson(days=[day_to_json(each) for each in days]))
