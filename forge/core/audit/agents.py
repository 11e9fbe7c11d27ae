"""The names of agents beside those of the people for whom they act, on pages."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.core.cache import cache

from forge.core.audit.messages import name_things

UNNAMED: Final = "An assistant"
"""The name of an agent whose row is gone."""
_SECONDS: Final = 3600
"""Seconds for which a name is remembered. An agent's never changes."""


def on_behalf(person: str, agent: UUID | None) -> str:
    """Returns who did something: "Jo Okafor", or "Claude for Jo Okafor" where an agent did it for them."""
    return person if agent is None else f"{_name_of(agent)} for {person}"


def _name_of(agent: UUID) -> str:
    key = f"agent:{agent}"
    name: str | None = cache.get(f"name:{key}")
    if name is None:
        thing = name_things([key]).get(key)
        name = thing.name if thing else UNNAMED
        cache.set(f"name:{key}", name, _SECONDS)
    return name
