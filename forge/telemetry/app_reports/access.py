"""Reading the reports of apps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Sum

from forge.deployments.models import Deployment
from forge.telemetry.app_reports.models import AppReportsOfDay


def reports_since(deployment: Deployment, day: date) -> Sequence[Mapping[str, Any]]:
    """The reports of apps from a day on: `event`, `browser` and `count`, the most frequent first. The caller has found
    the deployment."""
    rows = AppReportsOfDay.objects.filter(deployment=deployment, day__gte=day).order_by().values("event", "browser")
    return list(rows.annotate(count=Sum("count")).order_by("-count", "event", "browser"))
