"""The hooks of this floor; higher floors register functions in their `AppConfig.ready`."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from forge.core.actors import Actor
from forge.core.hooks import Hook
from forge.core.models import Comment
from forge.reviews.models import AnchoredThread, ChangeRequest


@dataclass(frozen=True)
class Mention:
    """Somebody wrote a comment and mentioned others in it; `people` are the ids of members, never the author's own."""

    actor: Actor
    thread: AnchoredThread
    comment: Comment
    people: frozenset[UUID]


@dataclass(frozen=True)
class ServedChange:
    """The address at which the newest build of an open change request is served."""

    url: str
    """The page that says so, and has its link."""
    build_number: int | None
    """The build that is served; None while there is none."""
    hint: str
    """How the key of its link begins and ends; "" if there is no link."""


served_changes: Hook[[ChangeRequest], ServedChange] = Hook()
"""The functions that the page of a change request calls, which the caller has found."""


@dataclass(frozen=True)
class EditReason:
    """The reason of an edit of a draft's files, in the words of who made it."""

    paths: frozenset[str]
    """The files, without the Runefile."""
    keys: frozenset[str]
    """The keys of the changes in the Runefile (`rune.editing.merge.selection`)."""
    reason: str


edit_reasons: Hook[[ChangeRequest], tuple[EditReason, ...]] = Hook()
"""The functions that tell the reasons of the edits that a change request offers, oldest first."""


comment_mentions: Hook[[Mention], None] = Hook()
"""The hooks that are called in the transaction that writes the comment, or the edit that mentions them for the first
time."""
