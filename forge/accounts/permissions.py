"""Who may do what: one table of verbs by role. Every action asks it; nothing else compares roles."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from forge.accounts.models import Membership, Organisation, Role


class Verb(StrEnum):
    """What can be done to an organisation or to one of its projects."""

    SEE_ORGANISATION = "see the organisation"
    MANAGE_MEMBERS = "manage members"
    RENAME_ORGANISATION = "rename the organisation"
    CREATE_PROJECT = "create a project"
    SEE = "see the project's page"
    READ = "read the project's files and builds"
    COMMENT = "comment"
    REVIEW = "give a verdict on a build"
    EDIT = "edit the project's files"
    BUILD = "build the project"
    PUBLISH = "publish a build"
    DESCRIBE = "rename or describe the project"
    MANAGE = "delete the project, restore it or change who sees it"


_VIEWER = frozenset({Verb.SEE_ORGANISATION, Verb.SEE, Verb.READ, Verb.COMMENT, Verb.REVIEW})
_DEVELOPER = _VIEWER | {Verb.CREATE_PROJECT, Verb.EDIT, Verb.BUILD, Verb.PUBLISH, Verb.DESCRIBE}
_OWNER = _DEVELOPER | {Verb.MANAGE_MEMBERS, Verb.RENAME_ORGANISATION, Verb.MANAGE}

ALLOWED: Mapping[str, frozenset[Verb]] = {Role.VIEWER: _VIEWER, Role.DEVELOPER: _DEVELOPER, Role.OWNER: _OWNER}
"""The verbs of each role."""

ANYONE_ON_PUBLIC: frozenset[Verb] = frozenset({Verb.SEE})
"""What anyone may do to a public project, signed in or not."""


class OfOrganisation(Protocol):
    """A project, seen from this floor."""

    organisation_id: UUID
    visibility: str


def role_in(user: Any, organisation_id: UUID) -> Role | None:
    """The person's role in an organisation, or None."""
    if not user.is_authenticated:
        return None
    role = Membership.objects.filter(user_id=user.pk, organisation_id=organisation_id).values_list("role", flat=True)
    found = role.first()
    return Role(found) if found else None


def can(user: Any, verb: Verb, target: Organisation | OfOrganisation) -> bool:
    """Whether the person may do this to an organisation or a project; `user` may be anonymous."""
    if isinstance(target, Organisation):
        return role_allows(role_in(user, target.pk), verb)
    if verb in ANYONE_ON_PUBLIC and target.visibility == "public":
        return True
    return role_allows(role_in(user, target.organisation_id), verb)


def role_allows(role: str | None, verb: Verb) -> bool:
    """Whether a role includes a verb; nobody's role includes none."""
    return role is not None and verb in ALLOWED[role]
