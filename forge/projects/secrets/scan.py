"""The result of searching a version's texts for secrets, as it is stored with the version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from rune.wording import plain

MAX_SENTENCES = 20
"""Places that are named, and files that were not read; there may be more."""


class SecretPlaceJson(TypedDict):
    """A place that looks like a secret. `line` counts from 1; `kind` is a noun such as `AWS Access Key`."""

    path: str
    line: int
    kind: str


class SecretScanJson(TypedDict):
    """Possible secrets in some texts, and the paths for which there was no time."""

    places: list[SecretPlaceJson]
    unread: list[str]


@dataclass(frozen=True)
class SecretScan:
    """The result of searching a version's texts. Its sentences never repeat a secret."""

    places: tuple[SecretPlaceJson, ...] = ()
    unread: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, scan: Mapping[str, Any]) -> SecretScan:
        return cls(tuple(scan["places"][:MAX_SENTENCES]), tuple(scan["unread"][:MAX_SENTENCES]))

    def to_json(self) -> SecretScanJson:
        return {"places": list(self.places), "unread": list(self.unread)}

    @property
    def sentences(self) -> tuple[str, ...]:
        """The reasons why the files cannot be published; empty if they can."""
        return (*map(_place_sentence, self.places), *map(_unread_sentence, self.unread))


def _place_sentence(place: SecretPlaceJson) -> str:
    return (
        f"{plain(place['path'], 200)}, line {place['line']}, looks like a secret ({plain(place['kind'], 60)}). "
        "Remove it and build again; where it is real, make it invalid."
    )


def _unread_sentence(path: str) -> str:
    name = plain(path, 200)
    return f"The search of {name} for secrets timed out. Make its lines shorter, and build again."
