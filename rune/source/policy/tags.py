"""Says which tags a policy protects, and which tags people cannot tell apart.

Registries compare tags by their bytes, and people do not: who pulls `V1.0` or `1.O` means `1.0`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from rune.source.policy.paths import name_matches

VERSIONS: Final = "versions"
"""The word for all tags that name a version."""
PATTERN: Final = r"[a-zA-Z0-9_*][a-zA-Z0-9._*-]{0,127}"
"""A tag, in which `*` stands for any characters."""

LATEST: Final = "latest"
"""The tag that clients pull where none is named."""

_VERSION = re.compile(r"(v[._-]*)?[0-9].*", re.IGNORECASE)
_LIKE_A_VERSION = re.compile(r"(v[._-]*)?[0-9oli]+([._-]+[0-9oli]+)+|v[._-]*[0-9oli]+|[oli]", re.IGNORECASE)
"""Numbers, some of them written with letters that look like digits: between dots, after a v, or a single one."""
_LIKE_DIGITS: Final = str.maketrans("oli", "011")


def is_pattern(text: str) -> bool:
    """Returns whether a text can protect tags: `versions`, a tag, or one with `*`."""
    return re.fullmatch(PATTERN, text) is not None


def names_version(tag: str) -> bool:
    """Returns whether a tag names a version (`1.0`, `V2`), or looks like one (`1.O`, `_1.0`, `v.2`): it never moves.

    A word such as `latest` may move.
    """
    bare = tag.strip("._-")
    return _VERSION.fullmatch(bare) is not None or _LIKE_A_VERSION.fullmatch(bare) is not None


def look(tag: str) -> str:
    """The appearance of a tag: two tags with the same look are not told apart.

    Without case, with the letters o, l and i as the digits that they resemble, and without dots and lines at the end.
    """
    return tag.lower().translate(_LIKE_DIGITS).rstrip("._-")


def protects(patterns: Iterable[str], tag: str) -> bool:
    """Returns whether one of the patterns looks like the tag: `versions`, a tag, or one with `*` for any characters."""
    return any(
        (pattern == VERSIONS and names_version(tag)) or name_matches(look(pattern), look(tag)) for pattern in patterns
    )
