"""In-toto statements, which state facts about artifacts that are named by their digests.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md

"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rune.tools.signing.errors import BadBundle

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
LARGEST_STATEMENT = 1024 * 1024
"""Bytes."""
MOST_SUBJECTS = 100
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Subject:
    """An artifact that a statement is about, by its SHA-256 as `sha256:` and 64 hexadecimal digits."""

    name: str
    digest: str


@dataclass(frozen=True)
class Statement:
    """A statement about the subjects. The type of the predicate determines how it is read."""

    subjects: tuple[Subject, ...]
    predicate_type: str
    predicate: Mapping[str, Any]

    def is_about(self, digest: str) -> bool:
        """Returns whether the artifact with this digest is one of its subjects."""
        return any(subject.digest == digest for subject in self.subjects)


def write_statement(statement: Statement) -> bytes:
    """The bytes of a statement: the same statement gives the same bytes."""
    return canonical_json(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": each.name, "digest": hex_digest(each.digest)} for each in statement.subjects],
            "predicateType": statement.predicate_type,
            "predicate": statement.predicate,
        }
    )


def read_statement(data: bytes) -> Statement:
    """The statement in some bytes. Raises `BadBundle`."""
    value = parsed_json(data, LARGEST_STATEMENT)
    subjects, predicate_type, predicate = value.get("subject"), value.get("predicateType"), value.get("predicate")
    if value.get("_type") != STATEMENT_TYPE:
        raise BadBundle("holds no in-toto statement of version 1")
    if not isinstance(subjects, list) or not 0 < len(subjects) <= MOST_SUBJECTS:
        raise BadBundle("holds a statement about nothing")
    if not isinstance(predicate_type, str) or not isinstance(predicate, dict):
        raise BadBundle("holds a statement that says nothing")
    return Statement(tuple(map(_subject, subjects)), predicate_type, predicate)


def hex_digest(digest: str) -> dict[str, str]:
    """A digest as in-toto writes it: `{"sha256": "..."}`."""
    algorithm, _, text = digest.partition(":")
    return {algorithm: text}


def canonical_json(value: object) -> bytes:
    """JSON with sorted keys and no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def parsed_json(data: bytes, largest: int) -> dict[str, Any]:
    """A JSON object in which no key comes twice, as readers differ about those. Raises `BadBundle`."""
    if len(data) > largest:
        raise BadBundle(f"has more than {largest} bytes")
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        raise BadBundle("is not JSON") from None
    if not isinstance(value, dict):
        raise BadBundle("is not a JSON object")
    return value


def _without_repeats(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key comes twice")
    return values


def _subject(value: object) -> Subject:
    name = value.get("name") if isinstance(value, dict) else None
    digest = value.get("digest") if isinstance(value, dict) else None
    sha256 = digest.get("sha256") if isinstance(digest, dict) else None
    if not isinstance(name, str) or not isinstance(sha256, str) or not _HEX.fullmatch(sha256):
        raise BadBundle("holds a statement whose subject has no SHA-256")
    return Subject(name, f"sha256:{sha256}")
