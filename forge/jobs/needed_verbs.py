"""The verb that each kind of jobs needs, for the queries of jobs, which know nothing else of a kind."""

from __future__ import annotations

from collections.abc import Mapping

from forge.accounts.permissions import Verb

_verbs: dict[str, Verb] = {}


def declare_needed_verb(kind: str, verb: Verb) -> None:
    """Adds the verb of a kind."""
    _verbs[kind] = verb


def needed_verbs() -> Mapping[str, Verb]:
    """Returns the verbs by the names of kinds."""
    return _verbs
