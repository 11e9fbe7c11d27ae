"""Codes, entered labels and certificates of batches, by which members let devices join."""

from __future__ import annotations

import datetime
from datetime import timedelta

import pytest
from django.utils import timezone

from forge.accounts.actions import create_token
from forge.accounts.audit.log import organisation_entries
from forge.accounts.audit.sentences import render_entries
from forge.accounts.models import Organisation, Quota, User
from forge.accounts.principals import acting_as
from forge.core.errors import Conflict, Forbidden, Invalid, NotFound
from forge.core.models import AuditEntry
from forge.fleet.devices.labels import labels_of
from forge.fleet.devices.models import Device
from forge.fleet.enrolment.actions import codes
from forge.fleet.enrolment.actions.batches import create_batch, revoke_batch
from forge.fleet.enrolment.actions.candidates import confirm_candidate, enter_label, refuse_candidate
from forge.fleet.enrolment.actions.codes import create_code, revoke_code
from forge.fleet.enrolment.models import ClaimCode, DeviceBatch, DeviceCandidate
from forge.fleet.enrolment.secret_hashes import enrolment_hash
from forge.fleet.errors import BadLabels, DeviceNameInUse, DeviceQuotaReached, NoKeyAtHome, TooManyOpen
from forge.registry.provenance.signing.actions.keys import add_signing_key, revoke_signing_key
from hmrd.protocol.codes import read_code
from hmrd.protocol.enrolment import BatchProof, read_proof
from hmrd.protocol.keys import fingerprint
from tests.forge.fleet.conftest import Send
from tests.support.forge.factories.devices import first_report, joined, key_of
from tests.support.forge.factories.signing_keys import SIGNING_KEY

pytestmark = pytest.mark.django_db
LABEL, SECRET = "0123456789abcdef", "5e" * 16


def _today() -> datetime.date:
    return timezone.now().date()


def _ask(candidate: DeviceCandidate, name: str = "gate-7") -> str:
    """Makes the device of a candidate ask, and returns the fingerprint of its key."""
    key = key_of(candidate.label)
    DeviceCandidate.objects.filter(pk=candidate.pk).update(
        public_key=key, name=name, report=first_report().to_json(), requested=timezone.now()
    )
    return fingerprint(key)


def test_a_code_is_in_the_answer_alone(organisation: Organisation, developer: User, send: Send) -> None:
    answer = send(developer, "POST", "device-codes", {"labels": {"site": "berlin"}, "note": "Depot 2"})
    assert answer.status_code == 201
    body = answer.json()
    code = read_code(body["code"])
    assert code is not None
    assert body["command"].startswith("hmrd enroll http")
    assert body["command"].endswith(f" {body['code']}")
    row = ClaimCode.objects.get()
    assert (row.code_hash, row.hint) == (enrolment_hash(code), code[:3])
    assert row.expires - row.created == timedelta(days=1)
    assert row.created_by == developer
    listing = send(developer, "GET", "device-codes")
    assert (listing.json()["results"][0]["state"], listing.json()["results"][0]["labels"]) == (
        "open",
        {"site": "berlin"},
    )
    for text in (listing.content.decode(), str(list(AuditEntry.objects.values_list("data", flat=True)))):
        assert code not in text
        assert body["code"] not in text


def test_a_code_of_a_token_ends_with_it(organisation: Organisation, developer: User) -> None:
    token, _ = create_token(developer, "ci", ["device:manage"], None)
    create_code(acting_as(developer, token), organisation)
    assert ClaimCode.objects.get().created_by_token == token.pk


def test_who_may_not_claim_makes_no_code(organisation: Organisation, viewer: User, stranger: User) -> None:
    with pytest.raises(Forbidden):
        create_code(viewer, organisation)
    with pytest.raises(NotFound):
        create_code(stranger, organisation)


def test_a_code_with_wrong_labels_is_refused(organisation: Organisation, developer: User, send: Send) -> None:
    with pytest.raises(BadLabels, match="no key of a label"):
        create_code(developer, organisation, labels={"Site": "berlin"})
    answer = send(developer, "POST", "device-codes", {"labels": {"Site": "berlin"}})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["labels"])
    assert send(developer, "POST", "device-codes", {"labels": {"site": {"a": "b"}}}).status_code == 400


def test_a_code_is_revoked(organisation: Organisation, developer: User, owner: User, send: Send) -> None:
    row = create_code(developer, organisation).row
    revoke_code(owner, organisation, row.pk)
    revoke_code(owner, organisation, row.pk)
    assert send(developer, "GET", "device-codes").json()["results"][0]["state"] == "revoked"
    sentences = [each.sentence for each in render_entries(list(organisation_entries(owner, organisation)))]
    sentence = f"Mika Kallio revoked the code {row.hint}…, which lets no device join any more."
    assert sentences.count(sentence) == 1


def test_too_many_open_codes_are_refused(
    organisation: Organisation, developer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes, "MOST_OPEN", 2)
    first, _ = create_code(developer, organisation).row, create_code(developer, organisation)
    with pytest.raises(TooManyOpen, match="2 codes that were not used"):
        create_code(developer, organisation)
    revoke_code(developer, organisation, first.pk)
    create_code(developer, organisation)


def test_a_code_for_a_key_at_home_names_the_fingerprint(organisation: Organisation, owner: User, send: Send) -> None:
    with pytest.raises(NoKeyAtHome):
        create_code(owner, organisation, trust="home")
    key = add_signing_key(owner, organisation, SIGNING_KEY)
    body = send(owner, "POST", "device-codes", {"trust": "home"}).json()
    assert body["key_fingerprints"] == [key.fingerprint]
    assert body["command"].endswith(f"--key-fingerprint {key.fingerprint}")
    revoke_signing_key(owner, organisation, key.pk, "The laptop was stolen.")
    with pytest.raises(NoKeyAtHome):
        create_code(owner, organisation, trust="home")


def test_a_device_with_a_label_joins_when_a_member_confirms_its_key(
    organisation: Organisation, developer: User, owner: User, send: Send
) -> None:
    candidate = enter_label(developer, organisation, LABEL.upper(), SECRET, labels={"site": "berlin"})
    key_print = _ask(candidate)
    listing = send(developer, "GET", "device-candidates")
    row = listing.json()["candidates"][0]
    assert (row["label"], row["fingerprint"], row["board"], row["name"]) == (LABEL, key_print, "linux-x86_64", "gate-7")
    assert SECRET not in listing.content.decode()
    answer = send(owner, "POST", f"device-candidates/{candidate.pk}/confirm", {"fingerprint": key_print})
    assert answer.status_code == 201
    assert (answer.json()["name"], answer.json()["claimed_with"]) == ("gate-7", "label")
    device = Device.objects.get()
    assert (labels_of(device), device.claimed_by) == ({"site": "berlin"}, owner)
    assert not DeviceCandidate.objects.exists()


def test_a_candidate_that_has_not_asked_is_not_confirmed(organisation: Organisation, developer: User) -> None:
    candidate = enter_label(developer, organisation, LABEL, SECRET)
    with pytest.raises(Conflict, match="has not asked yet"):
        confirm_candidate(developer, organisation, candidate.pk, "0" * 16)


def test_another_key_than_the_compared_one_is_not_confirmed(organisation: Organisation, developer: User) -> None:
    candidate = enter_label(developer, organisation, LABEL, SECRET)
    _ask(candidate)
    with pytest.raises(Conflict, match="another key"):
        confirm_candidate(developer, organisation, candidate.pk, "0" * 16)
    assert not Device.objects.exists()


def test_a_name_that_is_taken_is_said_and_another_can_be_chosen(organisation: Organisation, developer: User) -> None:
    joined(organisation, "gate-7")
    candidate = enter_label(developer, organisation, LABEL, SECRET)
    key_print = _ask(candidate)
    with pytest.raises(DeviceNameInUse):
        confirm_candidate(developer, organisation, candidate.pk, key_print)
    assert confirm_candidate(developer, organisation, candidate.pk, key_print, "gate-8").name == "gate-8"


def test_above_the_quota_no_device_is_confirmed(organisation: Organisation, developer: User) -> None:
    Quota.objects.create(holder=organisation.stream, resource="devices", limit=0)
    candidate = enter_label(developer, organisation, LABEL, SECRET)
    with pytest.raises(DeviceQuotaReached):
        confirm_candidate(developer, organisation, candidate.pk, _ask(candidate))
    assert DeviceCandidate.objects.exists()


def test_a_label_twice_is_refused_until_it_ends(organisation: Organisation, developer: User, stranger: User) -> None:
    candidate = enter_label(developer, organisation, LABEL, SECRET)
    with pytest.raises(Conflict, match="entered already"):
        enter_label(developer, organisation, LABEL, SECRET)
    enter_label(stranger, stranger.memberships.get().organisation, LABEL, SECRET)
    DeviceCandidate.objects.filter(pk=candidate.pk).update(expires=timezone.now())
    with pytest.raises(NotFound, match="Enter its label again"):
        confirm_candidate(developer, organisation, candidate.pk, "0" * 16)
    enter_label(developer, organisation, LABEL, SECRET)


@pytest.mark.parametrize(("label", "secret", "field"), [("xyz", SECRET, "label"), (LABEL, "short", "secret")])
def test_what_is_no_label_is_refused(
    organisation: Organisation, developer: User, label: str, secret: str, field: str
) -> None:
    with pytest.raises(Invalid) as error:
        enter_label(developer, organisation, label, secret)
    assert list(error.value.errors) == [field]


def test_a_candidate_is_refused(organisation: Organisation, developer: User) -> None:
    candidate = enter_label(developer, organisation, LABEL, SECRET)
    refuse_candidate(developer, organisation, candidate.pk)
    with pytest.raises(NotFound):
        confirm_candidate(developer, organisation, candidate.pk, "0" * 16)


def test_a_batch_has_a_certificate_that_devices_read(organisation: Organisation, developer: User, send: Send) -> None:
    until = _today() + timedelta(days=30)
    body = {"title": "Line 3, October", "limit": 10_000, "until": until.isoformat(), "labels": {"line": "3"}}
    answer = send(developer, "POST", "device-batches", body)
    assert answer.status_code == 201
    certificate = answer.json()["certificate"]
    assert read_proof({"kind": "batch", "certificate": certificate}) == BatchProof(certificate)
    row = DeviceBatch.objects.get()
    assert certificate == f"{row.pk}.{certificate[-32:]}"
    assert row.secret_hash == enrolment_hash(certificate[-32:])
    assert row.expires.date() == until
    listing = send(developer, "GET", "device-batches")
    assert (listing.json()["results"][0]["state"], listing.json()["results"][0]["used"]) == ("open", 0)
    assert certificate[-32:] not in listing.content.decode()
    revoke_batch(developer, organisation, row.pk)
    assert send(developer, "GET", "device-batches").json()["results"][0]["state"] == "revoked"


@pytest.mark.parametrize("days", [-1, 367])
def test_a_batch_ends_within_a_year(organisation: Organisation, developer: User, days: int) -> None:
    with pytest.raises(Invalid) as error:
        create_batch(developer, organisation, "Line 3", 10, _today() + timedelta(days=days))
    assert list(error.value.errors) == ["until"]


@pytest.mark.parametrize("limit", [0, 10_001])
def test_a_batch_has_a_limit(organisation: Organisation, developer: User, send: Send, limit: int) -> None:
    body = {"title": "Line 3", "limit": limit, "until": _today().isoformat()}
    assert send(developer, "POST", "device-batches", body).status_code == 400
