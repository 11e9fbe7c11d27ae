"""Hooks of this floor: apps above it register their functions."""

from __future__ import annotations

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass
from uuid import UUID

from forge.accounts.models import Invitation, User
from forge.core.actors import Actor
from forge.core.hooks import Hook

readable_projects_among: Hook[[Actor, Collection[str]], Set[str]] = Hook()
"""Says which of these keys are projects that who acts may read as a member."""


projects_of_organisation: Hook[[UUID, Collection[str]], Set[str]] = Hook()
"""Says which of these keys are projects of an organisation, no matter who asks."""


@dataclass(frozen=True)
class MemberProject:
    """A project as the forms of this app offer it: for the restriction of a token, and to filter the audit log."""

    pk: UUID
    organisation_id: UUID
    name: str
    stream: str


member_projects: Hook[[Actor, UUID | None, int | None], Sequence[MemberProject]] = Hook()
"""Returns the projects that the actor may read by a role, by name: of one organisation, or of all, up to a limit."""


@dataclass(frozen=True)
class InvitationPurpose:
    """The purpose of an invitation, beside membership."""

    words: str
    """The words after "invites you to acme as viewer": `to review “Hears whispers”`."""
    to: str
    """The place that the person joins: `acme/kitchen`."""
    address: str
    """The address to which they go once they joined."""


purposes: Hook[[Invitation], InvitationPurpose | None] = Hook()
"""Returns the purposes of an invitation that an app above this floor created."""

invitation_accepted: Hook[[User, Invitation], None] = Hook()
"""The hooks that are called in the transaction that makes the person a member."""


def purpose_of(invitation: Invitation) -> InvitationPurpose | None:
    """The one that an invitation has; None for being a member alone. The highest floor says it best."""
    return next((purpose for purpose in reversed(purposes.call(invitation)) if purpose is not None), None)
