"""Counts of web pages stay apart: a person who invents them changes no figure and no alert of devices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import User
from forge.telemetry.alerts.judging import judge, judge_all
from forge.telemetry.alerts.models import WatchAlert
from forge.telemetry.app_reports.pending import write_page_counts
from forge.telemetry.app_reports.taking import take_page_counts
from forge.telemetry.models import DayTotal, DeviceCounts, PageCountsOfDay, WatchedRune
from forge.telemetry.totals.merging import merge_all
from tests.support.forge.counts import CountingFleet, yesterday
from tests.support.forge.page_counts import CountingPage, of_page, page_of
from tests.support.watch import counted

pytestmark = pytest.mark.django_db
API = "/api/v1/projects/acme/kitchen/deployments/gateways/telemetry"
FAKES = 10_000


@pytest.fixture
def both(fleet: CountingFleet, developer: User) -> CountingPage:
    """A page of a deployment whose device counted for two weeks."""
    documents = [fleet.document(counted((700, 290, 10)), day=yesterday(back)) for back in range(1, 16)]
    assert set(fleet.names(*documents)) == {"accepted"}
    merge_all()
    return page_of(fleet.deployment, developer)


def figures(browser: Client) -> list[Any]:
    """Returns all that is known of devices: totals, alerts and the rows of the tables."""
    addresses = ("totals?by=day,board", "totals?by=group", "alerts", "totals.csv")
    return [
        *(browser.get(f"{API}/{address}").content for address in addresses),
        *DayTotal.objects.order_by("pk").values(),
        *DeviceCounts.objects.order_by("pk").values(),
    ]


@pytest.mark.protects("delivery/false-page-counts")
def test_ten_thousand_false_reports_change_no_figure_of_devices_and_no_alert(
    both: CountingPage, viewer: User, browser_of: Callable[[User | None], Client]
) -> None:
    browser = browser_of(viewer)
    judge_all()
    reports = [judge(WatchedRune.objects.get(), yesterday())]
    before = figures(browser)
    fake = [both.document(of_page((0, 0, 20_000)), day=yesterday(back)) for back in (0, 1, 2)]
    for number in range(FAKES):
        take_page_counts(both.deployment, fake[number % 3], timezone.now())
    write_page_counts()
    merge_all()
    WatchedRune.objects.update(judged=None)
    judge_all()
    reports.append(judge(WatchedRune.objects.get(), yesterday()))
    assert reports[0] == reports[1]
    assert figures(browser) == before
    assert not WatchAlert.objects.exists()
    assert sum(PageCountsOfDay.objects.values_list("reports", flat=True)) == FAKES


@pytest.mark.protects("delivery/false-page-counts")
def test_counts_of_pages_alone_are_judged_by_no_alert(page: CountingPage) -> None:
    assert page.name() == ""
    write_page_counts()
    PageCountsOfDay.objects.update(day=yesterday())
    judge_all()
    assert WatchedRune.objects.get().judged is None
    assert not WatchAlert.objects.exists()


def test_watch_and_the_api_show_pages_apart(
    both: CountingPage, viewer: User, browser_of: Callable[[User | None], Client]
) -> None:
    browser = browser_of(viewer)
    assert "Web pages and apps</h2>" not in browser.get("/acme/kitchen/deployments/gateways/watch").content.decode()
    assert both.name(both.document(of_page((1, 1, 8)))) == ""
    write_page_counts()
    text = " ".join(browser.get("/acme/kitchen/deployments/gateways/watch").content.decode().split())
    assert "1 document from people who allowed it" in text
    assert '<th scope="row">Web pages and apps</th><td>10</td> <td>10.0 %</td><td>10.0 %</td><td>80.0 %</td>' in text
    assert '<th scope="row">Devices</th><td>15,000</td> <td>70.0 %</td><td>29.0 %</td><td>1.0 %</td>' in text
    (day,) = browser.get(f"{API}/pages").json()["days"]
    assert (day["version"], day["day"], day["reports"]) == ("1.0", timezone.now().date().isoformat(), 1)
    assert day["counts"]["labels"] == {"nothing": 1, "speech": 1, "knock": 8}
    assert browser.get(f"{API}/pages?version=9").json() == {"days": []}


def test_a_deployment_for_websites_has_its_watch_and_its_bytes(
    page: CountingPage, viewer: User, browser_of: Callable[[User | None], Client]
) -> None:
    browser = browser_of(viewer)
    text = browser.get("/acme/kitchen/deployments/website").content.decode()
    assert "What a web page or an app sends, byte by byte" in text
    assert "/deployments/website/watch" in text
    watch = "/acme/kitchen/deployments/website/watch"
    assert "No counts yet" in browser.get(watch).content.decode()
    assert page.name() == ""
    write_page_counts()
    text = " ".join(browser.get(watch).content.decode().split())
    assert '<th scope="row">Web pages and apps</th><td>10</td> <td>60.0 %</td>' in text
    assert "No counts yet" not in text
    assert '<th scope="row">Devices</th>' not in text
