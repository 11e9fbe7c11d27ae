"""Preconditions: an act on a thing that moves names the state that the caller read, and is refused once it has changed.

A page's form carries the state in its field `etag`, the API in `ETag` and `If-Match` (`forge.core.api.preconditions`).
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
FIELD = "etag"
ANY = "*"
"""Any current state. An act refuses it, because its caller must name the state that they read; a file accepts it."""
ABSENT = "!*"
"""The state of a file, link or mirror that does not exist yet."""
NO_PRECONDITION = "Send If-Match with the ETag of what you read, so that nothing newer is acted on."

Precondition = Collection[str] | None
"""The states of which one must hold; None where the caller acts on whatever is there."""


@dataclass(frozen=True)
class Facet:
    """Something of a thing that can change. `value` is JSON; `changed` is the sentence that says that it did."""

    name: str
    value: object
    changed: str


def etag_of(facets: Sequence[Facet]) -> str:
    """Returns the state that facets have together, such as `files-1f0c….tags-88ab…`."""
    return ".".join(f"{each.name}-{_digest(each)}" for each in facets)


def require_precondition(facets: Sequence[Facet], precondition: Precondition) -> None:
    """Raises `Stale`, with a sentence for each facet that changed, where no state of `precondition` holds, and
    `PreconditionRequired` where it names none, as `ANY` does not."""
    if precondition is None:
        return
    if ABSENT in precondition:
        raise Stale("It already exists. Nothing was changed.")
    changes = [_changed(facets, _read(state)) for state in precondition if state != ANY]
    if not changes:
        raise PreconditionRequired(NO_PRECONDITION)
    fewest = min(changes, key=len)
    if fewest:
        sentences = " ".join(dict.fromkeys(each.changed for each in fewest))
        raise Stale(f"{sentences} Nothing was changed. Check the current state, then decide again.")


def require_precondition_to_replace(facets: Sequence[Facet], precondition: Precondition, *, exists: bool) -> None:
    """The same, of an act that makes the thing where there is none yet: that needs no state."""
    if exists or (precondition and ABSENT not in precondition):
        require_precondition(facets, precondition)


def form_precondition(form: QueryDict) -> Precondition:
    """Returns the state that a page's form carries. A form without one is refused."""
    return [form.get(FIELD, "")]


def _changed(facets: Sequence[Facet], digests: Mapping[str, str]) -> list[Facet]:
    return [each for each in facets if digests.get(each.name) != _digest(each)]


def _read(state: str) -> dict[str, str]:
    parts = (part.rpartition("-") for part in state.split("."))
    return {name: digest for name, _, digest in parts}


def _digest(facet: Facet) -> str:
    text = json.dumps(facet.value, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode("utf-8")).hexdigest()[:_LENGTH]
