"""The files that one unit of a program is compiled from: its own, and those that it includes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from posixpath import dirname, join, normpath

COMMON = "common"
"""The folder in which the compiler looks for a file that is not beside the one that names it."""

_DIRECTIVE = re.compile(rb'^[ \t]*#[ \t]*(?:include|embed)[ \t]*"([^"\n]+)"', re.MULTILINE)


def unit_files(unit: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The unit's own file and those of `files` that it can include, sorted by name: whatever an `#if` says."""
    names: set[str] = set()
    left = [unit]
    while left:
        name = left.pop()
        if name not in names:
            names.add(name)
            left += _included_by(name, files)
    return {name: files[name] for name in sorted(names)}


def _included_by(name: str, files: Mapping[str, bytes]) -> Iterator[str]:
    for include in _written_in(files[name]):
        places = (normpath(join(folder, include)) for folder in (dirname(name), COMMON))
        # The compiler says what it does not find.
        yield from [place for place in places if place in files][:1]


@lru_cache(maxsize=1024)
def _written_in(data: bytes) -> tuple[str, ...]:
    """Returns the files that a text includes; most units include the same kernels, which do not change while the
    process runs."""
    return tuple(each.decode("utf-8", "replace") for each in _DIRECTIVE.findall(data))
