"""Scanning texts for secrets: keys, tokens and passwords that nobody means to publish. Pure, but for the clock.

The patterns are those of detect-secrets (docs/adr/0186), without the ones that look for any random text: a project of
models is full of digests. Nothing is sent anywhere to verify a match.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

TIME = 5.0
"""Seconds in which all texts must be read."""
MOST = 20
"""Places that are named; there may be more."""
PIECE, OVERLAP = 600, 200
"""Characters of a line that are read at once. Some patterns take a time that grows with the cube of a line's length."""
SHORTEST = 8
"""Characters without which a line holds no secret."""
_LETTER = re.compile(r"[A-Za-z]")
_SPACES = re.compile(r"\s+")
_UNWANTED = {"Base64HighEntropyString", "HexHighEntropyString", "IPPublicDetector"}


@dataclass(frozen=True)
class SecretPlace:
    """Where something looks like a secret. `line` counts from 1; `kind` is a noun such as `AWS Access Key`."""

    path: str
    line: int
    kind: str

    @property
    def sentence(self) -> str:
        """What is there and what to do, without the secret."""
        return (
            f"{self.path}, line {self.line}, looks like a secret ({self.kind}). Remove it and build again; "
            "where it is real, make it invalid."
        )


@dataclass(frozen=True)
class SecretScan:
    """The first places of some texts, and the files for which there was no time."""

    places: tuple[SecretPlace, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """What keeps the files from being published; nothing where they may be."""
        unread = tuple(
            f"{path} takes too long to be searched for secrets. Make its lines shorter." for path in self.unread
        )
        return (*(place.sentence for place in self.places), *unread)


def scan_texts(texts: Iterable[tuple[str, bytes]], seconds: float = TIME) -> SecretScan:
    """Searches files, by path. What is no UTF-8 text is passed over."""
    deadline = time.monotonic() + seconds
    places: list[SecretPlace] = []
    unread: list[str] = []
    for path, data in texts:
        try:
            places += _places(path, data, deadline)
        except TimeoutError:
            unread.append(path)
    return SecretScan(tuple(places[:MOST]), tuple(unread[:MOST]))


def _places(path: str, data: bytes, deadline: float) -> Iterator[SecretPlace]:
    """Raises `TimeoutError`."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return
    if "\0" in text:
        return
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) >= SHORTEST and _LETTER.search(line):
            kinds = dict.fromkeys(kind for piece in _pieces(line) for kind in _kinds(piece, deadline))
            yield from (SecretPlace(path, number, kind) for kind in kinds)


def _pieces(line: str) -> Iterator[str]:
    line = _SPACES.sub(" ", line)
    for start in range(0, max(1, len(line) - OVERLAP), PIECE - OVERLAP):
        yield line[start : start + PIECE]


def _kinds(piece: str, deadline: float) -> Iterator[str]:
    """The kinds of secrets in a piece of a line. Raises `TimeoutError`."""
    from detect_secrets.filters import heuristic

    if heuristic.is_indirect_reference(piece):
        return
    for detector in _detectors():
        if time.monotonic() > deadline:
            raise TimeoutError
        if any(_is_real(secret) for secret in detector.analyze_string(piece)):
            yield str(detector.secret_type)


def _is_real(secret: str) -> bool:
    """Whether a match is neither a placeholder, nor a reference, nor an identifier."""
    from detect_secrets.filters import heuristic

    plain = secret.strip("\"'")
    return not (
        heuristic.is_sequential_string(plain)
        or heuristic.is_potential_uuid(plain)
        or heuristic.is_templated_secret(plain)
        or heuristic.is_prefixed_with_dollar_sign(plain)
        or heuristic.is_not_alphanumeric_string(plain)
        or plain.lower() in ("password", "secret", "token", "changeme", "example", "none", "null", "true", "false")
    )


@cache
def _detectors() -> tuple[Any, ...]:
    """The detectors, which have no state. Imported late: they take a fifth of a second that few processes need."""
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    classes: Iterable[Any] = get_mapping_from_secret_type_to_class().values()
    return tuple(each() for each in classes if each.__name__ not in _UNWANTED)
