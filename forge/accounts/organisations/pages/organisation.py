"""An organisation's pages: its projects and members, invitations, settings, and what was deleted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django_filters import ChoiceFilter

from forge.accounts.access import find_organisation, members_of, open_invitations, require_may_create
from forge.accounts.errors import LastOwner, OwnSecondFactorNeeded
from forge.accounts.models import Organisation, Role
from forge.accounts.organisation_tabs import tabs_of
from forge.accounts.organisations.actions import invitations as invitation_actions
from forge.accounts.organisations.actions import members as member_actions
from forge.accounts.organisations.actions import organisations
from forge.accounts.organisations.etag_facets import member_facets, organisation_facets
from forge.accounts.organisations.pages.invitation_form import InvitingForm, invitation_request
from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, principal_of
from forge.accounts.roles import ROLE_DESCRIPTIONS, role_choices
from forge.accounts.teams.access import teams_of_member
from forge.core.errors import Conflict, DomainError, Invalid, Stale
from forge.core.http.filters import ListFilter, SortFilter, WordsFilter
from forge.core.http.pages import for_person, show_again
from forge.core.http.paging import rows_of
from forge.core.preconditions import etag_of, form_precondition

MEMBERS_SHOWN = 50


class MemberFilter(ListFilter):
    """The members of an organisation on its page."""

    q = WordsFilter("user__name", "user__email")
    role = ChoiceFilter(choices=role_choices())
    sort = SortFilter(
        {
            "": ("Name", ("user__name", "user__email")),
            "new": ("Newest", ("-created", "pk")),
            "old": ("First joined", ("created", "pk")),
        }
    )


@for_person
@never_cache
def members(request: HttpRequest, organisation: str) -> HttpResponse:
    """The members and the open invitations."""
    principal = principal_of(request)
    place = find_organisation(principal, organisation)
    return render(request, "organisation/members.html", _members(request, principal, place))


def _members(request: HttpRequest, principal: Principal, organisation: Organisation) -> dict[str, Any]:
    """The matching members, a page at a time."""
    tabs = tabs_of(principal, organisation)
    filters = MemberFilter(request.GET, members_of(organisation))
    rows, pages = rows_of(request, filters.qs, MEMBERS_SHOWN)
    return tabs | {
        "chosen": filters.values,
        "sorts": filters.sorts,
        "pages": pages,
        "members": rows,
        "states": {each.user_id: etag_of(member_facets(each)) for each in rows} if tabs["manages"] else {},
        "in_teams": teams_of_member(organisation, [each.user_id for each in rows]),
        "invitations": open_invitations(organisation) if tabs["manages"] else [],
        "roles": ROLE_DESCRIPTIONS,
        "invited_as": Role.DEVELOPER,
        "inviting": InvitingForm(),
    }


@for_person
@never_cache
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, organisation: str) -> HttpResponse:
    """Makes an invitation, whose link is on the page that answers and never again."""
    principal = principal_of(request)
    if request.method == "GET":
        return redirect("members", organisation=organisation)
    place = find_organisation(principal, organisation, Verb.MANAGE_MEMBERS)
    try:
        invitation = invitation_request(request.POST)
        if invitation.addresses:
            invitations = invitation_actions.invite_by_email(
                principal, place, invitation.role, invitation.addresses, days=invitation.days
            )
            answer: dict[str, Any] = {"sent": len(invitations)}
        else:
            _, link = invitation_actions.invite(
                principal, place, invitation.role, places=invitation.places, days=invitation.days
            )
            answer = {"link": link, "invited": invitation}
    except Invalid as error:
        return show_again(request, "organisation/members.html", _members(request, principal, place), error)
    return render(request, "organisation/members.html", _members(request, principal, place) | answer)


@for_person
@require_POST
def revoke(request: HttpRequest, organisation: str, invitation: UUID) -> HttpResponse:
    """Revokes an invitation."""
    place = find_organisation(principal_of(request), organisation, Verb.MANAGE_MEMBERS)
    invitation_actions.revoke_invitation(principal_of(request), place, invitation)
    return redirect(f"{place.get_absolute_url()}/-/members#invitations")


@for_person
@require_POST
def member(request: HttpRequest, organisation: str, member: UUID) -> HttpResponse:
    """Gives a member another role, or removes them; a member removes themself to leave."""
    principal = principal_of(request)
    place = find_organisation(principal, organisation)
    try:
        heir = _optional_heir(place, request.POST.get("heir", ""))
        if "remove" in request.POST:
            member_actions.remove_member(principal, place, member, heir)
        else:
            role, precondition = request.POST.get("role", ""), form_precondition(request.POST)
            member_actions.change_role(principal, place, member, role, heir, precondition=precondition)
    except (LastOwner, Invalid, Stale) as error:
        return show_again(request, "organisation/members.html", _members(request, principal, place), error)
    left = member == principal.pk and "remove" in request.POST
    return redirect("home" if left else f"{place.get_absolute_url()}/-/members")


@for_person
@require_POST
def hand_over(request: HttpRequest, organisation: str) -> HttpResponse:
    """Makes another member an owner in the person's place."""
    principal = principal_of(request)
    place = find_organisation(principal, organisation, Verb.MANAGE_MEMBERS)
    try:
        member_actions.hand_over(principal, place, _heir(place, request.POST.get("member", "")))
    except Invalid as error:
        return show_again(request, "organisation/members.html", _members(request, principal, place), error)
    return redirect("members", organisation=place.name)


def _optional_heir(organisation: Organisation, text: str) -> UUID | None:
    return _heir(organisation, text) if text else None


def _heir(organisation: Organisation, text: str) -> UUID:
    """The member whom an address or an id means. Raises `Invalid`."""
    try:
        return UUID(text)
    except ValueError:
        member = members_of(organisation).filter(user__email=text.strip().lower()).first()
    if member is None:
        raise Invalid(
            f"{organisation.name} has no member with the address {text.strip()[:100]}. Invite them first.",
            errors={"member": ["A member's email address."]},
        )
    return member.user_id


@for_person
@require_http_methods(["GET", "POST"])
def new_organisation(request: HttpRequest) -> HttpResponse:
    """Makes an organisation."""
    require_may_create(principal_of(request))
    if request.method == "GET":
        return render(request, "organisation/new.html")
    try:
        organisation = organisations.create_organisation(
            principal_of(request), request.POST.get("name", "").strip(), request.POST.get("title", "")
        )
    except DomainError as error:
        return show_again(request, "organisation/new.html", {}, error)
    return redirect(organisation)


@for_person
@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest, organisation: str) -> HttpResponse:
    """An organisation's name and title."""
    principal = principal_of(request)
    place = find_organisation(principal, organisation, Verb.RENAME_ORGANISATION)
    if request.method == "GET":
        return render(request, "organisation/settings.html", _settings_context(principal, place))
    name, title = request.POST.get("name", "").strip(), request.POST.get("title", "")
    try:
        changed = organisations.update_organisation(
            principal, place, name=name, title=title, precondition=form_precondition(request.POST)
        )
    except (Invalid, Conflict, Stale) as error:
        place.refresh_from_db()
        return show_again(request, "organisation/settings.html", _settings_context(principal, place), error)
    return redirect(changed)


def _settings_context(principal: Principal, place: Organisation) -> dict[str, Any]:
    return {**tabs_of(principal, place), "etag": etag_of(organisation_facets(place))}


@for_person
@require_POST
def second_factor(request: HttpRequest, organisation: str) -> HttpResponse:
    """Requires a second factor of the members, or no longer."""
    principal = principal_of(request)
    place = find_organisation(principal, organisation, Verb.MANAGE_MEMBERS)
    try:
        organisations.require_second_factor(principal, place, required="required" in request.POST)
    except OwnSecondFactorNeeded as error:
        return show_again(request, "organisation/settings.html", _settings_context(principal, place), error)
    return redirect("organisation-settings", organisation=place.name)
