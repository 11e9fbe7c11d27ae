"""Windows of web pages: none is taken that its person did not allow, and all of it can be taken back."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache

from forge.accounts.models import User
from forge.core.models import Blob
from forge.datasets.collecting.actions import accept_submissions
from forge.datasets.models import Collector, Consent, Sample, Submission
from forge.deployments.actions import revoke_key
from forge.projects.models import Project
from forge.telemetry.models import PageSampleAnswer
from forge.telemetry.sample_requests.access import PageTally, tallies_of
from forge.telemetry.sample_requests.actions.requesting import ask_for_samples, end_sample_request
from forge.telemetry.sample_requests.from_pages import actions, limits
from forge.telemetry.sample_requests.from_pages.offers import odd_confidence
from forge.telemetry.switch.actions import turn_off
from hmrd.protocol.samples import LARGEST_WINDOW, WindowBins
from hmrd.sample_requests import is_odd
from rune.watch.counts import Counts
from rune.watch.record import WatchRecord
from tests.support.forge.page_samples import SECRET, RequestedPage
from tests.support.forge.sample_requests import RequestedFleet, fleet_with_request, wav
from tests.support.watch import LAYOUT

pytestmark = pytest.mark.django_db


def nothing_stored() -> None:
    for model in (Submission, Consent, Collector, PageSampleAnswer):
        assert not model.objects.exists()


# -- what is refused


@pytest.mark.protects("delivery/unwanted-page-samples")
@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"purposes": []}, "purposes-wrong"),
        ({"purposes": ["readers"]}, "purposes-wrong"),
        ({"purposes": ["tests", "selling"]}, "purposes-wrong"),
        ({"terms": f"sha256:{'0' * 64}"}, "terms-differ"),
        ({"request": "00000000-0000-0000-0000-000000000000"}, "request-unknown"),
        ({"request": "all"}, "not-a-window"),
        ({"secret": "short"}, "not-a-window"),
        ({"secret": None}, "not-a-window"),
        ({"data": "no base64"}, "not-a-window"),
        ({"data": ""}, "not-a-window"),
        ({"purposes": "tests"}, "not-a-window"),
        ({"body": b"[]"}, "not-a-window"),
        ({"body": b"x" * 2_000_000}, "not-a-window"),
    ],
)
def test_what_the_person_did_not_allow_is_refused_by_name(
    page: RequestedPage, changes: dict[str, Any], name: str
) -> None:
    assert page.send(**changes) == name
    nothing_stored()
    assert page.send() == ""


def test_what_is_no_sound_is_refused_and_leaves_no_consent(page: RequestedPage) -> None:
    assert page.send(b"1,2,3\n" * 100) == "recording-refused"
    assert page.send(b"RIFF") == "recording-refused"
    assert page.send(b"x" * (LARGEST_WINDOW + 1)) == "not-a-window"
    nothing_stored()


def test_a_request_that_ended_takes_nothing(page: RequestedPage, developer: User) -> None:
    assert page.send() == ""
    end_sample_request(developer, page.page.deployment, page.request.pk)
    assert page.send(wav(2000)) == "request-ended"
    assert page.offers().json()["offers"] == []


def test_while_telemetry_is_off_nobody_is_asked(page: RequestedPage, developer: User) -> None:
    turn_off(developer, page.page.deployment)
    assert page.send() == "request-ended"
    assert page.offers().json()["name"] == "telemetry-off"
    nothing_stored()


def test_other_pages_and_ended_keys_are_refused(page: RequestedPage, developer: User) -> None:
    assert page.send(origin="https://other.example") == "origin-refused"
    assert page.offers(origin="https://other.example").json()["name"] == "origin-refused"
    assert page.offers(rune=f"sha256:{'0' * 64}").json()["name"] == "rune-unknown"
    revoke_key(developer, page.page.deployment, UUID(page.page.key))
    assert page.send() == "key-revoked"
    assert page.offers().json()["name"] == "key-revoked"
    nothing_stored()


def test_pages_are_asked_by_requests_for_pages_alone(project: Project, developer: User, page: RequestedPage) -> None:
    page.request.page_link = None
    page.request.save()
    assert page.send() == "request-unknown"
    assert page.offers().json()["offers"] == []


def test_a_yes_is_for_one_request_and_its_purposes(page: RequestedPage, developer: User) -> None:
    other = RequestedPage(page.page, ask_for_samples(developer, page.page.deployment, label="speech"))
    assert page.send() == ""
    assert other.send(wav(2000)) == "not-consented"
    assert page.send(wav(2000), purposes=["tests"]) == "not-consented"
    assert Submission.objects.count() == 1


def test_no_more_are_taken_than_were_asked_for(page: RequestedPage, monkeypatch: pytest.MonkeyPatch) -> None:
    page.request.most = 2
    page.request.save()
    assert [page.send(wav(value)) for value in (1000, 2000, 3000)] == ["", "", "too-many"]
    assert page.send(wav(2000)) == "", "one that is there is acknowledged"
    monkeypatch.setattr(actions, "MOST_SENDERS", 1)
    assert page.send(secret="cd" * 32) == "too-many"


@pytest.mark.protects("delivery/page-sample-floods")
def test_windows_come_so_often_and_no_more(page: RequestedPage, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(limits, "WINDOWS_AN_HOUR", 2)
    monkeypatch.setattr(limits, "WINDOWS_A_MINUTE", 4)
    assert [page.send() for _ in range(3)] == ["", "", "too-often"]
    assert page.send(ip="198.51.100.1") == ""
    assert page.send(ip="198.51.100.2") == "too-often"
    monkeypatch.setattr(limits, "TAKE_BACKS_AN_HOUR", 1)
    assert [page.take_back("0" * 64) for _ in range(2)] == ["", "too-often"]


# -- what is taken


def test_a_page_gets_what_its_person_reads(page: RequestedPage) -> None:
    answer = page.offers()
    assert answer.headers["Access-Control-Allow-Origin"] == "https://acme.example"
    body = answer.json()
    (offer,) = body["offers"]
    assert offer["asks"] == 'Jo Okafor of Acme asks for sounds that 1.0 calls "knock".'
    assert offer["condition"] == {"label": 2, "confidence": None, "feature": None}
    assert offer["terms"]["promise"] == "I am 18 or older, and nobody else is recorded who has not agreed."
    assert body["take_back"].endswith("/d/samples/take-back")
    assert body["odd_confidence"] is None, "the rune has no test samples"


def test_odd_answers_are_less_sure_than_nearly_all_on_the_test_samples() -> None:
    for confidence, odd in (((1, 1, 98), 1), ((2, 1, 98), 0), ((0, 0, 0), None), ((50, 50), None), ((0, 100), 0)):
        record = WatchRecord(LAYOUT, Counts(confidence=confidence))
        assert odd_confidence(record) == odd, confidence
        bins = [is_odd(WindowBins(confidence=place), record) for place in range(len(confidence))]
        assert bins == [odd is not None and place <= odd for place in range(len(confidence))], "as devices say"


def test_a_window_waits_under_a_consent_with_exactly_the_purposes_that_were_allowed(
    page: RequestedPage, project: Project, developer: User
) -> None:
    assert page.send(purposes=["training"]) == ""
    assert page.send(purposes=["training"]) == "", "the same window again is acknowledged"
    consent = Consent.objects.get()
    assert (consent.for_tests, consent.for_training, consent.for_readers, consent.person) == (False, True, False, None)
    assert "Models of acme/kitchen learn from them." in consent.text
    assert consent.text.endswith("I am 18 or older, and nobody else is recorded who has not agreed.")
    submission = Submission.objects.get()
    assert (submission.consent, submission.device, str(submission.collector)) == (consent, "", "Page 1")
    assert SECRET not in str(list(Collector.objects.values()))
    assert accept_submissions(developer, project, [submission.pk]) == 1
    sample = Sample.objects.get()
    assert (sample.source, sample.device, sample.split, sample.label) == ("page", "", "train", "")


@pytest.mark.protects("delivery/page-samples-taken-back")
def test_all_is_taken_back_also_after_the_request_the_key_and_the_deployment_ended(
    page: RequestedPage, project: Project, developer: User
) -> None:
    for value in (1000, 2000):
        page.send(wav(value))
    page.send(wav(3000), secret="cd" * 32)
    first = Submission.objects.order_by("created").first()
    assert first is not None
    accept_submissions(developer, project, [first.pk])
    digests = set(Submission.objects.filter(collector=first.collector).values_list("digest", flat=True))
    revoke_key(developer, page.page.deployment, UUID(page.page.key))
    assert page.take_back(origin="https://moved.example") == ""
    assert not Sample.objects.available().exists()
    assert [str(each.collector) for each in Submission.objects.waiting()] == ["Page 2"]
    assert first.collector.consent is not None
    first.consent.refresh_from_db()
    assert first.consent.withdrawn is not None
    assert not Blob.objects.filter(digest__in=digests).exists()
    assert tallies_of([page.request])[page.request.pk].pages == PageTally(sent=1, withdrawals=1)
    page.page.deployment.delete()
    assert page.take_back("cd" * 32) == "", "the request is gone with its deployment, and the samples are not"
    assert not Submission.objects.waiting().exists()


def test_after_taking_back_the_same_yes_sends_nothing(page: RequestedPage) -> None:
    page.send()
    assert page.take_back() == ""
    assert page.take_back() == "", "again"
    assert page.send(wav(2000)) == "not-consented"


@pytest.mark.protects("delivery/page-samples-taken-back")
def test_a_secret_takes_back_what_it_sent_and_nothing_else(page: RequestedPage) -> None:
    page.send()
    assert page.take_back("0" * 64) == ""
    assert [page.take_back(body=body) for body in (b"{}", b"x" * 300, json.dumps({"secret": 1}).encode())] == [
        "not-a-window"
    ] * 3
    assert Submission.objects.waiting().count() == 1


def test_the_owners_of_devices_and_pages_are_asked_by_one_request(
    organisation: Any, project: Project, developer: User, reviewer: User
) -> None:
    site: RequestedFleet = fleet_with_request(organisation, project, developer, label="knock", pages=True)
    assert site.request.is_for_pages
    tally = tallies_of([site.request])[site.request.pk]
    assert (tally.devices, tally.pages) == (1, PageTally())
