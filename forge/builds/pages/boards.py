"""Boards as pages: which of them a build fits, as its packages were counted. All of it works without scripts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.builds.access import builds_of, find_numbered
from forge.builds.actions import choose_for_builds
from forge.builds.choices import choices_facets, choices_of, choosable_targets
from forge.builds.models import Build
from forge.builds.pages.board_fits import (
    MAY_FIT,
    BoardFilter,
    BoardFit,
    Show,
    board_fits,
    filtered,
)
from forge.builds.serializers.packages import package_url
from forge.core.errors import Invalid, Stale
from forge.core.http.pages import for_person, show_again
from forge.core.preconditions import etag_of, form_precondition
from forge.projects.models import Project
from forge.projects.place import project_of
from rune.aim import OPTIMIZATIONS, Aim

PACKAGE_AIMS: Final[dict[Aim, str]] = {
    "size": "Little flash (-Os)",
    "balanced": "Flash and instructions in balance (-O2)",
    "speed": "Few instructions (-O3)",
}

BOARDS_SHOWN = 12
"""Boards that stand on the page at first."""


@for_person
def build_boards(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """The boards of one build."""
    project = project_of(request, organisation, name, Verb.READ)
    build = find_numbered(principal_of(request), project, number)
    return render(request, "builds/boards.html", _context(request, project, build, f"/builds/{number}/boards"))


@for_person
@require_http_methods(["GET", "POST"])
def project_boards(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """The boards of a project's last build with packages; POST chooses the targets of later builds."""
    principal = principal_of(request)
    verb = Verb.BUILD if request.method == "POST" else Verb.READ
    project = project_of(request, organisation, name, verb)
    build = _newest_with_packages(principal, project)
    if request.method == "POST":
        try:
            choose_for_builds(
                principal, project, _options_of(request.POST), precondition=form_precondition(request.POST)
            )
        except (Invalid, Stale) as error:
            return show_again(request, "builds/boards.html", _context(request, project, build, "/boards"), error)
        return redirect(f"{project.get_absolute_url()}/boards?saved=1#targets")
    return render(request, "builds/boards.html", _context(request, project, build, "/boards"))


@require_safe
def redirect_former_address(request: HttpRequest, **names: object) -> HttpResponse:
    """Redirects from the addresses that the pages had while they were called Devices."""
    path, _, query = request.get_full_path().partition("?")
    return redirect(f"{path.removesuffix('/devices')}/boards{'?' if query else ''}{query}", permanent=True)


def _options_of(form: QueryDict) -> Mapping[str, Any]:
    """Reads the chosen settings from the form: the targets, and the optimisation of packages."""
    aim = form.get("optimize_packages")
    return {"targets": form.getlist("targets"), **({} if aim is None else {"optimize_packages": aim})}


def _newest_with_packages(principal: Principal, project: Project) -> Build | None:
    builds = builds_of(principal, project).without_proposals().succeeded().filter(packages__isnull=False)
    return builds.distinct().first()


def _context(request: HttpRequest, project: Project, build: Build | None, place: str) -> dict[str, Any]:
    principal = principal_of(request)
    filters = BoardFilter.of(request.GET)
    base = project.get_absolute_url() + place
    fits = () if build is None else board_fits(build)
    matching = filtered(fits, filters)
    selection = _selection(fits, matching, filters)
    page_fits = matching if filters.is_all or filters.words else _with_selection(matching[:BOARDS_SHOWN], selection)
    chosen_for = choices_of(project)
    may_fit = sum(each.look is MAY_FIT for each in fits)
    counts = {show: sum(show.holds(each) for each in fits) for show in Show}
    return {
        "project": project,
        "build": build,
        "is_project": place == "/boards",
        "filters": filters,
        "fits": page_fits,
        "all_count": len(fits),
        "fit_count": counts[Show.FIT] - may_fit,
        "may_fit_count": may_fit,
        "more_boards": len(matching) - len(page_fits),
        "all_address": f"{base}?{urlencode({**filters.query, 'all': '1'})}",
        "shows": [
            (show, counts[show], f"{base}?{urlencode({**filters.query, 'show': show.value})}", show is filters.show)
            for show in Show
        ],
        "rows": [(each, f"{base}?{urlencode({**filters.query, 'board': each.board.key})}#board") for each in page_fits],
        "chosen": selection,
        "has_period": any(each.time_share for each in fits),
        "base": base,
        "targets": choosable_targets(chosen_for),
        "aims": [(aim, words, aim == chosen_for.optimize_packages) for aim, words in PACKAGE_AIMS.items()],
        "compiled_with": None if build is None else OPTIMIZATIONS[cast("Aim", build.optimize_packages)],
        "may_build": can(principal, Verb.BUILD, project),
        "etag": etag_of(choices_facets(chosen_for)),
        "saved": request.GET.get("saved") == "1",
        "refused": [] if build is None else [each for each in build.packages.all() if each.refusal],
        "pending": []
        if build is None or not build.is_over
        else [each for each in build.packages.all() if not each.job.is_finished],
        "packages": []
        if build is None
        else [(each, package_url(each)) for each in build.packages.all() if each.artefact_id],
    }


def _selection(fits: tuple[BoardFit, ...], matching: tuple[BoardFit, ...], filters: BoardFilter) -> BoardFit | None:
    """The board that was asked for, else the first of those that match."""
    requested_fit = next((each for each in fits if each.board.key == filters.board), None)
    return requested_fit or next(iter(matching), None)


def _with_selection(page_fits: tuple[BoardFit, ...], selection: BoardFit | None) -> tuple[BoardFit, ...]:
    """The chosen board is on the page, wherever it stands."""
    return page_fits if selection is None or selection in page_fits else (*page_fits, selection)
