"""The forms of the data's pages: labels, versions, analyses, and deleting a sample."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, principal_of
from forge.core.errors import DomainError, Invalid
from forge.core.http.pages import for_person, show_again
from forge.core.preconditions import form_precondition
from forge.datasets.access import find_sample
from forge.datasets.analysis.actions import start_analysis
from forge.datasets.pages.data import page_context
from forge.datasets.playing import restrict_playing
from forge.datasets.removals.actions import delete_sample, delete_samples
from forge.datasets.samples.actions import SampleMark, mark_samples
from forge.datasets.versions.actions import save_version
from forge.datasets.versions.card import state_licence
from forge.projects.models import Project
from forge.projects.place import project_of


@for_person
@require_POST
def mark(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Labels the chosen samples, leaves them out of further versions, or deletes them."""
    form = request.POST
    shown_number = "" if form.get("do") == "delete" else form.get("shown", "")

    def act(principal: Principal, project: Project) -> None:
        numbers = [_number(each) for each in form.getlist("numbers")]
        if form.get("do") == "delete":
            delete_samples(principal, project, numbers)
            return
        marks = [_mark(number, form.get("do", ""), form.get("label", "")) for number in numbers]
        mark_samples(principal, project, marks, _number(form.get("revision", "")))

    place = f"/samples/{_number(shown_number)}" if shown_number else ""
    return _act_and_redirect(request, project_of(request, organisation, name, Verb.EDIT), act, place)


@for_person
@require_POST
def save(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Saves a version of the data."""

    def act(principal: Principal, project: Project) -> None:
        revision = _number(request.POST.get("revision", ""))
        save_version(principal, project, revision=revision, message=request.POST.get("message", ""))

    return _act_and_redirect(request, project_of(request, organisation, name, Verb.EDIT), act, "#versions")


@for_person
@require_POST
def restrict(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Sets who plays samples."""

    def act(principal: Principal, project: Project) -> None:
        is_restricted, precondition = _is_restricted(request.POST.get("who", "")), form_precondition(request.POST)
        restrict_playing(principal, project, is_restricted=is_restricted, precondition=precondition)

    return _act_and_redirect(request, project_of(request, organisation, name, Verb.MANAGE), act, "#playing")


@for_person
@require_POST
def licence(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """States the licence of the data."""

    def act(principal: Principal, project: Project) -> None:
        state_licence(principal, project, request.POST.get("licence", ""))

    number = request.POST.get("version", "")
    place = f"/versions/{_number(number)}#card" if number else ""
    return _act_and_redirect(request, project_of(request, organisation, name, Verb.MANAGE), act, place)


@for_person
@require_POST
def analyse(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Starts an analysis of the samples."""
    return _act_and_redirect(request, project_of(request, organisation, name, Verb.EDIT), start_analysis)


@for_person
@require_POST
def prepare(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Prepares the environment that compares labels, and starts an analysis then."""
    act = partial(start_analysis, prepares=True)
    return _act_and_redirect(request, project_of(request, organisation, name, Verb.EDIT), act)


@for_person
@require_POST
def delete(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Deletes a sample."""
    project = project_of(request, organisation, name, Verb.READ)
    principal = principal_of(request)
    delete_sample(principal, find_sample(principal, project, number))
    return redirect(f"{project.get_absolute_url()}/data")


def _act_and_redirect(
    request: HttpRequest, project: Project, act: Callable[[Principal, Project], object], place: str = ""
) -> HttpResponse:
    """Does what a form asks for and leads to a place of the page, or shows the page again with the error."""
    principal = principal_of(request)
    try:
        act(principal, project)
    except DomainError as error:
        return show_again(request, "data/page.html", page_context(request, principal, project), error)
    return redirect(f"{project.get_absolute_url()}/data{place}")


def _is_restricted(text: str) -> bool:
    if text not in ("managers", "readers"):
        raise Invalid("Choose who plays samples.")
    return text == "managers"


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Invalid("The form is incomplete. Load the page again.")
    return int(text)


def _mark(number: int, act: str, label: str) -> SampleMark:
    if act == "label":
        return SampleMark(number, label=label)
    if act in ("exclude", "include"):
        return SampleMark(number, is_excluded=act == "exclude")
    if act == "confirm":
        return SampleMark(number, confirms=True)
    if act == "accept":
        return SampleMark(number, accepts=True)
    raise Invalid("Choose what to do with the samples.")
