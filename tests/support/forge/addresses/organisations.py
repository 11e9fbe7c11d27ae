"""The addresses of organisations, their members, teams and settings."""

from __future__ import annotations

from forge.accounts.models import Invitation, User
from tests.support.forge.addresses.table import (
    ANY_PAGE,
    MINE,
    NO_ID,
    ORGANISATION,
    OWN,
    OWN_DELETED,
    OWN_MAKE,
    PAGE,
    PAGE_OWN,
    READ,
    SENT_MANAGED,
    SENT_OWN,
    Case,
)

_GRANTS = "api/v1/organisations/<str:organisation>/members/<uuid:member>/grants"
_TEAM = "api/v1/organisations/<str:organisation>/teams/<str:team>"

CASES: list[Case] = [
    ("get", "api/v1/organisations", "", None, MINE),
    ("post", "api/v1/organisations", "", {"name": "fresh"}, (201, 201, 201, 201, 201, 201, 401)),
    ("get", "api/v1/organisations/<str:organisation>", ORGANISATION, None, READ),
    ("get", "api/v1/organisations/<str:organisation>/usage", f"{ORGANISATION}/usage", None, READ),
    ("get", "api/v1/organisations/<str:organisation>/members", f"{ORGANISATION}/members", None, READ),
    ("get", "api/v1/organisations/<str:organisation>/members/<uuid:member>", "MEMBER", None, READ),
    ("patch", "api/v1/organisations/<str:organisation>/members/<uuid:member>", "MEMBER", {"role": "viewer"}, OWN),
    ("delete", "api/v1/organisations/<str:organisation>/members/<uuid:member>", "MEMBER", None, OWN_DELETED),
    ("get", "api/v1/organisations/<str:organisation>/invitations", f"{ORGANISATION}/invitations", None, OWN),
    ("get", _GRANTS, "MEMBER/grants", None, OWN),
    ("get", "api/v1/organisations/<str:organisation>/teams", f"{ORGANISATION}/teams", None, READ),
    ("post", "api/v1/organisations/<str:organisation>/teams", f"{ORGANISATION}/teams", {"name": "vision"}, OWN_MAKE),
    ("get", _TEAM, f"{ORGANISATION}/teams/audio", None, READ),
    ("patch", _TEAM, f"{ORGANISATION}/teams/audio", {"description": "x"}, OWN),
    ("delete", _TEAM, f"{ORGANISATION}/teams/audio", None, OWN_DELETED),
    ("put", f"{_TEAM}/members/<uuid:member>", "TEAM_MEMBER", None, OWN),
    ("delete", f"{_TEAM}/members/<uuid:member>", "TEAM_MEMBER", None, OWN_DELETED),
    ("get", "api/v1/organisations/<str:organisation>/audit", f"{ORGANISATION}/audit?limit=5", None, OWN),
    ("get", "api/v1/organisations/<str:organisation>/audit/export", f"{ORGANISATION}/audit/export?as=csv", None, OWN),
    ("get", "users/<uuid:person>", "PERSON_PAGE", None, PAGE),
    ("get", "organisations/new", "", None, ANY_PAGE),
    ("get", "<str:organisation>", "acme", None, PAGE),
    ("get", "<str:organisation>/-/members", "acme/-/members?q=a", None, PAGE),
    ("get", "<str:organisation>/-/teams", "acme/-/teams", None, PAGE),
    ("form", "<str:organisation>/-/teams", "acme/-/teams", {"name": "vision"}, SENT_OWN),
    ("get", "<str:organisation>/-/teams/<str:team>", "acme/-/teams/audio", None, PAGE),
    ("form", "<str:organisation>/-/teams/<str:team>/do", "acme/-/teams/audio/do", {"do": "delete"}, SENT_OWN),
    ("get", "<str:organisation>/-/activity", "acme/-/activity", None, PAGE),
    ("get", "<str:organisation>/<former:page>", "acme/settings", None, (301, 301, 301, 301, 301, 301, 301)),
    (
        "get",
        "<str:organisation>/<former:page>/<path:rest>",
        "acme/settings/audit",
        None,
        (301, 301, 301, 301, 301, 301, 301),
    ),
    ("get", "<str:organisation>/-/settings", "acme/-/settings", None, PAGE_OWN),
    ("form", "<str:organisation>/-/settings", "acme/-/settings", {"name": "acme", "title": "T"}, SENT_OWN),
    ("form", "<str:organisation>/-/second-factor", "acme/-/second-factor", {}, SENT_OWN),
    ("get", "<str:organisation>/-/settings/audit", "acme/-/settings/audit?limit=5", None, PAGE_OWN),
    ("get", "<str:organisation>/-/settings/audit/export", "acme/-/settings/audit/export?as=json", None, PAGE_OWN),
    ("get", "<str:organisation>/-/deleted", "acme/-/deleted", None, PAGE),
    ("form", "<str:organisation>/-/deleted/<str:name>/restore", "acme/-/deleted/lost/restore", {}, SENT_MANAGED),
    ("form", "<str:organisation>/-/invitations", "acme/-/invitations", {"role": "viewer"}, PAGE_OWN),
    ("form", "<str:organisation>/-/invitations/<uuid:invitation>/revoke", "REVOKE_PAGE", {}, SENT_OWN),
    ("form", "<str:organisation>/-/members/<uuid:member>", "MEMBER_PAGE", {"role": "viewer"}, SENT_OWN),
    ("get", "<str:organisation>/-/members/<uuid:member>/made", "MEMBER_PAGE/made", None, PAGE_OWN),
    (
        "form",
        "<str:organisation>/-/members/<uuid:member>/made/<str:kind>/<uuid:grant>",
        "MEMBER_MADE",
        {},
        (404, 403, 403, 403, 403, 404, 302),
    ),
    (
        "form",
        "<str:organisation>/-/hand-over",
        "acme/-/hand-over",
        {"member": NO_ID},
        (404, 403, 403, 403, 403, 404, 302),
    ),
]


def grant_addresses(owner: User, member: User, invitation: Invitation) -> dict[str, str]:
    """The values of the addresses of the owner's invitation, as a thing that somebody made."""
    grant = f"invitation/{invitation.pk}"
    return {
        "GRANT": f"api/v1/me/grants/{grant}",
        "MEMBER/grants": f"{ORGANISATION}/members/{member.pk}/grants",
        "MEMBER_GRANT": f"{ORGANISATION}/members/{owner.pk}/grants/{grant}",
        "MEMBER_GRANT/hand-over": f"{ORGANISATION}/members/{owner.pk}/grants/{grant}/hand-over",
    }
