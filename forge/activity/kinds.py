"""What a person can have done, and what is written down of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID


class ActivityKind(StrEnum):
    """What somebody did."""

    CREATED = "created"
    RESTORED = "restored"
    DELETED = "deleted"
    SAVED = "saved"
    SAMPLES = "samples"
    BUILT = "built"
    ASKED = "asked"
    CONTINUED = "continued"
    CLOSED = "closed"
    APPROVED = "approved"
    OBJECTED = "objected"
    COMMENTED = "commented"
    TOOK = "took"
    PUBLISHED = "published"
    OFFERED = "offered"
    MERGED = "merged"
    DECLINED = "declined"


@dataclass(frozen=True)
class Deed:
    """One thing that one person did, as an event tells it.

    Deeds of one person, kind and subject that follow each other within `WINDOW` of `forge.activity.recording` are one
    entry, which has the facts of the last.
    """

    kind: ActivityKind
    person: UUID
    subject: str = ""
    """What tells two deeds of a kind apart: of a publication the tag, of a comment what it is about."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What `forge.activity.words` makes a sentence of."""
    project: UUID | None = None
    """The project, where the event is told on the stream of its organisation."""
