"""The pages of training: the runs of a project with the form that begins one, a run, and runs side by side.

They work without scripts; with them, a run that trains shows each epoch.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.core.errors import Invalid, NotFound
from forge.core.http.pages import for_person
from forge.core.http.paging import rows_of
from forge.jobs.environments import may_prepare
from forge.learning.environments.actions import prepare_run
from forge.learning.lab_jobs.waiting import LabLibraries
from forge.learning.quality import builds_of_runs
from forge.learning.recipes import known_recipes, other_curves
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
from forge.learning.training.declarations import NOTHING, declared_of
from forge.learning.training.models import TrainingRun
from forge.learning.training.pages.form import form_context, settings_of
from forge.learning.training.pages.run_page import run_context
from forge.learning.training.pages.run_rows import data_sentence, rows_of_runs
from forge.learning.training.pages.side_by_side import side_by_side
from forge.learning.training.sizes import prepare_counting
from forge.projects.models import Project
from forge.projects.pages.forms import project_form
from forge.projects.place import project_of
from rune.devices.boards.lookup import find_board
from rune.wording import listed

NEWEST_RUNS = 8
"""Runs below the form. A link leads to all of them."""
SHOWN_RUNS = 50
"""Runs on a page of all runs."""
ALL_RUNS = "all"
MOST_COMPARED = 4
ACTS = {
    "stop": stop_run,
    "pause": pause_run,
    "resume": resume_run,
    "cancel": cancel_run,
    "prepare": prepare_run,
}


def _list_context(request: HttpRequest, project: Project) -> dict[str, Any]:
    principal = principal_of(request)
    may_edit = can(principal, Verb.EDIT, project)
    is_all = "page" in request.GET or request.GET.get("runs") == ALL_RUNS
    runs, pages = rows_of(request, runs_of(principal, project), SHOWN_RUNS if is_all else NEWEST_RUNS, at="runs")
    declared_training = declared_of(project) if runs else NOTHING
    boards = list(dict.fromkeys(run.boards[0] for run in runs if run.boards))
    context = {
        "project": project,
        "runs": runs,
        "rows": rows_of_runs(runs, known_recipes(), declared_training, builds_of_runs(project, runs)) if runs else [],
        "limit": "" if declared_training.accuracy is None else f"{100 * declared_training.accuracy:g} %",
        "data_sentence": data_sentence(runs),
        "needs_board": listed([find_board(key).name for key in boards]) if boards else "",
        "pages": pages,
        "is_all": is_all,
        "may_edit": may_edit,
        "most_compared": MOST_COMPARED,
    }
    return context | (form_context(request, principal, project) if may_edit else {})


def _context(request: HttpRequest, project: Project, number: int, **_verb: str) -> dict[str, Any]:
    principal = principal_of(request)
    run = find_run(principal, project, number)
    context = run_context(principal, project, run, request.GET.get("mistakes", ""))
    may_edit = can(principal, Verb.EDIT, project)
    return context | {"may_edit": may_edit, "prepares": bool(run.needed_packages) and may_prepare(principal)}


_list_form = project_form("training/page.html", _list_context)
_run_form = project_form("training/run.html", _context)


@for_person
@require_GET
@never_cache
def training_page(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """The training runs of a project, and the form over a recipe's arguments."""
    project = project_of(request, organisation, name, Verb.READ)
    context = _list_context(request, project)
    if context["may_edit"]:
        prepare_soon(LabLibraries.TENSORFLOW)
        prepare_counting()
    return render(request, "training/page.html", context)


@_list_form
def begin(request: HttpRequest, principal: Principal, project: Project) -> str:
    """Begins the run that the form describes."""
    return begin_run(principal, project, settings_of(request.POST)).get_absolute_url()


@for_person
@require_GET
@never_cache
def one_run(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """A run: its curves, how often it is right and on whom, what its rune needs, and its worst mistakes."""
    project = project_of(request, organisation, name, Verb.READ)
    return render(request, "training/run.html", _context(request, project, number))


@_run_form
def act(_request: HttpRequest, principal: Principal, project: Project, number: int, verb: str) -> str:
    """Stops, pauses, resumes or cancels a run, or prepares what it needs."""
    run = find_run(principal, project, number)
    if verb not in ACTS:
        raise NotFound("There is no such page.")
    ACTS[verb](principal, run)
    return run.get_absolute_url()


@_run_form
def again(_request: HttpRequest, principal: Principal, project: Project, number: int) -> str:
    """Begins another run with the same settings on the newest version of the data."""
    return train_again(principal, find_run(principal, project, number)).get_absolute_url()


@_run_form
def use(_request: HttpRequest, principal: Principal, project: Project, number: int) -> str:
    """Opens a change request with the model of a run."""
    return use_model(principal, find_run(principal, project, number)).change_url


@_run_form
def discard(_request: HttpRequest, principal: Principal, project: Project, number: int) -> str:
    """Deletes a run with its files."""
    discard_run(principal, find_run(principal, project, number))
    return f"{project.get_absolute_url()}/training"


@for_person
@require_GET
@never_cache
def compare(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Runs side by side: settings, figures, curves, and what differs."""
    project = project_of(request, organisation, name, Verb.READ)
    runs = _compared_runs(request, principal_of(request), project)
    return render(request, "training/compare.html", {"project": project, **side_by_side(runs, other_curves())})


def _compared_runs(request: HttpRequest, principal: Principal, project: Project) -> list[TrainingRun]:
    """The runs that the address names, oldest first. Raises `Invalid`."""
    numbers = {int(text) for text in request.GET.getlist("run") if text.isascii() and text.isdigit() and len(text) < 9}
    runs = list(runs_of(principal, project).filter(number__in=numbers).order_by("number"))
    if not 2 <= len(runs) <= MOST_COMPARED:
        raise Invalid(f"Choose 2 to {MOST_COMPARED} runs.")
    return runs
