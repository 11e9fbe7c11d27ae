"""An organisation's pages: its projects and members, invitations, settings, and what was deleted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from forge.accounts import actions
from forge.accounts.errors import LastOwner, OwnSecondFactorNeeded
from forge.accounts.models import Organisation, Role
from forge.accounts.organisations.access import find_organisation, members_of, open_invitations, require_may_create
from forge.accounts.permissions import Verb, can, organisations_where
from forge.accounts.principals import Principal, principal_of
from forge.accounts.teams.access import teams_of_member
from forge.activity.access import activity_of, complete
from forge.core.errors import Conflict, DomainError, Invalid, NotFound, SignInNeeded
from forge.projects.actions import restore_project
from forge.projects.models import Project
from forge.registry.listings import listed
from forge.web.activity import activity_rows
from forge.web.explore import complete as complete_runes
from forge.web.explore import rune_cards
from forge.web.inviting import InvitingForm, asked_for
from forge.web.pages import for_person, show_again
from forge.web.paging import chosen_of, rows_of, slice_of, words_of
from forge.web.project_filter import ProjectFilter
from forge.web.project_list import project_list
from forge.web.usage import shown_usage

ROLE_WORDS = {
    Role.VIEWER: "Viewer: reads, tries builds and comments",
    Role.REVIEWER: "Reviewer: approves, suggests changes and gives recordings too",
    Role.DEVELOPER: "Developer: edits, builds and publishes too",
    Role.MAINTAINER: "Maintainer: deletes and restores projects, and chooses who sees them too",
    Role.OWNER: "Owner: members, settings and publishing past a gate too",
}


MEMBER_SORTS = {"": "Name", "new": "Newest", "old": "First joined"}
MEMBER_ORDERS = {"": ("user__name", "user__email"), "new": ("-created", "pk"), "old": ("created", "pk")}
MEMBERS_SHOWN = 50
ACTIVITY_SHOWN = 50
DELETED_SHOWN = 50
RUNES_SHOWN = 24


def overview(request: HttpRequest, organisation: str) -> HttpResponse:
    """The projects, and what the organisation uses; for who is no member, what it shares with them."""
    principal = principal_of(request)
    try:
        found = find_organisation(principal, organisation)
    except (NotFound, SignInNeeded) as nothing:
        return _from_outside(request, principal, organisation, nothing)
    context = {
        "creates": can(principal, Verb.CREATE_PROJECT, found),
        "list": project_list(principal, ProjectFilter.of(request.GET), found.name),
        "usage": shown_usage(found),
    }
    return render(request, "organisation/overview.html", tabs_of(principal, found) | context)


def _from_outside(
    request: HttpRequest, principal: Principal, name: str, nothing: NotFound | SignInNeeded
) -> HttpResponse:
    """What an organisation shares with somebody who is no member; if nothing, it is as if it were not there."""
    projects = list(Project.objects.of_member(principal).filter(organisation__name=name).select_related("organisation"))
    runes = complete_runes(listed(principal).filter(repository__project__organisation__name=name))
    rows, pages = rows_of(request, runes, RUNES_SHOWN, at="runes")
    if not projects and not rows:
        raise nothing
    organisation = projects[0].organisation if projects else rows[0].repository.project.organisation
    context = {"organisation": organisation, "projects": projects, "cards": rune_cards(rows), "pages": pages}
    return render(request, "organisation/public.html", context)


@for_person
@never_cache
def members(request: HttpRequest, organisation: str) -> HttpResponse:
    """The members and the open invitations."""
    principal = principal_of(request)
    found = find_organisation(principal, organisation)
    return render(request, "organisation/members.html", _members(request, principal, found))


@for_person
def activity(request: HttpRequest, organisation: str) -> HttpResponse:
    """What happened in the organisation, the newest first."""
    principal = principal_of(request)
    found = find_organisation(principal, organisation)
    asked = activity_of(principal).filter(organisation=found)
    person, project = words_of(request, "person"), words_of(request, "project")
    if person:
        asked = asked.filter(Q(person__name__icontains=person) | Q(person__email__icontains=person))
    if project:
        asked = asked.filter(project__name__icontains=project)
    shown, pages = slice_of(request, asked, ACTIVITY_SHOWN)
    context = {
        "rows": activity_rows(principal, complete(shown)),
        "pages": pages,
        "person": person,
        "in_project": project,
    }
    return render(request, "organisation/activity.html", tabs_of(principal, found) | context)


def moved(request: HttpRequest, organisation: str, page: str, rest: str = "") -> HttpResponse:
    """Where pages of an organisation stood before they had a dash in their addresses."""
    query = request.META.get("QUERY_STRING", "")
    below = f"/{rest}" if rest else ""
    return redirect(f"/{organisation}/-/{page}{below}{'?' if query else ''}{query}", permanent=True)


def tabs_of(principal: Principal, organisation: Organisation) -> dict[str, Any]:
    """What all pages of an organisation show: its name, and the tabs that are for this person."""
    return {
        "organisation": organisation,
        "manages": can(principal, Verb.MANAGE_MEMBERS, organisation),
        "renames": can(principal, Verb.RENAME_ORGANISATION, organisation),
        "reads_audit": can(principal, Verb.READ_AUDIT, organisation),
    }


def _members(request: HttpRequest, principal: Principal, organisation: Organisation) -> dict[str, Any]:
    """The members whose name or address has what was asked for in it, a page at a time."""
    tabs = tabs_of(principal, organisation)
    words, role = words_of(request), chosen_of(request, "role", Role.values)
    sort = chosen_of(request, "sort", MEMBER_ORDERS)
    found = members_of(organisation, words)
    found = (found.filter(role=role) if role else found).order_by(*MEMBER_ORDERS[sort])
    shown, pages = rows_of(request, found, MEMBERS_SHOWN)
    return tabs | {
        "words": words,
        "role": role,
        "sort": sort,
        "sorts": MEMBER_SORTS,
        "pages": pages,
        "members": shown,
        "in_teams": teams_of_member(organisation, [each.user_id for each in shown]),
        "invitations": open_invitations(organisation) if tabs["manages"] else [],
        "roles": ROLE_WORDS,
        "invited_as": Role.DEVELOPER,
        "inviting": InvitingForm(),
    }


@for_person
@never_cache
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, organisation: str) -> HttpResponse:
    """Making an invitation, whose link is on the page that answers and never again."""
    principal = principal_of(request)
    if request.method == "GET":
        return redirect("members", organisation=organisation)
    found = find_organisation(principal, organisation, Verb.MANAGE_MEMBERS)
    try:
        asked = asked_for(request.POST)
        if asked.addresses:
            sent = actions.invite_by_email(principal, found, asked.role, asked.addresses, days=asked.days)
            answer: dict[str, Any] = {"sent": len(sent)}
        else:
            _, link = actions.invite(principal, found, asked.role, places=asked.places, days=asked.days)
            answer = {"link": link, "invited": asked}
    except Invalid as error:
        return show_again(request, "organisation/members.html", _members(request, principal, found), error)
    return render(request, "organisation/members.html", _members(request, principal, found) | answer)


@for_person
@require_POST
def revoke(request: HttpRequest, organisation: str, invitation: UUID) -> HttpResponse:
    """Revoking an invitation."""
    found = find_organisation(principal_of(request), organisation, Verb.MANAGE_MEMBERS)
    actions.revoke_invitation(principal_of(request), found, invitation)
    return redirect(f"{found.get_absolute_url()}/-/members#invitations")


@for_person
@require_POST
def member(request: HttpRequest, organisation: str, member: UUID) -> HttpResponse:
    """Giving a member another role, or taking them out; oneself, leaving."""
    principal = principal_of(request)
    found = find_organisation(principal, organisation)
    try:
        if "remove" in request.POST:
            actions.remove_member(principal, found, member)
        else:
            actions.change_role(principal, found, member, request.POST.get("role", ""))
    except (LastOwner, Invalid) as error:
        return show_again(request, "organisation/members.html", _members(request, principal, found), error)
    left = member == principal.pk and "remove" in request.POST
    return redirect("home" if left else f"{found.get_absolute_url()}/-/members")


@for_person
@require_POST
def hand_over(request: HttpRequest, organisation: str) -> HttpResponse:
    """Making another member an owner in one's own place."""
    principal = principal_of(request)
    found = find_organisation(principal, organisation, Verb.MANAGE_MEMBERS)
    try:
        actions.hand_over(principal, found, _heir(found, request.POST.get("member", "")))
    except Invalid as error:
        return show_again(request, "organisation/members.html", _members(request, principal, found), error)
    return redirect("members", organisation=found.name)


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
    """Making an organisation."""
    require_may_create(principal_of(request))
    if request.method == "GET":
        return render(request, "organisation/new.html")
    try:
        made = actions.create_organisation(
            principal_of(request), request.POST.get("name", "").strip(), request.POST.get("title", "")
        )
    except DomainError as error:
        return show_again(request, "organisation/new.html", {}, error)
    return redirect(made)


@for_person
@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest, organisation: str) -> HttpResponse:
    """An organisation's name and title."""
    principal = principal_of(request)
    found = find_organisation(principal, organisation, Verb.RENAME_ORGANISATION)
    if request.method == "GET":
        return render(request, "organisation/settings.html", tabs_of(principal, found))
    try:
        changed = actions.update_organisation(
            principal, found, name=request.POST.get("name", "").strip(), title=request.POST.get("title", "")
        )
    except (Invalid, Conflict) as error:
        return show_again(request, "organisation/settings.html", tabs_of(principal, found), error)
    return redirect(changed)


@for_person
@require_POST
def second_factor(request: HttpRequest, organisation: str) -> HttpResponse:
    """Requiring a second factor of the members, or no longer."""
    principal = principal_of(request)
    found = find_organisation(principal, organisation, Verb.MANAGE_MEMBERS)
    try:
        actions.require_second_factor(principal, found, required="required" in request.POST)
    except OwnSecondFactorNeeded as error:
        return show_again(request, "organisation/settings.html", tabs_of(principal, found), error)
    return redirect("organisation-settings", organisation=found.name)


@for_person
def deleted(request: HttpRequest, organisation: str) -> HttpResponse:
    """Deleted projects, each with its way back."""
    principal = principal_of(request)
    found = find_organisation(principal, organisation)
    return render(request, "organisation/deleted.html", _deleted(request, principal, found))


def _deleted(request: HttpRequest, principal: Principal, organisation: Organisation) -> dict[str, Any]:
    projects = Project.objects.deleted_for(principal).filter(organisation=organisation).order_by("-deleted_at")
    shown, pages = rows_of(request, projects, DELETED_SHOWN)
    return tabs_of(principal, organisation) | {
        "projects": shown,
        "pages": pages,
        "restores": organisation.pk in organisations_where(principal, Verb.MANAGE),
    }


@for_person
@require_POST
def restore(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Bringing a deleted project back."""
    principal = principal_of(request)
    found = find_organisation(principal, organisation)
    try:
        project = restore_project(principal, found, name, request.POST.get("name", "").strip() or None)
    except (Conflict, Invalid) as error:
        return show_again(
            request, "organisation/deleted.html", _deleted(request, principal, found) | {"wanted": name}, error
        )
    return redirect(f"{project.get_absolute_url()}/studio")
