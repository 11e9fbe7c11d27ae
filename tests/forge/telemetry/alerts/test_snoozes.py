"""A snoozed alert: who may snooze it, until when, what nobody hears meanwhile, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.core.models import AuditEntry, Event
from forge.notices.models import Notice
from forge.telemetry.alerts import judging
from forge.telemetry.alerts.actions import give_alert, snooze_alert, wake_alert
from forge.telemetry.alerts.lapses import end_lapsed
from forge.telemetry.models import WatchAlert, WatchedRune
from forge.webhooks.actions import create_webhook
from forge.webhooks.models import Delivery
from rune.assessment.drift.alerts import DayReport, DriftAlert, DriftComparison
from rune.assessment.drift.figures import Aspect, DriftFigure
from rune.statistics.by_device import EffectEstimate
from tests.support.forge.counts import CountingFleet, yesterday

pytestmark = pytest.mark.django_db
Browser = Callable[[User | None], Client]
JSON = "application/json"
PAGE = "/acme/kitchen/deployments/gateways/watch"
REASON = "The hall is being rebuilt."
STANDING_DAY = 7 * 105_000
"""A day of those on which what stands is judged, as an ordinal."""


def ahead(days: int) -> date:
    return timezone.now().date() + timedelta(days=days)


def snooze(browser: Client, address: str, **body: Any) -> Any:
    return browser.put(f"{address}/snooze", {"reason": REASON, **body}, JSON)


def read(browser: Client) -> str:
    return " ".join(browser.get(PAGE).content.decode().split())


@pytest.fixture
def webhook(owner: User, organisation: Organisation) -> None:
    create_webhook(owner, organisation, "https://example.com/hook", ["deploy"])


@pytest.fixture
def judge_as(rune: WatchedRune, monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Judges days that show a standing difference of batch B, or none. The next standing day each time."""
    day = date.fromordinal(STANDING_DAY)

    def judge(is_there: bool) -> None:
        nonlocal day
        figure = DriftFigure("labels", Aspect.SHARE, 0.1, "knock")
        effect = EffectEstimate(0.05, 0.04, 0.06, 1e-6, 9)
        alert = DriftAlert(DriftComparison.GROUP, figure, effect, 1e-4, 8, group=("batch", "B"))
        monkeypatch.setattr(judging, "judge_day", lambda *_: DayReport((alert,) if is_there else (), 9, ()))
        judging.judge(rune, day)
        day += timedelta(days=7)

    return judge


def messages() -> list[str]:
    """The notices of alerts, by their people's addresses."""
    rows = Notice.objects.filter(kind="watch").order_by("person__email")
    return [f"{each.person.email.partition('@')[0]} {each.facts['message']} {each.events}" for each in rows]


@pytest.mark.protects("roles/alerts")
def test_a_reader_may_not_snooze_or_wake(browser_of: Browser, address: str, viewer: User, reviewer: User) -> None:
    """A reader cannot keep others from hearing of a change."""
    for person in (viewer, reviewer):
        assert snooze(browser_of(person), address, days=7).status_code == 403
        assert browser_of(person).delete(f"{address}/snooze").status_code == 403
        form = browser_of(person).post(f"{PAGE}/{address.rpartition('/')[2]}", {"do": "snooze-7", "reason": REASON})
        assert form.status_code == 403
    assert not WatchAlert.objects.filter(snoozed_until__isnull=False).exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"days": 0},
        {"days": 91},
        {"days": 7, "until": str(ahead(7))},
        {"until": str(ahead(0))},
        {"until": str(ahead(91))},
        {"until": "soon"},
        {"days": 7, "reason": "later"},
        {"days": 7, "reason": "x" * 501},
        {"days": 7, "reason": ""},
        {"days": 7, "until_": "x"},
    ],
)
def test_a_snooze_has_one_end_and_a_reason(
    browser_of: Browser, address: str, developer: User, body: dict[str, Any]
) -> None:
    assert snooze(browser_of(developer), address, **body).status_code == 400
    assert not WatchAlert.objects.filter(snoozed_until__isnull=False).exists()


def test_a_closed_alert_cannot_be_snoozed(
    browser_of: Browser, address: str, developer: User, alert: WatchAlert
) -> None:
    WatchAlert.objects.update(closed=timezone.now())
    answer = snooze(browser_of(developer), address, days=7)
    assert (answer.status_code, answer.json()["title"]) == (409, "The alert has closed")


def test_it_is_written_down_and_shown_apart(browser_of: Browser, address: str, developer: User, viewer: User) -> None:
    browser = browser_of(viewer)
    assert '<span class="count num">1 alert</span>' in read(browser)
    assert '<span class="count num">1 alert</span>' in browser.get(PAGE.removesuffix("/watch")).content.decode()
    answer = snooze(browser_of(developer), address, days=7).json()
    assert (answer["is_snoozed"], answer["snoozed_until"]) == (True, str(ahead(7)))
    assert answer["snoozed_by"]["name"] == "Jo Okafor"
    assert AuditEntry.objects.get(action="alert.snooze").data["reason"] == REASON
    event = Event.objects.filter(type="telemetry.alert-changed").get()
    assert (event.data["change"], event.data["snoozed_until"]) == ("snoozed", str(ahead(7)))
    page = read(browser)
    assert "Snoozed (1)" in page
    assert f"by <bdi>Jo Okafor</bdi>: {REASON}" in page
    assert "1 alert</span>" not in page
    assert "1 alert" not in browser.get(PAGE.removesuffix("/watch")).content.decode()
    assert "but for what is snoozed" in page
    # A reader has no menu.
    assert "Owner and snooze" not in page
    assert "Owner and snooze" in read(browser_of(developer))


def test_nobody_hears_of_a_snoozed_alert_that_closes_and_comes_back(
    judge_as: Callable[[bool], None], webhook: None, fleet: CountingFleet, developer: User, viewer: User
) -> None:
    judge_as(True)
    alert = WatchAlert.objects.get()
    give_alert(developer, fleet.deployment, alert.pk, viewer.pk)
    snooze_alert(developer, fleet.deployment, alert.pk, REASON, days=30)
    before, deliveries = messages(), Delivery.objects.count()
    assert deliveries == 1
    judge_as(False)
    alert.refresh_from_db()
    assert alert.closed is not None
    # Long after it closed, the same subject is still snoozed.
    WatchAlert.objects.update(closed=timezone.now() - timedelta(days=20))
    judge_as(True)
    alert.refresh_from_db()
    assert (WatchAlert.objects.filter(closed=None).count(), alert.openings, alert.owner) == (1, 2, viewer)
    assert alert.is_snoozed
    assert WatchAlert.objects.count() == 1
    assert (messages(), Delivery.objects.count()) == (before, deliveries)
    types = Event.objects.filter(type__startswith="telemetry.alert").order_by("sequence").values_list("type", flat=True)
    assert [each.rpartition("-")[2] for each in types] == ["opened", "changed", "changed", "closed", "opened"]


def test_it_ends_on_its_day_and_says_so(
    judge_as: Callable[[bool], None],
    webhook: None,
    fleet: CountingFleet,
    developer: User,
    viewer: User,
    browser_of: Browser,
) -> None:
    judge_as(True)
    alert = WatchAlert.objects.get()
    give_alert(developer, fleet.deployment, alert.pk, viewer.pk)
    snooze_alert(developer, fleet.deployment, alert.pk, REASON, days=1)
    end_lapsed()
    alert.refresh_from_db()
    assert alert.is_snoozed
    WatchAlert.objects.update(snoozed_until=ahead(0))
    # The day itself ends it, before the task comes by.
    assert '<span class="count num">1 alert</span>' in read(browser_of(viewer))
    assert "Its snooze ended on" in read(browser_of(viewer))
    end_lapsed()
    end_lapsed()
    assert "Its snooze ended on" in read(browser_of(viewer))
    assert "vera snooze-ended 3" in messages()
    assert Delivery.objects.count() == 1
    alert.refresh_from_db()
    assert (alert.snoozed_until, alert.snooze_ended) == (None, ahead(0))


@pytest.mark.parametrize("by_hand", [True, False])
def test_what_closed_meanwhile_says_so_when_the_snooze_ends(
    judge_as: Callable[[bool], None], webhook: None, fleet: CountingFleet, developer: User, owner: User, by_hand: bool
) -> None:
    judge_as(True)
    alert = WatchAlert.objects.get()
    snooze_alert(developer, fleet.deployment, alert.pk, REASON, until=ahead(3))
    judge_as(False)
    assert Delivery.objects.count() == 1
    if by_hand:
        wake_alert(owner, fleet.deployment, alert.pk)
        wake_alert(owner, fleet.deployment, alert.pk)
        assert AuditEntry.objects.filter(action="alert.wake").count() == 1
    else:
        WatchAlert.objects.update(snoozed_until=ahead(0))
        end_lapsed()
    assert list(Delivery.objects.order_by("created").values_list("type", flat=True)) == [
        "deployment.alert-opened",
        "deployment.alert-closed",
    ]
    assert any("closed" in each for each in messages())


def test_what_comes_back_within_two_weeks_is_the_same_alert(
    judge_as: Callable[[bool], None], webhook: None, developer: User, viewer: User, browser_of: Browser
) -> None:
    judge_as(True)
    judge_as(False)
    before = [each for each in messages() if each.startswith("jo")]
    assert before == ["jo closed 2"]
    judge_as(True)
    alert = WatchAlert.objects.get()
    assert (alert.openings, alert.closed) == (2, None)
    assert messages() == ["jo reopened 3"]
    assert "Opened 2 times, last on" in read(browser_of(viewer))
    assert Delivery.objects.latest("created").body.count('"is_reopened":true') == 1
    # After two weeks it is another one.
    judge_as(False)
    WatchAlert.objects.update(closed=timezone.now() - timedelta(days=15))
    judge_as(True)
    assert sorted(WatchAlert.objects.values_list("openings", flat=True)) == [1, 2]


def test_the_owner_alone_hears_of_an_alert_that_comes_back(
    judge_as: Callable[[bool], None], fleet: CountingFleet, developer: User, viewer: User
) -> None:
    judge_as(True)
    give_alert(developer, fleet.deployment, WatchAlert.objects.get().pk, viewer.pk)
    judge_as(False)
    judge_as(True)
    assert messages() == ["jo closed 2", "vera reopened 3"]
    assert WatchAlert.objects.get().owner == viewer


def test_the_buttons_of_the_page(browser_of: Browser, alert: WatchAlert, developer: User, viewer: User) -> None:
    browser, address = browser_of(developer), f"{PAGE}/{alert.pk}"

    def press(**form: str) -> WatchAlert:
        answer = browser.post(address, form)
        assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}#alerts")
        return WatchAlert.objects.get()

    assert press(do="take", take_person=str(developer.pk), give_person=str(viewer.pk)).owner == developer
    assert press(do="give", take_person=str(developer.pk), give_person=str(viewer.pk)).owner == viewer
    assert press(do="drop", give_person=str(viewer.pk)).owner is None
    dates = {"snooze-until_until": str(ahead(12))}
    for days in (1, 7, 30):
        assert press(do=f"snooze-{days}", reason=REASON, **dates).snoozed_until == ahead(days)
    assert press(do="snooze-until", reason=REASON, **dates).snoozed_until == ahead(12)
    assert press(do="wake").snoozed_until is None
    answer = browser.post(address, {"do": "snooze-7", "reason": "no"})
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "in ten characters or more" in text
    assert 'value="no"' in text
    assert '<details class="menu" open>' in text
    assert browser.post(f"{PAGE}/{yesterday()}", {"do": "wake"}).status_code == 404
