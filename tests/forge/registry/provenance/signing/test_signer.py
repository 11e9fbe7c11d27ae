"""The signer: it signs what was published and passed the gate, and nothing that only somebody says was."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forge.accounts.audit.sentences import render_entries
from forge.core.blobs.store import read_blob
from forge.core.models import AuditEntry
from forge.jobs.models import Job, JobState
from forge.projects.actions import write_file
from forge.registry.distribution.artifacts.access import find_manifest, referrers_of
from forge.registry.models import BlockVersion, Publication, Signature, SigningKey, Tag
from forge.registry.provenance.signing import facts
from forge.registry.provenance.signing.access import signatures_of
from forge.registry.provenance.signing.actions.keys import add_signing_key, create_signing_key, revoke_signing_key
from forge.registry.provenance.signing.jobs import complete_publications
from forge.registry.provenance.signing.requests import request_signature
from forge.registry.tags.publishing.actions import publish_build
from forge.registry.tags.withdrawing.actions import withdraw_tag
from forge.reviews.actions import give_verdict
from rune.digests import digest_of
from rune.tools.signing.bundles import BUNDLE_TYPE, sign_statement
from rune.tools.signing.errors import SignatureRefused
from rune.tools.signing.keys import Algorithm, PrivateKey, make_private_key, read_public_key
from rune.tools.signing.provenance import read_provenance
from rune.tools.signing.referrers import BOM_TYPE, PUBLIC_KEY, SubjectManifest, cosign_tag, signature
from rune.tools.signing.verifying import SignedBundle, Trust, VerifiedStatement, verify_bundle
from tests.forge.registry.provenance.signing.test_provenance import layer_of
from tests.support.clients.registry_client import RegistryClient, credentials
from tests.support.forge.factories.builds import approved, built

pytestmark = pytest.mark.django_db

OTHER = b"\0asm\1\0\0\0other"
Runner = Callable[[], list[Job]]


def proof_of(tag: Tag, key: SigningKey) -> VerifiedStatement:
    """The statement that the newest signature of a tag's rune proves to a client that trusts the key."""
    bundles = referrers_of(tag.repository, tag.manifest.blob_id, BUNDLE_TYPE)
    newest = bundles.last()
    assert newest is not None
    trust = Trust((read_public_key(key.public_key.encode()),))
    return verify_bundle(SignedBundle(layer_of(newest)), trust, [tag.manifest.blob_id])


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_what_is_published_is_signed(
    algorithm: Algorithm, organisation: Any, owner: Any, project: Any, developer: Any, run_signer: Runner
) -> None:
    key = create_signing_key(owner, organisation, algorithm)
    (job,) = run_signer()
    assert job.state == JobState.SUCCEEDED
    key.refresh_from_db()
    tag = publish_build(developer, approved(built(developer, project)), "1.0")
    (signed,) = run_signer()
    assert signed.state == JobState.SUCCEEDED, signed.error
    proof = proof_of(tag, key)
    assert read_provenance(proof.statement).publication.tag == "1.0"
    bundle = referrers_of(tag.repository, tag.manifest.blob_id, BUNDLE_TYPE).get()
    assert bundle.annotations["dev.sigstore.bundle.content"] == "dsse-envelope"
    assert PUBLIC_KEY in bundle.annotations
    entries = render_entries(list(AuditEntry.objects.filter(action="signature.make")))
    assert "The installation" in str(entries)
    assert key.fingerprint in str(entries)


@pytest.mark.slow
def test_the_documents_that_a_statement_names_are_there_also_after_an_upgrade(
    key: SigningKey, project: Any, developer: Any, run_signer: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(facts, "bill_of_materials", lambda materials: b"{}")
        tag = publish_build(developer, approved(built(developer, project)), "1.0")
    run_signer()
    digest = read_provenance(proof_of(tag, key).statement).attachments["bom.cdx.json"]
    bills = referrers_of(tag.repository, tag.manifest.blob_id, BOM_TYPE)
    assert digest in {digest_of(layer_of(bill)) for bill in bills}


@pytest.mark.slow
def test_older_clients_find_a_signature_below_its_tag(
    key: SigningKey, project: Any, developer: Any, run_signer: Runner
) -> None:
    tag = publish_build(developer, approved(built(developer, project)), "1.0")
    run_signer()
    manifest = find_manifest(tag.repository, cosign_tag(tag.manifest.blob_id))
    assert manifest is not None
    payload = layer_of(manifest)
    annotation = json.loads(read_blob(manifest.blob_id))["layers"][0]["annotations"][
        "dev.cosignproject.cosign/signature"
    ]
    public = read_public_key(key.public_key.encode())
    assert public.verifies(base64.b64decode(annotation), payload)
    assert json.loads(payload)["critical"]["image"]["docker-manifest-digest"] == tag.manifest.blob_id


@pytest.mark.slow
@pytest.mark.protects("registry/private-keys")
def test_a_private_key_is_encrypted_by_a_secret_outside_of_the_data_folder(
    key: SigningKey, secret_file: Path, organisation: Any, owner: Any, project: Any, developer: Any, settings: Any,
    run_signer: Runner,
) -> None:  # fmt: skip
    assert secret_file.stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in key.sealed
    publish_build(developer, approved(built(developer, project)), "1.0")
    secret_file.write_text("another secret, which is long enough to be one")
    (job,) = run_signer()
    assert job.state == JobState.FAILED
    assert "is not the one that encrypted this key" in job.error
    secret_file.unlink()
    for place, reason in ((secret_file, "cannot be read"), (settings.DATA_DIR / "secret", "in the data folder")):
        settings.SIGNING_SECRET_FILE = place
        Job.objects.filter(pk=job.pk).delete()
        request_signature(Publication.objects.get())
        (job,) = run_signer()
        assert reason in job.error
        assert not place.exists(), "a secret that was lost is not made anew"


@pytest.mark.slow
@pytest.mark.protects("registry/private-keys")
def test_the_signer_asks_the_gate_itself(
    key: SigningKey, project: Any, developer: Any, people: dict[str, Any], run_signer: Runner
) -> None:
    build = approved(built(developer, project))
    publish_build(developer, build, "1.0")
    give_verdict(people["reviewer"], build, "changes", "It hears nothing.")
    (job,) = run_signer()
    assert job.state == JobState.FAILED
    assert "The gate of 1.0 is closed." in job.error
    assert not Signature.objects.exists()


@pytest.mark.slow
@pytest.mark.protects("registry/signed-unpublished")
def test_what_is_published_no_more_is_not_signed(
    key: SigningKey, project: Any, developer: Any, run_signer: Runner
) -> None:
    build = approved(built(developer, project))
    publish_build(developer, build, "latest")
    write_file(developer, project, "notes.txt", b"other files")
    publish_build(developer, approved(built(developer, project, OTHER)), "latest")
    first, second = run_signer()
    assert (first.state, second.state) == (JobState.FAILED, JobState.SUCCEEDED)
    assert "names another build now" in first.error
    publish_build(developer, approved(built(developer, project, OTHER)), "2.0")
    withdraw_tag(developer, project, "2.0", "It has a secret in it.")
    (job,) = run_signer()
    assert "was withdrawn" in job.error


@pytest.mark.slow
@pytest.mark.protects("registry/signed-unpublished")
def test_a_tag_that_was_set_to_other_bytes_behind_the_gate_is_not_signed(
    key: SigningKey, project: Any, developer: Any, run_signer: Runner
) -> None:
    first = publish_build(developer, approved(built(developer, project)), "1.0")
    run_signer()
    write_file(developer, project, "notes.txt", b"other files")
    second = publish_build(developer, approved(built(developer, project, OTHER)), "2.0")
    # As if somebody who reaches the database did.
    Tag.objects.filter(pk=second.pk).update(manifest=first.manifest)
    (job,) = run_signer()
    assert "are not those of build" in job.error


@pytest.mark.slow
def test_a_new_key_signs_from_then_on_and_the_former_signatures_stay(
    key: SigningKey, organisation: Any, owner: Any, project: Any, developer: Any, run_signer: Runner,
) -> None:  # fmt: skip
    first = publish_build(developer, approved(built(developer, project)), "1.0")
    run_signer()
    other = create_signing_key(owner, organisation, Algorithm.ED25519)
    run_signer()
    key.refresh_from_db()
    other.refresh_from_db()
    assert (key.is_signing, other.is_signing) == (False, True)
    complete_publications()
    assert run_signer() == [], "what is signed stays as it is"
    write_file(developer, project, "notes.txt", b"other files")
    second = publish_build(developer, approved(built(developer, project, OTHER)), "2.0")
    run_signer()
    assert proof_of(first, key).key.fingerprint == key.fingerprint
    with pytest.raises(SignatureRefused):
        proof_of(second, key)
    assert proof_of(second, other).key.fingerprint == other.fingerprint


@pytest.mark.slow
def test_what_a_revoked_key_signed_is_signed_again_with_the_next(
    key: SigningKey, organisation: Any, owner: Any, project: Any, developer: Any, run_signer: Runner
) -> None:
    tag = publish_build(developer, approved(built(developer, project)), "1.0")
    run_signer()
    revoke_signing_key(owner, organisation, key.pk, "The disk was stolen.")
    complete_publications()
    assert run_signer() == [], "there is no key"
    other = create_signing_key(owner, organisation, Algorithm.P256)
    run_signer()
    complete_publications()
    complete_publications()
    (job,) = run_signer()
    assert job.state == JobState.SUCCEEDED, job.error
    other.refresh_from_db()
    assert proof_of(tag, other).key.fingerprint == other.fingerprint
    key.refresh_from_db()
    assert key.sealed == "", "the private half of a revoked key is deleted"


def test_a_key_at_home_is_never_signed_with_here(
    organisation: Any, owner: Any, project: Any, developer: Any, run_signer: Runner
) -> None:
    add_signing_key(owner, organisation, make_private_key(Algorithm.ED25519).public.pem)
    publish_build(developer, approved(built(developer, project)), "1.0")
    complete_publications()
    assert run_signer() == []
    assert not Signature.objects.exists()


def push_signature(project: Any, developer: Any, tag: Tag | BlockVersion, key: PrivateKey, statement: bytes) -> None:
    """Pushes a signature as `rune sign` does."""
    manifest = read_blob(tag.manifest.blob_id)
    subject = SubjectManifest(tag.manifest.blob_id, len(manifest))
    referrer = signature(subject, sign_statement(statement, key), key.public, "2026-11-01T10:00:00Z")
    client = RegistryClient(credentials(developer))
    for blob in (referrer.config, referrer.layer):
        assert client.push_blob(blob).status_code == 201
    assert client.push_manifest(referrer.manifest).status_code == 201


@pytest.mark.slow
@pytest.mark.protects("registry/forged-signatures")
def test_a_signature_from_home_counts_where_the_key_is_the_organisations(
    organisation: Any, owner: Any, project: Any, developer: Any
) -> None:
    home, stranger = make_private_key(Algorithm.P256), make_private_key(Algorithm.P256)
    add_signing_key(owner, organisation, home.public.pem)
    tag = publish_build(developer, approved(built(developer, project)), "1.0")
    assert tag.publication is not None
    statement = layer_of(tag.publication.provenance.statement)
    push_signature(project, developer, tag, stranger, statement)
    push_signature(project, developer, tag, home, statement.replace(tag.manifest.blob_id[-64:].encode(), b"0" * 64))
    assert signatures_of(tag) == [], "pushed and proving nothing"
    push_signature(project, developer, tag, home, statement)
    (row,) = signatures_of(tag)
    assert row.key.fingerprint == home.public.fingerprint
    assert AuditEntry.objects.filter(action="signature.take").count() == 1
    revoke_signing_key(owner, organisation, row.key.pk, "The laptop was stolen.")
    assert signatures_of(tag) == []
