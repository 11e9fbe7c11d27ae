"""The pages of an organisation's teams: who is in them, and in which projects they have a role."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from forge.accounts import actions
from forge.accounts.access import find_organisation, members_of
from forge.accounts.models import Membership, Organisation, Role, Team, TeamRole
from forge.accounts.organisation_tabs import tabs_of
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.accounts.roles import ROLE_DESCRIPTIONS
from forge.accounts.teams.access import find_team, is_in_team, people_of, roles_of, teams_of
from forge.accounts.teams.etag_facets import team_facets
from forge.core.errors import Conflict, Invalid, NotFound, Stale
from forge.core.http.filters import ListFilter, SortFilter, WordsFilter
from forge.core.http.pages import for_person, show_again
from forge.core.http.paging import rows_of
from forge.core.preconditions import etag_of, form_precondition
from forge.projects.access import find_project
from forge.projects.models import Project, ProjectQuerySet
from forge.projects.people.actions.teams import end_team_role, give_team_role
from forge.projects.people.etag_facets import NO_TEAM_ROLE, team_role_facets

TEAM_ROLES = {role: words for role, words in ROLE_DESCRIPTIONS.items() if role != Role.OWNER}
"""The roles that a team can have in a project."""
MAX_OFFERED = 200
"""Members, or projects, that a field offers while one types; any other can be typed."""
TEAMS_SHOWN, PEOPLE_SHOWN, PROJECTS_SHOWN = 50, 50, 50
MOST_NAMES = 50
"""Projects that get a role at once."""


class TeamFilter(ListFilter):
    """The teams of an organisation."""

    q = WordsFilter("name", "description")
    sort = SortFilter(
        {
            "": ("Name", ("name",)),
            "people": ("Most people", ("-people_count", "name")),
            "projects": ("Most projects", ("-project_count", "name")),
        }
    )


class TeamPeopleFilter(ListFilter):
    """The people of a team."""

    who = WordsFilter("user__name", "user__email")


class TeamProjectFilter(ListFilter):
    """The projects in which a team has a role."""

    q = WordsFilter("name", "description")
    sort = SortFilter({"": ("Name", ("name",)), "changed": ("Last change", ("-changed",))})


@dataclass(frozen=True)
class RoleRow:
    """A role of a team, and the project that it is in."""

    project: Project
    role: TeamRole
    etag: str


@for_person
@never_cache
@require_http_methods(["GET", "POST"])
def teams(request: HttpRequest, organisation: str) -> HttpResponse:
    """The teams, and making one."""
    principal = principal_of(request)
    if request.method == "GET":
        context = _teams(request, principal, find_organisation(principal, organisation))
        return render(request, "organisation/teams.html", context)
    owner = find_organisation(principal, organisation, Verb.MANAGE_MEMBERS)
    try:
        created = actions.create_team(
            principal, owner, request.POST.get("name", "").strip(), request.POST.get("description", "")
        )
    except (Invalid, Conflict) as error:
        return show_again(request, "organisation/teams.html", _teams(request, principal, owner), error)
    return redirect(created)


@for_person
@never_cache
def team_page(request: HttpRequest, organisation: str, team: str) -> HttpResponse:
    """Shows a team: its people and its projects."""
    principal = principal_of(request)
    context = _team(request, principal, find_team(principal, organisation, team))
    return render(request, "organisation/team.html", context)


@for_person
@require_POST
def change(request: HttpRequest, organisation: str, team: str) -> HttpResponse:
    """Handles the forms of a team's page: adding and removing people and projects, renaming, deleting."""
    principal = principal_of(request)
    target = find_team(principal, organisation, team)
    do = _ACTS.get(request.POST.get("do", ""))
    if do is None:
        raise NotFound("A team's page has no such form.")
    try:
        do(principal, target, request.POST)
    except (Invalid, Conflict, NotFound, Stale) as error:
        fresh = find_team(principal, organisation, team)
        return show_again(request, "organisation/team.html", _team(request, principal, fresh), error)
    return redirect("teams", organisation=target.organisation.name) if target.pk is None else redirect(target)


def _teams(request: HttpRequest, principal: Principal, organisation: Organisation) -> dict[str, Any]:
    """The matching teams, a page at a time."""
    every = teams_of(organisation)
    filters = TeamFilter(request.GET, every)
    rows, pages = rows_of(request, filters.qs, TEAMS_SHOWN)
    return {
        **tabs_of(principal, organisation),
        "teams": rows,
        "pages": pages,
        "has_any": bool(rows) or (filters.is_narrowed and every.exists()),
        "chosen": filters.values,
        "sorts": filters.sorts,
    }


def _team(request: HttpRequest, principal: Principal, team: Team) -> dict[str, Any]:
    """Returns its people and its projects, each a page at a time and narrowed by words of its own."""
    tabs = tabs_of(principal, team.organisation)
    people_filters = TeamPeopleFilter(request.GET, people_of(team))
    filters = TeamProjectFilter(request.GET, _projects(principal, team))
    people, people_pages = rows_of(request, people_filters.qs, PEOPLE_SHOWN, "people", "people")
    projects, pages = rows_of(request, filters.qs, PROJECTS_SHOWN, at="projects")
    roles = {role.project: role for role in roles_of(team).filter(project__in=[each.pk for each in projects])}
    rows = [_row(team, project, roles[project.pk]) for project in projects if project.pk in roles]
    manages = tabs["manages"]
    return {
        **tabs,
        "team": team,
        "people": people,
        "people_pages": people_pages,
        "is_in": is_in_team(principal, team),
        "rows": rows,
        "pages": pages,
        "chosen": people_filters.values | filters.values,
        "sorts": filters.sorts,
        "manageable": frozenset(row.project.pk for row in rows if can(principal, Verb.MANAGE, row.project)),
        "roles": TEAM_ROLES,
        "default_role": Role.DEVELOPER,
        "addable": _addable(team) if manages else [],
        "projects": _manageable(principal, team) if manages else [],
        "etag": etag_of(team_facets(team)) if manages else "",
        "no_role_etag": etag_of(NO_TEAM_ROLE),
    }


def _row(team: Team, project: Project, role: TeamRole) -> RoleRow:
    return RoleRow(project, role, etag_of(team_role_facets(team, project, Role(role.role))))


def _projects(principal: Principal, team: Team) -> ProjectQuerySet:
    """The team's projects that the person may read."""
    projects = Project.objects.of_member(principal).filter(pk__in=roles_of(team).order_by().values("project"))
    return projects.select_related("organisation")


def _addable(team: Team) -> list[Membership]:
    """Members who are not in it, by name."""
    members = members_of(team.organisation).exclude(pk__in=team.members.values("pk"))
    return list(members.order_by("user__name", "user__email")[:MAX_OFFERED])


def _manageable(principal: Principal, team: Team) -> list[str]:
    """Names of projects in which the team has no role, those that changed last first."""
    here = roles_of(team).order_by().values("project")
    projects = Project.objects.of_member(principal).filter(organisation=team.organisation).exclude(pk__in=here)
    return list(projects.order_by("-changed").values_list("name", flat=True)[:MAX_OFFERED])


def _add(principal: Principal, team: Team, form: QueryDict) -> None:
    people = [_member(team, each) for each in form.getlist("person") if each.strip()]
    actions.add_to_team(principal, team, people, precondition=form_precondition(form))


def _member(team: Team, text: str) -> UUID:
    """The member whom an address or an id names."""
    member = members_of(team.organisation).filter(user__email=text.strip().lower()).first()
    if member is None:
        raise Invalid(
            f"{team.organisation.name} has no member with the address {text.strip()[:100]}. Invite them first.",
            errors={"person": ["A member's email address."]},
        )
    return member.user_id


def _remove(principal: Principal, team: Team, form: QueryDict) -> None:
    actions.remove_from_team(principal, team, _id(form, "person"))


def _give(principal: Principal, team: Team, form: QueryDict) -> None:
    names = list(dict.fromkeys(each for each in re.split(r"[\s,;]+", form.get("projects", "")) if each))
    if len(names) > MOST_NAMES:
        raise Invalid(f"Name at most {MOST_NAMES} projects at once; you entered {len(names)}.")
    projects = [_project(principal, team, name.removeprefix(f"{team.organisation.name}/")) for name in names]
    give_team_role(principal, team, projects, form.get("role", ""), precondition=form_precondition(form))


def _project(principal: Principal, team: Team, name: str) -> Project:
    try:
        return find_project(principal, team.organisation.name, name, Verb.MANAGE)
    except NotFound:
        raise Invalid(
            f"{team.organisation.name} has no project {name[:100]}. Look for its name under Projects.",
            errors={"projects": ["Names of projects."]},
        ) from None


def _end(principal: Principal, team: Team, form: QueryDict) -> None:
    end_team_role(
        principal, team, find_project(principal, team.organisation.name, form.get("project", ""), Verb.MANAGE)
    )


def _rename(principal: Principal, team: Team, form: QueryDict) -> None:
    name, description = form.get("name", "").strip(), form.get("description", "")
    actions.update_team(principal, team, name=name, description=description, precondition=form_precondition(form))


def _delete(principal: Principal, team: Team, form: QueryDict) -> None:
    actions.delete_team(principal, team, precondition=form_precondition(form))


def _id(form: QueryDict, name: str) -> UUID:
    try:
        return UUID(form.get(name, ""))
    except ValueError:
        raise NotFound("There is no person with this id.") from None


_ACTS: Mapping[str, Callable[[Principal, Team, QueryDict], None]] = {
    "add": _add,
    "remove": _remove,
    "give": _give,
    "end": _end,
    "rename": _rename,
    "delete": _delete,
}
