"""Searching texts for secrets: keys, tokens and passwords that nobody means to publish. Runs in the compiler's process.

The patterns are those of detect-secrets (docs/adr/0070), without the ones that look for any random text: a project of
models is full of digests. Nothing is sent anywhere to verify a match. Imports `rune` and never Django.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from rune.project.files import FileError, ProjectFiles

SECONDS = 5.0
"""Seconds on the processor in which all texts must be read."""
MAX_PLACES = 20
"""Places that are answered, and files that were not read; there may be more."""
PIECE, OVERLAP = 600, 200
"""Characters of a line that are read at once. Some patterns take a time that grows with the cube of a line's length."""
SHORTEST = 8
"""Characters without which a line holds no secret."""
_LETTER = re.compile(r"[A-Za-z]")
_SPACES = re.compile(r"\s+")
_LINE_END = re.compile(r"\r\n|\r|\n")
"""An end of a line as editors count lines: other characters at which Python parts a text may stand within one."""
_KEYWORD = "KeywordDetector"
_UNWANTED_DETECTORS = {"Base64HighEntropyString", "HexHighEntropyString", "IPPublicDetector"}


def search_files(files: ProjectFiles, paths: Iterable[str]) -> dict[str, Any]:
    """Returns what looks like a secret in files: `places` with `path`, `line` and `kind`, and the paths `unread`."""
    return search_texts(_texts(files, paths))


def search_texts(texts: Iterable[tuple[str, bytes]], seconds: float = SECONDS) -> dict[str, Any]:
    """Searches files, by path. What is no UTF-8 text is passed over."""
    deadline = time.thread_time() + seconds
    places: list[dict[str, Any]] = []
    unread: list[str] = []
    for path, data in texts:
        try:
            places += _places(path, data, deadline)
        except TimeoutError:
            unread.append(path)
    return {"places": places[:MAX_PLACES], "unread": unread[:MAX_PLACES]}


def _texts(files: ProjectFiles, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    for path in paths:
        try:
            yield path, files.read(path)
        except FileError:
            continue  # a recording that was erased


def _places(path: str, data: bytes, deadline: float) -> Iterator[dict[str, Any]]:
    """Raises `TimeoutError`."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return
    if "\0" in text:
        return
    for number, line in enumerate(_LINE_END.split(text), 1):
        if len(line) >= SHORTEST and _LETTER.search(line):
            kinds = dict.fromkeys(kind for piece in _pieces(line) for kind in _kinds(piece, deadline))
            yield from ({"path": path, "line": number, "kind": kind} for kind in kinds)


def _pieces(line: str) -> Iterator[str]:
    line = _SPACES.sub(" ", line)
    for start in range(0, max(1, len(line) - OVERLAP), PIECE - OVERLAP):
        yield line[start : start + PIECE]


def _kinds(piece: str, deadline: float) -> Iterator[str]:
    """The kinds of secrets in a piece of a line. Raises `TimeoutError`."""
    for detector in _detectors():
        if time.thread_time() > deadline:
            raise TimeoutError
        is_secret = _is_assigned_secret if type(detector).__name__ == _KEYWORD else _is_real
        if any(is_secret(secret, piece) for secret in detector.analyze_string(piece)):
            yield str(detector.secret_type)


def _is_real(secret: str, piece: str) -> bool:
    """Returns whether a match of a pattern for secrets of one kind is a real secret and no placeholder."""
    from detect_secrets.filters import heuristic

    plain = secret.strip("\"'")
    return not (
        heuristic.is_templated_secret(plain)
        or heuristic.is_prefixed_with_dollar_sign(plain)
        or heuristic.is_not_alphanumeric_string(plain)
        or plain.lower() in ("password", "secret", "token", "changeme", "example", "none", "null", "true", "false")
    )


def _is_assigned_secret(secret: str, piece: str) -> bool:
    """Returns whether the value of a name such as `password` is a secret: any value matches, also a call or an
    identifier."""
    from detect_secrets.filters import heuristic

    plain = secret.strip("\"'")
    return _is_real(secret, piece) and not (
        heuristic.is_indirect_reference(piece)
        or heuristic.is_sequential_string(plain)
        or heuristic.is_potential_uuid(plain)
    )


@cache
def _detectors() -> tuple[Any, ...]:
    """The detectors, which have no state. Imported late: they take a fifth of a second that few processes need."""
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    classes: Iterable[Any] = get_mapping_from_secret_type_to_class().values()
    return tuple(each() for each in classes if each.__name__ not in _UNWANTED_DETECTORS)
