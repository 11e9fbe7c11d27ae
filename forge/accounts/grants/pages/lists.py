"""Links and tokens of a person, on their own page, and for those who manage members on a member's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from forge.accounts.access import find_member, find_organisation, members_of
from forge.accounts.grants.access import OwnedGrant, grants_of, own_things
from forge.accounts.grants.actions import end_members_thing, end_own_thing, hand_over_thing
from forge.accounts.grants.declarations import GrantKind, kinds
from forge.accounts.models import Membership, Organisation, Role
from forge.accounts.organisation_tabs import tabs_of
from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, principal_of
from forge.accounts.roles import ROLE_DESCRIPTIONS
from forge.core.errors import Invalid
from forge.core.http.pages import for_person, show_again

_OWN, _OF_MEMBER = "account/grants.html", "organisation/member.html"


@for_person
@never_cache
@require_GET
def own_grants_page(request: HttpRequest) -> HttpResponse:
    """Shows one's own links, tokens and connections, by kind. A new password leads here: what a stolen
    session made and the password did not end is seen."""
    groups = _by_kind(own_things(principal_of(request)))
    return render(request, _OWN, {"groups": groups, "is_after_password": "new-password" in request.GET})


@for_person
@require_POST
def end_grant(request: HttpRequest, kind: str, grant: UUID) -> HttpResponse:
    """Ends a thing that the person made."""
    end_own_thing(principal_of(request), kind, grant)
    return redirect("made")


@for_person
@never_cache
@require_GET
def grants_of_member(request: HttpRequest, organisation: str, member: UUID) -> HttpResponse:
    """Shows the links and tokens of a member in an organisation, and which of them can be handed over."""
    principal = principal_of(request)
    place = find_organisation(principal, organisation, Verb.MANAGE_MEMBERS)
    return render(request, _OF_MEMBER, member_context(principal, place, find_member(place, member)))


@for_person
@require_POST
def change_grant_of_member(
    request: HttpRequest, organisation: str, member: UUID, kind: str, grant: UUID
) -> HttpResponse:
    """Ends a thing that a member made, or hands it over."""
    principal = principal_of(request)
    place = find_organisation(principal, organisation, Verb.MANAGE_MEMBERS)
    maker = find_member(place, member)
    try:
        if "heir" in request.POST:
            hand_over_thing(principal, place, member, kind, grant, _id(request.POST["heir"]))
        else:
            end_members_thing(principal, place, member, kind, grant)
    except Invalid as error:
        return show_again(request, _OF_MEMBER, member_context(principal, place, maker), error)
    return redirect("member-made", organisation=place.name, member=member)


def member_context(principal: Principal, organisation: Organisation, member: Membership) -> dict[str, Any]:
    """Returns what the page of one member shows."""
    owners = members_of(organisation).filter(role=Role.OWNER, user__is_active=True).exclude(user=member.user)
    return tabs_of(principal, organisation) | {
        "member": member,
        "groups": _by_kind(grants_of([member.user], organisation)),
        "heirs": [each.user for each in owners],
        "roles": ROLE_DESCRIPTIONS,
    }


def _by_kind(things: Sequence[OwnedGrant]) -> list[tuple[GrantKind, list[OwnedGrant]]]:
    groups = [(kind, [each for each in things if each.kind is kind]) for kind in kinds().values()]
    return [(kind, group) for kind, group in groups if group]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
