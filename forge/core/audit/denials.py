"""What was refused to someone: an error carries it, and whoever answers with the error has it written down.

Not where the error is raised: what is written there would be undone with the transaction that it ends.
"""

from __future__ import annotations

from dataclasses import dataclass

from forge.core.actors import Actor
from forge.core.audit.entries import NOWHERE, Place
from forge.core.errors import DomainError
from forge.core.hooks import Hook


@dataclass(frozen=True)
class Denial:
    """That someone may not do something, or asked for what is not there: both are written down, so that both take the
    same time."""

    actor: Actor
    verb: str
    where: str
    """What was asked for, as it was asked: `acme/kitchen`. It may name nothing."""
    place: Place = NOWHERE
    """Where that is, if it is anywhere."""


denied: Hook[[Denial], None] = Hook()
"""Writes a denial down. It decides which, and how many."""


def record_denial(error: Exception) -> None:
    """Has the denial that an error carries, if any, written down. Outside of the transaction that it ended."""
    if isinstance(error, DomainError) and isinstance(error.denial, Denial):
        denied.call(error.denial)
