"""The things that are lost when the bytes of a blob are damaged or missing, by the names that people use."""

from __future__ import annotations

from collections.abc import Sequence

from forge.core.hooks import Hook

names_of_users: Hook[[str], Sequence[str]] = Hook()
"""The names of what a blob with this digest is a part of, such as `acme/kitchen:1.0`. For operators: rights
are not checked."""

MAX_NAMES = 50
"""Names that one finding has."""


def affected_names(digest: str) -> tuple[str, ...]:
    """The names of what a blob is a part of, sorted, at most `MAX_NAMES`."""
    return tuple(sorted({name for names in names_of_users.call(digest) for name in names})[:MAX_NAMES])
