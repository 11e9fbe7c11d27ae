"""Publishing beside a block where it came from: the statement, as a referrer of its manifest."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from forge.core.blobs.store import read_blob
from forge.registry.blocks.access import newest_build_of
from forge.registry.blocks.models import BlockVersion
from forge.registry.models import BlockProvenanceRecord
from forge.registry.signing.attaching import STATEMENT, link_referrers, put_referrers
from forge.registry.signing.facts import approvals_of, time_text
from rune import __version__
from rune.compiler.blocks.artefact import read_block_manifest
from rune.tools.signing.block_provenance import BlockProvenance, block_statement
from rune.tools.signing.provenance import PublicationStatement
from rune.tools.signing.referrers import STATEMENT_TYPE, SubjectManifest, document
from rune.tools.signing.statements import Subject, write_statement

UNRECORDED = "unrecorded"
"""The admission of a version that was published before admissions were kept."""
_log = logging.getLogger(__name__)


def attach_block_provenance(block: BlockVersion) -> None:
    """Publishes beside a block where it came from, once. The caller has published it, in a transaction that ended.

    A block is published whether this succeeds or not: what fails is logged, and tried again by `complete_blocks`.
    """
    try:
        _attach(block)
    except Exception:
        _log.exception("The provenance of %s was not stored; it is tried again", block)


def block_subject(block: BlockVersion) -> SubjectManifest:
    """The manifest as which a version of a block is published."""
    return SubjectManifest(block.manifest.blob_id, len(read_blob(block.manifest.blob_id)))


def block_statement_of(block: BlockVersion) -> bytes:
    """The bytes of the statement about a version of a block, as it is now."""
    return write_statement(block_statement(_provenance_of(block)))


def _provenance_of(block: BlockVersion) -> BlockProvenance:
    project, source = block.repository.project, block.source_version
    files = read_block_manifest(read_blob(block.manifest.blob_id)).files
    build = newest_build_of(project, source)
    return BlockProvenance(
        repository=project.full_name,
        block=block.name,
        manifest=block.manifest.blob_id,
        path=block.path,
        version=source.number,
        source=source.digest,
        files=tuple(Subject(name, digest) for name, digest in sorted(files.items())),
        server=settings.PUBLIC_URL,
        server_version=__version__,
        publication=PublicationStatement(
            tag=block.version,
            admission=block.admission or UNRECORDED,
            time=time_text(block.created),
            approvals=() if build is None else approvals_of(build),
            reason=block.override,
        ),
    )


def _attach(block: BlockVersion) -> None:
    if BlockProvenanceRecord.objects.filter(pk=block.pk).exists():
        return
    statement = document(block_subject(block), STATEMENT_TYPE, STATEMENT, block_statement_of(block))
    put_referrers(statement)
    with transaction.atomic():
        (manifest,) = link_referrers(block.repository, statement)
        # Another process may complete the same block.
        record = BlockProvenanceRecord(block=block, statement=manifest, created=timezone.now())
        BlockProvenanceRecord.objects.bulk_create([record], ignore_conflicts=True)
