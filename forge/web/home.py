"""The home page: what waits for a person, their projects, and templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forge.accounts.access import may_create_organisations, organisations_kept_out_of, organisations_of
from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, principal_of
from forge.core.actors import Actor
from forge.core.hooks import Hook
from forge.projects.hooks import (
    CardFacts,
    CardVerdict,
    Waiting,
    card_facts,
    card_verdicts,
    waited_on,
    waiting_for,
)
from forge.projects.models import Project
from forge.web.example import example
from forge.web.pages import usual_organisation
from forge.web.pipeline import DrawnPipeline, drawn_pipeline
from forge.web.usage import nearly_full
from rune.templates import list_templates

PROJECTS_SHOWN = 30


@dataclass(frozen=True)
class Card:
    """A project and what its card says."""

    project: Project
    facts: CardFacts
    pipeline: DrawnPipeline | None
    verdict: CardVerdict | None


def home(request: HttpRequest) -> HttpResponse:
    """Home for a person, a welcome for a visitor."""
    if not request.user.is_authenticated:
        return render(request, "welcome.html", {"example": example()})
    principal = principal_of(request)
    projects = list(
        Project.objects.of_member(principal).select_related("organisation", "created_by")[: PROJECTS_SHOWN + 1]
    )
    creatable = list(organisations_of(principal, Verb.CREATE_PROJECT))
    organisations = list(organisations_of(principal))
    context = {
        "full": nearly_full(organisations),
        "creates_organisations": may_create_organisations(principal),
        "kept_out": organisations_kept_out_of(principal) if principal.kept_out else [],
        "waiting": waiting_things(principal, waiting_for),
        "waited": waiting_things(principal, waited_on),
        "cards": cards(projects[:PROJECTS_SHOWN]),
        "more": len(projects) > PROJECTS_SHOWN,
        "templates": list_templates(),
        "organisations": organisations,
        "creatable": creatable,
        "usual": usual_organisation(principal, creatable),
    }
    return render(request, "home.html", context)


def cards(projects: Sequence[Project]) -> list[Card]:
    """Projects with their facts, asked for all at once."""
    facts: dict[UUID, CardFacts] = {}
    verdicts: dict[UUID, CardVerdict] = {}
    if projects:
        asked = [project.pk for project in projects]
        for found in card_facts.call(asked):
            facts |= found
        for judged in card_verdicts.call(asked):
            verdicts |= judged
    known = [(project, facts.get(project.pk, CardFacts())) for project in projects]
    return [Card(project, its, drawn_pipeline(its.outline), verdicts.get(project.pk)) for project, its in known]


def waiting_things(principal: Principal, hook: Hook[[Actor], Sequence[Waiting]]) -> list[Waiting]:
    """What waits for a person, or what they wait for, newest first."""
    found = [waiting for answer in hook.call(principal) for waiting in answer]
    return sorted(found, key=lambda waiting: waiting.since, reverse=True)


def health(request: HttpRequest) -> HttpResponse:
    """The health check: the server and its database respond."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")
