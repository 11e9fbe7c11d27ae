"""Documents of web pages: each is added to the one sum of its deployment, rune and day, or refused by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from forge.accounts.models import User
from forge.deployments.actions import revoke_key
from forge.telemetry.app_reports import limits
from forge.telemetry.app_reports.documents import KIND, PAGE_DOCUMENT_SIZE
from forge.telemetry.app_reports.pending import pending_sums, write_page_counts
from forge.telemetry.app_reports.taking import MOST_ANSWERS
from forge.telemetry.models import DeploymentTelemetry, PageCountsOfDay
from forge.telemetry.retention import TOTALS_MAX_AGE, delete_old
from forge.telemetry.switch.actions import turn_off, turn_on
from forge.telemetry.totals.sums import counts_of, from_bytes
from hmrd.protocol.counts import CountedPeriod, CountsDocument, rune_key
from rune.digests import digest_of
from rune.watch.counts import Counts
from rune.watch.encoding import encode
from tests.support.forge.page_counts import ORIGIN, CountingPage, of_page
from tests.support.watch import LAYOUT, counted

pytestmark = pytest.mark.django_db


def refused(page: CountingPage, name: str, document: bytes | None = None, **options: Any) -> None:
    """Sends a document, which is refused by name, beside one that is counted."""
    assert page.name(document, **options) == name
    assert page.name() == ""
    write_page_counts()
    assert [row.reports for row in PageCountsOfDay.objects.all()] == [1]


# -- what is refused


@pytest.mark.protects("delivery/unwanted-page-counts")
def test_nothing_is_taken_while_telemetry_is_off(page: CountingPage, developer: User) -> None:
    DeploymentTelemetry.objects.all().delete()
    assert page.name() == "telemetry-off"
    turn_on(developer, page.deployment)
    assert page.name() == ""
    turn_off(developer, page.deployment)
    assert page.name() == "telemetry-off"
    assert page.state().json()["is_on"] is False
    write_page_counts()
    assert PageCountsOfDay.objects.get().reports == 1


@pytest.mark.protects("delivery/false-page-counts")
@pytest.mark.parametrize(
    "counts",
    [
        of_page((MOST_ANSWERS + 1, 0, 0)),
        replace(of_page(), answers=11),
        replace(of_page(), confidence=(0, 0, 0, 9)),
        replace(of_page(), features=((0, 11, 0),)),
        of_page(time=(0, 10, 0, 0, 0, 0, 0, 0)),
        of_page(microseconds=1),
        of_page(restarts=1),
        of_page(memory=1),
        of_page((0, 0, 0)),
    ],
)
def test_counts_that_no_page_can_have_are_refused(page: CountingPage, counts: Counts) -> None:
    refused(page, "counts-impossible", page.document(counts))


@pytest.mark.protects("delivery/false-page-counts")
def test_bytes_of_another_form_are_refused(page: CountingPage) -> None:
    whole = page.document()
    signed = CountsDocument(CountedPeriod(timezone.now().date()), bytes(8), whole[4:12], encode(counted()))
    forms = [b"", whole[:-1], whole + b"\0", bytes([2]) + whole[1:], bytes([1, 0]) + whole[2:], b"\0" * len(whole)]
    for form in (*forms, signed.signed(lambda _: bytes(64)), b"x" * 100_000):
        assert page.name(form) == "not-a-document", form[:4]
    refused(page, "bins-wrong", whole[:12] + bytes(4) + b"\xff" + whole[17:])
    assert (len(whole), whole[1]) == (PAGE_DOCUMENT_SIZE, KIND)


@pytest.mark.protects("delivery/false-page-counts")
def test_counts_in_bins_that_the_rune_does_not_have_are_refused(page: CountingPage) -> None:
    refused(page, "bins-wrong", page.document(replace(of_page(), labels=(1, 1, 1, 7))))


@pytest.mark.protects("delivery/false-page-counts")
def test_another_rune_and_another_day_are_refused(page: CountingPage, developer: User) -> None:
    today = timezone.now().date()
    assert page.name(page.document(rune=digest_of(b"another"))) == "rune-unknown"
    assert page.name(page.document(day=today + timedelta(days=2))) == "day-ahead"
    assert page.name(page.document(day=today - timedelta(days=1))) == "day-early"
    DeploymentTelemetry.objects.update(changed=timezone.now() - timedelta(days=9))
    assert page.name(page.document(day=today - timedelta(days=1))) == ""
    assert page.name(page.document(day=today - timedelta(days=3))) == "day-old"


@pytest.mark.protects("delivery/foreign-pages")
def test_a_page_of_another_origin_counts_nothing(page: CountingPage) -> None:
    for origin in ("https://elsewhere.example", "null"):
        answer = page.send(origin=origin)
        assert (answer.status_code, answer.json()["name"]) == (403, "origin-refused")
        assert "Access-Control-Allow-Origin" not in answer
        assert page.state(origin).status_code == 403
    refused(page, "key-unknown", address=page.address.replace(page.key, "0" * 8 + page.key[8:]))


def test_a_key_that_ended_counts_nothing(page: CountingPage, developer: User) -> None:
    revoke_key(developer, page.deployment, UUID(page.key))
    assert page.name() == "key-revoked"


@pytest.mark.protects("delivery/page-count-floods")
def test_one_address_cannot_send_without_end(page: CountingPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REPORTS_AN_HOUR", 3)
    assert [page.name() for _ in range(5)] == ["", "", "", "too-often", "too-often"]
    assert page.name(ip="203.0.113.8") == ""


@pytest.mark.protects("delivery/page-count-floods")
def test_one_key_cannot_be_used_without_end_and_still_loads_runes(
    page: CountingPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REPORTS_A_MINUTE", 3)
    answers = [page.send(ip=f"203.0.113.{number}") for number in range(5)]
    assert [each.status_code for each in answers] == [204, 204, 204, 429, 429]
    assert answers[-1]["Retry-After"] == "60"
    assert page.state().status_code == 200


@pytest.mark.protects("delivery/addresses-of-people")
def test_the_address_of_a_person_is_not_in_the_cache(page: CountingPage, monkeypatch: pytest.MonkeyPatch) -> None:
    keys: list[str] = []
    monkeypatch.setattr(cache, "add", lambda key, *_: keys.append(key))
    monkeypatch.setattr(cache, "incr", lambda key: 1)
    assert page.name(ip="198.51.100.23") == ""
    assert len(keys) == 2
    assert not any("198.51.100" in key for key in keys)


# -- what is counted


def test_documents_are_added_to_one_sum_a_rune_and_day(page: CountingPage) -> None:
    assert [page.name(), page.name(page.document(of_page((0, 0, 5)))), page.name()] == ["", "", ""]
    assert not PageCountsOfDay.objects.exists(), "a flood costs one write"
    write_page_counts()
    assert page.name() == ""
    write_page_counts()
    write_page_counts()
    row = PageCountsOfDay.objects.get()
    assert (row.reports, row.day) == (4, timezone.now().date())
    assert counts_of(from_bytes(row.sums), LAYOUT) == of_page((18, 9, 8))


def test_sums_are_kept_while_the_database_is_away(page: CountingPage) -> None:
    assert page.name() == ""
    with pytest.raises(RuntimeError):
        pending_sums.write(lambda _: (_ for _ in ()).throw(RuntimeError()))
    assert page.name() == ""
    write_page_counts()
    assert PageCountsOfDay.objects.get().reports == 2


def test_a_page_learns_whether_its_deployment_counts_and_where_to(page: CountingPage) -> None:
    answer = page.state()
    assert answer["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.json()["is_on"] is True
    assert answer.json()["url"].endswith(page.address)
    assert page.secret not in answer.json()["url"]
    assert Client().get(f"{page.deployment.served_path}/telemetry").json()["name"] == "key-missing"


def test_a_page_of_another_origin_may_read_the_answer_to_what_it_sent(page: CountingPage) -> None:
    answer = page.send()
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (204, ORIGIN)
    # The page on which a deployment is tried is of the server itself, and an app has no origin.
    assert page.name(origin="http://testserver") == ""
    assert page.name(origin="") == ""


def test_people_read_what_would_be_sent_byte_for_byte(page: CountingPage) -> None:
    answer = Client().get(page.address)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "<td>166</td>" not in text
    assert "one document of 166 bytes" in text
    assert "runs with the answer &quot;knock&quot;" in text
    assert "always 0: a page does not measure it" in text
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_sums_are_deleted_with_the_totals(page: CountingPage) -> None:
    assert page.name() == ""
    write_page_counts()
    delete_old()
    assert PageCountsOfDay.objects.exists()
    PageCountsOfDay.objects.update(day=timezone.now().date() - TOTALS_MAX_AGE - timedelta(days=1))
    delete_old()
    assert not PageCountsOfDay.objects.exists()


def test_a_deployment_that_is_gone_takes_its_pending_sums_along(page: CountingPage) -> None:
    assert page.name() == ""
    page.deployment.delete()
    write_page_counts()
    assert not PageCountsOfDay.objects.exists()


def test_the_document_names_the_rune_and_the_day_alone(page: CountingPage) -> None:
    document = page.document()
    assert document[4:12] == rune_key(f"sha256:{document[4:12].hex()}".ljust(71, "0"))
    assert document[:12] == page.document(of_page((1, 1, 1)))[:12]
