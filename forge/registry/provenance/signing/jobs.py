"""The jobs of the signer: making a key, and signing a publication or a block. No other worker takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from forge.accounts.permissions import Verb
from forge.jobs.kinds import JobKind, JobTitle
from forge.jobs.models import Job, WorkerCapability
from forge.registry.models import BlockVersion, Publication, PublishedBlockSignature, Tag
from forge.registry.provenance.signing.actions.block_signer import sign_block
from forge.registry.provenance.signing.actions.signer import make_key, sign_publication
from forge.registry.provenance.signing.attaching import attach_provenance
from forge.registry.provenance.signing.blocks.attaching import attach_block_provenance
from forge.registry.provenance.signing.models import KeyOrigin, Signature, SigningKey
from forge.registry.provenance.signing.requests import (
    BLOCK_SIGNATURE_JOB,
    KEY_JOB,
    SIGNATURE_JOB,
    request_block_signature,
    request_signature,
)

MOST_AT_ONCE = 50
"""Publications that are completed in one run."""
COMPLETE_EVERY = 60.0
"""Seconds."""


def _titles(jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    ids = {job.spec["publication"] for job in jobs}
    publications = Publication.objects.select_related("repository__project__organisation")
    titles = {
        str(each.pk): JobTitle(
            f"Signature of {each.repository.project.full_name} {each.tag}", each.repository.project.get_absolute_url()
        )
        for each in publications.filter(pk__in=ids)
    }
    return {job.pk: titles[job.spec["publication"]] for job in jobs if job.spec["publication"] in titles}


MAKE_KEY = JobKind(
    KEY_JOB,
    WorkerCapability.SIGN,
    make_key,
    "Signing key",
    verb=Verb.RENAME_ORGANISATION,
    attempts=3,
)
SIGN = JobKind(
    SIGNATURE_JOB,
    WorkerCapability.SIGN,
    sign_publication,
    "Signature",
    titles=_titles,
    verb=Verb.PUBLISH,
    attempts=3,
)


def _block_titles(jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    rows = BlockVersion.objects.select_related("repository__project__organisation")
    blocks = rows.in_bulk([job.spec["block"] for job in jobs])
    titles = {
        str(pk): JobTitle(
            f"Signature of {each.shared_name} {each.version}",
            f"{each.repository.project.get_absolute_url()}/blocks/{each.name}?version={each.version}",
        )
        for pk, each in blocks.items()
    }
    return {job.pk: titles[job.spec["block"]] for job in jobs if job.spec["block"] in titles}


SIGN_BLOCK = JobKind(
    BLOCK_SIGNATURE_JOB,
    WorkerCapability.SIGN,
    sign_block,
    "Signature of a block",
    titles=_block_titles,
    verb=Verb.PUBLISH,
    attempts=3,
)


def complete_publications() -> None:
    """Gives publications the provenance and the signature that they lack: those from before there was a key, those
    whose key was revoked, and those whose server ended in the middle."""
    tags = Tag.objects.listed().filter(repository__project__deleted_at=None).exclude(publication=None)
    publications = Publication.objects.filter(pk__in=tags.values("publication"))
    rows = publications.select_related("repository__project__organisation", "build__artefact", "build__version")
    for publication in rows.filter(provenance=None).exclude(build__artefact=None)[:MOST_AT_ONCE]:
        attach_provenance(publication)
    valid = Signature.objects.filter(publication=OuterRef("pk"), key__revoked=None)
    unsigned_publications = rows.filter(~Exists(valid), repository__project__organisation__in=_signing_organisations())
    for publication in unsigned_publications[:MOST_AT_ONCE]:
        request_signature(publication)


def complete_blocks() -> None:
    """The same for versions of blocks."""
    blocks = BlockVersion.objects.listed().filter(repository__project__deleted_at=None)
    rows = blocks.select_related("repository__project__organisation", "manifest", "source_version")
    for block in rows.filter(provenance=None)[:MOST_AT_ONCE]:
        attach_block_provenance(block)
    valid = PublishedBlockSignature.objects.filter(block=OuterRef("pk"), key__revoked=None)
    unsigned_blocks = rows.filter(~Exists(valid), repository__project__organisation__in=_signing_organisations())
    for block in unsigned_blocks[:MOST_AT_ONCE]:
        request_block_signature(block)


def _signing_organisations() -> QuerySet[SigningKey, UUID]:
    """The ids of the organisations with a key that was made here."""
    return SigningKey.objects.filter(origin=KeyOrigin.SERVER).signing().values_list("organisation", flat=True)
