"""Builds as pages: a project's list, and one build to try, compare, talk about, judge and publish.

All of it works without scripts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.accounts.sign_in.pages.security import confirmed_recently
from forge.builds.access import builds_of, find_numbered, job_of_build
from forge.builds.actions import request_build
from forge.builds.models import Build
from forge.builds.pages.brief_changes import BriefChange, accuracy_of, brief_changes
from forge.builds.pages.memory_map import memory_picture
from forge.core.errors import Conflict, DomainError, Invalid, Stale
from forge.core.http.pages import for_person, show_again
from forge.core.http.paging import rows_of
from forge.core.seen import seen_in, seen_state
from forge.jobs.actions import cancel_job
from forge.jobs.lists.pages import STATE_TAGS, JobStateTag
from forge.notices.pages import watch_menu
from forge.projects.hooks import CardVerdict
from forge.projects.models import Project
from forge.projects.pages.lookup import project_of
from forge.registry.access import tags_of
from forge.registry.actions import publish_build, publish_past_gate
from forge.registry.distribution.manifests import is_tag
from forge.registry.next_tag import next_tag_of
from forge.registry.seen import build_facets
from forge.reviews.actions import begin_thread, give_verdict, undo_verdict
from forge.reviews.gate.pages import gate_facts
from forge.reviews.models import Review
from forge.reviews.rounds.access import awaited_reviews, is_reviewable, reviews_about, verdicts_on, verdicts_on_runes
from forge.reviews.rounds.decision import ReviewState, Verdicts
from forge.reviews.rounds.open_reviews import open_reviews, states_of_runes
from forge.reviews.rounds.pages.rune_facts import compared_with, rune_facts, verdict_facts
from forge.reviews.rounds.pages.state_tags import STATE_TAGS as STATE_TAGS_OF_REVIEWS
from forge.reviews.threads.anchors import read_key
from forge.reviews.threads.conversation import threads_on_build
from forge.reviews.threads.pages.conversation import ThreadFilter, requested_anchor, talk_facts, threads_filter
from rune.wording import counted

SHOWN = 50
"""Builds on the list."""


@dataclass(frozen=True)
class ProblemCount:
    """So many errors, or warnings, in the colour of its tag."""

    colour: str
    text: str


def problem_counts(diagnostics: Sequence[Mapping[str, Any]]) -> tuple[ProblemCount, ...]:
    """Errors before warnings; none of a kind that there is none of."""
    errors = sum(one["severity"] == "error" for one in diagnostics)
    kinds = (("bad", "error", errors), ("warn", "warning", len(diagnostics) - errors))
    return tuple(ProblemCount(colour, counted(count, noun)) for colour, noun, count in kinds if count)


@dataclass(frozen=True)
class BuildRow:
    """A build on the list."""

    build: Build
    look: JobStateTag
    tags: tuple[str, ...]
    problems: tuple[ProblemCount, ...]
    verdict: CardVerdict | None
    accuracy: str
    changed: BriefChange | None
    """What changed since the build before; None of a build without a rune."""


@for_person
@require_http_methods(["GET", "POST"])
def builds_list(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """A project's builds; POST asks for another and leads to its page."""
    principal = principal_of(request)
    verb = Verb.BUILD if request.method == "POST" else Verb.READ
    project = project_of(request, organisation, name, verb)
    if request.method == "POST":
        try:
            return redirect(_address(request_build(principal, project)))
        except Conflict as error:
            return show_again(request, "builds/list.html", _builds(request, principal, project), error)
    return render(request, "builds/list.html", _builds(request, principal, project))


def _builds(request: HttpRequest, principal: Principal, project: Project) -> dict[str, Any]:
    """A page of the builds, the newest first."""
    published = tags_of(principal, project)
    builds, pages = rows_of(request, builds_of(principal, project), SHOWN)
    judged = verdicts_on_runes(principal, project)
    waiting = Review.objects.visible_to(principal).filter(project=project, closed=None)
    states = states_of_runes(open_reviews(waiting), judged)
    oldest = min((build.number or 0 for build in builds), default=0)
    earlier = builds_of(principal, project).succeeded().filter(number__lt=oldest, artefact__isnull=False).first()
    changes = brief_changes(builds, earlier)
    rows = [
        BuildRow(
            build,
            STATE_TAGS[build.state],
            tuple(tag.name for tag in published if tag.build_id == build.pk),
            problem_counts(build.diagnostics),
            _judged_as(build, states, judged),
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


@for_person
def build_page(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """One build."""
    project, build = _build_of(request, organisation, name, number)
    context = _context(principal_of(request), project, build, threads_filter(request.GET))
    context["about"] = requested_anchor(principal_of(request), build, request.GET)
    return render(request, "builds/build.html", context)


@for_person
def conversation(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """The conversation about a build alone, for its page that is open."""
    project, build = _build_of(request, organisation, name, number)
    context = {"project": project, "build": build, **_talk(principal_of(request), build, threads_filter(request.GET))}
    return render(request, "reviews/talk.html", context)


@for_person
@require_POST
def cancel(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Ends a build that waits or runs."""
    project, build = _build_of(request, organisation, name, number)
    try:
        cancel_job(principal_of(request), job_of_build(principal_of(request), build.pk))
    except Conflict as error:
        return _again(request, project, build, error)
    return redirect(_address(build))


@for_person
@require_POST
def respond(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """A verdict when the button that was pressed gives one, with what was written; else a comment."""
    principal = principal_of(request)
    project, build = _build_of(request, organisation, name, number)
    text, verdict = request.POST.get("text", ""), request.POST.get("verdict", "")
    try:
        if verdict == "undo":
            undo_verdict(principal, build)
        elif verdict:
            about, confirmed = read_key(request.POST.get("about", "")), confirmed_recently(request)
            give_verdict(principal, build, verdict, text, about=about, confirmed=confirmed)
        else:
            begin_thread(principal, build, text, read_key(request.POST.get("about", "")))
    except (Invalid, Conflict) as error:
        return _again(request, project, build, error)
    return redirect(f"{_address(build)}#conversation")


@for_person
@require_POST
def publish(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Puts the build's rune into the registry under a tag, and leads to the public page."""
    project, build = _build_of(request, organisation, name, number)
    wanted = request.POST.get("tag", "")
    try:
        notes, seen = request.POST.get("notes", ""), seen_in(request.POST)
        tag = publish_build(principal_of(request), build, wanted, notes, seen=seen)
    except (Invalid, Conflict, Stale) as error:
        return _again(request, project, build, error, wanted)
    return redirect(f"{project.get_absolute_url()}?tag={tag.name}")


@for_person
@require_POST
def publish_past(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Publishes the build under a protected tag although something is missing, with a reason."""
    project, build = _build_of(request, organisation, name, number)
    wanted = request.POST.get("tag", "")
    try:
        reason, notes = request.POST.get("reason", ""), request.POST.get("notes", "")
        tag = publish_past_gate(principal_of(request), build, wanted, reason, notes, seen=seen_in(request.POST))
    except (Invalid, Conflict, Stale) as error:
        return _again(request, project, build, error, wanted)
    return redirect(f"{project.get_absolute_url()}?tag={tag.name}")


def _build_of(request: HttpRequest, organisation: str, name: str, number: int) -> tuple[Project, Build]:
    project = project_of(request, organisation, name, Verb.READ)
    return project, find_numbered(principal_of(request), project, number)


def _again(
    request: HttpRequest, project: Project, build: Build, error: DomainError, tag: str | None = None
) -> HttpResponse:
    build.refresh_from_db()
    context = _context(principal_of(request), project, build, threads_filter(request.POST), tag)
    context["about"] = requested_anchor(principal_of(request), build, request.POST)
    return show_again(request, "builds/build.html", context, error)


def _address(build: Build) -> str:
    return f"{build.project.get_absolute_url()}/builds/{build.number}"


def _context(
    principal: Principal, project: Project, build: Build, which: ThreadFilter, tag: str | None = None
) -> dict[str, Any]:
    """`tag` is the one that somebody tried to publish under."""
    published = tags_of(principal, project)
    context: dict[str, Any] = {
        "project": project,
        "build": build,
        "look": STATE_TAGS[build.state],
        "log": list(build.log.all()),
        "problems": problem_counts(build.diagnostics),
        "may_build": can(principal, Verb.BUILD, project),
        "may_ask": can(principal, Verb.ASK, project) and (is_reviewable(build) or not build.is_over),
        "awaited": awaited_reviews(principal, build),
        "reviews": reviews_about(principal, build),
        **_talk(principal, build, which),
        "wrong_url": f"/api/v1/builds/{build.pk}/wrong-results" if can(principal, Verb.GIVE_SAMPLE, project) else "",
        "respond": f"{_address(build)}/respond",
        "talk_url": f"{_address(build)}/conversation",
        **verdict_facts(principal, build),
        **rune_facts(principal, build),
        "blocks": () if build.artefact is None else build.artefact.report.get("blocks", ()),
        "memory": None if build.artefact is None else memory_picture(build.artefact.report),
    }
    if is_reviewable(build):
        proposed = next_tag_of(principal, project)
        context |= {
            "may_publish": can(principal, Verb.PUBLISH, project),
            "published": [tag for tag in published if tag.build_id == build.pk],
            "next_tag": proposed,
            "seen": seen_state(build_facets(build)),
            **gate_facts(principal, build, tag if tag and is_tag(tag) else proposed),
        }
    return context


def _judged_as(build: Build, states: Mapping[str, ReviewState], verdicts: Mapping[str, Verdicts]) -> CardVerdict | None:
    """Where a build stands, on one line, with how many approve it while more are needed."""
    digest = "" if build.artefact is None else build.artefact.digest
    if (state := states.get(digest)) is None:
        return None
    approving = len(verdicts[digest].approving) if digest in verdicts else 0
    if state is ReviewState.WAITING and approving:
        return CardVerdict(f"{STATE_TAGS_OF_REVIEWS[state].word}, {counted(approving, 'approval')}", "info")
    look = STATE_TAGS_OF_REVIEWS[state]
    return CardVerdict(look.word, look.colour)


def _talk(principal: Principal, build: Build, which: ThreadFilter) -> dict[str, Any]:
    before, _ = compared_with(principal, build)
    threads = threads_on_build(principal, build)
    return talk_facts(principal, build, before, threads, verdicts_on(principal, build), which)
