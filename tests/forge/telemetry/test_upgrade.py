"""Upgrades: from a release in which deployments had telemetry, and to days in partitions. Nothing is lost, also where
the power fails in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
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
ONE_TABLE = [("fleet", "0001_initial"), ("telemetry", "0004_alert_owners_and_snoozes")]
DAYS = [("telemetry", "0005_days_of_counts")]
COLUMNS = ("device_id", "watched_id", "day", "hour", "document", "received", "is_merged")


def migrated(targets: list[tuple[str, str]]) -> Any:
    """Migrates to a state. Returns its models."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def newest() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.fixture
def models_before(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
    yield migrated(BEFORE)
    newest()


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


@pytest.fixture
def models_of_one_table(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
    yield migrated(ONE_TABLE)
    newest()


def test_documents_come_along_into_days_and_back(models_of_one_table: Any) -> None:
    def model(app: str, name: str) -> Any:
        return models_of_one_table.get_model(app, name).objects

    organisation = model("accounts", "Organisation").create(name="old", title="Old")
    project = model("projects", "Project").create(organisation_id=organisation.pk, name="sine")
    deployment = model("deployments", "Deployment").create(
        pk=uuid4(), project_id=project.pk, name="site", title="Site", kind="devices"
    )
    rune = model("telemetry", "WatchedRune").create(
        deployment_id=deployment.pk, key="ab" * 8, rune="x", version="1", layout_json={}
    )
    arrival = datetime(2026, 11, 30, 12, tzinfo=UTC)
    device = model("fleet", "Device").create(
        pk=uuid4(), organisation_id=organisation.pk, name="gate-7", trust="server", claimed=arrival
    )
    rows = [
        (device.pk, rune.pk, date(2026, 11, day), hour, bytes([day, hour]), arrival, day < 15)
        for day in (3, 14, 29)
        for hour in (5, 24)
    ]
    former = model("telemetry", "DeviceCounts")
    former.bulk_create(former.model(**dict(zip(COLUMNS, row, strict=True))) for row in rows)

    def documents(apps: Any) -> set[tuple[Any, ...]]:
        values = apps.get_model("telemetry", "DeviceCounts").objects.values_list(*COLUMNS)
        return {tuple(bytes(each) if isinstance(each, memoryview) else each for each in row) for row in values}

    assert documents(migrated(DAYS)) == set(rows)
    assert "telemetry_formerdevicecounts" not in connection.introspection.table_names()
    assert documents(migrated(ONE_TABLE)) == set(rows)
    assert documents(migrated(DAYS)) == set(rows)
