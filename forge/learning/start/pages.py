"""The page on which somebody makes an app from own examples, and the codes by which phones record for it."""

from __future__ import annotations

import json
from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.core.errors import Invalid
from forge.core.http.pages import for_person
from forge.datasets.collecting.access import find_own_link, phone_state, usual_motion_rate
from forge.datasets.collecting.actions import LINK_LIFE, end_phone, make_collecting_link
from forge.datasets.collecting.task import Task
from forge.datasets.consent_terms import UNTIL_DELETED
from forge.datasets.models.samples import RECORDED_KINDS
from forge.learning.lab_jobs.waiting import LabLibraries
from forge.learning.start.examples import add_examples, remove_examples
from forge.learning.start.settings import NEEDED, kind_of, page_settings
from forge.learning.tasks import prepare_soon
from forge.learning.training.sizes import prepare_counting
from forge.projects.place import project_of
from rune.datasets.label_names import BACKGROUND

_MILLISECONDS = {"sound": 1500, "motion": 3000}
"""How long a recording is, on a page with a countdown."""


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
    """A code by which one phone of one's own records for the labels of the page, once, shown this once."""
    project = project_of(request, organisation, name, Verb.GIVE_SAMPLE)
    principal = principal_of(request)
    kind = kind_of(principal, project, request.POST.get("kind", "")).kind
    if kind not in RECORDED_KINDS:
        raise Invalid("A phone records sounds, pictures and motion. Drop files in place of it.")
    label = request.POST.get("label", "")
    task = Task(
        kind,
        label,
        _MILLISECONDS.get(kind.value, 0),
        usual_motion_rate(project),
        NEEDED,
        days=UNTIL_DELETED,
        tabs=(*request.POST.getlist("labels"), label, BACKGROUND),
    )
    link, url = make_collecting_link(principal, project, task)
    # The code is read off a screen: the least correction makes the largest squares.
    picture = segno.make(url, error="l", micro=False).svg_data_uri(scale=4, border=2, light="#fff", omitsize=True)
    minutes = int(LINK_LIFE.total_seconds() / 60)
    return JsonResponse({"link": str(link.pk), "url": url, "picture": picture, "minutes": minutes})


@for_person
@require_POST
def examples_add(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Adds example recordings, so that somebody without a sensor can try the page."""
    project = project_of(request, organisation, name, Verb.EDIT)
    principal = principal_of(request)
    kind = kind_of(principal, project, request.POST.get("kind", "")).kind
    return JsonResponse({"count": add_examples(principal, project, kind, request.POST.get("text", ""))}, status=201)


@for_person
@require_POST
def examples_remove(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Deletes the example recordings."""
    project = project_of(request, organisation, name, Verb.EDIT)
    return JsonResponse({"count": remove_examples(principal_of(request), project)})


@for_person
@require_safe
@never_cache
def phone_shown(request: HttpRequest, organisation: str, name: str, link_id: UUID) -> HttpResponse:
    """The state of a code: the phone that scanned it, its digits, and how many recordings it sent."""
    project_of(request, organisation, name, Verb.GIVE_SAMPLE)
    phone = phone_state(principal_of(request), link_id)
    return JsonResponse(
        {"digits": phone.digits, "browser": phone.browser, "sent": phone.sent, "isOver": phone.is_over},
    )


@for_person
@require_POST
def phone_end(request: HttpRequest, organisation: str, name: str, link_id: UUID) -> HttpResponse:
    """Ends a code of one's own, and the phone that scanned it."""
    project = project_of(request, organisation, name, Verb.GIVE_SAMPLE)
    principal = principal_of(request)
    end_phone(principal, find_own_link(principal, project, link_id))
    return HttpResponse(status=204)
