"""The addresses of the people and teams of a project."""

from __future__ import annotations

from forge.accounts.actions import add_to_team, create_team
from forge.accounts.models import User
from forge.projects.actions import give_project_role, give_team_role, invite_to_project
from forge.projects.models import Project
from tests.support.forge.addresses.table import (
    MANAGED,
    MANAGED_DELETED,
    ORGANISATION,
    PAGE,
    PROJECT,
    PROJECT_ROUTE,
    READ,
    SENT_MANAGED,
    Case,
)

CASES: list[Case] = [
    ("get", f"{PROJECT_ROUTE}/teams", f"{PROJECT}/teams", None, READ),
    ("get", f"{PROJECT_ROUTE}/teams/<str:team>", f"{PROJECT}/teams/audio", None, READ),
    ("put", f"{PROJECT_ROUTE}/teams/<str:team>", f"{PROJECT}/teams/audio", {"role": "viewer"}, MANAGED),
    ("delete", f"{PROJECT_ROUTE}/teams/<str:team>", f"{PROJECT}/teams/audio", None, MANAGED_DELETED),
    ("get", f"{PROJECT_ROUTE}/people", f"{PROJECT}/people", None, READ),
    ("get", f"{PROJECT_ROUTE}/people/<uuid:person>", "TEAMMATE", None, READ),
    ("patch", f"{PROJECT_ROUTE}/people/<uuid:person>", "TEAMMATE", {"role": "viewer"}, MANAGED),
    ("delete", f"{PROJECT_ROUTE}/people/<uuid:person>", "TEAMMATE", None, MANAGED_DELETED),
    ("get", f"{PROJECT_ROUTE}/invitations", f"{PROJECT}/invitations", None, MANAGED),
    ("get", "<str:organisation>/<str:name>/share", "acme/kitchen/share", None, PAGE),
    (
        "form",
        "<str:organisation>/<str:name>/share/invitations",
        "acme/kitchen/share/invitations",
        {"role": "viewer"},
        (200, 200, 403, 403, 403, 404, 302),
    ),
    (
        "form",
        "<str:organisation>/<str:name>/share/invitations/<uuid:invitation>/revoke",
        "PROJECT_INVITATION_PAGE",
        {},
        SENT_MANAGED,
    ),
    (
        "form",
        "<str:organisation>/<str:name>/share/people/<uuid:person>",
        "TEAMMATE_PAGE",
        {"role": "viewer"},
        SENT_MANAGED,
    ),
    (
        "form",
        "<str:organisation>/<str:name>/share/teams",
        "acme/kitchen/share/teams",
        {"team": "audio", "role": "viewer"},
        SENT_MANAGED,
    ),
]


def people_addresses(owner: User, project: Project, member: User) -> dict[str, str]:
    """The values of the addresses of a member with a role in the project, and of an invitation to it; the member is in
    the team `audio`, which has a role in it too."""
    team = create_team(owner, project.organisation, "audio")
    add_to_team(owner, team, [member.pk])
    give_team_role(owner, team, [project], "reviewer")
    give_project_role(owner, project, member.pk, "reviewer")
    invitation, _ = invite_to_project(owner, project, "viewer")
    return {
        "PERSON_PAGE": f"users/{member.pk}",
        "TEAM_MEMBER": f"{ORGANISATION}/teams/audio/members/{member.pk}",
        "TEAMMATE": f"{PROJECT}/people/{member.pk}",
        "PROJECT_INVITATION": f"{PROJECT}/invitations/{invitation.pk}",
        "TEAMMATE_PAGE": f"acme/kitchen/share/people/{member.pk}",
        "PROJECT_INVITATION_PAGE": f"acme/kitchen/share/invitations/{invitation.pk}/revoke",
    }
