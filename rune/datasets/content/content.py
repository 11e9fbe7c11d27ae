"""The result of reading a recording: bytes without personal metadata, and facts about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from rune.datasets.content.row_rate import RowInterval

SUFFIXES = (".wav", ".flac", ".png", ".jpg", ".jpeg", ".csv")
"""The ends of names of files that have one recording each."""
MAX_MILLISECONDS = 86_400_000
"""A day. At the rates of what can be heard, no recording is large enough for it."""
LARGEST_NUMBER = 3.4e38
"""The largest number of 32 bits, which a device computes with."""


class Kind(StrEnum):
    """The sensor of a sample."""

    SOUND = "sound"
    PICTURE = "picture"
    MOTION = "motion"
    TABLE = "table"
    """Numbers of any sensors: columns with names."""


class Quality(StrEnum):
    """The quality of a recording, which says whether it is likely to be of use."""

    GOOD = "good"
    QUIET = "quiet"
    """A sound that stays below 2 % of full scale."""
    CLIPPED = "clipped"
    """A sound of which at least one value in a thousand is at full scale."""
    STILL = "still"
    """Motion in which no axis changes, or a table in which no column does."""
    UNCHECKED = "unchecked"
    """A picture: nothing decodes pictures when they are sent."""


@dataclass(frozen=True)
class Content:
    """A recording that was read and checked. `data` is what is stored."""

    kind: Kind
    media_type: str
    data: bytes
    quality: Quality
    milliseconds: int = 0
    """How long a sound lasts; 0 for what has no rate."""
    drawing: Mapping[str, Any] = field(default_factory=dict)
    """The data for drawing: `peaks` of a sound, `axes` of motion and of a table (of a single row, its numbers), `width`
    and `height` of a picture."""
    note: str = field(default="", compare=False)
    """A sentence about what was wrong with the file that was sent, and how it was read; "" for nothing."""
    interval: RowInterval | None = field(default=None, compare=False)
    """How far apart its rows are; None for what has no rows, and where the file does not say it."""

    @property
    def input(self) -> str:
        """The input that a recording of rows is for: `motion`, or the columns of a table; "" for others."""
        if self.kind is Kind.TABLE:
            return self.data.split(b"\n", 1)[0].decode().strip()
        return self.kind.value if self.kind is Kind.MOTION else ""

    def with_note(self, note: str) -> Content:
        """Returns the recording with a further sentence behind its note."""
        return replace(self, note=f"{self.note} {note}".strip()) if note else self


class BadContent(ValueError):
    """The bytes are not what they claim to be. The message is a sentence for the person who sent them."""


def stretches(length: int, count: int) -> Sequence[range]:
    """Divides `length` positions into at most `count` stretches of about the same length, in order."""
    count = min(length, count)
    return [range(length * each // count, length * (each + 1) // count) for each in range(count)]
