"""The page on which devices join: secrets are shown once, and what is open is listed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.fleet.devices.models import Device
from forge.fleet.enrolment.models import ClaimCode, DeviceBatch, DeviceCandidate
from hmrd.protocol.keys import fingerprint
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.devices import first_report, key_of

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
CLAIM = "/acme/devices/claim"
LABEL, SECRET = "0123456789abcdef", "5e" * 16


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_code_is_shown_once_with_its_command(
    organisation: Organisation, developer: User, browser_of: Browser
) -> None:
    browser = browser_of(developer)
    form = {"do": "code", "trust": "server", "labels": "site=berlin", "note": "Gate B"}
    answer = browser.post(f"{CLAIM}/make", form)
    code = re.search(r"[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}", answer.content.decode())
    assert code is not None
    assert f" {code[0]}" in answer.content.decode().partition("hmrd enroll")[2]
    assert 'alt="QR code with the command"' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    later = browser.get(CLAIM).content.decode()
    assert code[0] not in later
    assert f"{code[0][:3]}-…" in later
    assert ClaimCode.objects.get().labels == {"site": "berlin"}


def test_whom_a_device_believes_is_said_before_it_joins(
    organisation: Organisation, developer: User, browser_of: Browser
) -> None:
    page = compact(browser_of(developer).get(CLAIM).content.decode())
    assert "A person who takes over this server decides what these devices run." in page
    assert page.count('value="home" disabled') == 3
    answer = browser_of(developer).post(f"{CLAIM}/make", {"do": "code", "trust": "home"})
    assert (answer.status_code, "There is no key at home" in answer.content.decode()) == (409, True)


def test_a_label_becomes_a_candidate_that_is_confirmed_by_its_fingerprint(
    organisation: Organisation, developer: User, browser_of: Browser
) -> None:
    browser = browser_of(developer)
    form = {"do": "label", "label": LABEL, "secret": SECRET, "trust": "server", "labels": ""}
    assert browser.post(f"{CLAIM}/make", form)["Location"] == f"{CLAIM}#candidates"
    page = browser.get(CLAIM).content.decode()
    assert "The device has not asked yet" in page
    assert SECRET not in page
    candidate = DeviceCandidate.objects.get()
    DeviceCandidate.objects.update(public_key=key_of("x"), report=first_report().to_json(), requested=timezone.now())
    assert fingerprint(key_of("x")) in browser.get(CLAIM).content.decode()
    address = f"{CLAIM}/candidates/{candidate.pk}"
    other = browser.post(address, {"do": "confirm", "fingerprint": fingerprint(key_of("y")), "name": "gate-9"})
    assert other.status_code >= 400
    browser.post(address, {"do": "confirm", "fingerprint": fingerprint(key_of("x")), "name": "gate-9"})
    assert Device.objects.get().name == "gate-9"


def test_what_is_wrong_with_a_label_stands_at_its_field_and_its_id_stays(
    organisation: Organisation, developer: User, browser_of: Browser
) -> None:
    answer = browser_of(developer).post(f"{CLAIM}/make", {"do": "label", "label": LABEL, "secret": "5e", "labels": ""})
    page = compact(answer.content.decode())
    assert answer.status_code == 400
    assert f'value="{LABEL}"' in page
    assert re.search(r'id="label-secret"[^>]*aria-invalid="true"', page)


def test_a_certificate_is_shown_once_and_its_batch_counts(
    organisation: Organisation, developer: User, browser_of: Browser
) -> None:
    browser = browser_of(developer)
    until = (timezone.now() + timedelta(days=30)).date().isoformat()
    form = {"do": "batch", "title": "Line 3", "limit": "500", "until": until, "trust": "server", "labels": ""}
    answer = browser.post(f"{CLAIM}/make", form)
    batch = DeviceBatch.objects.get()
    assert f"{batch.pk}." in answer.content.decode()
    DeviceBatch.objects.update(used=310)
    page = browser.get(CLAIM).content.decode()
    assert f"{batch.pk}." not in page
    assert "310 of 500 devices joined" in text_of(page)
    browser.post(f"{CLAIM}/batches/{batch.pk}", {"do": "revoke"})
    assert "Revoked" in browser.get(CLAIM).content.decode()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"limit": "many"}, "valid integer"),
        ({"limit": "0"}, "greater than or equal to 1"),
        ({"until": "2020-01-01"}, "A certificate ends today at the earliest"),
        ({"labels": "Site"}, "is not a label"),
    ],
)
def test_a_batch_that_cannot_be_is_refused_with_the_reason(
    organisation: Organisation, developer: User, browser_of: Browser, form: dict[str, str], words: str
) -> None:
    until = (timezone.now() + timedelta(days=30)).date().isoformat()
    usual = {"do": "batch", "title": "Line 3", "limit": "500", "until": until, "trust": "server", "labels": ""}
    answer = browser_of(developer).post(f"{CLAIM}/make", usual | form)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert 'value="Line 3"' in answer.content.decode()


def test_an_open_code_is_revoked(organisation: Organisation, developer: User, browser_of: Browser) -> None:
    browser = browser_of(developer)
    browser.post(f"{CLAIM}/make", {"do": "code", "trust": "server", "labels": ""})
    browser.post(f"{CLAIM}/codes/{ClaimCode.objects.get().pk}", {"do": "revoke"})
    assert "Open codes 0" in text_of(browser.get(CLAIM).content.decode())


def test_who_does_not_claim_devices_does_not_see_the_page(
    organisation: Organisation, viewer: User, reviewer: User, browser_of: Browser
) -> None:
    for person in (viewer, reviewer):
        assert browser_of(person).get(CLAIM).status_code == 403
        assert browser_of(person).post(f"{CLAIM}/make", {"do": "code"}).status_code == 403
    assert not ClaimCode.objects.exists()
