"""A build as pages: each tab has an address of its own, and is read without scripts."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.builds.models import Build
from forge.core.http.pages import for_person
from forge.reviews.rounds.access import is_reviewable
from forge.reviews.threads.pages.conversation import requested_anchor, threads_filter
from forge.web.builds import facts
from forge.web.builds.tabs import has_tab, places_of


@for_person
def overview(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Shows how far the build is, its figures beside the app, the changes, and the comments."""
    principal = principal_of(request)
    project, build = facts.build_of(request, organisation, name, number)
    context = facts.overview_facts(principal, project, build, threads_filter(request.GET))
    context["about"] = requested_anchor(principal, build, request.GET)
    return render(request, "builds/build.html", context)


@for_person
def try_it(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """The app alone, with all the width of the page, and on boards."""
    project, build = facts.build_of(request, organisation, name, number)
    _require_tab(build, "try")
    return render(request, "builds/try.html", facts.try_facts(principal_of(request), project, build))


@for_person
def accuracy(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Shows the accuracy of the build on its test samples."""
    project, build = facts.build_of(request, organisation, name, number)
    _require_tab(build, "accuracy")
    return render(request, "builds/accuracy.html", facts.accuracy_facts(principal_of(request), project, build))


@for_person
def memory(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Shows the position and lifetime of buffers in memory."""
    project, build = facts.build_of(request, organisation, name, number)
    _require_tab(build, "memory")
    return render(request, "builds/memory.html", facts.memory_facts(principal_of(request), project, build))


@for_person
def files(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """The lines that changed since the build that it is compared with."""
    project, build = facts.build_of(request, organisation, name, number)
    _require_tab(build, "files")
    return render(request, "builds/files.html", facts.files_facts(principal_of(request), project, build))


@for_person
def log(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Shows the log, step by step."""
    project, build = facts.build_of(request, organisation, name, number)
    return render(request, "builds/log.html", facts.log_facts(principal_of(request), project, build))


@for_person
def conversation(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """The conversation about a build alone, for its page that is open."""
    principal = principal_of(request)
    project, build = facts.build_of(request, organisation, name, number)
    talk = facts.conversation_facts(principal, build, threads_filter(request.GET))
    return render(
        request, "reviews/talk/talk.html", {"project": project, "build": build, "talk_places": places_of(build), **talk}
    )


def publish_form(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """The form that publishes a build, for who may."""
    principal = principal_of(request)
    project, build = facts.build_of(request, organisation, name, number)
    if build.change_request is not None:
        return redirect(f"{project.get_absolute_url()}/change-requests/{build.change_request}")
    if not (is_reviewable(build) and can(principal, Verb.PUBLISH, project)):
        raise Http404
    return render(request, "builds/publish.html", facts.publish_facts(principal, project, build))


def _require_tab(build: Build, path: str) -> None:
    if not has_tab(build, path):
        raise Http404
