"""Compares the blob store with its rows: finds damaged, missing and unneeded blobs.

The server may run meanwhile: a suspicious blob is checked again with a fresh row, since it may just have been stored or
deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from django.db.models import Exists, OuterRef, QuerySet

from forge.core.blobs.checked_file import measure_file
from forge.core.blobs.damage import note_intact, record_damage
from forge.core.blobs.dependents import affected_names
from forge.core.blobs.store import open_stored, stored_digests
from forge.core.errors import NotFound
from forge.core.models import Blob, BlobLink

BATCH = 500
"""Rows that are read at once."""
MAX_OWNERS = 20
"""Owners of a blob that a finding names."""


class FindingKind(StrEnum):
    """The kind of a finding. The first four are problems: a link refers to bytes that cannot be read."""

    DAMAGED = "damaged"
    """The bytes are not what their digest says."""
    UNREADABLE = "unreadable"
    """The store gives an error in place of the bytes."""
    MISSING = "missing"
    """Something links the blob, and its bytes are not there."""
    WRONG_SIZE = "wrong size"
    """The bytes are whole, and the row says another size."""
    UNLINKED = "unlinked"
    """Nothing links the blob: the sweep removes it within the hour."""
    STRAY = "stray"
    """Bytes without a row, as a crash leaves them: found by the server once a day, and then swept."""


PROBLEMS = frozenset({FindingKind.DAMAGED, FindingKind.UNREADABLE, FindingKind.MISSING, FindingKind.WRONG_SIZE})


@dataclass(frozen=True)
class Owner:
    """A row that needs a blob, by the name of its table and its id, and the organisation's id."""

    kind: str
    id: str
    organisation: str | None


@dataclass(frozen=True)
class BlobFinding:
    """Something about one blob. `detail` is a phrase for a person."""

    kind: FindingKind
    digest: str
    detail: str
    owners: tuple[Owner, ...] = ()
    affected: tuple[str, ...] = ()
    """The names of what cannot be read whole, such as `acme/kitchen:1.0`; of problems alone."""

    @property
    def is_problem(self) -> bool:
        return self.kind in PROBLEMS


@dataclass(frozen=True)
class DigestRange:
    """The digests from `first` on that come before `end`."""

    first: str
    end: str


@dataclass(frozen=True)
class CheckProgress:
    """The progress of a check: blobs of how many, and bytes."""

    blobs: int
    total: int
    size: int


def check_store(
    on_progress: Callable[[CheckProgress], None], within: DigestRange | None = None
) -> Iterator[BlobFinding]:
    """Reads every blob, or those of a range, and yields the findings. Calls `on_progress` after each blob.

    Marks what is damaged (`forge.core.blobs.damage`), and takes the mark from what is whole again.
    """
    rows = _rows(within)
    total, count, size = rows.count(), 0, 0
    for blob in _in_batches(rows):
        finding, read = _check_blob(blob)
        if finding is not None and finding.is_problem:
            # It may have been put or deleted since its row was read.
            again = Blob.objects.filter(pk=blob.pk).annotate(is_linked=_IS_LINKED).first()
            finding, read = (None, read) if again is None else _check_blob(again)
        if finding is not None:
            yield _with_owners(finding)
        count, size = count + 1, size + read
        on_progress(CheckProgress(count, max(count, total), size))
    for digest in _strays() if within is None else ():
        yield BlobFinding(FindingKind.STRAY, digest, "bytes without a row")


_IS_LINKED = Exists(BlobLink.objects.filter(blob=OuterRef("pk")))


def _rows(within: DigestRange | None) -> QuerySet[Blob]:
    rows = Blob.objects.annotate(is_linked=_IS_LINKED).order_by("pk")
    return rows if within is None else rows.filter(pk__gte=within.first, pk__lt=within.end)


def _in_batches(rows: QuerySet[Blob]) -> Iterator[Blob]:
    """The rows by digest, a batch at a time: no transaction is open while bytes are read."""
    last = ""
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        yield from batch
        last = batch[-1].pk


def _check_blob(blob: Blob) -> tuple[BlobFinding | None, int]:
    """Returns the finding for one blob, if any, and the number of bytes read."""
    is_linked: bool = blob.is_linked  # type: ignore[attr-defined]
    try:
        with open_stored(blob.digest) as file:
            measurement = measure_file(file)
    except NotFound:
        return (BlobFinding(FindingKind.MISSING, blob.digest, "linked, and not stored") if is_linked else None), 0
    except OSError as error:
        return BlobFinding(FindingKind.UNREADABLE, blob.digest, f"{type(error).__name__}: {error}"), 0
    if measurement.digest != blob.digest:
        detail = f"{measurement.size} bytes with the digest {measurement.digest}"
        return BlobFinding(FindingKind.DAMAGED, blob.digest, detail), measurement.size
    if blob.damaged_at is not None:
        note_intact(blob.digest)
    if measurement.size != blob.size:
        return BlobFinding(
            FindingKind.WRONG_SIZE, blob.digest, f"{measurement.size} bytes; the row says {blob.size}"
        ), measurement.size
    if not is_linked:
        return BlobFinding(FindingKind.UNLINKED, blob.digest, f"{blob.size} bytes that nothing needs"), measurement.size
    return None, measurement.size


def _with_owners(finding: BlobFinding) -> BlobFinding:
    """Returns the finding with its owners and what it affects, and records damage for operators."""
    if finding.kind is FindingKind.DAMAGED:
        record_damage(finding.digest)
    links = BlobLink.objects.filter(blob_id=finding.digest).order_by("owner_kind", "owner_id")[:MAX_OWNERS]
    owners = tuple(
        Owner(link.owner_kind, str(link.owner_id), str(link.organisation) if link.organisation else None)
        for link in links
    )
    names = affected_names(finding.digest) if finding.is_problem else ()
    return BlobFinding(finding.kind, finding.digest, finding.detail, owners, names)


def _strays() -> Iterator[str]:
    """Digests of bytes without a row, each looked for once more: a put writes its row first."""
    digests = stored_digests()
    while batch := list(islice(digests, BATCH)):
        known_digests = set(Blob.objects.filter(pk__in=batch).values_list("pk", flat=True))
        for digest in batch:
            if digest not in known_digests and not Blob.objects.filter(pk=digest).exists() and _is_stored(digest):
                yield digest


def _is_stored(digest: str) -> bool:
    try:
        open_stored(digest).close()
    except NotFound:
        return False
    return True
