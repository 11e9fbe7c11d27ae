"""The page of what depends on what a project published. It needs no scripts."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.projects.place import project_of
from forge.registry.discovery.dependants.access import dependants_of
from forge.registry.hooks import DependantKind
from forge.registry.repository.access import repository_of
from forge.registry.tags.pulling.uses import uses_of

TITLES = {
    DependantKind.DEPLOYMENT: "Deployments that serve a version",
    DependantKind.BLOCK: "Your projects that use a block",
    DependantKind.FORK: "Forks",
}


@require_safe
def dependants_page(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Shows the dependants of the project's publications that the reader may see."""
    principal = principal_of(request)
    project = project_of(request, organisation, name, Verb.SEE)
    rows = dependants_of(principal, project)
    repository = repository_of(project)
    context = {
        "project": project,
        "is_member": can(principal, Verb.READ, project),
        "groups": [(TITLES[kind], list(each)) for kind, each in groupby(rows, key=lambda row: row.kind)],
        "uses": None if repository is None else uses_of(repository),
    }
    return render(request, "runes/dependants.html", context)
