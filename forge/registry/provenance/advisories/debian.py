"""Versions of Debian packages, in the order of `dpkg` (deb-version(7)). Pure.

They look like versions of Python, and are none: `1.1.1w` comes after `1.1.1`, and `2.0~rc1` before `2.0`.
"""

from __future__ import annotations

import re
from functools import cmp_to_key
from itertools import zip_longest
from typing import Any, Final

_VERSION: Final = re.compile(r"(?:([0-9]{1,9}):)?([0-9A-Za-z.+~-]+?)(?:-([0-9A-Za-z.+~]+))?")
_PARTS: Final = re.compile(r"([^0-9]*)([0-9]*)")
_END: Final = 0
"""The order of a text's end: before every letter, and behind the tilde."""
_FIRST: Final = "0~~"
"""A version that is before all that packages have."""

_DebianVersion = tuple[int, str, str]
"""The epoch, the version of the program, and the revision of the package."""


def debian_order(version: str) -> Any:
    """Returns what compares as the version does. "0" is before every version, as OSV means it. Raises `ValueError` for
    what is not a version of a Debian package."""
    match = _VERSION.fullmatch(_FIRST if version == "0" else version)
    if match is None:
        raise ValueError(f"{version!r} is not a version of a Debian package")
    parts: _DebianVersion = (int(match[1] or 0), match[2], match[3] or "")
    return cmp_to_key(_compared_versions)(parts)


def _compared_versions(one: _DebianVersion, other: _DebianVersion) -> int:
    """Returns a number below 0 for a version before another, 0 for the same, and above 0 for one after it."""
    return one[0] - other[0] or _compared_texts(one[1], other[1]) or _compared_texts(one[2], other[2])


def _compared_texts(one: str, other: str) -> int:
    """Compares two texts as `dpkg` does: a part without digits, letter by letter, then a number, and so on."""
    for mine, others in zip_longest(_PARTS.findall(one), _PARTS.findall(other), fillvalue=("", "")):
        letters = zip_longest(map(_order, mine[0]), map(_order, others[0]), fillvalue=_END)
        for left, right in (*letters, (int(mine[1] or 0), int(others[1] or 0))):
            if left != right:
                return -1 if left < right else 1
    return 0


def _order(letter: str) -> int:
    """Letters come before other characters, and a tilde before all, even before the end."""
    if letter == "~":
        return -1
    return ord(letter) if letter.isalpha() else ord(letter) + 256
