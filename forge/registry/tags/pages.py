"""The badge of a public rune, for the README of a repository elsewhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from forge.accounts.permissions import Verb
from forge.accounts.principals import VISITOR
from forge.core.http import media_types
from forge.core.http.policies import NOT_A_PAGE
from forge.projects.access import find_project
from forge.projects.models import Project
from forge.registry.hooks import Clearance, clearances_of
from forge.registry.listings.badge import BadgeColour, BadgeFacts, badge_of
from forge.registry.models import Tag
from forge.registry.tags.access import default_tag, find_tag, tags_of
from forge.registry.tags.errors import TagWithdrawn

MAX_AGE = 300
"""Seconds for which a reader's browser keeps it."""
_CLEARANCE_TEXTS = {
    Clearance.APPROVED: (" · approved", BadgeColour.GOOD),
    Clearance.OBJECTED: (" · changes requested", BadgeColour.WARNING),
    Clearance.UNJUDGED: ("", BadgeColour.PLAIN),
}


@require_safe
def badge(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """The badge of the version that a visitor gets, or of the one that `tag` names; of a public project alone, and the
    same for everyone."""
    project = find_project(VISITOR, organisation, name, Verb.SEE)
    facts = BadgeFacts(project.name, *_state_text(project, request.GET.get("tag", "")))
    response = HttpResponse(badge_of(facts), content_type=media_types.SVG)
    response.headers["ETag"] = f'"{facts.digest}"'
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Content-Security-Policy"] = NOT_A_PAGE
    return response


def _state_text(project: Project, name: str) -> tuple[str, BadgeColour]:
    """The right half of the badge, and its colour. Raises `NoSuchTag`."""
    try:
        tag = find_tag(VISITOR, project, name) if name else default_tag(tags_of(VISITOR, project))
    except TagWithdrawn:
        return f"{name} · withdrawn", BadgeColour.BAD
    if tag is None:
        return "not published", BadgeColour.NONE
    if tag.is_deprecated:
        return f"{tag.name} · deprecated", BadgeColour.WARNING
    if tag.override is not None:
        return f"{tag.name} · past its gate", BadgeColour.WARNING
    words, colour = _CLEARANCE_TEXTS[_clearance(project, tag)]
    return f"{tag.name}{words}", colour


def _clearance(project: Project, tag: Tag) -> Clearance:
    if tag.build.artefact is None:
        return Clearance.UNJUDGED
    digest = tag.build.artefact.digest
    return clearances_of(project, [digest])[digest]
