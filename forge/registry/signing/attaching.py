"""Publishing beside a rune where it came from: the statement, the bill of materials and the README, as referrers."""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils import timezone

from forge.builds.models import Build
from forge.core.blobs.links import link_blobs
from forge.core.blobs.store import digest_of, put_bytes
from forge.registry.distribution.documents import read_document
from forge.registry.distribution.manifests import oci_artifact
from forge.registry.distribution.rune_facts import rune_facts
from forge.registry.models import Manifest, Publication, Repository
from forge.registry.signing.facts import documents_of, provenance_of
from forge.registry.signing.models import ProvenanceRecord
from rune.tools.signing.provenance import provenance_statement
from rune.tools.signing.referrers import MANIFEST_TYPE, STATEMENT_TYPE, Referrer, SubjectManifest, document
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


def statement_of(publication: Publication) -> bytes:
    """The bytes of the statement about a publication, as it is now. The publication's build has its artefact."""
    artefact = publication.build.artefact
    if artefact is None:
        raise ValueError("the rune of the publication no longer exists")
    return write_statement(
        provenance_statement(provenance_of(publication, artefact, documents_of(publication.build, artefact)))
    )


def subject_of(build: Build) -> SubjectManifest:
    """The manifest as which a build's rune is published. The build has its artefact."""
    if build.artefact is None:
        raise ValueError("the rune of the build no longer exists")
    manifest = oci_artifact(rune_facts(build, build.artefact)).manifest
    return SubjectManifest(digest_of(manifest), len(manifest))


def put_referrer(referrer: Referrer) -> None:
    """Stores the bytes of a referrer, before the transaction that links them."""
    for data in (referrer.config, referrer.layer, referrer.manifest):
        put_bytes(data)


def link_referrer(repository: Repository, referrer: Referrer) -> Manifest:
    """Adds a referrer to a repository, within the caller's transaction."""
    described = read_document(referrer.manifest, MANIFEST_TYPE)
    digest = digest_of(referrer.manifest)
    manifest, _ = Manifest.objects.update_or_create(
        repository=repository,
        blob_id=digest,
        defaults={
            "media_type": described.media_type,
            "artifact_type": described.artifact_type,
            "subject": described.subject,
            "annotations": dict(described.annotations),
            "trashed": None,
        },
    )
    digests = {digest, digest_of(referrer.config), digest_of(referrer.layer)}
    link_blobs(manifest, digests, repository.project.organisation_id)
    return manifest


def _attach(publication: Publication) -> None:
    build = publication.build
    if build.artefact is None or ProvenanceRecord.objects.filter(pk=publication.pk).exists():
        return
    subject, documents = subject_of(build), documents_of(build, build.artefact)
    beside = [document(subject, each.media_type, each.name, each.data) for each in documents]
    statement = document(subject, STATEMENT_TYPE, STATEMENT, statement_of(publication))
    for referrer in (*beside, statement):
        put_referrer(referrer)
    with transaction.atomic():
        for referrer in beside:
            link_referrer(publication.repository, referrer)
        manifest = link_referrer(publication.repository, statement)
        ProvenanceRecord.objects.get_or_create(
            publication=publication, defaults={"statement": manifest, "created": timezone.now()}
        )
