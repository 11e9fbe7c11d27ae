"""Requests to the signer, in the transaction that makes them necessary."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from forge.compute.scheduler.slots import Party
from forge.jobs.kinds import kind_of
from forge.jobs.models import Job, JobState
from forge.jobs.queue import enqueue
from forge.projects.models import Project
from forge.registry.models import BlockVersion, Publication
from forge.registry.provenance.signing.models import KeyOrigin, SigningKey
from rune.compiler.building.spec import canonical_digest

# The names of kinds of jobs (`forge.registry.provenance.signing.jobs`).
KEY_JOB = "signing-key"
SIGNATURE_JOB = "signature"
BLOCK_SIGNATURE_JOB = "block-signature"


def request_key(key: SigningKey, person: UUID | None) -> Job:
    """Asks the signer for the two halves of a key, in the transaction that stores its row."""
    party = Party(key.organisation_id, person)
    return enqueue(kind_of(KEY_JOB), key.organisation_id, {"key": str(key.pk)}, party=party, project=None)


def request_signature(publication: Publication) -> None:
    """Asks the signer for a signature of a publication, where the organisation has a key that was made here."""
    _request(SIGNATURE_JOB, publication.repository.project, {"publication": str(publication.pk)}, publication.author_id)


def request_block_signature(block: BlockVersion) -> None:
    """Asks the signer for a signature of a version of a block that has no signature which counts."""
    if block.signatures.filter(key__revoked=None).exists():
        return
    _request(BLOCK_SIGNATURE_JOB, block.repository.project, {"block": str(block.pk)}, block.author_id)


def _request(kind: str, project: Project, subject: Mapping[str, str], author: UUID | None) -> None:
    key = SigningKey.objects.filter(organisation=project.organisation_id, origin=KeyOrigin.SERVER).signing().first()
    if key is None:
        return
    spec = {**subject, "key": str(key.pk)}
    failed_jobs = Job.objects.filter(kind=kind, organisation=project.organisation_id, state=JobState.FAILED)
    if failed_jobs.filter(spec_digest=canonical_digest(spec)).exists():
        # Somebody retries it on the page of jobs, once the reason is gone.
        return
    enqueue(kind_of(kind), project.organisation_id, spec, party=Party(project.organisation_id, author), project=project)
