"""The page where a person takes the bins of a project from a version of its data, and follows the job."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.builds.bins.actions import take_bins
from forge.builds.bins.kinds import BINS_KIND
from forge.builds.errors import BinsForbidden, NoSamplesForBins
from forge.core.errors import DomainError
from forge.core.http.act_forms import Button, form_view
from forge.core.http.pages import for_person, show_again
from forge.core.http.paging import chosen_of
from forge.datasets.access import versions_of
from forge.datasets.errors import DataVersionNotFound
from forge.jobs.access import jobs_of
from forge.jobs.lists.items import items_of
from forge.jobs.lists.pages import STATE_TAGS
from forge.projects.models import Project
from forge.projects.place import project_of

VERSIONS_SHOWN = 50
"""The newest versions that the form offers."""
_TEMPLATE = "builds/bins.html"


@for_person
@never_cache
@require_safe
def bins_page(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """The versions of the data to choose from, and the newest job."""
    return render(request, _TEMPLATE, _context(request, project_of(request, organisation, name, Verb.READ)))


def _context(request: HttpRequest, project: Project) -> dict[str, Any]:
    principal = principal_of(request)
    versions = list(versions_of(principal, project).select_related(None)[:VERSIONS_SHOWN])
    newest = jobs_of(principal, project.organisation).filter(project=project, kind=BINS_KIND).first()
    items = [] if newest is None else items_of(principal, [newest])
    return {
        "project": project,
        "versions": versions,
        "chosen": chosen_of(request, "version", [str(each.number) for each in versions]),
        "may_edit": can(principal, Verb.EDIT, project),
        "item": items[0] if items else None,
        "tag": STATE_TAGS[newest.state] if newest is not None else None,
        "lines": [] if newest is None else list(newest.log.all()),
    }


def _show_again(request: HttpRequest, project: Project, error: DomainError) -> HttpResponse:
    return show_again(request, _TEMPLATE, _context(request, project), error)


take = form_view(
    {"take": Button(take_bins, lambda project: f"{project.get_absolute_url()}/bins")},
    _show_again,
    (NoSamplesForBins, BinsForbidden, DataVersionNotFound),
)
