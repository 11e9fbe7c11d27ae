"""Publishing beside a block where it came from: the statement, the bill of materials and the README, as referrers."""

from __future__ import annotations

import logging

from django.conf import settings
from django.utils import timezone

from forge.core.blobs.store import read_blob
from forge.registry.listings.rows import licence_in
from forge.registry.models import BlockProvenanceRecord, BlockVersion
from forge.registry.provenance.signing.attaching import attach_documents
from forge.registry.provenance.signing.facts import AttachedDocument, approvals_of, attached_documents, time_text
from forge.registry.repository.builds import newest_build_of
from rune import __version__
from rune.blocks.artefact import read_block_manifest
from rune.tools.signing.block_provenance import BlockProvenance, block_statement
from rune.tools.signing.bom import BlockMaterials, block_bill_of_materials
from rune.tools.signing.provenance import PublicationStatement
from rune.tools.signing.referrers import SubjectManifest
from rune.tools.signing.statements import Subject, write_statement

UNRECORDED_ADMISSION = "unrecorded"
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
    files = _files_of(block)
    return _statement_of(block, files, _documents_of(block, files))


def _statement_of(block: BlockVersion, files: tuple[Subject, ...], documents: tuple[AttachedDocument, ...]) -> bytes:
    return write_statement(block_statement(_provenance_of(block, files, documents)))


def _files_of(block: BlockVersion) -> tuple[Subject, ...]:
    files = read_block_manifest(read_blob(block.manifest.blob_id)).files
    return tuple(Subject(name, digest) for name, digest in sorted(files.items()))


def _documents_of(block: BlockVersion, files: tuple[Subject, ...]) -> tuple[AttachedDocument, ...]:
    # No name of the project, which may change between the publication and the signature.
    source = block.source_version
    bill = BlockMaterials(block.name, block.version, block.manifest.blob_id, licence_in(source), files)
    return attached_documents(block_bill_of_materials(bill), source)


def _provenance_of(
    block: BlockVersion, files: tuple[Subject, ...], documents: tuple[AttachedDocument, ...]
) -> BlockProvenance:
    project, source = block.repository.project, block.source_version
    build = newest_build_of(project, source)
    return BlockProvenance(
        repository=project.full_name,
        block=block.name,
        manifest=block.manifest.blob_id,
        path=block.path,
        version=source.number,
        source=source.digest,
        files=files,
        server=settings.PUBLIC_URL,
        server_version=__version__,
        publication=PublicationStatement(
            tag=block.version,
            admission=block.admission or UNRECORDED_ADMISSION,
            time=time_text(block.created),
            approvals=() if build is None else approvals_of(build),
            reason=block.override,
        ),
        attachments=tuple(each.subject for each in documents),
    )


def _attach(block: BlockVersion) -> None:
    if BlockProvenanceRecord.objects.filter(pk=block.pk).exists():
        return
    files = _files_of(block)
    documents = _documents_of(block, files)
    record = BlockProvenanceRecord(block=block, created=timezone.now())
    attach_documents(block.repository, block_subject(block), documents, _statement_of(block, files, documents), record)
