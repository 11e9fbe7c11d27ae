"""Finding grants: a person's own, and those in an organisation for who manages its people."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from forge.accounts.grants.declarations import Grant, GrantKind, GrantScope, kinds
from forge.accounts.models import Organisation, Role, Standing, User
from forge.accounts.principals import Principal, PrincipalKind, acting_as
from forge.core.actors import Actor
from forge.core.errors import NotFound


@dataclass(frozen=True)
class OwnedGrant:
    """A grant, its kind, and whether it works with its maker's right of today."""

    kind: GrantKind
    grant: Grant
    works: bool


@dataclass(frozen=True)
class Loss:
    """The fate of grants whose creator loses the right."""

    ended_grants: tuple[OwnedGrant, ...] = ()
    handed_over: tuple[OwnedGrant, ...] = ()


def grants_of(people: Collection[User], organisation: Organisation | None = None) -> list[OwnedGrant]:
    """Returns what people made that could still work, everywhere or in an organisation. The caller may know of it."""
    scope = GrantScope([person.pk for person in people], organisation.pk if organisation else None)
    makers = {person.pk: acting_as(person) for person in people}
    return [
        OwnedGrant(kind, grant, grant.holds(makers[grant.maker]))
        for kind in kinds().values()
        for grant in kind.find(scope)
    ]


def created_by_tokens(person: User, tokens: Collection[UUID]) -> list[OwnedGrant]:
    """Returns what these tokens of a person made, and ends with them."""
    return [each for each in grants_of([person]) if each.grant.token in tokens]


def links_for_anyone(person: User) -> list[OwnedGrant]:
    """Returns the links of a person that let in anybody who has them."""
    return [each for each in grants_of([person]) if each.grant.is_for_anyone]


def own_things(actor: Actor) -> list[OwnedGrant]:
    """Returns what the person behind an actor made."""
    return grants_of([actor.person])


def find_thing(things: Iterable[OwnedGrant], kind: str, grant: UUID) -> OwnedGrant:
    """Returns a thing that the person made. Raises `NotFound`."""
    match = next((each for each in things if each.kind.name == kind and each.grant.id == grant), None)
    if match is None:
        raise NotFound("This does not exist; it may have ended.")
    return match


def sorted_by_loss(things: Iterable[OwnedGrant], maker: Actor, heir: Actor | None = None) -> Loss:
    """Returns what somebody with these rights loses of what they made: what an heir has the right to is handed over."""
    lost_grants = [each for each in things if not each.grant.holds(maker)]
    inherited_grants = [
        each for each in lost_grants if heir is not None and each.grant.can_be_handed_over and each.grant.holds(heir)
    ]
    return Loss(tuple(each for each in lost_grants if each not in inherited_grants), tuple(inherited_grants))


def as_member(person: User, organisation: Organisation, role: Role | None) -> Principal:
    """Returns how a person would act with another role in an organisation, or without any there.

    An organisation that asks them for a second factor does not count as one without a role: they set it up, and what
    they made works on.
    """
    standing = person.standing_without_block
    roles = {key: each for key, each in standing.roles.items() if key != organisation.pk}
    singles = standing.project_roles
    if role is None:
        singles = {key: each for key, each in singles.items() if each.organisation != organisation.pk}
    else:
        roles[organisation.pk] = role
    return acting_with(person, replace(standing, roles=roles, project_roles=singles))


def as_now(person: User) -> Principal:
    """Returns how a person acts with their roles of this moment, whether or not they are asked for a second factor."""
    return acting_with(person, person.standing_without_block)


def acting_with(person: User, standing: Standing) -> Principal:
    """Returns a principal that has read its roles already."""
    principal = Principal(PrincipalKind.PERSON, str(person.pk), person)
    principal.__dict__["_standing"] = standing
    return principal
