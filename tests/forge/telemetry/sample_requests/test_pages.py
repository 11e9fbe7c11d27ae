"""The card of the page Watch and that of a device: what members and owners read, and who may do what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import User
from forge.datasets.playing import restrict_playing
from forge.fleet.models import Device
from forge.projects.models import Project
from forge.telemetry.models import DeviceSampleRequest, SampleRequest, WatchAlert, WatchedRune
from rune.assessment.drift.alerts import DriftComparison
from rune.assessment.drift.figures import Aspect
from tests.support.forge.sample_requests import RequestedFleet

pytestmark = pytest.mark.django_db
WATCH = "/acme/kitchen/deployments/gateways/watch"
DEVICE = "/acme/devices/gate-7"
BrowserOf = Callable[[User | None], Client]


def read(browser: Client, address: str = WATCH) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.content
    return " ".join(answer.content.decode().split())


def test_who_may_edit_asks_on_the_page_and_ends_it(
    site: RequestedFleet, developer: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(developer)
    page = read(browser)
    assert "Sounds that 1.0 calls &quot;knock&quot;" in page
    assert "0 owners said yes, 0 no, 1 did not answer." in page
    form = {"do": "ask", "label": "speech", "less_sure_than": "0.5", "most": "3", "for_tests": "on", "days": "30"}
    assert browser.post(f"{WATCH}/requests", form).status_code == 302
    request = SampleRequest.objects.first()
    assert request is not None
    assert request.what == 'sounds that 1.0 calls "speech", less sure than 50 %'
    assert (request.most, request.terms.requested_purposes, request.link.days) == (3, frozenset({"tests"}), 30)
    assert browser.post(f"{WATCH}/requests/{request.pk}", {"do": "end"}).status_code == 302
    request.link.refresh_from_db()
    assert not request.is_open


def test_a_form_that_cannot_be_comes_back_as_it_was(
    site: RequestedFleet, developer: User, browser_of: BrowserOf
) -> None:
    form = {"do": "ask", "label": "knock", "query": "site=munich", "most": "3", "for_tests": "on"}
    answer = browser_of(developer).post(f"{WATCH}/requests", form)
    page = " ".join(answer.content.decode().split())
    assert answer.status_code == 400
    assert "No device of this deployment matches." in page
    assert 'value="site=munich"' in page
    assert "<option selected>knock</option>" in page


def test_an_alert_fills_the_form(site: RequestedFleet, developer: User, browser_of: BrowserOf) -> None:
    day = timezone.now().date()
    alert = WatchAlert.objects.create(
        deployment=site.fleet.deployment,
        watched=WatchedRune.objects.get(),
        subject="change|audio level|location|||",
        comparison=DriftComparison.FLEET,
        feature="audio level",
        aspect=Aspect.LOCATION,
        carrier_key="batch",
        carrier_value="B",
        value=0.8,
        low=0.6,
        high=0.9,
        p=1e-6,
        devices=31,
        first_day=day - timedelta(days=1),
        last_day=day,
        opened=timezone.now(),
    )
    page = read(browser_of(developer), f"{WATCH}?ask={alert.pk}")
    assert "<option selected>audio level</option>" in page
    assert '<option value="above" selected>' in page
    assert "batch=&quot;B&quot;" in page


def test_readers_see_the_counts_and_no_form(site: RequestedFleet, viewer: User, browser_of: BrowserOf) -> None:
    site.answer()
    site.window()
    page = read(browser_of(viewer))
    assert "1 owner said yes" in page
    assert "<audio" not in page
    assert "Ask the owners" not in page
    form = {"do": "ask", "label": "knock", "most": "3", "for_tests": "on"}
    assert browser_of(viewer).post(f"{WATCH}/requests", form).status_code == 403


@pytest.mark.protects("devices/unwanted-samples")
def test_samples_play_for_those_alone_who_may_play_them(
    site: RequestedFleet, project: Project, owner: User, developer: User, browser_of: BrowserOf
) -> None:
    site.answer()
    site.window()
    assert "<audio" in read(browser_of(developer))
    restrict_playing(owner, project, is_restricted=True)
    assert "<audio" not in read(browser_of(developer))
    assert "<audio" in read(browser_of(owner))


def test_the_owner_answers_on_the_page_of_the_device(site: RequestedFleet, owner: User, browser_of: BrowserOf) -> None:
    browser = browser_of(owner)
    page = read(browser, DEVICE)
    assert "cannot be heard from here" in page
    assert "Everyone in Acme can see and hear these recordings" in page
    address = f"{DEVICE}/sample-requests/{site.request.pk}"
    answer = browser.post(address, {"do": "answer", "kind": "yes", "for_tests": "on"})
    assert answer.status_code == 302
    row = DeviceSampleRequest.objects.get()
    assert (row.page_answer, row.page_purposes) == ("yes", ["tests"])
    assert "A yes waits for the device" in read(browser, DEVICE)
    nothing = browser.post(address, {"do": "answer", "kind": "yes"})
    assert nothing.status_code == 400
    assert "Allow tests, training or both." in nothing.content.decode()


def test_a_device_that_believes_a_key_at_home_offers_no_yes(
    site: RequestedFleet, owner: User, browser_of: BrowserOf
) -> None:
    Device.objects.update(trust="home")
    page = read(browser_of(owner), DEVICE)
    assert "only a person at the device can say yes" in page
    assert "Yes, send them" not in page
    address = f"{DEVICE}/sample-requests/{site.request.pk}"
    answer = browser_of(owner).post(address, {"do": "answer", "kind": "yes", "for_tests": "on"})
    assert answer.status_code == 409
