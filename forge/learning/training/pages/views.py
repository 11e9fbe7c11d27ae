"""The pages of training: the runs of a project with the form that begins one, a run, and runs side by side.

They work without scripts; with them, a run that trains shows each epoch.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.core.errors import DomainError, Invalid, NotFound
from forge.core.http.pages import for_person, show_again
from forge.learning.tasks import prepare_soon
from forge.learning.training.access import find_run, runs_of
from forge.learning.training.actions import (
    begin_run,
    cancel_run,
    discard_run,
    pause_run,
    resume_run,
    stop_run,
    train_again,
)
from forge.learning.training.actions.using import use_model
from forge.learning.training.models import TrainingRun
from forge.learning.training.pages.form import form_context, settings_of
from forge.learning.training.pages.run_page import run_context
from forge.learning.training.pages.side_by_side import side_by_side
from forge.learning.training.recipes import explained_recipes
from forge.projects.models import Project
from forge.projects.pages.lookup import project_of

SHOWN = 50
"""Runs on the page."""
MOST_COMPARED = 4
ACTS = {
    "stop": stop_run,
    "pause": pause_run,
    "resume": resume_run,
    "cancel": cancel_run,
}


@for_person
@require_GET
@never_cache
def training_page(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """The training runs of a project, and the form over a recipe's arguments."""
    project = project_of(request, organisation, name, Verb.READ)
    context = _list_context(request, project)
    if context["may_edit"]:
        prepare_soon()
    return render(request, "training/page.html", context)


@for_person
@require_POST
def begin(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Begins the run that the form describes."""
    project = project_of(request, organisation, name, Verb.EDIT)
    try:
        run = begin_run(principal_of(request), project, settings_of(request.POST))
    except DomainError as error:
        return show_again(request, "training/page.html", _list_context(request, project), error)
    return redirect(run.get_absolute_url())


@for_person
@require_GET
@never_cache
def one_run(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """A run: its curves, how often it is right and on whom, what its rune needs, and its worst mistakes."""
    project = project_of(request, organisation, name, Verb.READ)
    return render(request, "training/run.html", _context(request, project, number))


@for_person
@require_POST
def act(request: HttpRequest, organisation: str, name: str, number: int, verb: str) -> HttpResponse:
    """Stops, pauses, resumes or cancels a run."""
    project = project_of(request, organisation, name, Verb.EDIT)
    principal = principal_of(request)
    run = find_run(principal, project, number)
    if verb not in ACTS:
        raise NotFound("There is no such page.")
    try:
        ACTS[verb](principal, run)
    except DomainError as error:
        return show_again(request, "training/run.html", _context(request, project, number), error)
    return redirect(run.get_absolute_url())


@for_person
@require_POST
def again(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Begins another run with the same settings on the newest version of the data."""
    project = project_of(request, organisation, name, Verb.EDIT)
    principal = principal_of(request)
    try:
        run = train_again(principal, find_run(principal, project, number))
    except DomainError as error:
        return show_again(request, "training/run.html", _context(request, project, number), error)
    return redirect(run.get_absolute_url())


@for_person
@require_POST
def use(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Opens a change request with the model of a run."""
    project = project_of(request, organisation, name, Verb.EDIT)
    principal = principal_of(request)
    try:
        run = use_model(principal, find_run(principal, project, number))
    except DomainError as error:
        return show_again(request, "training/run.html", _context(request, project, number), error)
    return redirect(run.change_url)


@for_person
@require_POST
def discard(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Deletes a run with its files."""
    project = project_of(request, organisation, name, Verb.EDIT)
    principal = principal_of(request)
    discard_run(principal, find_run(principal, project, number))
    return redirect(f"{project.get_absolute_url()}/training")


@for_person
@require_GET
@never_cache
def compare(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Runs side by side: settings, figures, curves, and what differs."""
    project = project_of(request, organisation, name, Verb.READ)
    runs = _compared(request, principal_of(request), project)
    return render(request, "training/compare.html", {"project": project, **side_by_side(runs, explained_recipes())})


def _compared(request: HttpRequest, principal: Principal, project: Project) -> list[TrainingRun]:
    """The runs that the address names, oldest first. Raises `Invalid`."""
    numbers = {int(text) for text in request.GET.getlist("run") if text.isascii() and text.isdigit() and len(text) < 9}
    runs = list(runs_of(principal, project).filter(number__in=numbers).order_by("number"))
    if not 2 <= len(runs) <= MOST_COMPARED:
        raise Invalid(f"Choose 2 to {MOST_COMPARED} runs.")
    return runs


def _list_context(request: HttpRequest, project: Project) -> dict[str, Any]:
    principal = principal_of(request)
    may_edit = can(principal, Verb.EDIT, project)
    runs = list(runs_of(principal, project)[:SHOWN])
    context = {"project": project, "runs": runs, "may_edit": may_edit, "most_compared": MOST_COMPARED}
    return context | (form_context(request, principal, project) if may_edit else {})


def _context(request: HttpRequest, project: Project, number: int) -> dict[str, Any]:
    principal = principal_of(request)
    run = find_run(principal, project, number)
    return run_context(principal, project, run) | {"may_edit": can(principal, Verb.EDIT, project)}
