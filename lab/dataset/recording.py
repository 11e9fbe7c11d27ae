"""A recording with its label, and the digest of many. Pure functions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rune.datasets.content.content import Kind, Quality
from rune.datasets.positions import Positions, positions_to_json
from rune.digests import digest_of


@dataclass(frozen=True)
class Recording:
    """A recording with its label. `group` is the person or device it was recorded of, and `split` the one that the
    data set gives it; both are empty where the data set does not say."""

    name: str
    label: str
    data: bytes
    kind: Kind
    quality: Quality
    group: str = ""
    split: str = ""
    positions: Positions | None = None
    """The places of objects in a picture; None where nobody marked it, and empty where somebody found none."""

    @property
    def digest(self) -> str:
        """The SHA-256 of its bytes, in hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()


def data_digest(recordings: Iterable[Recording], uses: Sequence[str]) -> str:
    """The digest of recordings with their labels, positions and splits, or other uses, in whichever order they come."""
    rows = sorted([each.digest, each.label, use, *_marks(each)] for each, use in zip(recordings, uses, strict=True))
    return digest_of(json.dumps(rows).encode())


def _marks(recording: Recording) -> Sequence[str]:
    """The positions as a text of their own, none where there are none: the digests of other data stay what they are."""
    return () if recording.positions is None else [json.dumps(positions_to_json(recording.positions))]
