"""Publishing beside a rune where it came from: the statement, the bill of materials and the README, as referrers.
Blocks get theirs by the same functions (`forge.registry.provenance.signing.blocks`)."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from forge.builds.models import Build
from forge.core.blobs.links import link_all
from forge.core.blobs.store import put_batch
from forge.registry.models import Manifest, Publication, Repository
from forge.registry.oci.documents import read_document
from forge.registry.oci.manifests import oci_artifact
from forge.registry.oci.rune_facts import rune_facts
from forge.registry.provenance.signing.facts import AttachedDocument, documents_of, provenance_of
from forge.registry.provenance.signing.models import ProvenanceRecord, StatementRecord
from forge.registry.repository.storing import store_manifests
from rune.digests import digest_of
from rune.oci import MANIFEST_TYPE
from rune.tools.signing.provenance import provenance_statement
from rune.tools.signing.referrers import STATEMENT_TYPE, Referrer, SubjectManifest, document
from rune.tools.signing.statements import write_statement

STATEMENT = "provenance.intoto.json"
"""The file name of the statement."""
_log = logging.getLogger(__name__)


def attach_provenance(publication: Publication) -> None:
    """Publishes beside a rune where it came from, once. The caller has published it, in a transaction that ended.

    A rune is published whether this succeeds or not: what fails is logged, and tried again by `complete_publications`.
    """
    try:
        _attach(publication)
    except Exception:
        _log.exception("The provenance of %s was not stored; it is tried again", publication)


def statement_of(publication: Publication, documents: tuple[AttachedDocument, ...] | None = None) -> bytes:
    """The bytes of the statement about a publication, as it is now. The publication's build has its artefact.
    `documents` are those of the build, where they are known."""
    artefact = publication.build.artefact
    if artefact is None:
        raise ValueError("the rune of the publication no longer exists")
    attached_documents = documents_of(publication.build, artefact) if documents is None else documents
    return write_statement(provenance_statement(provenance_of(publication, artefact, attached_documents)))


def subject_of(build: Build) -> SubjectManifest:
    """The manifest as which a build's rune is published. The build has its artefact."""
    if build.artefact is None:
        raise ValueError("the rune of the build no longer exists")
    manifest = oci_artifact(rune_facts(build, build.artefact)).manifest
    return SubjectManifest(digest_of(manifest), len(manifest))


def attach_documents(
    repository: Repository,
    subject: SubjectManifest,
    documents: Sequence[AttachedDocument],
    statement: bytes,
    record: StatementRecord,
) -> None:
    """Publishes documents and an unsigned statement as referrers of a rune or a block, and stores `record`, to which it
    gives the statement. Where another process stored a record meanwhile, that one stays."""
    beside = referrers_of_documents(subject, documents)
    statement_referrer = document(subject, STATEMENT_TYPE, STATEMENT, statement)
    put_referrers(*beside, statement_referrer)
    with transaction.atomic():
        *_, record.statement = link_referrers(repository, *beside, statement_referrer)
        type(record)._default_manager.bulk_create([record], ignore_conflicts=True)


def referrers_of_documents(subject: SubjectManifest, documents: Sequence[AttachedDocument]) -> list[Referrer]:
    """Documents as referrers of a rune or a block."""
    return [document(subject, each.media_type, each.name, each.data) for each in documents]


def put_referrers(*referrers: Referrer) -> None:
    """Stores the bytes of referrers, before the transaction that links them."""
    with put_batch() as put:
        for data in dict.fromkeys(each for one in referrers for each in (one.config, one.layer, one.manifest)):
            put(data)


def link_referrers(repository: Repository, *referrers: Referrer) -> list[Manifest]:
    """Adds referrers to a repository, within the caller's transaction; returns their manifests in this order."""
    descriptions = {}
    for referrer in referrers:
        parsed_document = read_document(referrer.manifest, MANIFEST_TYPE)
        descriptions[digest_of(referrer.manifest)] = {
            "media_type": parsed_document.media_type,
            "artifact_type": parsed_document.artifact_type,
            "subject": parsed_document.subject,
            "annotations": dict(parsed_document.annotations),
        }
    stored_manifests = store_manifests(repository, descriptions)
    manifests = [stored_manifests[digest_of(each.manifest)] for each in referrers]
    links = [
        (manifest, {manifest.blob_id, digest_of(each.config), digest_of(each.layer)})
        for manifest, each in zip(manifests, referrers, strict=True)
    ]
    link_all(links, repository.project.organisation_id)
    return manifests


def _attach(publication: Publication) -> None:
    build = publication.build
    if build.artefact is None or ProvenanceRecord.objects.filter(pk=publication.pk).exists():
        return
    subject, documents = subject_of(build), documents_of(build, build.artefact)
    record = ProvenanceRecord(publication=publication, created=timezone.now())
    attach_documents(publication.repository, subject, documents, statement_of(publication, documents), record)
