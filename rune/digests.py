"""Digests of bytes, as registries write them: `sha256:` and 64 hexadecimal digits."""

from __future__ import annotations

import hashlib
import re

DIGEST_LENGTH = 71
"""Characters of a digest."""
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def digest_of(data: bytes | bytearray) -> str:
    """Returns the digest of some bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def is_digest(text: str) -> bool:
    """Returns whether a text is the digest of some bytes."""
    return _DIGEST.fullmatch(text) is not None
