"""Copies telemetry to the app that has it from now on. Copying again changes nothing."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.utils import timezone

_BATCH = 2000


def copy(apps: Any, _: Any) -> None:
    """Copies which deployments count, and what apps reported."""
    deployments, reports = apps.get_model("deployments", "Deployment"), apps.get_model("deployments", "TelemetryOfDay")
    switches, copies = (
        apps.get_model("telemetry", "DeploymentTelemetry"),
        apps.get_model("telemetry", "AppReportsOfDay"),
    )
    now = timezone.now()
    on = deployments.objects.filter(telemetry=True).values_list("pk", flat=True)
    switches.objects.bulk_create(
        (switches(deployment_id=pk, is_on=True, changed=now) for pk in list(on)),
        batch_size=_BATCH,
        ignore_conflicts=True,
    )
    last = 0
    while rows := list(reports.objects.filter(pk__gt=last).order_by("pk")[:_BATCH]):
        names = ("deployment_id", "day", "event", "browser", "count")
        copies.objects.bulk_create(
            (copies(**{name: getattr(row, name) for name in names}) for row in rows), ignore_conflicts=True
        )
        last = rows[-1].pk


class Migration(migrations.Migration):
    dependencies = [("deployments", "0002_release_image"), ("telemetry", "0001_initial")]
    operations = [migrations.RunPython(copy, migrations.RunPython.noop, elidable=True)]
