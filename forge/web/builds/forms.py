"""The forms of a build's pages: cancelling it, a comment or a verdict, and publishing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from forge.accounts.principals import principal_of
from forge.accounts.sign_in.pages.security import confirmed_recently
from forge.builds.access import job_of_build
from forge.builds.models import Build
from forge.core.errors import Conflict, DomainError, Invalid, Stale
from forge.core.http.pages import for_person, show_again
from forge.core.preconditions import form_precondition
from forge.jobs.actions import cancel_job
from forge.projects.models import Project
from forge.registry.tags.publishing.actions import publish_build, publish_past_gate
from forge.reviews.actions import begin_thread, give_verdict, undo_verdict
from forge.reviews.rounds.access import is_reviewable
from forge.reviews.threads.anchors import read_key
from forge.reviews.threads.pages.conversation import requested_anchor, threads_filter
from forge.web.builds.facts import build_of, overview_facts, publish_facts
from forge.web.builds.pages import publish_form
from forge.web.builds.tabs import address_of


@for_person
@require_POST
def cancel(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Ends a build that waits or runs."""
    project, build = build_of(request, organisation, name, number)
    try:
        cancel_job(principal_of(request), job_of_build(principal_of(request), build.pk))
    except Conflict as error:
        return _again(request, project, build, error)
    return redirect(address_of(build))


@for_person
@require_POST
def respond(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """A verdict when the button that was pressed gives one, with what was written; else a comment."""
    principal = principal_of(request)
    project, build = build_of(request, organisation, name, number)
    text, verdict = request.POST.get("text", ""), request.POST.get("verdict", "")
    try:
        if verdict == "undo":
            undo_verdict(principal, build)
        elif verdict:
            about, confirmed = read_key(request.POST.get("about", "")), confirmed_recently(request)
            give_verdict(principal, build, verdict, text, about=about, confirmed=confirmed)
        else:
            begin_thread(principal, build, text, read_key(request.POST.get("about", "")))
    except (Invalid, Conflict) as error:
        return _again(request, project, build, error)
    return redirect(f"{address_of(build)}#conversation")


@for_person
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """The form; POST puts the build's rune into the registry under a tag, and leads to the public page."""
    if request.method == "GET":
        return publish_form(request, organisation, name, number)
    project, build = build_of(request, organisation, name, number)
    requested_tag = request.POST.get("tag", "")
    try:
        notes, precondition = request.POST.get("notes", ""), form_precondition(request.POST)
        tag = publish_build(principal_of(request), build, requested_tag, notes, precondition=precondition)
    except (Invalid, Conflict, Stale) as error:
        return _publishing_again(request, project, build, error, requested_tag)
    return redirect(f"{project.get_absolute_url()}?tag={tag.name}")


@for_person
@require_POST
def publish_past(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Publishes the build under a protected tag although something is missing, with a reason."""
    project, build = build_of(request, organisation, name, number)
    requested_tag = request.POST.get("tag", "")
    try:
        reason, notes = request.POST.get("reason", ""), request.POST.get("notes", "")
        tag = publish_past_gate(
            principal_of(request), build, requested_tag, reason, notes, precondition=form_precondition(request.POST)
        )
    except (Invalid, Conflict, Stale) as error:
        return _publishing_again(request, project, build, error, requested_tag)
    return redirect(f"{project.get_absolute_url()}?tag={tag.name}")


def _again(request: HttpRequest, project: Project, build: Build, error: DomainError) -> HttpResponse:
    build.refresh_from_db()
    principal = principal_of(request)
    context = overview_facts(principal, project, build, threads_filter(request.POST))
    context["about"] = requested_anchor(principal, build, request.POST)
    return show_again(request, "builds/build.html", context, error)


def _publishing_again(
    request: HttpRequest, project: Project, build: Build, error: DomainError, tag: str
) -> HttpResponse:
    """A build without a rune has no such form."""
    build.refresh_from_db()
    if not is_reviewable(build):
        return _again(request, project, build, error)
    context = publish_facts(principal_of(request), project, build, tag)
    return show_again(request, "builds/publish.html", context, error)
