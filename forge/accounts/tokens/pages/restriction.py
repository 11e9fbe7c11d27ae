"""Choosing the organisations and projects that a token is restricted to: on the page of tokens and for `rune login`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from forge.accounts.access import organisations_of
from forge.accounts.hooks import MemberProject, member_projects
from forge.accounts.models import Organisation
from forge.accounts.principals import principal_of

SOME = "some"
"""The value of the form for a token that is restricted to some places."""
MOST = 500
"""Projects that are offered; a token for another is made by the API."""


@dataclass(frozen=True)
class RestrictionChoice:
    """An organisation that can be chosen, whole or by its projects."""

    organisation: Organisation
    projects: tuple[MemberProject, ...]


def restriction_choices(request: HttpRequest) -> dict[str, Any]:
    """Returns the choices and the current selection."""
    principal = principal_of(request)
    projects = [project for each in member_projects.call(principal, None, MOST) for project in each]
    choices = [
        RestrictionChoice(each, tuple(project for project in projects if project.organisation_id == each.pk))
        for each in organisations_of(principal)
    ]
    is_some = request.POST.get("restriction") == SOME
    return {"restriction_choices": choices, "is_some": is_some, "restricted_to": request.POST.getlist("restricted_to")}


def chosen_restriction(request: HttpRequest) -> list[str] | None:
    """The keys that were chosen; None where the token is to reach all."""
    return request.POST.getlist("restricted_to") if request.POST.get("restriction") == SOME else None
