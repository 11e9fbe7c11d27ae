"""Signed lists of devices: who gets one, what it has, and that its signature holds with a library alone."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone

from forge.accounts.models import Membership, Organisation, User
from forge.core.models import BlobLink
from forge.exposure.exports.actions import delete_old_exports
from forge.exposure.models import ExposureExport
from forge.projects.models import Project
from forge.registry.models import SigningKey, Tag
from forge.registry.provenance.signing.actions.keys import create_signing_key
from rune.tools.signing.keys import Algorithm
from tests.forge.exposure.conftest import Ask
from tests.support.clients.registry_client import body
from tests.support.forge.exposure import CVE, rune_of, write_list
from tests.support.forge.signing_jobs import run_signing_jobs

pytestmark = pytest.mark.django_db

PATH = "organisations/acme/exposure/exports"
SEARCH = {"kind": "advisory", "value": CVE}
Send = Callable[..., Any]


@pytest.fixture
def key(organisation: Organisation, owner: User, settings: Any, tmp_path: Path) -> SigningKey:
    settings.SIGNING_SECRET_FILE = tmp_path / "apart" / "signing-secret"
    create_signing_key(owner, organisation, Algorithm.P256)
    run_signing_jobs()
    return SigningKey.objects.get()


def export(person: User, send: Send, **search: str) -> str:
    """Asks for a signed list and has it signed. Returns its id."""
    answer = send(person, PATH, {**SEARCH, **search})
    assert answer.status_code == 202, answer.content
    for job in run_signing_jobs():
        assert job.state == "succeeded", job.error
    identifier: str = answer.json()["id"]
    return identifier


def files(person: User, identifier: str, ask: Ask) -> tuple[Any, Any]:
    return tuple(ask(person, f"/exports/{identifier}/{name}") for name in ("devices.json", "exposure.sigstore.json"))


def verified_statement(bundle: bytes, pem: str) -> dict[str, Any]:
    """Verifies a bundle as docs/guides/exposure.md says, with the library `cryptography` alone."""
    envelope = json.loads(bundle)["dsseEnvelope"]
    payload, kind = base64.b64decode(envelope["payload"]), envelope["payloadType"].encode()
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
    public_key = serialization.load_pem_public_key(pem.encode())
    assert isinstance(public_key, ec.EllipticCurvePublicKey)
    public_key.verify(base64.b64decode(envelope["signatures"][0]["sig"]), signed, ec.ECDSA(hashes.SHA256()))
    statement: dict[str, Any] = json.loads(payload)
    return statement


@pytest.mark.protects("devices/exposure-export")
def test_who_may_not_change_devices_gets_no_signature(
    tag: Tag, key: SigningKey, viewer: User, reviewer: User, stranger: User, send: Send
) -> None:
    for person, status in ((viewer, 403), (reviewer, 403), (stranger, 404), (None, 401)):
        assert send(person, PATH, SEARCH).status_code == status
    assert not ExposureExport.objects.exists()


def test_without_a_key_it_is_said_what_to_do(tag: Tag, developer: User, send: Send) -> None:
    answer = send(developer, PATH, SEARCH)
    assert (answer.status_code, answer.json()["title"]) == (409, "No signing key")


@pytest.mark.protects("devices/exposure-export")
def test_the_list_and_its_signature(
    tag: Tag, devices: Any, key: SigningKey, developer: User, advisory_list: Path, send: Send, ask: Ask
) -> None:
    write_list(advisory_list, "door")
    status = {"rune": rune_of(tag), "advisory": CVE, "status": "affected", "statement": "Update to 2.0."}
    assert send(developer, "projects/acme/kitchen/vex-statements", status).status_code == 201
    list_answer, bundle_answer = files(developer, export(developer, send), ask)
    data, bundle = body(list_answer), body(bundle_answer)
    document = json.loads(data)
    assert [each["name"] for each in document["devices"]] == ["gate-1", "gate-2"]
    assert document["runes"][0]["statements"][0]["status"] == "affected"

    statement = verified_statement(bundle, key.public_key)
    assert statement["subject"][0]["digest"]["sha256"] == hashlib.sha256(data).hexdigest()
    assert statement["predicateType"] == statement["predicate"]["@context"] == "https://openvex.dev/ns/v0.2.0"
    (entry,) = statement["predicate"]["statements"]
    assert (entry["status"], entry["action_statement"]) == ("affected", "Update to 2.0.")
    assert entry["vulnerability"] == {"name": CVE, "aliases": ["PYSEC-2026-1"]}
    assert entry["products"][0]["hashes"]["sha-256"] == rune_of(tag).removeprefix("sha256:")
    assert entry["products"][0]["@id"].startswith("pkg:oci/kitchen@sha256%3A")

    changed = bundle.replace(b'"payload":"ey', b'"payload":"eY')
    with pytest.raises(InvalidSignature):
        verified_statement(changed, key.public_key)


def test_a_rune_without_a_status_is_under_investigation(
    tag: Tag, devices: Any, key: SigningKey, developer: User, advisory_list: Path, send: Send, ask: Ask
) -> None:
    write_list(advisory_list, "door")
    _, bundle = files(developer, export(developer, send), ask)
    (entry,) = verified_statement(body(bundle), key.public_key)["predicate"]["statements"]
    assert entry["status"] == "under_investigation"


def test_a_list_about_no_advisory_has_no_vex_document(
    tag: Tag, devices: Any, key: SigningKey, developer: User, send: Send, ask: Ask
) -> None:
    _, bundle = files(developer, export(developer, send, kind="component", value="door"), ask)
    statement = verified_statement(body(bundle), key.public_key)
    assert statement["predicateType"] == "urn:hammer-forge:device-list:v1"
    assert statement["predicate"]["devices"] == 2


@pytest.mark.protects("devices/exposure-export")
def test_only_its_person_downloads_it_and_only_while_they_may_read_its_projects(
    tag: Tag, devices: Any, key: SigningKey, developer: User, owner: User, send: Send, ask: Ask
) -> None:
    identifier = export(developer, send, kind="component", value="door")
    assert [each.status_code for each in files(developer, identifier, ask)] == [200, 200]
    assert [each.status_code for each in files(owner, identifier, ask)] == [404, 404]
    Project.objects.update(deleted_at=timezone.now())
    assert [each.status_code for each in files(developer, identifier, ask)] == [404, 404]


@pytest.mark.protects("devices/exposure-export")
def test_a_person_who_left_meanwhile_gets_no_signature(tag: Tag, key: SigningKey, developer: User, send: Send) -> None:
    assert send(developer, PATH, SEARCH).status_code == 202
    Membership.objects.filter(user=developer).delete()
    (job,) = run_signing_jobs()
    assert job.state == "failed"
    assert ExposureExport.objects.get().signed_at is None


def test_old_lists_are_deleted_with_their_bytes(tag: Tag, key: SigningKey, developer: User, send: Send) -> None:
    export(developer, send, kind="component", value="door")
    links = BlobLink.objects.filter(owner_kind="exposure.exposureexport")
    assert links.count() == 2
    delete_old_exports()
    assert links.count() == 2
    ExposureExport.objects.update(created=timezone.now() - timedelta(days=31))
    delete_old_exports()
    assert (links.count(), ExposureExport.objects.count()) == (0, 0)
