"""Says which page of the documentation explains which page of the program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest

from forge.search.docs import title_of

GUIDES: Final[Mapping[str, str]] = {
    "home": "guides/find",
    "search": "guides/find",
    "organisation": "guides/find",
    "members": "guides/find",
    "organisation-activity": "guides/find",
    "teams": "guides/share",
    "team": "guides/share",
    "person": "guides/share",
    "deleted-projects": "guides/files-and-versions",
    "organisation-settings": "guides/accounts",
    "organisation-audit": "guides/audit",
    "own-audit": "guides/audit",
    "webhooks": "guides/webhooks",
    "webhook": "guides/webhooks",
    "deployments": "guides/deploy",
    "deployment": "guides/deploy",
    "rollouts": "guides/rollouts",
    "rollout": "guides/rollouts",
    "watch": "guides/watch",
    "explore": "guides/share",
    "share": "guides/share",
    "invite-to-project": "guides/share",
    "copy-project": "guides/share",
    "project-settings": "guides/share",
    "new-project": "tutorial",
    "new-from-git": "guides/git",
    "organisation-signing": "guides/sign",
    "push-project": "guides/git",
    "new-organisation": "guides/accounts",
    "project": "guides/overview",
    "published": "guides/publish",
    "builds": "guides/review",
    "build": "guides/review",
    "fleet": "guides/fleet",
    "fleet-device": "guides/fleet",
    "fleet-device-log": "guides/fleet",
    "claim-devices": "guides/fleet",
    "new-device-group": "reference/device-queries",
    "device-group": "reference/device-queries",
    "build-boards": "guides/devices",
    "project-boards": "guides/devices",
    "compare": "guides/compare",
    "change-requests": "guides/change-requests",
    "change-request": "guides/change-requests",
    "offer-changes": "guides/change-requests",
    "reviews": "guides/review",
    "review": "guides/review",
    "guest-review": "guides/review",
    "try": "guides/preview",
    "notices": "guides/notices",
    "notice-settings": "guides/notices",
    "sign-in": "guides/accounts",
    "account_login": "guides/accounts",
    "join": "guides/accounts",
    "profile": "guides/accounts",
    "mfa_index": "guides/accounts",
    "sessions": "guides/tokens",
    "tokens": "guides/tokens",
    "device": "guides/command",
}
"""The page that explains it, by the name of a route; other pages are explained by the first page alone."""


@dataclass(frozen=True)
class Guide:
    """A page of the documentation."""

    title: str
    address: str


def guide_of(request: HttpRequest) -> Guide | None:
    """Returns the guide that explains the current page."""
    match = request.resolver_match
    path = GUIDES.get(match.url_name or "") if match is not None else None
    return None if path is None else Guide(title_of(path), f"/docs/{path}")
