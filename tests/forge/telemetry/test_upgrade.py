"""The upgrade from a release in which deployments had telemetry: nothing is lost, also where the power fails in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoDbBlocker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BEFORE = [("deployments", "0002_release_image"), ("telemetry", "0001_initial")]
COPIED = [("deployments", "0003_move_telemetry")]
AFTER = [("deployments", "0004_telemetry_has_moved")]


def migrated(targets: list[tuple[str, str]]) -> Any:
    """Migrates to a state. Returns its models."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


@pytest.fixture
def models_before(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
    yield migrated(BEFORE)
    migrated(AFTER)


def test_what_was_counted_and_who_counts_come_along(models_before: Any) -> None:
    organisation = models_before.get_model("accounts", "Organisation").objects.create(name="old", title="Old")
    project = models_before.get_model("projects", "Project").objects.create(
        organisation_id=organisation.pk, name="sine"
    )
    deployments = models_before.get_model("deployments", "Deployment").objects
    counting, other = (
        deployments.create(pk=uuid4(), project_id=project.pk, name=name, title=name, kind="web", telemetry=is_on)
        for name, is_on in (("site", True), ("app", False))
    )
    reports = models_before.get_model("deployments", "TelemetryOfDay").objects
    row = {"deployment_id": counting.pk, "day": date(2026, 11, 30), "event": "rune/load/failed", "browser": "Safari"}
    reports.create(**row, count=7)

    apps = migrated(COPIED)
    copies = apps.get_model("telemetry", "AppReportsOfDay").objects
    assert list(copies.values(*row, "count")) == [{**row, "count": 7}]
    switch = apps.get_model("telemetry", "DeploymentTelemetry").objects.get()
    assert (switch.deployment_id, switch.is_on, switch.changed_by_id) == (counting.pk, True, None)
    assert other.pk != counting.pk
    # Begun again after a power cut.
    MigrationExecutor(connection).migrate(BEFORE[:1])
    migrated(COPIED)
    assert copies.count() == 1
    migrated(AFTER)
    assert "deployments_telemetryofday" not in connection.introspection.table_names()
