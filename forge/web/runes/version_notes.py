"""A project's statements about a published version: its notes, its deprecation, its place in standing tables."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.core.errors import Invalid, Stale
from forge.core.http.pages import for_person
from forge.core.preconditions import form_precondition
from forge.projects.pages.lookup import project_of
from forge.registry.discovery.standings.actions import join_standing, leave_standing
from forge.registry.discovery.standings.errors import NotComparable
from forge.registry.tags.describing.actions import deprecate_tag, describe_tag, end_deprecation
from forge.registry.tags.withdrawing.actions import end_withdrawal, withdraw_tag
from forge.web.runes.page import show_rune


@for_person
@require_POST
def describe(request: HttpRequest, organisation: str, name: str, tag: str) -> HttpResponse:
    """Does what was pressed, and goes back to the version's page."""
    project = project_of(request, organisation, name, Verb.PUBLISH)
    principal, precondition = principal_of(request), form_precondition(request.POST)
    try:
        match request.POST.get("do"):
            case "deprecate":
                reason, successor = request.POST.get("reason", ""), request.POST.get("successor", "")
                changed_tag = deprecate_tag(principal, project, tag, reason, successor, precondition=precondition)
            case "withdraw":
                withdraw_tag(principal, project, tag, request.POST.get("reason", ""), precondition=precondition)
                return redirect(f"{project.get_absolute_url()}/published")
            case "compare":
                join_standing(principal, project, tag, request.POST.get("title", ""), precondition=precondition)
                return redirect(f"{project.get_absolute_url()}?tag={tag}#quality")
            case "leave":
                reason = request.POST.get("standing_reason", "")
                leave_standing(principal, project, tag, reason, precondition=precondition)
                return redirect(f"{project.get_absolute_url()}?tag={tag}#quality")
            case "restore":
                changed_tag = end_withdrawal(principal, project, tag, precondition=precondition)
            case "undeprecate":
                changed_tag = end_deprecation(principal, project, tag, precondition=precondition)
            case _:
                changed_tag = describe_tag(
                    principal, project, tag, request.POST.get("notes", ""), precondition=precondition
                )
    except (Invalid, NotComparable, Stale) as error:
        return show_rune(request, project, tag, error)
    return redirect(f"{project.get_absolute_url()}?tag={changed_tag.name}")
