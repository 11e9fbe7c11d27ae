"""Checks that the audit log is complete: reads the chain from its first entry, and compares it with copies from
elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from forge.core.audit.chain import GENESIS, canonical, chain_end, commitment, digest_of
from forge.core.models import AuditEntry

BATCH = 1000
END_ACTION = "audit.end"
"""The action that says up to which entry old ones were deleted."""


@dataclass(frozen=True)
class AuditAnchor:
    """An entry as a copy elsewhere has it."""

    position: int
    digest: str


class BadAuditAnchor(ValueError):
    """A text is no anchor; the message says what one looks like."""


@dataclass(frozen=True)
class Break:
    """The first place at which the chain is broken."""

    position: int
    entry: str
    """The entry's id; "" where the entry is gone."""
    reason: str


@dataclass(frozen=True)
class ChainReport:
    """The result of checking the whole log."""

    entries: int
    first: int
    last: int
    waiting: int
    """Entries that are not in the chain yet."""
    erased: int
    """Entries whose person was deleted since."""
    anchors: int
    """Entries that were compared with a copy."""
    broken: Break | None


def read_anchors(lines: Iterable[str]) -> list[AuditAnchor]:
    """The anchors of a copy: lines of JSON as they were sent, or `POSITION:DIGEST`. Raises `BadAuditAnchor`."""
    return [_anchor(line, number) for number, line in enumerate(lines, 1) if line.strip()]


def check_chain(anchors: Iterable[AuditAnchor] = ()) -> ChainReport:
    """Reads all entries; the report names the first that is broken."""
    by_position = {anchor.position: anchor for anchor in anchors}
    end = chain_end()
    state = _LogReading(by_position)
    first_break = next(filter(None, (state.read(entry) for entry in _entries())), None)
    if first_break is None:
        first_break = state.compare_start() or state.compare_end(end.position, end.digest)
    return ChainReport(
        entries=state.entries,
        first=state.first,
        last=state.position,
        waiting=AuditEntry.objects.filter(position=None).count(),
        erased=state.erased_entries,
        anchors=state.compared_entries,
        broken=first_break,
    )


class _LogReading:
    """The position up to which the log was read."""

    def __init__(self, anchors: dict[int, AuditAnchor]) -> None:
        self._anchors = anchors
        self._digest = GENESIS
        self._start = GENESIS
        self._announced_ends: set[tuple[int, str]] = set()
        self.entries = self.first = self.position = self.erased_entries = self.compared_entries = 0

    def read(self, entry: AuditEntry) -> Break | None:
        """Takes the next entry; answers how it is broken."""
        assert entry.position is not None  # noqa: S101 (only placed entries are read)
        if not self.entries:
            self.first, self._start = entry.position, entry.previous
            self.position, self._digest = entry.position - 1, entry.previous
        if entry.position != self.position + 1:
            return Break(self.position + 1, "", "The entry is missing.")
        if entry.previous != self._digest:
            return Break(entry.position, str(entry.pk), "The entry does not follow the one before it.")
        if digest_of(canonical(entry)) != entry.digest:
            return Break(entry.position, str(entry.pk), "The entry was changed.")
        if commitment(entry.salt, entry.actor_id) != entry.actor_commitment:
            if entry.actor_id is not None:
                return Break(entry.position, str(entry.pk), "The person of the entry was changed.")
            self.erased_entries += 1
        anchor = self._anchors.get(entry.position)
        if anchor is not None:
            self.compared_entries += 1
            if anchor.digest != entry.digest:
                return Break(entry.position, str(entry.pk), "The copy has another entry at this position.")
        self.entries, self.position, self._digest = self.entries + 1, entry.position, entry.digest
        if entry.action == END_ACTION and "through" in entry.data:
            self._announced_ends.add((entry.data["through"], entry.data.get("digest", "")))
        return None

    def compare_start(self) -> Break | None:
        """Old entries are deleted from the start on, and an entry says so."""
        before = (self.first - 1, self._start)
        # While they are being deleted, the first that is left lies before the end that was announced.
        is_announced = any(before == end or before[0] < end[0] for end in self._announced_ends)
        if self.first > 1 and not is_announced:
            return Break(self.first - 1, "", "The entry is missing, and no entry says that it was deleted by its age.")
        return None

    def compare_end(self, position: int, digest: str) -> Break | None:
        last = max(self._anchors, default=0)
        if last > max(self.position, position):
            return Break(self.position + 1, "", f"The entry is missing: the copy has entries up to {last}.")
        if (position, digest) != (self.position, self._digest):
            return Break(self.position + 1, "", f"The entry is missing: the chain ended at {position}.")
        return None


def _entries() -> Iterator[AuditEntry]:
    return AuditEntry.objects.exclude(position=None).order_by("position").iterator(BATCH)


def _anchor(line: str, number: int) -> AuditAnchor:
    try:
        if line.lstrip().startswith("{"):
            record = json.loads(line)
            return AuditAnchor(int(record["position"]), str(record["digest"]))
        position, _, digest = line.strip().partition(":")
        if len(digest) != len(GENESIS):
            raise ValueError
        return AuditAnchor(int(position), digest)
    except (ValueError, LookupError, TypeError):
        raise BadAuditAnchor(
            f"Line {number} is not an entry of a copy: expected JSON with position and digest, or POSITION:DIGEST."
        ) from None
