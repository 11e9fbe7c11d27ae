"""The list of a project's builds: where each stands, how often it is right, and what changed since the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.builds.access import builds_of
from forge.builds.actions import request_build
from forge.builds.models import Build
from forge.builds.pages.brief_changes import BriefChange, accuracy_of, brief_changes
from forge.core.errors import Conflict
from forge.core.http.pages import for_person, show_again
from forge.core.http.paging import rows_of
from forge.jobs.lists.pages import STATE_TAGS, JobStateTag
from forge.notices.pages import watch_menu
from forge.projects.hooks import CardVerdict
from forge.projects.models import Project
from forge.projects.place import project_of
from forge.registry.models import Tag
from forge.registry.tags.access import tags_of
from forge.reviews.models import Review
from forge.reviews.rounds.access import verdicts_on_runes
from forge.reviews.rounds.decision import ReviewState, Verdicts
from forge.reviews.rounds.open_reviews import open_reviews, states_of_runes
from forge.reviews.rounds.state_tags import STATE_TAGS as STATE_TAGS_OF_REVIEWS
from forge.web.builds.problems import ProblemCount, problem_counts
from forge.web.builds.tabs import address_of
from rune.wording import counted

PAGE_SIZE = 50
"""Builds on the list."""


@dataclass(frozen=True)
class BuildRow:
    """A build on the list."""

    build: Build
    look: JobStateTag
    tags: tuple[Tag, ...]
    problems: tuple[ProblemCount, ...]
    verdict: CardVerdict | None
    accuracy: str
    change: BriefChange | None
    """The changes since the previous build; None for a build without a rune."""


@for_person
@require_http_methods(["GET", "POST"])
def builds_list(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """A project's builds; POST asks for another and leads to its page."""
    principal = principal_of(request)
    verb = Verb.BUILD if request.method == "POST" else Verb.READ
    project = project_of(request, organisation, name, verb)
    if request.method == "POST":
        try:
            return redirect(address_of(request_build(principal, project)))
        except Conflict as error:
            return show_again(request, "builds/list.html", _builds(request, principal, project), error)
    return render(request, "builds/list.html", _builds(request, principal, project))


def _builds(request: HttpRequest, principal: Principal, project: Project) -> dict[str, Any]:
    """A page of the builds, the newest first."""
    tags = tags_of(principal, project)
    builds, pages = rows_of(request, builds_of(principal, project), PAGE_SIZE)
    verdicts = verdicts_on_runes(principal, project)
    waiting = Review.objects.visible_to(principal).filter(project=project, closed=None)
    states = states_of_runes(open_reviews(waiting), verdicts)
    oldest = min((build.number or 0 for build in builds), default=0)
    good = builds_of(principal, project).without_proposals().succeeded()
    earlier = good.filter(number__lt=oldest, artefact__isnull=False).first()
    changes = brief_changes(builds, earlier)
    rows = [
        BuildRow(
            build,
            STATE_TAGS[build.state],
            tuple(tag for tag in tags if tag.build_id == build.pk),
            problem_counts(build.diagnostics),
            _card_verdict(build, states, verdicts),
            accuracy_of(build),
            changes.get(build.pk),
        )
        for build in builds
    ]
    return {
        "project": project,
        "rows": rows,
        "pages": pages,
        "may_build": can(principal, Verb.BUILD, project),
        "watch": watch_menu(principal, project),
    }


def _card_verdict(
    build: Build, states: Mapping[str, ReviewState], verdicts: Mapping[str, Verdicts]
) -> CardVerdict | None:
    """Returns the state of a build on one line, with how many approve it while more are needed."""
    digest = "" if build.artefact is None else build.artefact.digest
    if (state := states.get(digest)) is None:
        return None
    approving = len(verdicts[digest].approving) if digest in verdicts else 0
    if state is ReviewState.WAITING and approving:
        return CardVerdict(f"{STATE_TAGS_OF_REVIEWS[state].word}, {counted(approving, 'approval')}", "info")
    look = STATE_TAGS_OF_REVIEWS[state]
    return CardVerdict(look.word, look.colour)
