"""Joining over the protocol: by a code, a label and the certificate of a batch."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from forge.accounts.models import ApiToken, Membership, Organisation, Quota, User
from forge.core.errors import CountersUnavailable
from forge.fleet.devices.models import ClaimedWith
from forge.fleet.enrolment.joining import join
from forge.fleet.enrolment.secret_hashes import enrolment_hash
from forge.fleet.models import ClaimCode, Device, DeviceBatch, DeviceCandidate
from forge.fleet.protocol.limits import CODES_A_MINUTE, FAILED_CODES_A_MINUTE
from hmrd.protocol.codes import label_proof, shown_code
from hmrd.protocol.enrolment import BatchProof, CodeProof, Enrolment, LabelProof, TrustKind
from hmrd.protocol.reports import Report
from tests.support.forge.devices import DeviceClient, DeviceKey, row_of
from tests.support.forge.factories.devices import first_report

pytestmark = pytest.mark.django_db
CODE = "KN472Q8XW"
LABEL, SECRET = "0123456789abcdef", "ab" * 16


@pytest.fixture
def code(organisation: Organisation, developer: User) -> ClaimCode:
    return ClaimCode.objects.create(
        organisation=organisation,
        code_hash=enrolment_hash(CODE),
        hint=CODE[:3],
        labels={"site": "berlin"},
        note="Gate B",
        trust=TrustKind.SERVER,
        created_by=developer,
        created=timezone.now(),
        expires=timezone.now() + timedelta(days=1),
    )


@pytest.fixture
def candidate(organisation: Organisation, developer: User) -> DeviceCandidate:
    return DeviceCandidate.objects.create(
        organisation=organisation,
        label=LABEL,
        secret=SECRET,
        trust=TrustKind.SERVER,
        created_by=developer,
        created=timezone.now(),
        expires=timezone.now() + timedelta(days=7),
    )


@pytest.fixture
def batch(organisation: Organisation, developer: User) -> DeviceBatch:
    return DeviceBatch.objects.create(
        organisation=organisation,
        title="Line 3",
        secret_hash=enrolment_hash(SECRET),
        limit=2,
        labels={"line": "3"},
        trust=TrustKind.SERVER,
        created_by=developer,
        created=timezone.now(),
        expires=timezone.now() + timedelta(days=30),
    )


def certificate(batch: DeviceBatch, secret: str = SECRET) -> BatchProof:
    return BatchProof(f"{batch.pk}.{secret}")


def label(client: DeviceClient, secret: str = SECRET, organisation: str = "acme") -> LabelProof:
    return LabelProof(LABEL, organisation, label_proof(secret, client.key.public, organisation))


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["name"]


# -- codes


def test_a_device_joins_with_a_code_and_gets_what_the_member_chose(code: ClaimCode, developer: User) -> None:
    gate = DeviceClient()
    answer = gate.enrol(CodeProof(CODE), "gate-b")
    assert answer.status_code == 201
    enrolment = Enrolment.from_json(answer.json())
    assert (enrolment.name, enrolment.organisation, enrolment.interval) == ("gate-b", "acme", 60)
    assert (enrolment.trust.kind, enrolment.trust.root, enrolment.trust.keys) == (TrustKind.SERVER, None, ())
    row = row_of(gate)
    assert (row.claimed_with, row.claimed_by, row.note) == ("code", developer, "Gate B")
    assert {each.key: each.value for each in row.labels.all()} == {"site": "berlin"}
    assert (row.running_version, row.sequence) == ("1.4.0", 1)
    assert gate.poll().status_code == 200
    code.refresh_from_db()
    assert (code.device, code.used is not None) == (row, True)


def test_a_code_is_typed_as_people_type(code: ClaimCode) -> None:
    assert DeviceClient().enrol(CodeProof(f" {shown_code(CODE).lower()} ")).status_code == 201


@pytest.mark.protects("devices/guessed-codes")
def test_a_code_works_once_and_a_lost_answer_does_not_burn_it(code: ClaimCode) -> None:
    gate = DeviceClient()
    first = gate.enrol(CodeProof(CODE))
    again = gate.enrol(CodeProof(CODE))
    assert (again.status_code, again.json()) == (201, first.json())
    assert refusal(DeviceClient().enrol(CodeProof(CODE))) == (403, "code-refused")
    assert Device.objects.count() == 1


@pytest.mark.protects("devices/guessed-codes")
@pytest.mark.parametrize("change", [{"expires": timezone.now()}, {"revoked": timezone.now()}, {"created_by": None}])
def test_a_code_that_ended_looks_like_one_that_never_was(code: ClaimCode, change: dict[str, Any]) -> None:
    ClaimCode.objects.update(**change)
    ended = DeviceClient().enrol(CodeProof(CODE))
    unknown = DeviceClient().enrol(CodeProof("KN472Q8XZ"))
    assert refusal(ended) == refusal(unknown) == (403, "code-refused")
    assert ended.json()["detail"] == unknown.json()["detail"]


@pytest.mark.protects("devices/lasting-codes")
def test_a_code_ends_with_the_right_of_its_maker(code: ClaimCode, developer: User) -> None:
    Membership.objects.filter(user=developer).update(role="viewer")
    assert refusal(DeviceClient().enrol(CodeProof(CODE))) == (403, "code-refused")
    Membership.objects.filter(user=developer).update(role="developer")
    User.objects.filter(pk=developer.pk).update(is_active=False)
    assert refusal(DeviceClient().enrol(CodeProof(CODE))) == (403, "code-refused")


@pytest.mark.protects("devices/lasting-codes")
def test_a_code_ends_with_the_token_that_made_it(code: ClaimCode, developer: User) -> None:
    token = ApiToken.objects.create(owner=developer, name="line", token_hash="1" * 64, hint="1234")
    ClaimCode.objects.update(created_by_token=token.pk)
    token.delete()
    assert refusal(DeviceClient().enrol(CodeProof(CODE))) == (403, "code-refused")


def test_a_refused_name_does_not_burn_the_code(code: ClaimCode, organisation: Organisation) -> None:
    gate = DeviceClient()
    gate.enrol(CodeProof(CODE), "gate-b")
    ClaimCode.objects.update(used=None, device=None)
    other = DeviceClient()
    answer = other.enrol(CodeProof(CODE), "gate-b")
    assert refusal(answer) == (409, "join-refused")
    assert "gate-b" in answer.json()["detail"]
    assert other.enrol(CodeProof(CODE), "gate-c").status_code == 201


def test_a_full_organisation_takes_no_device_and_the_code_stays(code: ClaimCode, organisation: Organisation) -> None:
    Quota.objects.create(holder=organisation.stream, resource="devices", limit=0)
    gate = DeviceClient()
    assert refusal(gate.enrol(CodeProof(CODE))) == (403, "join-refused")
    Quota.objects.all().delete()
    assert gate.enrol(CodeProof(CODE)).status_code == 201


def test_who_enrols_has_the_key(code: ClaimCode) -> None:
    gate = DeviceClient()
    assert refusal(gate.enrol(CodeProof(CODE), key=DeviceKey())) == (401, "signature-refused")
    assert refusal(gate.enrol(CodeProof(CODE), device=str(code.pk))) == (401, "signature-refused")
    assert not Device.objects.exists()


def test_a_retired_or_locked_out_key_does_not_join_again(code: ClaimCode) -> None:
    gate = DeviceClient()
    gate.enrol(CodeProof(CODE))
    Device.objects.update(locked_out=timezone.now())
    assert refusal(gate.enrol(CodeProof(CODE))) == (403, "locked-out")
    Device.objects.update(retired=timezone.now())
    assert refusal(gate.enrol(CodeProof(CODE))) == (410, "retired")


@pytest.mark.parametrize(
    "change", [{"proof": {"kind": "wish"}}, {"name": "Gate B"}, {"public_key": "x"}, {"report": 1}]
)
def test_an_enrolment_of_another_form_is_refused(code: ClaimCode, change: dict[str, Any]) -> None:
    gate = DeviceClient()
    message = {
        "proof": CodeProof(CODE).to_json(),
        "public_key": gate.key.public,
        "report": first_report().to_json(),
        "name": "",
        **change,
    }
    assert refusal(gate.send("POST", "/api/device/v1/enrolments", message)) == (400, "message-wrong")


def guesses() -> list[str]:
    """Codes that nobody made."""
    return [f"{number:09d}" for number in range(FAILED_CODES_A_MINUTE + 5)]


@pytest.mark.protects("devices/guessed-codes")
def test_guessing_at_one_address_ends(code: ClaimCode) -> None:
    answers = [refusal(DeviceClient().enrol(CodeProof(guess))) for guess in guesses()[: CODES_A_MINUTE + 1]]
    assert set(answers[:-1]) == {(403, "code-refused")}
    assert answers[-1] == (429, "too-often")
    assert refusal(DeviceClient().enrol(CodeProof(CODE))) == (429, "too-often")
    assert DeviceClient(address="10.0.0.9").enrol(CodeProof(CODE)).status_code == 201


@pytest.mark.protects("devices/guessed-codes")
def test_guessing_from_many_addresses_ends_for_the_whole_server(code: ClaimCode) -> None:
    answers = [
        refusal(DeviceClient(address=f"10.0.{number}.1").enrol(CodeProof(guess)))
        for number, guess in enumerate(guesses())
    ]
    assert set(answers[:FAILED_CODES_A_MINUTE]) == {(403, "code-refused")}
    assert set(answers[FAILED_CODES_A_MINUTE:]) == {(429, "too-often")}


def test_right_codes_are_no_guesses(code: ClaimCode, batch: DeviceBatch) -> None:
    for number in range(FAILED_CODES_A_MINUTE + 2):
        ClaimCode.objects.update(used=None, device=None)
        assert DeviceClient(address=f"10.0.{number}.1").enrol(CodeProof(CODE)).status_code == 201


@pytest.mark.protects("devices/guessed-codes")
def test_nobody_guesses_while_guesses_cannot_be_counted(code: ClaimCode, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise CountersUnavailable

    monkeypatch.setattr(cache, "add", fail)
    gate = DeviceClient()
    assert refusal(gate.enrol(CodeProof(CODE))) == (503, "server-busy")
    assert not Device.objects.exists()


# -- labels


@pytest.mark.protects("devices/labels")
def test_a_label_waits_for_a_member(candidate: DeviceCandidate, organisation: Organisation, developer: User) -> None:
    gate = DeviceClient()
    waiting = gate.enrol(label(gate), "gate-b")
    assert (waiting.status_code, waiting.json()) == (202, {"retry": 30})
    assert not Device.objects.exists()
    candidate.refresh_from_db()
    assert (candidate.public_key, candidate.name) == (gate.key.public, "gate-b")
    # A member confirms it.
    join(
        organisation=organisation,
        public_key=candidate.public_key,
        name=candidate.name,
        report=Report.from_json(candidate.report),
        labels={},
        note="",
        trust=TrustKind.SERVER,
        claimed_with=ClaimedWith.LABEL,
        claimed_by=developer,
    )
    candidate.delete()
    assert gate.enrol(label(gate), "gate-b").status_code == 201
    assert gate.poll().status_code == 200


@pytest.mark.parametrize("organisation_name", ["acme", "nobody"])
def test_a_label_that_nobody_entered_waits_all_the_same(organisation: Organisation, organisation_name: str) -> None:
    gate = DeviceClient()
    answer = gate.enrol(label(gate, organisation=organisation_name))
    assert (answer.status_code, answer.json()) == (202, {"retry": 30})


@pytest.mark.protects("devices/labels")
def test_another_secret_is_refused_and_changes_nothing(candidate: DeviceCandidate) -> None:
    gate = DeviceClient()
    assert refusal(gate.enrol(label(gate, "cd" * 16))) == (403, "label-refused")
    candidate.refresh_from_db()
    assert candidate.public_key == ""


@pytest.mark.protects("devices/labels")
def test_a_proof_is_for_one_key_and_one_organisation(candidate: DeviceCandidate, stranger: User) -> None:
    gate, thief = DeviceClient(), DeviceClient()
    assert refusal(thief.enrol(label(gate))) == (403, "label-refused")
    proof = LabelProof(LABEL, "acme", label_proof(SECRET, gate.key.public, "other"))
    assert refusal(gate.enrol(proof)) == (403, "label-refused")


def test_a_candidate_ends(candidate: DeviceCandidate) -> None:
    DeviceCandidate.objects.update(expires=timezone.now())
    gate = DeviceClient()
    assert gate.enrol(label(gate)).status_code == 202
    candidate.refresh_from_db()
    assert candidate.public_key == ""


# -- batches


@pytest.mark.protects("devices/copied-certificates")
def test_a_batch_takes_as_many_devices_as_it_says(batch: DeviceBatch) -> None:
    gates = [DeviceClient() for _ in range(3)]
    assert [gate.enrol(certificate(batch)).status_code for gate in gates] == [201, 201, 403]
    # The same device again is not counted again.
    assert gates[0].enrol(certificate(batch)).status_code == 201
    batch.refresh_from_db()
    assert (batch.used, batch.devices.count()) == (2, 2)
    assert row_of(gates[0]).name.startswith("device-")


@pytest.mark.protects("devices/copied-certificates")
@pytest.mark.parametrize("change", [{"expires": timezone.now()}, {"revoked": timezone.now()}, {"created_by": None}])
def test_a_batch_ends(batch: DeviceBatch, change: dict[str, Any]) -> None:
    gate = DeviceClient()
    assert gate.enrol(certificate(batch)).status_code == 201
    DeviceBatch.objects.update(**change)
    assert refusal(DeviceClient().enrol(certificate(batch))) == (403, "batch-refused")
    # Claimed devices stay.
    assert gate.poll().status_code == 200


@pytest.mark.protects("devices/copied-certificates")
def test_a_certificate_is_not_guessed(batch: DeviceBatch) -> None:
    assert refusal(DeviceClient().enrol(certificate(batch, secrets.token_hex(16)))) == (403, "batch-refused")
    batch.refresh_from_db()
    assert batch.used == 0


def test_a_device_that_cannot_join_is_not_counted(batch: DeviceBatch) -> None:
    first = DeviceClient()
    first.enrol(certificate(batch), "gate-b")
    assert refusal(DeviceClient().enrol(certificate(batch), "gate-b")) == (409, "join-refused")
    batch.refresh_from_db()
    assert batch.used == 1


def test_a_production_line_behind_one_address_is_not_held_up(batch: DeviceBatch) -> None:
    DeviceBatch.objects.update(limit=40)
    assert {DeviceClient().enrol(certificate(batch)).status_code for _ in range(40)} == {201}
