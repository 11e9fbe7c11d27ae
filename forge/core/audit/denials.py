"""Denials for the audit log: an error carries its denial, and the code that turns the error into a response records it.

An entry that was written where the error is raised would be rolled back with the transaction.
"""

from __future__ import annotations

from dataclasses import dataclass

from forge.core.actors import Actor
from forge.core.audit.entries import NOWHERE, AuditPlace
from forge.core.errors import DomainError
from forge.core.hooks import Hook


@dataclass(frozen=True)
class Denial:
    """A refusal: a person may not do something, or requested what does not exist.

    Both are recorded, so that both take the same time.
    """

    actor: Actor
    verb: str
    where: str
    """The requested place, as requested: `acme/kitchen`. It may not exist."""
    place: AuditPlace = NOWHERE
    """The place of the thing, if it has one."""


denial_recorders: Hook[[Denial], None] = Hook()
"""Writes a denial down. It decides which, and how many."""


def record_denial(error: Exception) -> None:
    """Records the denial of an error, if it has one. Call it outside of the transaction that the error rolled back."""
    if isinstance(error, DomainError) and isinstance(error.denial, Denial):
        denial_recorders.call(error.denial)
