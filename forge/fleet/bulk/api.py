"""Reading the labels of devices as a table over REST. Changing them is in the actions."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from forge.fleet.bulk.label_table import HEADING
from forge.fleet.devices.labels import labels_of
from forge.fleet.lists.api import QUERY, DeviceListView, csv_response
from forge.fleet.lists.rows import csv_pieces, listed
from forge.fleet.models import Device
from forge.fleet.queries.matching import scope_of


class DeviceLabels(DeviceListView):
    """The labels of devices as a table."""

    @extend_schema(
        operation_id="device_labels_table", parameters=[QUERY], responses={(200, "text/csv"): OpenApiTypes.STR}
    )
    def get(self, request: Request, organisation: str) -> StreamingHttpResponse:
        """Returns the labels of the devices that match a query as CSV, in the format in which they are changed: a line
        for each device, its name and then `key=value`."""
        owner = self.organisation(request, organisation)
        devices = listed(request.query_params.get("q", ""), scope_of(owner.pk))
        return csv_response(request, csv_pieces(devices, HEADING, _cells), f"{owner.name}-labels.csv")


def _cells(device: Device) -> list[str]:
    return [device.name, *(f"{key}={value}" for key, value in sorted(labels_of(device).items()))]
