"""The owner of an alert: who may choose one, whom, what the owner hears, and what ends with their right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import disable_person, remove_member
from forge.accounts.models import Membership, Organisation, User
from forge.core.models import AuditEntry, Event
from forge.notices.models import Notice
from forge.notices.rules import NoticeCause
from forge.telemetry.alerts.lapses import end_lapsed
from forge.telemetry.models import WatchAlert
from tests.support.forge.counts import CountingFleet
from tests.support.forge.factories.watch_alerts import watch_alert, watched_rune

pytestmark = pytest.mark.django_db
Browser = Callable[[User | None], Client]
JSON = "application/json"


def give(browser: Client, address: str, person: object) -> int:
    return browser.put(f"{address}/owner", {"person": str(person)}, JSON).status_code


@pytest.mark.protects("roles/alerts")
def test_a_reader_may_not_choose_an_owner(browser_of: Browser, address: str, viewer: User, reviewer: User) -> None:
    for person in (viewer, reviewer):
        assert give(browser_of(person), address, person.pk) == 403
        assert browser_of(person).delete(f"{address}/owner").status_code == 403
    assert not WatchAlert.objects.filter(owner__isnull=False).exists()


@pytest.mark.protects("roles/alerts")
def test_somebody_outside_cannot_own_an_alert(
    browser_of: Browser, address: str, developer: User, stranger: User
) -> None:
    """The notices would tell them of a project that they cannot read."""
    browser = browser_of(developer)
    disabled = User.objects.create_user("off@acme.example", name="Off", is_active=False)
    Membership.objects.create(organisation=Membership.objects.all()[0].organisation, user=disabled, role="developer")
    for person in (stranger.pk, disabled.pk, "00000000-0000-0000-0000-000000000009", "x"):
        assert give(browser, address, person) == 400
    assert give(browser_of(stranger), address, stranger.pk) == 404
    assert browser.put(f"{address[:-4]}0000/owner", {"person": str(developer.pk)}, JSON).status_code == 404


def test_a_reader_becomes_owner_and_hears_of_it(
    browser_of: Browser, address: str, alert: WatchAlert, developer: User, viewer: User
) -> None:
    answer = browser_of(developer).put(f"{address}/owner", {"person": str(viewer.pk)}, JSON)
    assert answer.json()["owner"]["name"] == "Vera Lind"
    notice = Notice.objects.get(person=viewer)
    assert (notice.reason, notice.facts["message"]) == (NoticeCause.REQUESTED, "given")
    assert Notice.objects.filter(kind="watch").count() == 1
    entry = AuditEntry.objects.get(action="alert.give")
    assert entry.data["owner"] == "Vera Lind"
    assert Event.objects.get(type="telemetry.alert-changed").data["owner"] == str(viewer.pk)
    # Given again, nothing happens.
    assert give(browser_of(developer), address, viewer.pk) == 200
    assert AuditEntry.objects.filter(action="alert.give").count() == 1
    assert browser_of(developer).delete(f"{address}/owner").json()["owner"] is None
    assert AuditEntry.objects.filter(action="alert.drop").exists()


def test_who_takes_it_gets_no_notice_of_that(browser_of: Browser, address: str, developer: User) -> None:
    assert give(browser_of(developer), address, developer.pk) == 200
    assert not Notice.objects.filter(kind="watch").exists()


@pytest.mark.protects("roles/rights-that-end")
def test_who_leaves_owns_nothing_any_more_also_after_coming_back(
    organisation: Organisation, alert: WatchAlert, owner: User, viewer: User
) -> None:
    closed = watch_alert(alert.watched, subject="other", closed=timezone.now(), owner=viewer)
    WatchAlert.objects.filter(pk=alert.pk).update(owner=viewer)
    member = Membership.objects.get(user=viewer)
    remove_member(owner, organisation, member.user_id)
    for each in (alert, closed):
        each.refresh_from_db()
        assert each.owner is None
    assert AuditEntry.objects.filter(action="grant.lose").exists()
    Membership.objects.create(organisation=organisation, user=viewer, role="viewer")
    alert.refresh_from_db()
    assert alert.owner is None


@pytest.mark.protects("roles/rights-that-end")
def test_an_heir_takes_over_what_a_leaver_owned(
    organisation: Organisation, alert: WatchAlert, owner: User, maintainer: User, viewer: User
) -> None:
    WatchAlert.objects.filter(pk=alert.pk).update(owner=viewer)
    Membership.objects.filter(user=maintainer).update(role="owner")
    remove_member(owner, organisation, viewer.pk, maintainer.pk)
    alert.refresh_from_db()
    assert alert.owner == maintainer
    assert Notice.objects.get(person=maintainer, kind="watch").facts["message"] == "given"


def test_a_disabled_owner_is_not_offered_again(
    browser_of: Browser, address: str, developer: User, viewer: User
) -> None:
    disable_person(viewer.email)
    assert give(browser_of(developer), address, viewer.pk) == 400


def test_an_alert_of_the_past_has_no_owner(fleet: CountingFleet, viewer: User) -> None:
    rune, now = watched_rune(fleet.deployment), timezone.now()
    old = watch_alert(rune, subject="old", owner=viewer, closed=now - timedelta(days=15))
    owned_alerts = [
        watch_alert(rune, subject="open", owner=viewer),
        watch_alert(rune, subject="new", owner=viewer, closed=now - timedelta(days=13)),
        watch_alert(
            rune,
            subject="snoozed",
            owner=viewer,
            closed=now - timedelta(days=20),
            snoozed_until=now.date() + timedelta(days=2),
        ),
    ]
    end_lapsed()
    owners = dict(WatchAlert.objects.values_list("pk", "owner"))
    assert owners == {old.pk: None, **{each.pk: viewer.pk for each in owned_alerts}}
