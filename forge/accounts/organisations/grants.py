"""Invitations, as grants: a link works while the person who made it may invite, and has all of what it gives."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from django.utils import timezone

from forge.accounts.grants.declarations import Grant, GrantKind, GrantScope, declare
from forge.accounts.models import Invitation, User
from forge.accounts.organisations.invitations import may_offer
from forge.core.actors import Actor
from forge.core.audit.messages import name_things


def _find(scope: GrantScope) -> Sequence[Grant]:
    invitations = list(scope.narrow(Invitation.objects.open(), "invited_by").select_related("organisation"))
    projects = name_things({f"project:{each.project}" for each in invitations if each.project})
    return [
        _grant(each, projects[key].name if (key := f"project:{each.project}") in projects else "")
        for each in invitations
    ]


def _grant(invitation: Invitation, project: str) -> Grant:
    place = project or invitation.organisation.name
    whom = invitation.email or ("one person" if invitation.places == 1 else f"{invitation.places} people")
    kind = "Invitation of" if invitation.email else "Link for any"
    return Grant(
        id=invitation.pk,
        maker=invitation.invited_by_id or UUID(int=0),
        title=f"{kind} {whom} to {place} as {invitation.get_role_display().lower()}",
        holds=_offers(invitation),
        place=place,
        created=invitation.created,
        expires=invitation.expires,
        # The person who made a link knows it, and could come back through it.
        can_be_handed_over=bool(invitation.email),
        is_for_anyone=not invitation.email,
        token=invitation.created_by_token,
    )


def _offers(invitation: Invitation) -> Callable[[Actor], bool]:
    return lambda actor: may_offer(actor, invitation)


def _end(ids: Collection[UUID]) -> None:
    Invitation.objects.open().filter(pk__in=ids).update(revoked=timezone.now())


def _hand_over(ids: Collection[UUID], heir: User) -> None:
    Invitation.objects.open().filter(pk__in=ids).exclude(email="").update(invited_by=heir, created_by_token=None)


declare(
    GrantKind(
        name="invitation",
        label="Invitations",
        icon="mail",
        rule="An invitation works only while you may invite people there and hold every right that it grants.",
        model=Invitation,
        maker="invited_by",
        find=_find,
        end=_end,
        hand_over=_hand_over,
    )
)
