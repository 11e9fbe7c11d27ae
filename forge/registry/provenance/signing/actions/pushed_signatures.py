"""Signatures that clients push: one of a key that the organisation keeps at home counts once the server verified it."""

from __future__ import annotations

import json

from django.db import transaction
from django.utils import timezone

from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.blobs.store import read_blob
from forge.core.errors import BytesDamaged, NotFound
from forge.registry.models import BlockVersion, Manifest, Publication, Repository
from forge.registry.provenance.signing.actions.block_signer import take_block_signature
from forge.registry.provenance.signing.models import KeyOrigin, Signature, SigningKey
from rune.tools.signing.block_provenance import read_block_provenance
from rune.tools.signing.bundles import BUNDLE_TYPE, LARGEST_BUNDLE
from rune.tools.signing.errors import BadBundle, SignatureRefused
from rune.tools.signing.keys import read_public_key
from rune.tools.signing.provenance import read_provenance
from rune.tools.signing.verifying import SignedBundle, Trust, VerifiedStatement, verify_bundle


def note_pushed_signature(repository: Repository, manifest: Manifest, actor: Actor) -> None:
    """Records that a key at home signed a publication or a block, within the transaction that stores the push.

    Anything else may be pushed beside a rune, and is recorded as no signature.
    """
    if manifest.artifact_type != BUNDLE_TYPE or not manifest.subject:
        return
    organisation = repository.project.organisation_id
    keys = {
        key.fingerprint: key
        for key in SigningKey.objects.filter(organisation=organisation, origin=KeyOrigin.HOME, revoked=None)
    }
    proof = _proof(manifest, tuple(keys.values())) if keys else None
    if proof is None:
        return
    key = keys[proof.key.fingerprint]
    if (publication := _publication(repository, manifest.subject, proof)) is not None:
        _take(publication, manifest, key, actor)
    elif (block := _block(repository, manifest.subject, proof)) is not None:
        take_block_signature(block, manifest, key, actor)
    else:
        return
    # It is as fixed as the version from now on: another person who pushes could take the proof away otherwise.
    manifest.fixed = True
    manifest.save(update_fields=["fixed"])


def _take(publication: Publication, manifest: Manifest, key: SigningKey, actor: Actor) -> None:
    project = publication.repository.project
    with transaction.atomic():
        Signature.objects.update_or_create(
            publication=publication, key=key, defaults={"manifest": manifest, "created": timezone.now()}
        )
        write_entry(
            actor,
            "signature.take",
            project.stream,
            project.place,
            tag=publication.tag,
            digest=manifest.subject,
            fingerprint=key.fingerprint,
        )


def _proof(manifest: Manifest, keys: tuple[SigningKey, ...]) -> VerifiedStatement | None:
    """Returns the proof in a bundle about the manifest that it refers to, or None if it proves nothing."""
    trust = Trust(tuple(read_public_key(key.public_key.encode()) for key in keys))
    try:
        (layer,) = json.loads(read_blob(manifest.blob_id))["layers"]
        if not 0 < layer["size"] <= LARGEST_BUNDLE:
            return None
        return verify_bundle(SignedBundle(read_blob(layer["digest"])), trust, [manifest.subject])
    except (SignatureRefused, NotFound, BytesDamaged, KeyError, ValueError, TypeError, RecursionError):
        return None


def _publication(repository: Repository, subject: str, proof: VerifiedStatement) -> Publication | None:
    """The publication that a statement is about, by its tag and digest; the newest of several."""
    try:
        tag = read_provenance(proof.statement).publication.tag
    except BadBundle:
        return None
    names_it = Publication.objects.filter(repository=repository, tag=tag, provenance__statement__subject=subject)
    return names_it.order_by("-created").first()


def _block(repository: Repository, subject: str, proof: VerifiedStatement) -> BlockVersion | None:
    """The version of a block that a statement is about, by its name and digest."""
    try:
        provenance = read_block_provenance(proof.statement)
    except BadBundle:
        return None
    versions = BlockVersion.objects.filter(
        repository=repository, name=provenance.block, version=provenance.publication.tag
    )
    return versions.filter(manifest__blob_id=subject).first()
