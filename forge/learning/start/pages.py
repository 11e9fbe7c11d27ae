"""The page on which somebody makes an app from own examples, and the code by which a phone records for it."""

from __future__ import annotations

import json

import segno
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.core.errors import Invalid
from forge.core.http.pages import for_person
from forge.datasets.collecting.actions import LINK_LIFE, make_collecting_link
from forge.datasets.collecting.task import DEFAULT_MOTION_RATE, Task
from forge.datasets.consent.terms import UNTIL_DELETED
from forge.datasets.samples.models import RECORDED_KINDS
from forge.learning.start.settings import kind_of, page_settings
from forge.learning.tasks import prepare_soon
from forge.learning.training.sizes import prepare_counting
from forge.learning.waiting_lab import LabLibraries
from forge.projects.pages.lookup import project_of

_MILLISECONDS = {"sound": 1500, "motion": 3000}
"""How long a phone records."""
_WANTED = 10


@for_person
@require_GET
@never_cache
def start_page(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """The page of examples, training and trying."""
    project = project_of(request, organisation, name, Verb.EDIT)
    principal = principal_of(request)
    kind = kind_of(principal, project, request.GET.get("kind", ""))
    prepare_soon(LabLibraries.TENSORFLOW)
    prepare_counting()
    settings = page_settings(principal, project, kind)
    return render(request, "start/page.html", {"project": project, "settings": json.dumps(settings)})


@for_person
@require_POST
@never_cache
def phone_code(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """A code by which one phone of one's own records for a label, once, shown this once."""
    project = project_of(request, organisation, name, Verb.GIVE_SAMPLE)
    principal = principal_of(request)
    kind = kind_of(principal, project, request.POST.get("kind", "")).kind
    if kind not in RECORDED_KINDS:
        raise Invalid("A phone records sounds, pictures and motion. Drop files in place of it.")
    task = Task(
        kind,
        request.POST.get("label", ""),
        _MILLISECONDS.get(kind.value, 0),
        DEFAULT_MOTION_RATE,
        _WANTED,
        days=UNTIL_DELETED,
    )
    _, url = make_collecting_link(principal, project, task)
    # The code is read off a screen: the least correction makes the largest squares.
    picture = segno.make(url, error="l", micro=False).svg_data_uri(scale=4, border=2, light="#fff", omitsize=True)
    return JsonResponse({"url": url, "picture": picture, "minutes": int(LINK_LIFE.total_seconds() / 60)})
