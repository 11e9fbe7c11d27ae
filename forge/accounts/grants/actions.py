"""Ending what somebody made, and handing it over."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Annotated
from uuid import UUID

from django.db import transaction
from rest_framework.fields import UUIDField

from forge.accounts.access import find_member, require_person
from forge.accounts.grants.access import Loss, OwnedGrant, as_now, find_thing, grants_of, own_things, sorted_by_loss
from forge.accounts.grants.declarations import GrantKind
from forge.accounts.models import Organisation, User
from forge.accounts.permissions import Verb
from forge.accounts.place import ORGANISATION_OF_PEOPLE
from forge.core.actors import Actor
from forge.core.api.acts import DONE, act
from forge.core.api.states import ENDS, SETS
from forge.core.audit.entries import AuditPlace, write_entry
from forge.core.errors import Invalid

_GRANT = "members/<uuid:member>/grants/<str:kind>/<uuid:grant>"


@transaction.atomic
def end_own_thing(actor: Actor, kind: str, grant: UUID) -> None:
    """Ends something that the person made. Raises `PersonNeeded` and `NotFound`."""
    require_person(actor)
    thing = find_thing(own_things(actor), kind, grant)
    thing.kind.end([grant])
    write_entry(actor, "grant.end", f"user:{actor.pk}", actor.person.place, thing=thing.grant.title)


@act(
    "DELETE",
    ORGANISATION_OF_PEOPLE,
    _GRANT,
    "member_grants_end",
    verb=Verb.MANAGE_MEMBERS,
    state=ENDS,
    answer=DONE,
)
@transaction.atomic
def end_members_thing(actor: Actor, organisation: Organisation, member: UUID, kind: str, grant: UUID) -> None:
    """Ends something that a member made in an organisation. A token that reaches other organisations too works on
    there, and what it made in this one ends."""
    maker = find_member(organisation, member).user
    things = grants_of([maker], organisation)
    thing = find_thing(things, kind, grant)
    ended_grants: tuple[OwnedGrant, ...] = (thing,)
    if thing.kind.leave is not None and thing.kind.leave(grant, organisation.pk):
        _write_leaving(actor, organisation, maker, thing)
        ended_grants = tuple(each for each in things if each.grant.token == grant)
    for group_kind, group in _by_kind(ended_grants):
        group_kind.end([each.grant.id for each in group])
    _write_loss(actor, organisation.place, maker, Loss(ended_grants=ended_grants), None)


@act(
    "POST",
    ORGANISATION_OF_PEOPLE,
    f"{_GRANT}/hand-over",
    "member_grants_hand_over",
    verb=Verb.MANAGE_MEMBERS,
    state=SETS,
    answer=DONE,
)
@transaction.atomic
def hand_over_thing(
    actor: Actor,
    organisation: Organisation,
    member: UUID,
    kind: str,
    grant: UUID,
    heir: Annotated[UUID | None, UUIDField(help_text="a member who has the right that it needs")],
) -> None:
    """Lets something that a member made in an organisation work with another member's right from now on."""
    maker, taker = find_member(organisation, member).user, find_member(organisation, heir).user
    thing = find_thing(grants_of([maker], organisation), kind, grant)
    if thing.kind.hand_over is None or not thing.grant.can_be_handed_over:
        raise Invalid(f"{thing.grant.title} cannot be handed over. End it, and make another one.")
    if not thing.grant.holds(as_now(taker)):
        raise Invalid(f"{taker} does not have the right that this needs.", errors={"heir": ["Without the right."]})
    thing.kind.hand_over([grant], taker)
    _write_loss(actor, organisation.place, maker, Loss(handed_over=(thing,)), taker)


@transaction.atomic
def end_lost_grants(organisation: Organisation, people: Iterable[User], actor: Actor, heir: User | None = None) -> None:
    """Ends what people made in an organisation and have no right to any more, in the transaction that took the right.

    What an heir has the right to, and what can be handed over, works with the heir's right from now on.
    """
    for person in people:
        things = grants_of([person], organisation)
        loss = sorted_by_loss(things, as_now(person), as_now(heir) if heir else None)
        for kind, group in _by_kind(loss.ended_grants):
            kind.end([each.grant.id for each in group])
        for kind, group in _by_kind(loss.handed_over):
            if heir is not None and kind.hand_over is not None:
                kind.hand_over([each.grant.id for each in group], heir)
        _write_loss(actor, organisation.place, person, loss, heir)


def _by_kind(things: Iterable[OwnedGrant]) -> list[tuple[GrantKind, list[OwnedGrant]]]:
    return [(kind, list(group)) for kind, group in groupby(things, key=lambda each: each.kind)]


def _write_leaving(actor: Actor, organisation: Organisation, member: User, thing: OwnedGrant) -> None:
    """The member reads it in the log of their account, also when they are no longer a member."""
    data = {"member": str(member.pk), "thing": thing.grant.title, "place": organisation.name}
    for place in (organisation.place, member.place):
        write_entry(actor, "grant.leave", f"user:{member.pk}", place, **data)


def _write_loss(actor: Actor, place: AuditPlace, maker: User, loss: Loss, heir: User | None) -> None:
    subject = f"user:{maker.pk}"
    if loss.ended_grants:
        titles = [each.grant.title for each in loss.ended_grants]
        write_entry(actor, "grant.lose", subject, place, member=str(maker.pk), things=titles)
    if loss.handed_over and heir is not None:
        titles = [each.grant.title for each in loss.handed_over]
        write_entry(actor, "grant.hand-over", subject, place, member=str(maker.pk), heir=str(heir), things=titles)
