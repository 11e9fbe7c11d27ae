"""A deployment with an alert, and its address."""

from __future__ import annotations

import pytest

from forge.telemetry.models import WatchAlert, WatchedRune
from forge.telemetry.totals.merging import merge_all
from tests.support.forge.counts import CountingFleet
from tests.support.forge.factories.watch_alerts import watch_alert

DEPLOYMENT = "/api/v1/projects/acme/kitchen/deployments/gateways"


@pytest.fixture
def rune(fleet: CountingFleet) -> WatchedRune:
    """A rune with the counts of a day."""
    assert fleet.names(fleet.document()) == ["accepted"]
    merge_all()
    return WatchedRune.objects.get()


@pytest.fixture
def alert(rune: WatchedRune) -> WatchAlert:
    return watch_alert(rune)


@pytest.fixture
def address(alert: WatchAlert) -> str:
    """The alert's address in the API."""
    return f"{DEPLOYMENT}/telemetry/alerts/{alert.pk}"
