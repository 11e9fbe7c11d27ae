"""Reporting a public page, deciding about reports, and asking that something be put back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, principal_of, signed_in_user
from forge.core.errors import Conflict, Invalid, NotFound, Stale, TooOften
from forge.core.http.pages import for_person, show_again
from forge.core.http.paging import rows_of, things_of
from forge.core.preconditions import form_precondition
from forge.moderation import actions
from forge.moderation.access import (
    Subject,
    find_reported,
    find_subject,
    name_of,
    open_cases,
    own_reports,
    standing_cases,
)
from forge.moderation.models import ReportReason
from forge.moderation.report_names import names_of
from forge.projects.place import project_of

ROWS_SHOWN = 50
CASES_SHOWN = 20
"""Each of which has a form."""


@for_person
@never_cache
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The form about one page, and what became of one's reports."""
    principal = principal_of(request)
    if request.method == "GET":
        return render(request, "moderation/report.html", _reporting(request, principal, request.GET.get("about", "")))
    about = request.POST.get("about", "")
    subject = find_reported(principal, about)
    try:
        actions.report(principal, subject, request.POST.get("reason", ""), request.POST.get("text", ""))
    except (Invalid, Conflict, TooOften) as error:
        return show_again(request, "moderation/report.html", _reporting(request, principal, about), error)
    return redirect("/accounts/report#reports")


def _reporting(request: HttpRequest, principal: Principal, about: str) -> dict[str, Any]:
    subject = find_reported(principal, about) if about else None
    reports, pages = rows_of(request, own_reports(principal), ROWS_SHOWN, at="reports")
    names = names_of(principal, reports)
    return {
        "about": about,
        "name": "" if subject is None else name_of(subject),
        "reasons": dict(ReportReason.choices),
        "reports": [(each, names[each.pk]) for each in reports],
        "pages": pages,
    }


@for_person
@never_cache
def queue(request: HttpRequest) -> HttpResponse:
    """The undecided reports and appeals, for moderators."""
    return render(request, "moderation/queue.html", _queue(request, principal_of(request)))


def _queue(request: HttpRequest, principal: Principal) -> dict[str, Any]:
    cases, pages = things_of(request, open_cases(principal), CASES_SHOWN)
    standing, down_pages = rows_of(request, standing_cases(principal), ROWS_SHOWN, "down", "down")
    return {
        "cases": cases,
        "pages": pages,
        "standing": standing,
        "down_pages": down_pages,
        "reasons": dict(ReportReason.choices),
    }


@for_person
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Handles the pressed button."""
    principal = principal_of(request)
    subject = find_subject(principal, request.POST.get("about", ""))
    act = _ACTS.get(request.POST.get("do", ""))
    if act is None:
        raise NotFound("Nothing here has this name.")
    try:
        act(principal, subject, request.POST)
    except (Invalid, Conflict, Stale) as error:
        return show_again(request, "moderation/queue.html", _queue(request, principal), error)
    return redirect("reports")


def _take_down(principal: Principal, subject: Subject, form: QueryDict) -> None:
    actions.take_down(principal, subject, form.get("reason", ""), form.get("text", ""))


def _dismiss(principal: Principal, subject: Subject, form: QueryDict) -> None:
    actions.dismiss(principal, subject, form.get("text", ""), precondition=form_precondition(form))


_ACTS: Mapping[str, Callable[[Principal, Subject, QueryDict], object]] = {
    "take-down": _take_down,
    "dismiss": _dismiss,
    "put-back": lambda principal, subject, form: actions.put_back(principal, subject, form.get("text", "")),
    "refuse": lambda principal, subject, form: actions.refuse_appeal(principal, subject, form.get("text", "")),
}


@for_person
@require_POST
def appeal(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Asks for a project's page to be put back."""
    project = project_of(request, organisation, name, Verb.MANAGE)
    actions.appeal(principal_of(request), project, request.POST.get("text", ""))
    return redirect(f"{project.get_absolute_url()}#taken-down")


@for_person
@require_POST
def appeal_own(request: HttpRequest) -> HttpResponse:
    """Asks for the person's own page to be put back."""
    actions.appeal(principal_of(request), signed_in_user(request), request.POST.get("text", ""))
    return redirect("person", person=signed_in_user(request).pk)
