"""Reviews as pages: a project's list, asking for one, and one to try, talk about and decide. None needs scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from forge.accounts.models import User
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.accounts.sign_in.pages.security import confirmed_recently
from forge.accounts.teams.access import teams_of
from forge.builds.access import find_numbered
from forge.builds.models import Build
from forge.core.errors import Conflict, Invalid, Stale
from forge.core.http.pages import for_person, show_again
from forge.core.http.paging import rows_of
from forge.core.preconditions import etag_of, form_precondition
from forge.learning.pages.changed_models import changed_model_facts
from forge.projects.models import Project
from forge.projects.place import project_of
from forge.registry.tags.proposal import next_tag_of
from forge.reviews.gate.changed_files import files_of
from forge.reviews.gate.pages import gate_facts
from forge.reviews.guests.access import links_of
from forge.reviews.models import Review, ReviewerGroup, Verdict
from forge.reviews.reviewing.actions import pending_requests, requests
from forge.reviews.reviewing.actions import verdicts as verdict_actions
from forge.reviews.reviewing.actions.pending_requests import ReviewRequest, take_back_awaited
from forge.reviews.reviewing.pages.endings import ending_of
from forge.reviews.reviewing.pages.reviewer_choices import reviewer_choices
from forge.reviews.reviewing.pages.rune_facts import compared_with, rune_facts, verdict_facts
from forge.reviews.rounds.access import (
    awaited_of,
    digest_of,
    find_numbered_review,
    groups_of,
    is_overdue,
    newest_round,
    ongoing,
    reviews_of,
    standing_verdicts,
    state_of,
    verdicts_on,
    with_published,
)
from forge.reviews.rounds.decision import RequiredGroup, Verdicts, missing, waited_for
from forge.reviews.rounds.etag_facets import review_facets
from forge.reviews.rounds.invitees import waiting_to_join
from forge.reviews.rounds.requests import RequestedGroup
from forge.reviews.rounds.state_tags import STATE_TAGS, ReviewStateTag
from forge.reviews.threads.actions import conversation as conversation_actions
from forge.reviews.threads.anchors import read_key
from forge.reviews.threads.conversation import threads_in_review
from forge.reviews.threads.pages.conversation import ThreadFilter, requested_anchor, talk_facts, threads_filter

REVIEWS_SHOWN = 50
"""Reviews on the list."""


@dataclass(frozen=True)
class ReviewRow:
    """A review on the list."""

    review: Review
    build: Build
    rounds: int
    look: ReviewStateTag
    is_overdue: bool
    published_version: str
    """The version under which its build is published; empty where it is not."""


@dataclass(frozen=True)
class Reviewer:
    """Somebody who was asked, and the verdict, None without one; `build` is the number of the one that was judged."""

    person: User
    verdict: str | None
    build: int | None


@dataclass(frozen=True)
class Approvals:
    """A group of reviewers, in words: `1 of 2`, and who still has to decide."""

    title: str
    required_approvals: int
    approvals: int
    people: tuple[Reviewer, ...]


@for_person
def reviews_list(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """A project's reviews, newest first: the open ones, unless all are asked for."""
    project = project_of(request, organisation, name, Verb.READ)
    is_all = request.GET.get("show") == "all"
    all_reviews = with_published(reviews_of(principal_of(request), project))
    matching_reviews = all_reviews if is_all else ongoing(all_reviews)
    reviews, pages = rows_of(request, matching_reviews, REVIEWS_SHOWN)
    verdicts = standing_verdicts(reviews)
    rows = [
        ReviewRow(
            review,
            newest_round(review).build,
            len(review.rounds.all()),
            STATE_TAGS[state_of(review, verdicts[review.pk])],
            is_overdue(review, verdicts[review.pk]),
            review.published_version or "",
        )
        for review in reviews
    ]
    context = {
        "project": project,
        "rows": rows,
        "pages": pages,
        "has_any": bool(rows) or all_reviews.exists(),
        "which": "all" if is_all else "open",
    }
    return render(request, "reviews/list.html", context)


@for_person
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Asks for a review of a build, or carries an open one on with it."""
    principal = principal_of(request)
    project = project_of(request, organisation, name, Verb.ASK)
    build = find_numbered(principal, project, number)
    choices = reviewer_choices(build)
    context = {
        "project": project,
        "build": build,
        "is_awaited": not build.is_over,
        "members": choices.available,
        "unavailable": choices.unavailable,
        "teams": teams_of(project.organisation) if can(principal, Verb.SEE_ORGANISATION, project.organisation) else (),
        "open_reviews": [
            review
            for review in ongoing(reviews_of(principal, project))
            if (newest_round(review).build.number or 0) < number
        ],
        "chosen": request.POST.getlist("people"),
        "may_invite": can(principal, Verb.MANAGE, project),
    }
    if request.method == "POST":
        try:
            if request.POST.get("do") == "take-back":
                take_back_awaited(principal, awaited_of(principal, build))
                return redirect(_build_page(build))
            outcome = pending_requests.ask_when_built(principal, build, _read_request(request.POST))
            return redirect(outcome.get_absolute_url() if isinstance(outcome, Review) else _build_page(build))
        except (Invalid, Conflict) as error:
            return show_again(request, "reviews/ask.html", context, error)
    return render(request, "reviews/ask.html", context)


def _build_page(build: Build) -> str:
    return f"{build.project.get_absolute_url()}/builds/{build.number}"


def _read_request(form: QueryDict) -> ReviewRequest:
    """Raises `Invalid`."""
    if review_number := form.get("review", ""):
        return ReviewRequest(message=form.get("message", ""), review=_number(review_number))
    people = tuple(_uuid(each) for each in form.getlist("people"))
    approvals = (
        _number(form.get("required_approvals", "")) if form.get("required_approvals", "all") != "all" else len(people)
    )
    groups = [RequestedGroup(people, approvals)] if people else []
    if team := form.get("team", ""):
        groups.append(RequestedGroup(required_approvals=_number(form.get("team_approvals", "1")), team=team))
    return ReviewRequest(
        title=form.get("title", ""),
        message=form.get("message", ""),
        reviewers=tuple(groups),
        due=_day(form.get("due", "")),
        invitees=tuple(form.get("guest_emails", "").replace(",", " ").replace(";", " ").split()),
    )


@for_person
def review_page(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Shows a review."""
    project, review = _review_of(request, organisation, name, number)
    context = _context(principal_of(request), project, review, threads_filter(request.GET))
    context["about"] = requested_anchor(principal_of(request), context["build"], request.GET)
    return render(request, "reviews/review.html", context)


@for_person
def conversation(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """The conversation of a review alone, for its page that is open."""
    project, review = _review_of(request, organisation, name, number)
    principal, last = principal_of(request), newest_round(review)
    before, _ = compared_with(principal, last.build)
    which = threads_filter(request.GET)
    context = {
        "project": project,
        "review": review,
        "round": last,
        "build": last.build,
        **_talk(principal, review, which, before, _verdicts_in(principal, review)),
    }
    return render(request, "reviews/talk/talk.html", context)


@for_person
@require_POST
def respond(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Handles the pressed button: a verdict, taking it back, or a comment."""
    principal = principal_of(request)
    project, review = _review_of(request, organisation, name, number)
    build = newest_round(review).build
    text, verdict = request.POST.get("text", ""), request.POST.get("verdict", "")
    try:
        if verdict == "undo":
            verdict_actions.undo_verdict(principal, build)
        elif verdict:
            judged_round = verdict_actions.JudgedRound(
                review, _number(request.POST.get("round", "")), request.POST.get("rune", "")
            )
            about = read_key(request.POST.get("about", ""))
            confirmed = confirmed_recently(request)
            verdict_actions.give_verdict(
                principal, build, verdict, text, about=about, judged_round=judged_round, confirmed=confirmed
            )
        else:
            conversation_actions.begin_thread(principal, review, text, read_key(request.POST.get("about", "")))
    except (Invalid, Conflict, Stale) as error:
        return _again(request, project, review, error)
    return redirect(f"{review.get_absolute_url()}#conversation")


@for_person
@require_POST
def close(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Ends a review."""
    project, review = _review_of(request, organisation, name, number)
    try:
        requests.close_review(principal_of(request), review, precondition=form_precondition(request.POST))
    except (Conflict, Stale) as error:
        return _again(request, project, review, error)
    return redirect(review.get_absolute_url())


def _review_of(request: HttpRequest, organisation: str, name: str, number: int) -> tuple[Project, Review]:
    project = project_of(request, organisation, name, Verb.READ)
    return project, find_numbered_review(principal_of(request), project, number)


def _again(request: HttpRequest, project: Project, review: Review, error: Invalid | Conflict | Stale) -> HttpResponse:
    fresh = find_numbered_review(principal_of(request), project, review.number)
    context = _context(principal_of(request), project, fresh, threads_filter(request.POST))
    context["about"] = requested_anchor(principal_of(request), context["build"], request.POST)
    return show_again(request, "reviews/review.html", context, error)


def _context(principal: Principal, project: Project, review: Review, which: ThreadFilter) -> dict[str, Any]:
    last = newest_round(review)
    verdicts = standing_verdicts([review])[review.pk]
    in_review = _verdicts_in(principal, review)
    all_verdicts = [each for each in in_review if each.rune_digest == digest_of(last)]
    facts = verdict_facts(principal, last.build, all_verdicts)
    shown_rune = rune_facts(principal, last.build)
    before = shown_rune.get("before")
    builds = {each.user_id: each.build.number for each in all_verdicts if not each.replaced}
    state = state_of(review, verdicts)
    ending = ending_of(review, state, all_verdicts)
    return {
        "project": project,
        "review": review,
        "round": last,
        "build": last.build,
        "look": STATE_TAGS[state],
        "ending": ending,
        "is_overdue": is_overdue(review, verdicts),
        "is_requested": review.closed is None and principal.pk in waited_for(groups_of(review), verdicts),
        "groups": [_approvals(group, verdicts, builds) for group in review.groups.all()],
        "invited": waiting_to_join(review),
        "may_invite": can(principal, Verb.MANAGE, project),
        **_talk(principal, review, which, before, in_review),
        "wrong_url": f"/api/v1/reviews/{review.pk}/wrong-results" if can(principal, Verb.GIVE_SAMPLE, project) else "",
        "respond": f"{review.get_absolute_url()}/respond",
        "talk_url": f"{review.get_absolute_url()}/conversation",
        "may_ask": can(principal, Verb.ASK, project),
        "etag": etag_of(review_facets(review, verdicts)),
        "may_publish": can(principal, Verb.PUBLISH, project),
        "may_share": can(principal, Verb.SHARE, project) and review.closed is None,
        "guest_links": links_of(principal, review) if can(principal, Verb.SHARE, project) else (),
        "may_suggest": can(principal, Verb.SUGGEST, project) and review.closed is None,
        **_model_facts(principal, project, last.build, before),
        **facts,
        "has_verdict_bar": facts["judges"],
        "judges": facts["judges"] and (ending is None or not ending.is_final),
        **shown_rune,
        **gate_facts(principal, last.build, next_tag_of(principal, project)),
    }


def _model_facts(principal: Principal, project: Project, build: Build, before: Build | None) -> dict[str, Any]:
    """The models that are others than in the build before."""
    earlier = files_of(before.version) if before is not None else {}
    return changed_model_facts(principal, project, earlier, files_of(build.version))


def _talk(
    principal: Principal, review: Review, which: ThreadFilter, before: Build | None, verdicts: Sequence[Verdict]
) -> dict[str, Any]:
    threads = threads_in_review(principal, review)
    return talk_facts(principal, newest_round(review).build, before, threads, verdicts, which)


def _verdicts_in(principal: Principal, review: Review) -> list[Verdict]:
    """The verdicts on the builds of all rounds."""
    return verdicts_on(principal, *(each.build for each in review.rounds.all()))


def _approvals(group: ReviewerGroup, verdicts: Verdicts, builds: Mapping[UUID | None, int | None]) -> Approvals:
    people = tuple(
        Reviewer(person, verdicts.of(person.pk), builds.get(person.pk))
        for person in sorted(group.people.all(), key=str)
    )
    required_group = RequiredGroup(frozenset(each.person.pk for each in people), group.required_approvals)
    return Approvals(
        group.title, group.required_approvals, group.required_approvals - missing(required_group, verdicts), people
    )


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Invalid("This is not a whole number.") from None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("This person cannot be asked.") from None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("This is not a valid date.", errors={"due": ["Write a date such as 2026-12-01."]}) from None
