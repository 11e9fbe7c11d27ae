"""Which tags a policy protects."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

VERSIONS: Final = "versions"
"""The word for all tags that name a version."""
PATTERN: Final = r"[a-zA-Z0-9_*][a-zA-Z0-9._*-]{0,127}"
"""A tag, in which `*` stands for any characters."""

_VERSION = re.compile(r"v?[0-9].*")


def names_version(tag: str) -> bool:
    """Whether a tag names a version (`1.0`, `v2`), which means its bytes for ever; a word (`latest`) may move."""
    return _VERSION.fullmatch(tag) is not None


def protects(patterns: Iterable[str], tag: str) -> bool:
    """Whether one of the patterns is the tag: `versions`, a tag, or one with `*` for any characters."""
    return any(_matches(pattern, tag) for pattern in patterns)


def _matches(pattern: str, tag: str) -> bool:
    if pattern == VERSIONS and names_version(tag):
        return True
    first, *rest = pattern.split("*")
    if not rest:
        return tag == pattern
    # The first place of each part is enough, so nothing is tried twice however many stars there are.
    *middle, last = rest
    end = len(first)
    if not tag.startswith(first):
        return False
    for part in middle:
        position = tag.find(part, end)
        if position < 0:
            return False
        end = position + len(part)
    return len(tag) - len(last) >= end and tag.endswith(last)
