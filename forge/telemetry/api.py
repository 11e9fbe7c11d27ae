"""Reading telemetry over REST. Turning it on and off are acts."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.scopes import Scope
from forge.core.api.views import needing, raising
from forge.core.errors import Unprocessable
from forge.deployments.models import Deployment
from forge.deployments.place import DEPLOYMENT
from forge.fleet.devices.api import DeviceView
from forge.projects.place import ProjectView
from forge.telemetry.alerts.access import closed_alerts, last_judgement, open_alerts
from forge.telemetry.alerts.serializers import WatchAlertsJson, alert_to_json
from forge.telemetry.app_reports.access import page_days_of
from forge.telemetry.app_reports.serializers import PageCountsJson, page_day_to_json
from forge.telemetry.intake.access import last_document_of
from forge.telemetry.serializers import (
    LastDeviceCountsJson,
    TelemetryStateJson,
    TotalsJson,
    device_counts_to_json,
    state_to_json,
    total_to_json,
)
from forge.telemetry.switch.access import switch_of
from forge.telemetry.totals.access import MOST_DAYS, TotalDimension, read_filter, totals_of
from forge.telemetry.totals.tables import totals_to_csv, totals_to_parquet

_DAYS = [
    OpenApiParameter(
        "from",
        OpenApiTypes.DATE,
        description=f"The first of at most {MOST_DAYS} days; 29 days before `to` by default.",
    ),
    OpenApiParameter("to", OpenApiTypes.DATE, description="The last day, today by default."),
]
_PAGE_PARAMETERS = [*_DAYS, OpenApiParameter("version", str)]
_PARAMETERS = [
    *_DAYS,
    OpenApiParameter(
        "by",
        str,
        description=f"What totals are told apart by, beside the rune: some of {', '.join(TotalDimension)} with commas. "
        "`day` by default. With `group` there is a total for each group; a device counts in each of its groups.",
    ),
    OpenApiParameter("version", str),
    OpenApiParameter("board", str),
    OpenApiParameter("group", str, description="The name of a group; without it, all devices."),
]


class TelemetryView(ProjectView):
    """A view of a deployment's telemetry, for who may read the project."""

    needs = needing(get=Scope.PROJECT_READ)

    def deployment(self, request: Request, names: dict[str, str]) -> Deployment:
        """Returns the deployment of the address. Raises `NotFound` and `Forbidden`."""
        return DEPLOYMENT.find(request, Verb.READ, names)


class DeploymentTelemetryState(TelemetryView):
    """The last decision about telemetry of a deployment."""

    @extend_schema(operation_id="deployments_telemetry", responses=TelemetryStateJson)
    def get(self, request: Request, **names: str) -> Response:
        """Returns whether a deployment counts, since when, and who decided it."""
        return Response(state_to_json(switch_of(self.deployment(request, names))))


class DeploymentTotals(TelemetryView):
    """The totals of a deployment's devices."""

    @extend_schema(operation_id="deployments_telemetry_totals", parameters=_PARAMETERS, responses=TotalsJson)
    def get(self, request: Request, **names: str) -> Response:
        """Returns what the devices of a deployment counted, the newest day first. A device counts in the groups that it
        was in when its counts were added up."""
        deployment = self.deployment(request, names)
        totals = totals_of(deployment, read_filter(request.query_params))
        return Response(TotalsJson(totals=[total_to_json(each) for each in totals]))


class DeploymentTotalsTable(TelemetryView):
    """The same as a table."""

    @extend_schema(
        operation_id="deployments_telemetry_table",
        parameters=_PARAMETERS,
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request, **names: str) -> HttpResponse:
        """Returns the same as CSV, with a line for each bin."""
        deployment = self.deployment(request, names)
        text = totals_to_csv(totals_of(deployment, read_filter(request.query_params)))
        response = HttpResponse(text, content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{deployment.name}.csv"'
        return response


class DeploymentTotalsParquet(TelemetryView):
    """The same as a Parquet file."""

    raises = raising(get=Unprocessable)

    @extend_schema(
        operation_id="deployments_telemetry_parquet",
        parameters=_PARAMETERS,
        responses={(200, "application/vnd.apache.parquet"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, **names: str) -> HttpResponse:
        """Returns the same table as a Parquet file: days, whole numbers and texts, at most 500,000 rows. The server's
        operator installs the library that writes it; without it the answer says so."""
        deployment = self.deployment(request, names)
        data = totals_to_parquet(totals_of(deployment, read_filter(request.query_params)))
        response = HttpResponse(data, content_type="application/vnd.apache.parquet")
        response.headers["Content-Disposition"] = f'attachment; filename="{deployment.name}.parquet"'
        return response


class DeploymentPageCounts(TelemetryView):
    """The counts of web pages and apps."""

    @extend_schema(operation_id="deployments_telemetry_pages", parameters=_PAGE_PARAMETERS, responses=PageCountsJson)
    def get(self, request: Request, **names: str) -> Response:
        """Returns what web pages and apps of a deployment counted after their person allowed it, the newest day first:
        one sum for each rune and day. Nobody signed it, so no other figure and no alert has it."""
        deployment = self.deployment(request, names)
        criteria = read_filter(request.query_params)
        days = page_days_of(deployment, criteria.first, criteria.last, criteria.version)
        return Response(PageCountsJson(days=[page_day_to_json(each) for each in days]))


class DeploymentAlerts(TelemetryView):
    """The alerts of a deployment."""

    @extend_schema(operation_id="deployments_watch_alerts", responses=WatchAlertsJson)
    def get(self, request: Request, **names: str) -> Response:
        """Returns what changed on the devices of a deployment that chance does not explain: open alerts, the surest
        first, and those that closed last."""
        deployment = self.deployment(request, names)
        judgement = last_judgement(deployment)
        alerts = [*open_alerts(deployment), *closed_alerts(deployment)]
        return Response(
            WatchAlertsJson(
                judged=judgement.day.isoformat() if judgement else None,
                judged_devices=judgement.judged_devices if judgement else 0,
                skipped_devices=judgement.skipped_devices if judgement else 0,
                alerts=[alert_to_json(each) for each in alerts],
            )
        )


class DeviceLastCounts(DeviceView):
    """The last document of a device."""

    @extend_schema(operation_id="device_counts", responses=LastDeviceCountsJson)
    def get(self, request: Request, organisation: str, device: str) -> Response:
        """Returns the last document of counts that a device sent, byte for byte, with what each byte means."""
        row = last_document_of(self.device(request, organisation, device))
        return Response(LastDeviceCountsJson(last=None if row is None else device_counts_to_json(row)))
