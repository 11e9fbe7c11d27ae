"""A project's Share page: who sees it and as what, and letting others in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from forge.accounts.access import open_invitations
from forge.accounts.models import Role, TeamRole
from forge.accounts.organisations.pages.invitation_form import InvitingForm, invitation_request
from forge.accounts.permissions import Verb, can, is_more
from forge.accounts.principals import Principal, principal_of
from forge.accounts.project_people import Teammate, team_of
from forge.accounts.roles import ROLE_DESCRIPTIONS
from forge.accounts.teams.access import find_team, names_of_teams, team_in, teams_in
from forge.core.errors import Invalid, NotFound, Stale
from forge.core.http.pages import for_person, show_again
from forge.core.http.paging import things_of, words_of
from forge.core.preconditions import etag_of, form_precondition
from forge.projects.access import origin_of
from forge.projects.models import Project
from forge.projects.people.actions.roles import (
    end_project_role,
    give_project_role,
    invite_to_project,
    invite_to_project_by_email,
    revoke_project_invitation,
)
from forge.projects.people.actions.teams import end_team_role, give_team_role
from forge.projects.people.etag_facets import NO_TEAM_ROLE, team_role_facets, teammate_facets
from forge.projects.place import project_of

PROJECT_ROLES = {role: words for role, words in ROLE_DESCRIPTIONS.items() if role != Role.OWNER}
"""The roles that a person can have in one project."""
MEMBERS_SHOWN = 50
"""People on a page of either list."""


@dataclass(frozen=True)
class MemberRow:
    """Somebody who reads the project, the roles in it that would give them more, with their words, and the state of the
    roles that they have."""

    mate: Teammate
    higher: Mapping[Role, str]
    etag: str


@dataclass(frozen=True)
class TeamRow:
    """A team's role in the project, and its state."""

    role: TeamRole
    etag: str


@for_person
@never_cache
def share(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Shows who can see what, for everyone who reads the project."""
    principal = principal_of(request)
    project = project_of(request, organisation, name, Verb.READ)
    return render(request, "project/share.html", _share_context(request, principal, project))


@for_person
@never_cache
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Invites people to the project alone. A link is on the page that answers, and never again."""
    principal = principal_of(request)
    if request.method == "GET":
        return redirect("share", organisation=organisation, name=name)
    project = project_of(request, organisation, name, Verb.MANAGE)
    try:
        invitation = invitation_request(request.POST)
        if invitation.addresses:
            invitations = invite_to_project_by_email(
                principal, project, invitation.role, invitation.addresses, days=invitation.days
            )
            answer: dict[str, Any] = {"sent": len(invitations)}
        else:
            _, link = invite_to_project(
                principal, project, invitation.role, places=invitation.places, days=invitation.days
            )
            answer = {"link": link, "invited": invitation}
    except Invalid as error:
        return show_again(request, "project/share.html", _share_context(request, principal, project), error)
    return render(request, "project/share.html", _share_context(request, principal, project) | answer)


@for_person
@require_POST
def revoke(request: HttpRequest, organisation: str, name: str, invitation: UUID) -> HttpResponse:
    """Revokes an invitation to the project."""
    project = project_of(request, organisation, name, Verb.MANAGE)
    revoke_project_invitation(principal_of(request), project, invitation)
    return redirect(f"{project.get_absolute_url()}/share#invite")


@for_person
@require_POST
def teammate(request: HttpRequest, organisation: str, name: str, person: UUID) -> HttpResponse:
    """Gives a person another role in the project, or ends it; a person ends their own to leave."""
    principal = principal_of(request)
    project = project_of(request, organisation, name, Verb.READ)
    try:
        if "remove" in request.POST:
            end_project_role(principal, project, person)
        else:
            role, precondition = request.POST.get("role", ""), form_precondition(request.POST)
            give_project_role(principal, project, person, role, precondition=precondition)
    except (Invalid, NotFound, Stale) as error:
        return show_again(request, "project/share.html", _share_context(request, principal, project), error)
    left = person == principal.pk and "remove" in request.POST
    return redirect("home" if left else f"{project.get_absolute_url()}/share")


@for_person
@require_POST
def team(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Gives a team a role in the project, or another one, or ends it."""
    principal = principal_of(request)
    project = project_of(request, organisation, name, Verb.MANAGE)
    team_name = request.POST.get("team", "")
    try:
        if "remove" in request.POST:
            end_team_role(principal, team_in(project.pk, team_name), project)
        else:
            team_row = find_team(principal, project.organisation.name, team_name)
            role, precondition = request.POST.get("role", ""), form_precondition(request.POST)
            give_team_role(principal, team_row, [project], role, precondition=precondition)
    except (Invalid, NotFound, Stale) as error:
        return show_again(request, "project/share.html", _share_context(request, principal, project), error)
    return redirect(f"{project.get_absolute_url()}/share#teams")


def _share_context(request: HttpRequest, principal: Principal, project: Project) -> dict[str, Any]:
    team = team_of(project)
    members = [mate for mate in team if mate.in_organisation is not None]
    of_project = [mate for mate in team if mate.in_project is not None]
    manages = can(principal, Verb.MANAGE, project)
    is_member = can(principal, Verb.SEE_ORGANISATION, project.organisation)
    words = words_of(request)
    page_members, pages = things_of(request, _fitting(members, words, is_member), MEMBERS_SHOWN, at="members")
    here_shown, here_pages = things_of(request, of_project, MEMBERS_SHOWN, "people", "people")
    teams = teams_in(project.pk)
    here = {each.team_id for each in teams}
    others = names_of_teams(project.organisation) if manages and is_member else {}
    return {
        "project": project,
        "origin": origin_of(principal, project),
        "manages": manages,
        "is_member": is_member,
        "teams": [TeamRow(each, _role_etag(project, each)) for each in teams],
        "no_role_etag": etag_of(NO_TEAM_ROLE),
        "offers_teams": [name for pk, name in others.items() if pk not in here],
        "of_project": [MemberRow(mate, {}, etag_of(teammate_facets(mate))) for mate in here_shown],
        "project_count": len(of_project),
        "people_pages": here_pages,
        "members": [
            MemberRow(mate, _higher(mate) if manages else {}, etag_of(teammate_facets(mate))) for mate in page_members
        ],
        "words": words,
        "pages": pages,
        "member_count": len(members),
        "by_role": _counts(members),
        "roles": PROJECT_ROLES,
        "invited_as": Role.REVIEWER,
        "invitations": open_invitations(project.organisation, project.pk) if manages else [],
        "inviting": InvitingForm(),
    }


def _role_etag(project: Project, role: TeamRole) -> str:
    return etag_of(team_role_facets(role.team, project, Role(role.role)))


def _fitting(members: Sequence[Teammate], words: str, is_member: bool) -> list[Teammate]:
    """Returns the people whose name contains each word, or whose address does, for a reader who may read addresses."""
    terms = words.lower().split()
    search_texts = [(mate, f"{mate.user.name} {mate.user.email if is_member else ''}".lower()) for mate in members]
    return [mate for mate, text in search_texts if all(word in text for word in terms)]


def _higher(mate: Teammate) -> dict[Role, str]:
    """Returns the higher roles that a member can get; none for a person who already has a role in the project."""
    if mate.in_project is not None:
        return {}
    return {role: words for role, words in PROJECT_ROLES.items() if is_more(role, mate.role)}


def _counts(members: list[Teammate]) -> dict[str, int]:
    """Returns how many members have each role, by its name, the one with most verbs first."""
    roles = [mate.in_organisation for mate in members]
    return {str(role.label): roles.count(role) for role in Role if role in roles}
