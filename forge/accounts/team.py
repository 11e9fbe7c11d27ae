"""The people of a project: members of its organisation, and those who have a role in the project alone.

The caller has found the project for someone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from forge.accounts.models import Membership, ProjectMembership, Role, User
from forge.accounts.permissions import ALLOWED, OfOrganisation, Verb


@dataclass(frozen=True)
class Teammate:
    """A person and the roles by which they are let in; at least one of them is there."""

    user: User
    in_organisation: Role | None
    in_project: Role | None

    @property
    def role(self) -> Role:
        """The one that allows more."""
        return max(self.roles, key=lambda role: len(ALLOWED[role]))

    @property
    def roles(self) -> tuple[Role, ...]:
        return tuple(role for role in (self.in_organisation, self.in_project) if role is not None)

    def may(self, verb: Verb) -> bool:
        """Whether the roles allow this; a token's scopes and a second factor are not asked about."""
        return any(verb in ALLOWED[role] for role in self.roles)


def team_of(project: OfOrganisation, verb: Verb = Verb.READ) -> list[Teammate]:
    """Those who may do this to the project, by name; disabled people are among them. Two queries."""
    whole = Membership.objects.filter(organisation=project.organisation_id).select_related("user").order_by()
    single = ProjectMembership.objects.filter(project=project.pk).select_related("user").order_by()
    return [mate for mate in _joined(whole, single) if mate.may(verb)]


def ids_of_team(organisation: UUID, project: UUID | None) -> frozenset[UUID]:
    """The ids of the active people of an organisation, and of one of its projects. One query."""
    members = Membership.objects.filter(organisation=organisation, user__is_active=True).order_by()
    found = members.values_list("user")
    if project is not None:
        single = ProjectMembership.objects.filter(project=project, user__is_active=True).order_by()
        found = found.union(single.values_list("user"))
    return frozenset(person for (person,) in found)


def _joined(whole: Iterable[Membership], single: Iterable[ProjectMembership]) -> Collection[Teammate]:
    found = {each.user_id: Teammate(each.user, Role(each.role), None) for each in whole}
    for each in single:
        known = found.get(each.user_id)
        in_organisation = known.in_organisation if known else None
        found[each.user_id] = Teammate(each.user, in_organisation, Role(each.role))
    return sorted(found.values(), key=lambda mate: (str(mate.user), mate.user.email))
