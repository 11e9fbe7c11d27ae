"""The page Watch: what a member reads of devices that count, that counted, and that never did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import Organisation, User
from forge.telemetry.models import WatchedRune
from forge.telemetry.switch.actions import turn_off
from forge.telemetry.totals.merging import merge_all
from tests.support.forge.counts import CountingFleet, yesterday
from tests.support.watch import counted

pytestmark = pytest.mark.django_db
PAGE = "/acme/kitchen/deployments/gateways/watch"


@pytest.fixture
def browser(viewer: User, browser_of: Callable[[User | None], Client]) -> Client:
    return browser_of(viewer)


def read(browser: Client, query: str = "") -> str:
    answer = browser.get(f"{PAGE}?{query}")
    assert answer.status_code == 200, answer.content
    return " ".join(answer.content.decode().split())


def send(fleet: CountingFleet, *labels: tuple[int, int, int]) -> None:
    """Sends the counts of days, the newest last."""
    for back, counts in enumerate(reversed(labels), 1):
        assert fleet.names(fleet.document(counted(counts), day=yesterday(back))) == ["accepted"]
    merge_all()


def test_before_the_first_day_it_says_when_counts_come(fleet: CountingFleet, browser: Client) -> None:
    page = read(browser)
    assert "No counts yet" in page
    assert "after the day has ended (UTC)" in page
    assert '<svg class="watch-chart"' not in page


def test_days_are_drawn_compared_and_narrowed(fleet: CountingFleet, browser: Client) -> None:
    send(fleet, (80, 19, 1), (70, 28, 2))
    page = read(browser)
    for words in (
        "Label mix a day over 30 days; on",
        "nothing 70.0 %, speech 28.0 %, knock 2.0 %",
        "knock, enlarged",
        "Confidence a day over 30 days",
        "Mean time of a run, at the end 2.0 ms",
        '<th scope="row">All devices</th><td>1</td>',
        '<th scope="row">Berlin</th><td>1</td>',
        "The builds carry no counts of test samples",
    ):
        assert words in page, words
    assert '<th scope="row">1.0</th>' in read(browser, "by=version")
    assert '<th scope="row">linux-x86_64</th>' in read(browser, "by=board&group=berlin")
    narrowed = read(browser, "group=berlin&version=1.0&days=7")
    assert "over 7 days" in narrowed
    assert "group=berlin&amp;version=1.0" in narrowed
    # A name that is none changes nothing.
    assert "over 30 days" in read(browser, "group=nowhere&version=9&days=x&by=y")


def test_the_reference_of_the_build_gives_the_drift(fleet: CountingFleet, browser: Client) -> None:
    send(fleet, (200, 100, 100))
    reference: dict[str, Any] = {"labels": [1, 1, 1], "confidence": [0, 0, 0, 3], "features": [[3, 0, 0]]}
    WatchedRune.objects.update(reference=reference)
    page = read(browser)
    assert "Against the test samples of each build" in page
    assert "<span>Audio level</span>" in page
    assert "<title>1.0: 1.00</title>" in page


def test_what_was_counted_stays_when_telemetry_is_off(fleet: CountingFleet, browser: Client, developer: User) -> None:
    send(fleet, (80, 19, 1))
    turn_off(developer, fleet.deployment)
    page = read(browser)
    assert "These are the counts from before. Nothing new is taken." in page
    assert "Label mix a day" in page


def test_a_deployment_that_never_counted_says_so(fleet: CountingFleet, browser: Client, developer: User) -> None:
    turn_off(developer, fleet.deployment)
    page = read(browser)
    assert "Telemetry is off" in page
    assert "Nothing leaves a device until an owner" in page


def test_a_stranger_finds_no_page(
    fleet: CountingFleet, stranger: User, browser_of: Callable[[User | None], Client], organisation: Organisation
) -> None:
    assert browser_of(stranger).get(PAGE).status_code == 404


def test_the_deployment_leads_to_it(fleet: CountingFleet, browser: Client) -> None:
    assert f'href="{PAGE}">Watch</a>' in browser.get(PAGE.removesuffix("/watch")).content.decode()
