"""Alerts from the documents of simulated devices: none of an unchanged month, one that names the batch, and its end."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.fleet.models import Device
from forge.notices.models import Notice
from forge.telemetry.alerts.judging import judge, judge_all
from forge.telemetry.alerts.models import WatchAlert
from forge.telemetry.alerts.sentences import title_of
from forge.telemetry.models import DeviceCounts, WatchedRune
from forge.telemetry.totals.merging import merge_all
from hmrd.protocol.counts import CountedPeriod, CountsDocument, device_key, rune_key
from rune.assessment.drift.judging import DEFAULTS
from rune.watch.counts import Counts
from rune.watch.encoding import encode
from rune.watch.layout import WatchLayout
from tests.support.forge.counts import CountingFleet, yesterday
from tests.support.forge.simulated_fleet import ANSWERS, DAYS, SimulatedFleet, is_of_batch_b

pytestmark = pytest.mark.django_db
PAGE = "/acme/kitchen/deployments/gateways/watch"


@pytest.fixture
def watched_rune(fleet: CountingFleet) -> WatchedRune:
    fleet.names(fleet.document())
    DeviceCounts.objects.all().delete()
    return WatchedRune.objects.get()


@pytest.fixture
def simulated(watched_rune: WatchedRune, organisation: Organisation) -> SimulatedFleet:
    return SimulatedFleet(organisation, watched_rune, 25)


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


def test_a_batch_whose_runs_take_longer_is_named_with_the_factor(
    simulated: SimulatedFleet, viewer: User, browser_of: Callable[[User | None], Client]
) -> None:
    start = yesterday(4)
    simulated.send(
        yesterday(DAYS), yesterday(), slower=lambda row, day: 1.3 if is_of_batch_b(row) and day >= start else 1.0
    )
    merge_all()
    judge(simulated.rune, yesterday())
    alerts = list(WatchAlert.objects.all())
    assert {(each.feature, each.aspect) for each in alerts} == {("run time", "duration")}
    page = " ".join(browser_of(viewer).get(PAGE).content.decode().split())
    titles = [title_of(each) for each in alerts]
    assert any(
        re.search("A run takes (2[5-9]|3[0-5]) % longer than .*, on 5 devices with batch=B", each) for each in titles
    ), titles
    assert titles[0] in page
    assert re.search("1.[23][0-9] times as long, 1.[12][0-9] to 1.[34][0-9] in 95 of 100 cases.", page)


def test_the_accuracy_is_estimated_for_a_build_that_says_how_many_of_its_tests_are_right(
    simulated: SimulatedFleet, viewer: User, browser_of: Callable[[User | None], Client]
) -> None:
    """The devices are as sure as on the tests, so the estimate is the accuracy on these."""
    simulated.send(yesterday(40), yesterday())
    merge_all()
    browser = browser_of(viewer)

    def page(query: str = "") -> str:
        return " ".join(browser.get(f"{PAGE}?{query}").content.decode().split())

    assert "Not judged: the build has no reference of test samples." in page()
    counts = [round(6 * (2 * number + 1)) for number in range(15)]
    reference = {"labels": [sum(counts), 0, 0], "confidence": counts, "features": [[sum(counts), *[0] * 15]]}
    WatchedRune.objects.update(reference=reference)
    assert "its reference does not say how many answers are right" in page()
    WatchedRune.objects.update(right=1080)
    assert "Not judged yet: a day is judged six hours after it has ended." in page()
    rune = WatchedRune.objects.get()
    judge(rune, yesterday())
    rune.refresh_from_db()
    assert set(rune.accuracy) == {"7", "30"}
    assert rune.accuracy["30"]["devices"] == 25
    assert rune.accuracy["30"]["low"] < 0.8 < rune.accuracy["30"]["high"]
    text = page()
    assert '<b>80.0 %</b><br><span class="small muted">78 to 82 % (1,350)</span>' in text
    assert f"to {yesterday().day} {yesterday():%b}, 25 devices</span>" in text
    assert "in 30 days" in page("days=90"), "of 90 days nothing is estimated"
    assert "in 7 days" in page("days=7")
    # Of too few devices or test samples it says nothing, and why.
    Device.objects.filter(name__gte="field-12").exclude(name="gate-7").delete()
    judge(rune, yesterday())
    WatchedRune.objects.update(reference=reference | {"confidence": [1] * 15}, right=10)
    rune.refresh_from_db()
    judge(rune, yesterday())
    assert "Not judged: it has 15 answers on test samples, and 300 are needed." in page()


def test_a_rune_without_bins_is_judged_by_its_time(simulated: SimulatedFleet) -> None:
    """A rune that was built without counting has the counts of its machine."""
    WatchedRune.objects.update(layout_json=WatchLayout(None, None).to_json())
    rune = WatchedRune.objects.get()
    time = Counts(time=(ANSWERS, *[0] * 7), answers=ANSWERS, microseconds=ANSWERS * 500)
    row, key = simulated.rows[0], rune_key(f"sha256:{rune.key}".ljust(71, "0"))
    document = CountsDocument(CountedPeriod(yesterday(), None), device_key(row.pk), key, encode(time))
    DeviceCounts.objects.create(
        device=row,
        watched=rune,
        day=yesterday(),
        document=document.signed(lambda _: bytes(64)),
        received=timezone.now(),
    )
    assert judge(rune, yesterday()).alerts == ()


def test_too_few_days_are_not_judged_and_the_page_says_so(
    simulated: SimulatedFleet, viewer: User, browser_of: Callable[[User | None], Client]
) -> None:
    simulated.send(yesterday(5), yesterday())
    merge_all()
    assert judge(simulated.rune, yesterday()).judged_devices == 0
    page = " ".join(browser_of(viewer).get("/acme/kitchen/deployments/gateways/watch").content.decode().split())
    assert "Changes are not judged yet." in page
    assert "once it has counted on 22 days: 14 of a past, before the 8 that are judged" in page


def test_a_batch_without_a_past_is_named_on_a_sunday_once_and_by_its_level(
    watched_rune: WatchedRune, organisation: Organisation, viewer: User, browser_of: Callable[[User | None], Client]
) -> None:
    sunday = next(day for day in map(yesterday, range(1, 8)) if day.toordinal() % DEFAULTS.standing_days == 0)
    simulated = SimulatedFleet(organisation, watched_rune, 40)
    batch = {row.pk for row in simulated.rows[:8]}
    start = sunday - timedelta(days=5)
    # So loud that windows go into the last bin, where they do not spread any more.
    simulated.send(
        sunday - timedelta(days=12), sunday, lambda row, day: 6.5 if row.pk in batch and day >= start else 0.0
    )
    merge_all()
    report = judge(watched_rune, sunday)
    assert {alert.figure.aspect for alert in report.alerts} == {"location", "spread"}
    alert = WatchAlert.objects.get(group_value="B")
    assert (alert.comparison, alert.aspect) == ("group", "location")
    page = " ".join(browser_of(viewer).get("/acme/kitchen/deployments/gateways/watch").content.decode().split())
    assert "higher than on the other devices, on 8 devices with batch=B" in page
    assert "That is the mean of 8 days." in page
    assert "Until then groups alone are judged, against the other devices, on Sundays." in page


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
