"""The page Watch: what a member reads of devices that count, that counted, and that never did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.builds.models import Build
from forge.datasets.models import DataSet, DataVersion
from forge.reviews.actions import give_verdict
from forge.reviews.models import Review, Round, Verdict
from forge.telemetry.models import WatchedRune
from forge.telemetry.pages.marks import marks_between
from forge.telemetry.switch.actions import turn_off
from forge.telemetry.totals.merging import merge_all
from forge.telemetry.watch.marks import MarkKind
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
        "telemetry/totals.parquet?from=",
    ):
        assert words in page, words
    assert '<th scope="row">1.0</th>' in read(browser, "by=version")
    assert '<th scope="row">linux-x86_64</th>' in read(browser, "by=board&group=berlin")
    narrowed = read(browser, "group=berlin&version=1.0&days=7")
    assert "over 7 days" in narrowed
    assert "group=berlin&amp;version=1.0" in narrowed
    # A name that is none changes nothing.
    assert "over 30 days" in read(browser, "group=nowhere&version=9&days=x&by=y")


def test_releases_verdicts_and_data_versions_are_marks_with_links(
    fleet: CountingFleet, browser: Client, stranger: User
) -> None:
    send(fleet, (80, 19, 1))
    project = fleet.deployment.project
    samples = DataSet.objects.create(project=project)
    version = DataVersion.objects.create(data_set=samples, number=4, digest="sha256:4", figures={})
    page = read(browser)
    for words in (
        'href="/acme/kitchen/deployments/gateways?tab=history">Release 1: 1.0</a>',
        'href="/acme/kitchen/builds/1">Build 1 approved</a>',
        'href="/acme/kitchen/data/versions/4">Data version 4</a>',
        '<circle cx="',
    ):
        assert words in page, words
    # They are of one day, so they share a flag on each of the three charts.
    assert page.count('<g class="flag">') == 3
    today = timezone.now().date()
    kinds = {mark.kind for mark in marks_between(stranger, fleet.deployment, today, today)}
    assert kinds == {MarkKind.VERSION}, "who is no member sees no review and no data"
    DataVersion.objects.filter(pk=version.pk).update(created=timezone.now() - timedelta(days=40))
    Verdict.objects.update(created=timezone.now() - timedelta(days=40))
    page = read(browser)
    assert "Data version 4" not in page
    assert "Build 1 approved" not in page
    assert "Data version 4" in read(browser, "days=90")


def test_a_verdict_on_a_review_leads_to_it_and_counts_members(
    fleet: CountingFleet, browser: Client, owner: User, developer: User, reviewer: User
) -> None:
    send(fleet, (80, 19, 1))
    review = Review.objects.create(project=fleet.deployment.project, number=9, title="Louder")
    build = Build.objects.get(number=1)
    Round.objects.create(review=review, number=1, build=build)
    give_verdict(owner, build, "approve")
    assert 'href="/acme/kitchen/reviews/9">Review 9 approved by 2 members</a>' in read(browser)
    give_verdict(owner, build, "changes", "Glass is a knock.")
    page = read(browser)
    assert "Review 9 approved</a>" in page
    assert "Review 9 changes requested</a>" in page


def test_the_past_is_drawn_once_two_weeks_of_it_are_known(fleet: CountingFleet, browser: Client) -> None:
    send_days(fleet, 1, 12)
    assert "No band of the past: 6 days from" in read(browser, "days=7")
    assert 'class="past"' not in read(browser, "days=7")
    send_days(fleet, 13, 14)
    page = read(browser, "days=7")
    assert "Grey: where the line was on 9 of 10 days from" in page
    assert page.count('class="past"') == 4, "the rare label, the median, the time and the memory"


def send_days(fleet: CountingFleet, back: int, days: int) -> None:
    """Sends the counts of so many days in one request, the newest of which is `back` days ago."""
    documents = [fleet.document(counted((80, 19, 1)), day=yesterday(back + number)) for number in range(days)]
    assert fleet.names(*documents) == ["accepted"] * days
    merge_all()


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
