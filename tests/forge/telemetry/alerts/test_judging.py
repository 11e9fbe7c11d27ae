"""Alerts from the documents of simulated devices: none of an unchanged month, one that names the batch, and its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from forge.accounts.models import Organisation, User
from forge.notices.models import Notice
from forge.telemetry.alerts.judging import judge, judge_all
from forge.telemetry.alerts.models import WatchAlert
from forge.telemetry.models import DeviceCounts, WatchedRune
from forge.telemetry.totals.merging import merge_all
from tests.support.forge.counts import CountingFleet, yesterday
from tests.support.forge.simulated_fleet import DAYS, SimulatedFleet, is_of_batch_b

pytestmark = pytest.mark.django_db


@pytest.fixture
def simulated(fleet: CountingFleet, organisation: Organisation) -> SimulatedFleet:
    fleet.names(fleet.document())
    DeviceCounts.objects.all().delete()
    return SimulatedFleet(organisation, WatchedRune.objects.get(), 25)


def test_an_unchanged_month_has_no_alert(simulated: SimulatedFleet) -> None:
    simulated.send(yesterday(DAYS), yesterday())
    report = judge(simulated.rune, yesterday())
    assert report.judged_devices == 25
    assert not WatchAlert.objects.exists()


def test_a_louder_batch_is_named_with_its_decibels_and_its_end(
    simulated: SimulatedFleet, viewer: User, browser_of: Callable[[User | None], Client]
) -> None:
    start = yesterday(3)
    simulated.send(yesterday(DAYS), yesterday(), lambda row, day: 1.0 if is_of_batch_b(row) and day >= start else 0.0)
    merge_all()
    judge(simulated.rune, yesterday())
    alerts = list(WatchAlert.objects.filter(aspect="location", feature="audio level"))
    assert alerts, WatchAlert.objects.values_list("subject", flat=True)
    of_batch = [each for each in alerts if (each.carrier_key, each.carrier_value) == ("batch", "B")]
    assert of_batch
    assert of_batch[0].decibels == pytest.approx(6.0, abs=0.7)
    assert abs((of_batch[0].since or date.min) - start) <= timedelta(days=1)
    page = " ".join(browser_of(viewer).get("/acme/kitchen/deployments/gateways/watch").content.decode().split())
    assert "6 dB higher than before" in page
    assert "on 5 devices with batch=B" in page
    assert "batch%3D%22B%22" in page
    # Judged again, the same alerts stay, and none comes twice.
    count = WatchAlert.objects.count()
    judge(simulated.rune, yesterday())
    assert WatchAlert.objects.count() == count
    assert Notice.objects.filter(kind="watch").exists()

    # When a day shows it no more, it closes and says so.
    DeviceCounts.objects.all().delete()
    simulated.send(yesterday(DAYS), yesterday())
    judge(simulated.rune, yesterday())
    assert not WatchAlert.objects.filter(closed=None, aspect="location").exists()
    rows = browser_of(viewer).get("/api/v1/projects/acme/kitchen/deployments/gateways/telemetry/alerts").json()
    assert rows["judged"] == str(yesterday())
    assert any(each["closed"] and "6 dB higher" in each["title"] for each in rows["alerts"])


def test_too_few_days_are_not_judged_and_the_page_says_so(
    simulated: SimulatedFleet, viewer: User, browser_of: Callable[[User | None], Client]
) -> None:
    simulated.send(yesterday(5), yesterday())
    merge_all()
    assert judge(simulated.rune, yesterday()).judged_devices == 0
    page = " ".join(browser_of(viewer).get("/acme/kitchen/deployments/gateways/watch").content.decode().split())
    assert "Not judged yet." in page


def test_each_day_is_judged_once(simulated: SimulatedFleet) -> None:
    simulated.send(yesterday(2), yesterday())
    merge_all()
    judge_all()
    simulated.rune.refresh_from_db()
    first = simulated.rune.judged
    assert first in (yesterday(), yesterday(2))
    judge_all()
    simulated.rune.refresh_from_db()
    assert simulated.rune.judged == first
