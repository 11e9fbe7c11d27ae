"""Digests as the distribution protocol writes them: the name of an algorithm and hexadecimal digits."""

from __future__ import annotations

import hashlib
import re

ALGORITHMS = ("sha256", "sha512")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
LONGEST_DIGEST = len("sha512:") + 128
"""Characters."""


def is_digest(text: str) -> bool:
    """Returns whether a text is a digest of some bytes, by an algorithm that is registered with the specification."""
    return _DIGEST.fullmatch(text) is not None


def algorithm_of(digest: str) -> str:
    """The algorithm of a digest: `sha256` or `sha512`."""
    return digest.partition(":")[0]


def digest_of(data: bytes, algorithm: str = "sha256") -> str:
    """The digest of some bytes."""
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


def names(digest: str, data: bytes) -> bool:
    """Returns whether a digest is that of these bytes."""
    return digest_of(data, algorithm_of(digest)) == digest
