"""Reading requests for samples over REST. Asking, answering and ending are acts."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.scopes import Scope
from forge.core.api.views import needing
from forge.deployments.place import DEPLOYMENT
from forge.fleet.devices.api import DeviceView
from forge.projects.place import ProjectView
from forge.telemetry.sample_requests.access import requests_of, rows_of_device
from forge.telemetry.sample_requests.serializers import (
    DeviceSampleRequestsJson,
    SampleRequestsJson,
    device_request_to_json,
    requests_to_json,
)


class DeploymentSampleRequests(ProjectView):
    """The requests of a deployment."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="sample_requests", responses=SampleRequestsJson)
    def get(self, request: Request, **names: str) -> Response:
        """Returns the newest requests for samples of a deployment's devices, and how many owners answered what."""
        deployment = DEPLOYMENT.find(request, Verb.READ, names)
        return Response(requests_to_json(list(requests_of(deployment))))


class DeviceSampleRequests(DeviceView):
    """The requests that the owner of a device gets."""

    @extend_schema(operation_id="device_sample_requests", responses=DeviceSampleRequestsJson)
    def get(self, request: Request, organisation: str, device: str) -> Response:
        """Returns what the owner of a device is asked for now, and what the device sent something for."""
        row = self.device(request, organisation, device)
        return Response(
            DeviceSampleRequestsJson(requests=[device_request_to_json(each) for each in rows_of_device(row)])
        )
