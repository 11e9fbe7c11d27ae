"""The page that a phone records with, and for members the code that leads there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, principal_of
from forge.core.errors import Invalid
from forge.core.http.pages import for_person, show_again
from forge.datasets.access import labels_of
from forge.datasets.collecting.actions import LINK_LIFE, make_collecting_link
from forge.datasets.collecting.task import DEFAULT_MOTION_RATE, MAX_RECORDINGS, MOTION_RATES, Task
from forge.datasets.samples.models import SampleKind
from forge.projects.models import Project
from forge.projects.pages.lookup import project_of


@require_safe
@ensure_csrf_cookie
def record_page(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """The phone's page. Whether there is such a link it does not say."""
    return render(request, "collect.html")


@for_person
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def collect(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Chooses what a phone records, and shows its code, this once."""
    project = project_of(request, organisation, name, Verb.GIVE_SAMPLE)
    principal = principal_of(request)
    context = collect_context(principal, project)
    if request.method != "POST":
        return render(request, "data/collect.html", context)
    try:
        link, url = make_collecting_link(principal, project, _task(request))
    except Invalid as error:
        return show_again(request, "data/collect.html", context, error)
    # The code is read off a screen: the least correction makes the largest squares.
    code = segno.make(url, error="l", micro=False).svg_data_uri(scale=5, border=3, light="#fff", omitsize=True)
    shown = {"link": link, "url": url, "code": code, "minutes": int(LINK_LIFE.total_seconds() / 60)}
    return render(request, "data/collect.html", context | shown)


def collect_context(principal: Principal, project: Project) -> dict[str, Any]:
    """What the form offers."""
    return {
        "project": project,
        "label_choices": labels_of(principal, project),
        "kinds": SampleKind.choices,
        "motion_rates": MOTION_RATES,
        "motion_rate": DEFAULT_MOTION_RATE,
        "most": MAX_RECORDINGS,
    }


def _task(request: HttpRequest) -> Task:
    fields = request.POST
    if fields.get("kind") not in SampleKind.values:
        raise Invalid("Choose what is recorded: sound, picture or motion.")
    return Task(
        SampleKind(fields["kind"]),
        fields.get("label", ""),
        round(_number(fields.get("seconds", "1.5")) * 1000),
        round(_number(fields.get("rate", str(DEFAULT_MOTION_RATE)))),
        round(_number(fields.get("wanted", "20"))),
        fields.get("hint", ""),
    )


def _number(text: str) -> float:
    whole, _, rest = text.strip().partition(".")
    if not (whole + rest).isascii() or not (whole + rest).isdigit() or len(text) > 9:
        raise Invalid(f"{text[:20] or 'Nothing'} is not a number. Write digits, such as 1.5.")
    return float(text)
