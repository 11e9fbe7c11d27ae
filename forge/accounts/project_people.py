"""The people of a project: members of its organisation, and those who have a role in the project, alone or by a team.

The caller has found the project for someone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Value

from forge.accounts.models import Membership, ProjectMembership, Role, User
from forge.accounts.permissions import ALLOWED_VERBS, OfOrganisation, Verb
from forge.accounts.roles import highest
from forge.core.errors import NotFound


@dataclass(frozen=True)
class ByTeam:
    """A role that somebody has by being in a team."""

    team: str
    role: Role


@dataclass(frozen=True)
class Teammate:
    """A person and the roles by which they are let in; at least one of them is there."""

    user: User
    in_organisation: Role | None
    in_project: Role | None
    by_teams: tuple[ByTeam, ...] = ()

    @property
    def role(self) -> Role:
        """The one that allows most."""
        return highest(self.roles)

    @property
    def roles(self) -> tuple[Role, ...]:
        own = tuple(role for role in (self.in_organisation, self.in_project) if role is not None)
        return own + tuple(each.role for each in self.by_teams)

    def may(self, verb: Verb) -> bool:
        """Returns whether the roles allow this; a token's scopes and a second factor are not checked."""
        return any(verb in ALLOWED_VERBS[role] for role in self.roles)


def team_of(project: OfOrganisation, verb: Verb = Verb.READ) -> list[Teammate]:
    """Returns the people who may do this to the project, by name; disabled people are among them. Makes two queries."""
    roles_by_person = _roles_in(project)
    people = User.objects.in_bulk(list(roles_by_person))
    mates = [_teammate(people[person], roles) for person, roles in roles_by_person.items() if person in people]
    return sorted((mate for mate in mates if mate.may(verb)), key=lambda mate: (str(mate.user), mate.user.email))


def find_teammate(project: OfOrganisation, person: UUID) -> Teammate:
    """Returns somebody who reads the project, with their roles. Raises `NotFound`."""
    teammate = next((mate for mate in team_of(project) if mate.user.pk == person), None)
    if teammate is None:
        raise NotFound("No person with this id can read the project. Invite them first.")
    return teammate


def ids_of_team(organisation: UUID, project: UUID | None) -> frozenset[UUID]:
    """The ids of the active people of an organisation, and of one of its projects. One query."""
    members = Membership.objects.filter(organisation=organisation, user__is_active=True).order_by()
    people = members.values_list("user")
    if project is not None:
        single = ProjectMembership.objects.filter(project=project, user__is_active=True).order_by()
        people = people.union(single.values_list("user"))
    return frozenset(person for (person,) in people)


_ORGANISATION, _PROJECT = "organisation", "project"
_Roles = Mapping[UUID, list[tuple[str, str, Role]]]


def _roles_in(project: OfOrganisation) -> _Roles:
    """Returns by person the source of a role, the name of the team where it is one, and the role. Makes one query."""
    members = Membership.objects.filter(organisation=project.organisation_id).order_by()
    columns = ("user", "whence", "by", "role_name")
    whole = members.annotate(whence=Value(_ORGANISATION), by=Value(""), role_name=F("role"))
    single = ProjectMembership.objects.filter(project=project.pk).order_by()
    single = single.annotate(whence=Value(_PROJECT), by=Value(""), role_name=F("role"))
    teams = members.filter(teams__roles__project=project.pk)
    teams = teams.annotate(whence=Value("team"), by=F("teams__name"), role_name=F("teams__roles__role"))
    roles: dict[UUID, list[tuple[str, str, Role]]] = {}
    parts = [part.values_list(*columns) for part in (whole, single, teams)]
    for person, whence, by, role in parts[0].union(*parts[1:], all=True):
        roles.setdefault(person, []).append((whence, by, Role(role)))
    return roles


def _teammate(user: User, roles: Iterable[tuple[str, str, Role]]) -> Teammate:
    of = {whence: role for whence, _, role in roles}
    by_teams = sorted((ByTeam(team, role) for _, team, role in roles if team), key=lambda each: each.team)
    return Teammate(user, of.get(_ORGANISATION), of.get(_PROJECT), tuple(by_teams))
