"""Versions of shared blocks have a provenance and are signed, by the signer or at home, and their pages say so."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from forge.core.blobs.store import read_blob
from forge.core.models import AuditEntry
from forge.jobs.models import Job, JobState
from forge.projects.actions import write_file
from forge.projects.models import Visibility
from forge.registry.blocks.actions import publish_block, withdraw_block
from forge.registry.distribution.artifacts.access import find_manifest, referrers_of
from forge.registry.models import BlockProvenanceRecord, BlockVersion, Manifest, PublishedBlockSignature, SigningKey
from forge.registry.provenance.signing.actions.keys import add_signing_key, revoke_signing_key
from forge.registry.provenance.signing.blocks.attaching import attach_block_provenance, block_statement_of
from forge.registry.provenance.signing.jobs import complete_blocks
from forge.registry.provenance.signing.requests import request_block_signature
from forge.reviews.actions import give_verdict
from rune.digests import digest_of
from rune.tools.signing.block_provenance import BlockProvenance, read_block_provenance
from rune.tools.signing.bundles import BUNDLE_TYPE
from rune.tools.signing.keys import Algorithm, PrivateKey, make_private_key, read_public_key
from rune.tools.signing.referrers import BOM_TYPE, README_TYPE, STATEMENT_TYPE, cosign_tag
from rune.tools.signing.statements import Subject, read_statement
from rune.tools.signing.verifying import SignedBundle, Trust, verify_bundle
from tests.forge.registry.provenance.signing.test_provenance import layer_of
from tests.forge.registry.provenance.signing.test_signer import push_signature
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.blocks import published_block
from tests.support.forge.factories.builds import built
from tests.support.runes.shared_blocks import SMOOTH

pytestmark = pytest.mark.django_db

Runner = Callable[[], list[Job]]
PAGE = "/acme/kitchen/blocks/smooth?version=1.2"


def referrer(block: BlockVersion, kind: str) -> Manifest:
    """The one artifact of a type that refers to a block."""
    return referrers_of(block.repository, block.manifest.blob_id, kind).get()


def proven(block: BlockVersion, key: SigningKey) -> BlockProvenance:
    """Returns the proven contents of a signature of a block, for a client that trusts the key."""
    trust = Trust((read_public_key(key.public_key.encode()),))
    signed = SignedBundle(layer_of(referrer(block, BUNDLE_TYPE)))
    return read_block_provenance(verify_bundle(signed, trust, [block.manifest.blob_id]).statement)


@pytest.fixture
def block(project: Any, developer: Any) -> BlockVersion:
    """A version of a block that nobody signed yet."""
    return published_block(developer, project, "1.2")


@pytest.mark.slow
def test_a_published_block_is_signed_and_says_where_it_came_from(
    key: SigningKey, project: Any, developer: Any, people: dict[str, Any], run_signer: Runner
) -> None:
    write_file(developer, project, "smooth.py", SMOOTH)
    build = built(developer, project)
    for kind in ("reviewer", "maintainer"):
        give_verdict(people[kind], build, "approve")
    block = publish_block(developer, project, "smooth.py", "1.2")
    origin = read_block_provenance(read_statement(layer_of(referrer(block, STATEMENT_TYPE))))
    assert (origin.repository, origin.block, origin.publication.tag) == ("acme/kitchen", "smooth", "1.2")
    assert (origin.version, origin.source) == (block.source_version.number, block.source_version.digest)
    assert [each.name for each in origin.files] == ["smooth.py"]
    assert read_blob(origin.files[0].digest) == SMOOTH
    assert (origin.publication.admission, len(origin.publication.approvals)) == ("passed", 2)
    assert str(people["reviewer"].person.pk) not in layer_of(referrer(block, STATEMENT_TYPE)).decode()
    (job,) = run_signer()
    assert job.state == JobState.SUCCEEDED, job.error
    assert proven(block, key) == origin
    assert AuditEntry.objects.filter(action="block-signature.make").count() == 1
    older = find_manifest(block.repository, cosign_tag(block.manifest.blob_id))
    assert older is not None
    identity = json.loads(layer_of(older))["critical"]["identity"]["docker-reference"]
    assert identity.endswith("/acme/kitchen/blocks/smooth")
    assert publish_block(developer, project, "smooth.py", "1.2").pk == block.pk
    complete_blocks()
    assert run_signer() == [], "what is signed stays as it is"


def test_a_block_has_its_bill_and_the_readme_beside_it_and_its_statement_names_both(
    project: Any, developer: Any
) -> None:
    write_file(developer, project, "README.md", b"# Sounds")
    block = published_block(developer, project, "1.2")
    attach_block_provenance(block)
    assert layer_of(referrer(block, README_TYPE)) == b"# Sounds"
    bill = layer_of(referrer(block, BOM_TYPE))
    (file,) = json.loads(bill)["components"]
    assert file["hashes"] == [{"alg": "SHA-256", "content": digest_of(SMOOTH).removeprefix("sha256:")}]
    origin = read_block_provenance(read_statement(layer_of(referrer(block, STATEMENT_TYPE))))
    assert [each.name for each in origin.files] == ["smooth.py"]
    assert origin.attachments == (
        Subject("bom.cdx.json", digest_of(bill)),
        Subject("README.md", digest_of(b"# Sounds")),
    )
    project.name = "renamed"
    project.save()
    assert read_block_provenance(read_statement(block_statement_of(block))).attachments == origin.attachments


def test_a_block_whose_statement_was_forgotten_gets_its_documents(project: Any, developer: Any) -> None:
    block = published_block(developer, project, "1.2")
    attach_block_provenance(block)
    BlockProvenanceRecord.objects.all().delete()
    complete_blocks()
    assert BlockProvenanceRecord.objects.filter(block=block).exists()
    assert referrer(block, BOM_TYPE).subject == block.manifest.blob_id


@pytest.mark.slow
@pytest.mark.protects("registry/private-keys", "registry/forged-block-signatures")
def test_the_signer_signs_no_block_whose_gate_is_closed_or_that_was_withdrawn(
    key: SigningKey, block: BlockVersion, project: Any, developer: Any, run_signer: Runner
) -> None:
    complete_blocks()
    (job,) = run_signer()
    assert "The gate of smooth@1.2 is closed." in job.error
    assert "These files were not built, so they could not be reviewed." in job.error
    other = published_block(developer, project, "1.3", SMOOTH + b"\n")
    withdraw_block(developer, project, "smooth", "1.3", "It has a secret in it.")
    request_block_signature(other)
    (job,) = run_signer()
    assert "smooth@1.3 was withdrawn" in job.error
    assert not PublishedBlockSignature.objects.exists()
    complete_blocks()
    assert run_signer() == [], "what failed is retried by a person, and what was withdrawn is not signed"


@pytest.mark.slow
def test_what_an_owner_published_past_the_gate_is_signed_with_the_reason(
    key: SigningKey, project: Any, owner: Any, run_signer: Runner
) -> None:
    write_file(owner, project, "smooth.py", SMOOTH)
    block = publish_block(owner, project, "smooth.py", "1.2", reason="The fair is tomorrow.")
    (job,) = run_signer()
    assert job.state == JobState.SUCCEEDED, job.error
    publication = proven(block, key).publication
    assert (publication.admission, publication.reason) == ("overridden", "The fair is tomorrow.")


@pytest.mark.protects("registry/forged-block-signatures")
def test_a_signature_from_home_counts_for_the_block_that_it_names(
    organisation: Any, owner: Any, project: Any, developer: Any, block: BlockVersion
) -> None:
    home = make_private_key(Algorithm.P256)
    add_signing_key(owner, organisation, home.public.pem)
    attach_block_provenance(block)
    statement = layer_of(block.provenance.statement)
    push_signature(project, developer, block, make_private_key(Algorithm.P256), statement)
    push_signature(project, developer, block, home, statement.replace(b'"tag":"1.2"', b'"tag":"1.1"'))
    push_signature(project, developer, block, home, statement.replace(block.manifest.blob_id[-64:].encode(), b"0" * 64))
    assert not PublishedBlockSignature.objects.exists(), "pushed and proving nothing of this version"
    push_signature(project, developer, block, home, statement)
    (row,) = PublishedBlockSignature.objects.all()
    assert row.key.fingerprint == home.public.fingerprint
    assert AuditEntry.objects.filter(action="block-signature.take").count() == 1


def pushed_from_home(organisation: Any, owner: Any, project: Any, developer: Any, block: BlockVersion) -> PrivateKey:
    """The key at home that signed a block."""
    home = make_private_key(Algorithm.P256)
    add_signing_key(owner, organisation, home.public.pem)
    attach_block_provenance(block)
    push_signature(project, developer, block, home, layer_of(block.provenance.statement))
    return home


@pytest.mark.slow
@pytest.mark.protects("registry/forged-block-signatures")
def test_a_block_s_page_shows_its_signature_until_the_key_is_revoked(
    organisation: Any,
    owner: Any,
    project: Any,
    developer: Any,
    block: BlockVersion,
    browser_of: Callable[[Any], Client],
) -> None:
    assert "Where it comes from" not in browser_of(developer).get(PAGE).content.decode()
    home = pushed_from_home(organisation, owner, project, developer, block)
    project.visibility = Visibility.PUBLIC
    project.save()
    for client in (browser_of(developer), Client()):
        page = compact(client.get(PAGE).content.decode())
        for text in ("Signed by acme", home.public.fingerprint, block.source_version.digest, "smooth.py"):
            assert text in page
        command = f"rune block verify acme/kitchen#smooth@1.2 --registry {settings.PUBLIC_URL} --key "
        assert f"{command}{home.public.fingerprint}" in page
    revoke_signing_key(owner, organisation, SigningKey.objects.get().pk, "The laptop was stolen.")
    assert "Signed by acme" not in Client().get(PAGE).content.decode()
