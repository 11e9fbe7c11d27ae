"""The page Teach: a rune learns labels from a few recordings, in the page."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.core.errors import DomainError
from forge.core.http.pages import for_person
from forge.learning.teaching.limits import EXAMPLES, MAX_EXAMPLES, MAX_LABELS
from forge.learning.teaching.project import teachable_project
from forge.projects.place import project_of
from rune.datasets.label_names import WORD_LIMIT


@for_person
@require_GET
@never_cache
def teach_page(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """The page on which somebody teaches the rune of a project, or why that cannot be."""
    project = project_of(request, organisation, name, Verb.EDIT)
    context: dict[str, Any] = {"project": project, "examples": EXAMPLES}
    try:
        teachable = teachable_project(principal_of(request), project)
    except DomainError as error:
        return render(request, "training/teach.html", context | {"refusal": str(error)})
    settings = {
        "digest": teachable.digest,
        "features": teachable.features,
        "labels": list(teachable.labels),
        "examples": EXAMPLES,
        "mostExamples": MAX_EXAMPLES,
        "mostLabels": MAX_LABELS,
        "longestLabel": WORD_LIMIT,
    }
    return render(request, "training/teach.html", context | {"teachable": teachable, "settings": json.dumps(settings)})
