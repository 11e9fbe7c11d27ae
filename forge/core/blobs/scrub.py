"""Reads a part of the blob store each hour, so that damage is noticed before somebody needs the bytes.

Which part follows from the hour of the week: each blob is read once a week, and no state is kept.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from forge.core.blobs.check import CheckProgress, DigestRange, check_store

_log = logging.getLogger(__name__)

SCRUB_EVERY = 3600.0
"""Seconds."""
HOURS = 7 * 24
"""Parts of the store."""
_PREFIXES = 16**4
"""Values of the first four hexadecimal digits of a digest."""


@dataclass(frozen=True)
class ScrubResult:
    """The bytes that one pass read, and the number of problems."""

    blobs: int
    size: int
    problems: int


def part_of(hour: int) -> DigestRange:
    """The digests that are read in an hour of the week, 0 to 167. The parts cover every digest once."""
    first, last = (edge * _PREFIXES // HOURS for edge in (hour, hour + 1))
    return DigestRange(f"sha256:{first:04x}", f"sha256:{last:04x}" if last < _PREFIXES else "sha256:g")


def scrub(now: datetime | None = None) -> ScrubResult:
    """Reads the part of this hour. Each problem is logged with the names of what it breaks; damage is recorded."""
    now = now or timezone.now()
    blobs = size = problems = 0

    def count(progress: CheckProgress) -> None:
        nonlocal blobs, size
        blobs, size = progress.blobs, progress.size

    for finding in check_store(count, part_of(now.weekday() * 24 + now.hour)):
        if finding.is_problem:
            problems += 1
            affected_names = ", ".join(finding.affected) or "no tag"
            problem = (finding.digest, finding.kind.value, finding.detail, affected_names)
            _log.error("The stored blob %s is %s: %s. Affected: %s.", *problem)
    return ScrubResult(blobs, size, problems)
