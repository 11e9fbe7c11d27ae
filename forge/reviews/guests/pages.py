"""A review for guests, who have a link and no account; and for members, making and revoking such links.

What a guest is shown is put together here from what `forge.reviews.guests.access` finds for them, and from nothing
else: no sample that somebody sent, no other build, no list of people.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rest_framework.request import Request

from forge.accounts.errors import LinkEnded
from forge.accounts.permissions import Verb, can_as_guest
from forge.accounts.principals import Principal, principal_of
from forge.builds.api import rune_response
from forge.builds.artefacts.comparison_source import figures_of, side_of
from forge.builds.errors import NoRune
from forge.builds.example_inputs import described_example, examples_for_others, examples_json
from forge.builds.models import Build
from forge.builds.pages.changes import change_sentences
from forge.comparison.changes import compare
from forge.comparison.figures import figure_rows
from forge.core.errors import Conflict, Invalid, NotFound, TooOften
from forge.core.http.blob_responses import blob_response
from forge.core.http.pages import for_person, show_again
from forge.projects.place import project_of
from forge.reviews.guests import actions
from forge.reviews.guests.access import (
    build_for_guest,
    cookie_name,
    find_guest,
    guest_path,
    principal_of_guest,
    review_for_guest,
    threads_for_guest,
)
from forge.reviews.models import AnchoredThread, Guest, Review
from forge.reviews.rounds.access import (
    approved_before,
    find_numbered_review,
    is_reviewable,
    standing_verdicts,
    state_of,
)
from forge.reviews.rounds.state_tags import STATE_TAGS
from forge.reviews.threads.pages.conversation import read_by_guests


@never_cache
@sensitive_post_parameters("token")
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """The review for the person who came in by a link, else the page that changes the link's secret for a cookie."""
    guest = find_guest(request.COOKIES, review_id)
    if request.method == "POST":
        return _enter(request, review_id, guest)
    if guest is None:
        return render(request, "reviews/guests/enter.html")
    return render(request, "reviews/guests/review.html", _context(guest))


@never_cache
@require_POST
def comment(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """A guest's comment, or their reply in a thread of the review."""
    guest = _guest(request, review_id)
    principal = principal_of_guest(guest)
    target = review_for_guest(principal, review_id)
    try:
        thread = _thread(principal, target, request.POST.get("thread", ""))
        actions.comment_as_guest(principal, target, request.POST.get("name", ""), request.POST.get("text", ""), thread)
    except (Invalid, Conflict, TooOften) as error:
        return show_again(request, "reviews/guests/review.html", _context(guest), error)
    return redirect(f"{guest_path(review_id)}#conversation")


@never_cache
@require_safe
def conversation(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """The conversation alone, for the page's script."""
    return render(request, "reviews/guests/talk.html", _talk(_guest(request, review_id)))


@never_cache
@require_safe
def rune(request: HttpRequest, review_id: UUID) -> HttpResponseBase:
    """The rune of the build that is judged now, for the guest's page."""
    guest = _guest(request, review_id)
    principal = principal_of_guest(guest)
    target = review_for_guest(principal, review_id)
    build = build_for_guest(principal, target)
    if build.artefact is None:
        raise NoRune("This build has no rune.")
    actions.note_guest_download(principal, target, build, guest.link.title)
    answer = rune_response(Request(request), build.artefact, f"{build.name}.rune")
    # Another round has other bytes at this address, and a link may end at any time.
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@never_cache
@require_safe
def example(request: HttpRequest, review_id: UUID, path: str) -> HttpResponseBase:
    """An example input of the build that is judged now, for the guest's page."""
    principal = principal_of_guest(_guest(request, review_id))
    build = build_for_guest(principal, review_for_guest(principal, review_id))
    entry = described_example(examples_for_others(build), path)
    answer = blob_response(request, entry["digest"], entry["size"], filename=path.rpartition("/")[2])
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@for_person
@require_POST
def invite(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Makes a link and shows it, this once."""
    project = project_of(request, organisation, name, Verb.SHARE)
    target = find_numbered_review(principal_of(request), project, number)
    days = request.POST.get("days", "7")
    number_of_days = int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 0
    title, may_comment = request.POST.get("title", ""), request.POST.get("may", "comment") == "comment"
    context: dict[str, Any] = {"project": project, "review": target}
    try:
        context["link"], context["url"] = actions.invite_guest(
            principal_of(request), target, title, number_of_days, may_comment
        )
    except (Invalid, Conflict) as error:
        return show_again(request, "reviews/guests/link.html", context, error)
    return render(request, "reviews/guests/link.html", context)


@for_person
@require_POST
def revoke(request: HttpRequest, organisation: str, name: str, number: int, link: UUID) -> HttpResponse:
    """Ends a link at once."""
    principal = principal_of(request)
    project = project_of(request, organisation, name, Verb.SHARE)
    target = find_numbered_review(principal, project, number)
    actions.revoke_guest_link(principal, target, link)
    return redirect(f"{target.get_absolute_url()}#guests")


def _enter(request: HttpRequest, review_id: UUID, guest: Guest | None) -> HttpResponse:
    """Back to the page with a cookie; a browser that is in keeps the one that it has."""
    answer = redirect(guest_path(review_id))
    if guest is not None:
        return answer
    try:
        guest, secret = actions.enter_as_guest(request.POST.get("token", ""), review_id)
    except (LinkEnded, Conflict) as error:
        return show_again(request, "reviews/guests/enter.html", {}, error)
    answer.set_cookie(
        cookie_name(review_id),
        secret,
        expires=guest.link.expires,
        path=guest_path(review_id),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return answer


def _guest(request: HttpRequest, review_id: UUID) -> Guest:
    guest = find_guest(request.COOKIES, review_id)
    if guest is None:
        raise NotFound("This review does not exist, or your link to it has ended.")
    return guest


def _context(guest: Guest) -> dict[str, Any]:
    talk = _talk(guest)
    project = talk["review"].project
    return {**talk, "project": project, "link": guest.link, **_build_facts(talk["build"], talk["path"])}


def _talk(guest: Guest) -> dict[str, Any]:
    """Returns the threads, their builds, and the state of the review."""
    principal = principal_of_guest(guest)
    target = review_for_guest(principal, guest.link.review_id)
    return {
        "review": target,
        "build": build_for_guest(principal, target),
        "look": STATE_TAGS[state_of(target, standing_verdicts([target])[target.pk])],
        "path": guest_path(target.pk),
        "says": can_as_guest(principal, Verb.COMMENT, target.subject) and target.closed is None,
        "threads": read_by_guests(threads_for_guest(principal, target)),
    }


def _build_facts(build: Build, path: str) -> dict[str, Any]:
    """The figures, and what changed since the approved build, in words alone."""
    if not is_reviewable(build):
        return {}
    before = approved_before(build)
    changes: tuple[str, ...] = ()
    if before is not None:
        changes = change_sentences(compare(side_of(before), side_of(build)), figures_of(build), figures_of(before))
    return {
        "has_rune": True,
        "examples": examples_json(f"{path}/examples/", examples_for_others(build)),
        "figures": figure_rows(figures_of(build), None),
        "before": before,
        "changes": changes,
    }


def _thread(principal: Principal, target: Review, thread: str) -> AnchoredThread | None:
    """The thread of the review that is answered; None to begin one."""
    if not thread:
        return None
    one = next((each for each in threads_for_guest(principal, target) if str(each.pk) == thread), None)
    if one is None:
        raise Invalid("This thread is not there any more.")
    return one
