"""The pages of searches: those of a project with the form that begins one, and a search with its picture.

They work without scripts; with them, a search at work shows each trial.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.core.errors import Invalid, Unprocessable
from forge.core.http.pages import for_person
from forge.core.http.paging import rows_of
from forge.datasets.access import versions_of
from forge.datasets.versions.other_projects import offered_versions
from forge.jobs.environments import may_prepare
from forge.learning.environments.actions import prepare_search
from forge.learning.lab_jobs.waiting import LabLibraries
from forge.learning.pages.lists import check_list
from forge.learning.recipes import RecipeJson, recipes
from forge.learning.searches.access import find_search, find_trial, searches_of
from forge.learning.searches.actions import (
    LIMITS,
    SearchSettings,
    begin_search,
    discard_search,
    open_trial,
    resume_search,
    stop_search,
    use_trial,
)
from forge.learning.searches.kinds import (
    DEFAULT_BOARD,
    DEFAULT_MINUTES,
    DEFAULT_TRIALS,
    DEFAULT_WORKERS,
    MAX_MINUTES,
    MAX_TRIALS,
    MAX_WORKERS,
)
from forge.learning.searches.pages.search_page import search_context
from forge.learning.tasks import prepare_soon
from forge.learning.training.declarations import declared_of
from forge.learning.training.pages.form import divided_recipes
from forge.learning.training.pages.written import arguments_by_name, title_of
from forge.projects.models import Project
from forge.projects.pages.forms import project_form
from forge.projects.place import project_of
from rune.devices.boards.lookup import boards
from rune.devices.emulation.cores import CORES
from rune.digests import is_digest
from rune.source.policy.sections.training import DEFAULT_FORM, DEFAULT_MODEL

SHOWN_ROWS = 50
"""Searches on the page."""
VARY = "vary-"
_UNITS = {"ram": 1000, "flash": 1000, "instructions": 1_000_000}
"""The units in which the form asks for limits that are whole: kB and millions."""


def _list_context(request: HttpRequest, project: Project) -> dict[str, Any]:
    principal = principal_of(request)
    may_edit = can(principal, Verb.EDIT, project)
    searches, pages = rows_of(request, searches_of(principal, project), SHOWN_ROWS)
    context: dict[str, Any] = {"project": project, "searches": searches, "pages": pages, "may_edit": may_edit}
    if not may_edit:
        return context
    versions = list(versions_of(principal, project)[:SHOWN_ROWS])
    context |= {"versions": versions, "other_versions": offered_versions(principal, project)}
    try:
        searchable_recipes = [each for each in recipes() if each["space"] is not None]
    except Unprocessable as error:
        return context | {"form_problem": str(error)}
    own, others = divided_recipes(principal, project, searchable_recipes)
    return context | _form_context(request, project, [*own, *others])


def _context(request: HttpRequest, project: Project, number: int, **_trial: int) -> dict[str, Any]:
    principal = principal_of(request)
    search = find_search(principal, project, number)
    context = search_context(principal, project, search, request.GET.get("across", ""), request.GET.get("trial", ""))
    prepares = bool(search.needed_packages) and may_prepare(principal)
    return context | {"may_edit": can(principal, Verb.EDIT, project), "most_trials": MAX_TRIALS, "prepares": prepares}


_list_form = project_form("searches/page.html", _list_context)
_search_form = project_form("searches/search.html", _context)


@for_person
@require_GET
@never_cache
def searches_page(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """The searches of a project, and the form over a recipe's space."""
    project = project_of(request, organisation, name, Verb.READ)
    context = _list_context(request, project)
    if context["may_edit"]:
        prepare_soon(LabLibraries.TENSORFLOW)
    return render(request, "searches/page.html", context)


@_list_form
def begin(request: HttpRequest, principal: Principal, project: Project) -> str:
    """Begins the search that the form describes."""
    return begin_search(principal, project, _settings(project, request.POST)).get_absolute_url()


@for_person
@require_GET
@never_cache
def one_search(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """A search: its trials as a picture, the best for each size, and one trial beside the project."""
    project = project_of(request, organisation, name, Verb.READ)
    return render(request, "searches/search.html", _context(request, project, number))


@_search_form
def stop(_request: HttpRequest, principal: Principal, project: Project, number: int) -> str:
    """Ends a search."""
    return stop_search(principal, find_search(principal, project, number)).get_absolute_url()


@_search_form
def resume(request: HttpRequest, principal: Principal, project: Project, number: int) -> str:
    """Goes on with a search, with another budget of trials if one is written."""
    search = find_search(principal, project, number)
    text = request.POST.get("trials", "").strip()
    resume_search(principal, search, _whole("trials", text) if text else None)
    return search.get_absolute_url()


@_search_form
def prepare(_request: HttpRequest, principal: Principal, project: Project, number: int) -> str:
    """Prepares what a search needs, and goes on with it then."""
    return prepare_search(principal, find_search(principal, project, number)).get_absolute_url()


@_search_form
def discard(_request: HttpRequest, principal: Principal, project: Project, number: int) -> str:
    """Deletes a search with its trials."""
    discard_search(principal, find_search(principal, project, number))
    return f"{project.get_absolute_url()}/searches"


@_search_form
def open_change(_request: HttpRequest, principal: Principal, project: Project, number: int, trial: int) -> str:
    """Opens a change request with the model of a trial."""
    return open_trial(principal, find_trial(principal, find_search(principal, project, number), trial)).change_url


@_search_form
def use(_request: HttpRequest, principal: Principal, project: Project, number: int, trial: int) -> str:
    """Begins a training run with the settings of a trial."""
    row = find_trial(principal, find_search(principal, project, number), trial)
    return use_trial(principal, row).get_absolute_url()


def _form_context(request: HttpRequest, project: Project, form_recipes: Sequence[RecipeJson]) -> dict[str, Any]:
    declared_training = declared_of(project).training
    name = (
        request.POST.get("recipe")
        or request.GET.get("recipe")
        or (declared_training.recipe if declared_training else "")
    )
    recipe = next((each for each in form_recipes if each["name"] == name), form_recipes[0])
    form_data = request.POST
    space, known_arguments = recipe["space"], arguments_by_name(recipe)
    fields = [
        (VARY + argument, title_of(argument, known_arguments), form_data.get(VARY + argument, _list_text(values)))
        for argument, values in (space["arguments"] if space else {}).items()
    ]
    return {
        "recipes": form_recipes,
        "recipe": recipe,
        "fields": fields,
        "forms": space["forms"] if space else [],
        "usual_forms": [declared_training.form if declared_training else DEFAULT_FORM],
        "boards": [each for each in boards() if each.target in CORES],
        "board": form_data.get("board", DEFAULT_BOARD),
        "second_board": form_data.get("second_board", ""),
        "limits": {each: form_data.get(each, "") for each in LIMITS},
        "budget": [
            ("trials", "Trained trials", form_data.get("trials", str(DEFAULT_TRIALS)), MAX_TRIALS),
            ("minutes", "Minutes", form_data.get("minutes", str(DEFAULT_MINUTES)), MAX_MINUTES),
            ("workers", "Trials at a time", form_data.get("workers", str(DEFAULT_WORKERS)), MAX_WORKERS),
        ],
        "is_declared": declared_training is not None and declared_training.recipe == recipe["name"],
    }


def _settings(project: Project, form_data: QueryDict) -> SearchSettings:
    """The settings that the form sent, around those of the project's `forge.yml`. Raises `Invalid`."""
    declared_training = declared_of(project).training
    recipe = form_data.get("recipe", "")
    is_own = declared_training is not None and declared_training.recipe == recipe
    arguments: Mapping[str, object] = declared_training.arguments if is_own and declared_training is not None else {}
    vary: dict[str, Sequence[object]] = {
        name.removeprefix(VARY): _list_of(name, form_data.get(name, ""))
        for name in form_data
        if name.startswith(VARY) and name != f"{VARY}quantize"
    }
    vary["quantize"] = form_data.getlist(f"{VARY}quantize")
    version = form_data.get("version", "")
    return SearchSettings(
        recipe,
        arguments,
        vary,
        _whole("version", version) if version and not is_digest(version) else None,
        declared_training.seed if is_own and declared_training is not None else 0,
        declared_training.form if is_own and declared_training is not None else DEFAULT_FORM,
        declared_training.model if is_own and declared_training is not None else DEFAULT_MODEL,
        form_data.get("board", DEFAULT_BOARD),
        {name: _limit(name, form_data.get(name, "")) for name in LIMITS},
        _whole("trials", form_data.get("trials", "")),
        _whole("minutes", form_data.get("minutes", "")),
        _whole("workers", form_data.get("workers", "")),
        version if is_digest(version) else "",
        form_data.get("second_board", ""),
    )


def _whole(name: str, text: str) -> int:
    """Raises `Invalid`."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid(f"{name} must be a whole number.", errors={name: ["Write a whole number."]})
    return int(text)


def _limit(name: str, text: str) -> float | None:
    """A limit in bytes, instructions or milliseconds, None for an empty field. Raises `Invalid`."""
    if not text.strip():
        return None
    try:
        value = round(float(text) * _UNITS[name]) if name in _UNITS else float(text)
    except (ValueError, OverflowError):
        raise Invalid(f"The limit of {name} is not a number.", errors={name: ["Write a number."]}) from None
    return value


def _list_of(name: str, text: str) -> list[str]:
    """The values in `0.001, 0.01`. Raises `Invalid`."""
    check_list(text, name)
    return [each.strip() for each in text.split(",") if each.strip()]


def _list_text(values: Sequence[float]) -> str:
    return ", ".join(f"{each:g}" for each in values)
