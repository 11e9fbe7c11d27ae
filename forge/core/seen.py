"""The state of a thing as somebody saw it: an act on a thing that moves names it, and is refused once it has changed.

A page's form carries the state in its field `seen`, the API in `ETag` and `If-Match` (`forge.core.api.preconditions`).
A state has a part for each facet of the thing: a refusal says which of them changed, and an act depends only on the
facets that matter to it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.http import QueryDict

from forge.core.errors import PreconditionRequired, Stale

_LENGTH = 16
"""Hexadecimal digits of a facet's digest."""
FIELD = "seen"
SAY_WHAT_YOU_SAW = "Send If-Match with the ETag of what you read, so that nothing newer is acted on."

Seen = Collection[str] | None
"""The states of which one must hold; None where the caller acts on whatever is there."""


@dataclass(frozen=True)
class Facet:
    """Something of a thing that can change. `value` is JSON; `changed` is the sentence that says that it did."""

    name: str
    value: object
    changed: str


def seen_state(facets: Sequence[Facet]) -> str:
    """Returns the state that facets have together, such as `files-1f0c….tags-88ab…`."""
    return ".".join(f"{each.name}-{_digest(each)}" for each in facets)


def require_seen(facets: Sequence[Facet], seen: Seen) -> None:
    """Raises `Stale`, with a sentence for each facet that changed, where none of the states that were seen holds, and
    `PreconditionRequired` where none is named."""
    if seen is None:
        return
    changes = [_changed(facets, _read(state)) for state in seen]
    if not changes:
        raise PreconditionRequired(SAY_WHAT_YOU_SAW)
    fewest = min(changes, key=len)
    if fewest:
        sentences = " ".join(dict.fromkeys(each.changed for each in fewest))
        raise Stale(f"{sentences} Nothing was done. Look at it as it is now, then decide again.")


def require_seen_to_replace(facets: Sequence[Facet], seen: Seen, *, exists: bool) -> None:
    """The same, of an act that makes the thing where there is none yet: that needs no state."""
    if exists or seen:
        require_seen(facets, seen)


def seen_in(form: QueryDict) -> Seen:
    """Returns the state that a page's form carries. A form without one saw nothing, and is refused."""
    return [form.get(FIELD, "")]


def _changed(facets: Sequence[Facet], seen: Mapping[str, str]) -> list[Facet]:
    return [each for each in facets if seen.get(each.name) != _digest(each)]


def _read(state: str) -> dict[str, str]:
    parts = (part.rpartition("-") for part in state.split("."))
    return {name: digest for name, _, digest in parts}


def _digest(facet: Facet) -> str:
    text = json.dumps(facet.value, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode("utf-8")).hexdigest()[:_LENGTH]
