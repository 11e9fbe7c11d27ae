"""Signing versions of blocks: by the signer, and with a key at home whose signature somebody pushed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from forge.accounts.principals import INSTALLATION
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.blobs.store import read_blob
from forge.core.errors import BytesDamaged, NotFound
from forge.jobs.kinds import JobContext, JobFailed
from forge.registry.hooks import block_gate
from forge.registry.models import Admission, BlockVersion, Manifest, PublishedBlockSignature, SigningKey
from forge.registry.oci.digests import digest_of
from forge.registry.provenance.signing.actions.signer import lock_project, open_key, set_cosign_tag, signature_referrers
from forge.registry.provenance.signing.attaching import link_referrers, put_referrers
from forge.registry.provenance.signing.blocks.attaching import block_statement_of, block_subject
from rune.tools.signing.bundles import sign_statement
from rune.tools.signing.verifying import SignedBundle, Trust, verify_bundle


def sign_block(context: JobContext) -> Mapping[str, Any]:
    """Signs a version of a block, where the gate still lets it pass. It reads what to sign from the database."""
    block = _published_block(context.spec["block"])
    row = SigningKey.objects.filter(pk=context.spec["key"]).signing().first()
    if row is None:
        raise JobFailed("The key no longer signs. Another key takes over, if there is one.")
    _require_admitted(block)
    key = open_key(row)
    subject, name = block_subject(block), f"{block.repository.project.full_name}/blocks/{block.name}"
    bundle = sign_statement(block_statement_of(block), key)
    verify_bundle(SignedBundle(bundle), Trust((key.public,)), [subject.digest])
    now = timezone.now()
    referrers = signature_referrers(subject, bundle, key, name, now)
    put_referrers(*referrers)
    with transaction.atomic():
        context.confirm_lease()
        lock_project(block.repository)
        manifest, older = link_referrers(block.repository, *referrers)
        set_cosign_tag(block.repository, block.author, subject.digest, older)
        _note(INSTALLATION, "block-signature.make", block, manifest, row, now)
    return {"digest": manifest.blob_id}


def take_block_signature(block: BlockVersion, manifest: Manifest, key: SigningKey, actor: Actor) -> None:
    """Records a pushed signature of a key at home, which the caller has verified, in the caller's transaction."""
    _note(actor, "block-signature.take", block, manifest, key, timezone.now())


@transaction.atomic
def _note(actor: Actor, action: str, block: BlockVersion, manifest: Manifest, key: SigningKey, now: datetime) -> None:
    values = {"manifest": manifest, "created": now}
    PublishedBlockSignature.objects.update_or_create(block=block, key=key, defaults=values)
    project = block.repository.project
    facts = {"block": block.name, "version": block.version, "digest": block.manifest.blob_id}
    write_entry(actor, action, project.stream, project.place, **facts, fingerprint=key.fingerprint)


def _published_block(pk: str) -> BlockVersion:
    """A version of a block with the bytes that it was published with. Raises `JobFailed`."""
    blocks = BlockVersion.objects.select_related(
        "repository__project__organisation", "manifest", "source_version", "author"
    )
    block = blocks.filter(pk=pk).first()
    if block is None:
        raise JobFailed("The block no longer exists.")
    if block.is_withdrawn:
        raise JobFailed(f"{block} was withdrawn: {block.withdrawal}")
    try:
        data = read_blob(block.manifest.blob_id)
    except (NotFound, BytesDamaged) as error:
        raise JobFailed(f"The manifest of {block} cannot be read: {error.detail}") from error
    if digest_of(data) != block.manifest.blob_id:
        raise JobFailed(f"The manifest of {block} has other bytes than it was published with.")
    return block


def _require_admitted(block: BlockVersion) -> None:
    """Asks the gate. What an owner published past it is signed, and the statement says so with the reason."""
    if block.admission == Admission.OVERRIDDEN:
        return
    missing = block_gate(block.repository.project, block.source_version, block.version).missing
    if missing:
        raise JobFailed(f"The gate of {block} is closed. {' '.join(missing)}")
