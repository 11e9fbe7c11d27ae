"""Change requests as pages: a project's list, one to look at, resolve and merge, and a fork's offers.

None of it needs scripts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.builds.models import Build
from forge.core.errors import Conflict, Invalid, Stale
from forge.core.http.pages import for_person, show_again
from forge.core.http.paging import rows_of
from forge.core.preconditions import etag_of, form_precondition
from forge.jobs.models import JobState
from forge.learning.pages.changed_models import changed_model_facts
from forge.projects.models import Project
from forge.projects.place import project_of
from forge.projects.versions.store import find_version, versions_of
from forge.reviews.change_requests.actions import offers as offer_actions
from forge.reviews.change_requests.etag_facets import conflict_facets, merge_facets, offer_facets
from forge.reviews.change_requests.gate import current_build, demands_to_merge, missing_to_merge
from forge.reviews.change_requests.pages.change_request_forms import CHANGE_REQUEST_FORMS
from forge.reviews.change_requests.pages.merge_view import (
    left_in_words,
    merge_view,
    shown_conflicts,
    side_words,
    version_view,
)
from forge.reviews.change_requests.pages.next_step import after_merge
from forge.reviews.change_requests.pages.selection_view import selection_view
from forge.reviews.changes.access import (
    change_requests_of,
    find_numbered_change_request,
    find_numbered_offer,
    find_offer,
    fork_to_offer,
    offers_of,
    rounds_of,
    seen_source,
)
from forge.reviews.changes.merging import Merging, merging_of
from forge.reviews.changes.models import ChangeRequest, ChangeState
from forge.reviews.changes.participants import offers_it
from forge.reviews.gate.changed_files import files_of
from forge.reviews.gate.pages import GateStep, steps_of
from forge.reviews.hooks import served_changes
from forge.reviews.models import Review
from forge.reviews.reviewing.pages.rune_facts import rune_facts
from forge.reviews.rounds.access import complete, reviews_about, standing_verdicts, state_of
from forge.reviews.rounds.state_tags import STATE_TAGS, ReviewStateTag
from forge.reviews.threads.conversation import threads_on_request
from forge.reviews.threads.pages.conversation import ThreadFilter, request_talk_facts, threads_filter
from rune.wording import counted

REQUESTS_SHOWN = 50
VERSIONS_SHOWN = 20
"""The newest versions of a fork that can be offered in place of its files as they are now."""

# The front end's build finds the icons that it must draw by `icon="…"`.
CHANGE_TAGS = {
    ChangeState.OPEN: ReviewStateTag("Open", "info", icon="git-pull-request"),
    ChangeState.MERGED: ReviewStateTag("Merged", "ok", icon="git-merge"),
    ChangeState.CLOSED: ReviewStateTag("Closed", "", icon="ban"),
}


@dataclass(frozen=True)
class ChangeRequestRow:
    """A change request on a list."""

    request: ChangeRequest
    look: ReviewStateTag

    @property
    def etag(self) -> str:
        """The state of the change request as the list shows it."""
        return etag_of(offer_facets(self.request))


@dataclass(frozen=True)
class ShownReview:
    """A review of the merged result."""

    review: Review
    look: ReviewStateTag


@for_person
def change_requests(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """A project's change requests, newest first: the open ones, or all."""
    project = project_of(request, organisation, name, Verb.READ)
    requests = change_requests_of(principal_of(request), project)
    which = "all" if request.GET.get("show") == "all" else "open"
    matching_requests = requests if which == "all" else requests.filter(state=ChangeState.OPEN)
    page_requests, pages = rows_of(request, matching_requests, REQUESTS_SHOWN)
    rows = [ChangeRequestRow(each, CHANGE_TAGS[ChangeState(each.state)]) for each in page_requests]
    context = {"project": project, "rows": rows, "which": which, "pages": pages, "has_any": requests.exists()}
    return render(request, "changes/list.html", context)


@for_person
def change_request(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Shows a change request to the project's people, or to those who offer it, who see nothing else of it."""
    principal = principal_of(request)
    project, change = _change_of(request, organisation, name, number)
    return render(request, *_page(principal, project, change, request.GET))


@for_person
def conversation(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Returns its conversation alone, for its page that is open."""
    project, change = _change_of(request, organisation, name, number)
    talk = _talk(principal_of(request), change, threads_filter(request.GET))
    return render(request, "reviews/talk/talk.html", {"project": project, "change": change, **talk})


@for_person
@require_POST
def respond(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Handles the pressed button."""
    project, change = _change_of(request, organisation, name, number)
    principal, form = principal_of(request), request.POST
    act = CHANGE_REQUEST_FORMS.get(form.get("do", "say"))
    try:
        if act is None:
            raise Invalid("Nothing here has this name.")
        place = act(principal, change, form)
    except (Invalid, Conflict, Stale) as error:
        _, fresh = _change_of(request, organisation, name, number)
        return show_again(request, *_page(principal, project, fresh, form), error)
    return redirect(f"{change.get_absolute_url()}{place}")


@for_person
@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Lists the offers of a fork, and offers its changes."""
    principal = principal_of(request)
    verb = Verb.EDIT if request.method == "POST" else Verb.READ
    fork = project_of(request, organisation, name, verb)
    offers = offers_of(principal, fork)
    selected_offer = next((each for each in offers if str(each.pk) == request.GET.get("request", "")), None)
    if selected_offer is not None:
        return redirect(selected_offer)
    if request.method == "POST":
        try:
            return redirect(_handle_offer(principal, fork, request.POST))
        except (Invalid, Conflict, Stale) as error:
            return show_again(request, "changes/offer.html", _offer_context(principal, fork), error)
    return render(request, "changes/offer.html", _offer_context(principal, fork))


def _handle_offer(principal: Principal, fork: Project, form: QueryDict) -> str:
    """Handles the pressed button; returns the next address. Raises `Invalid` and `Conflict`."""
    version_id = form.get("version", "")
    version = (
        find_version(fork, int(version_id))
        if version_id.isascii() and version_id.isdigit() and len(version_id) < 9
        else None
    )
    here = f"{fork.get_absolute_url()}/offer"
    if (do := form.get("do", "offer")) == "offer":
        change = offer_actions.offer_changes(principal, fork, form.get("title", ""), form.get("message", ""), version)
        return change.get_absolute_url()
    existing = next((each for each in offers_of(principal, fork) if str(each.pk) == form.get("offer", "")), None)
    if existing is None:
        raise Invalid("This fork made no such offer.")
    if do == "newer":
        offer_actions.offer_newer(principal, find_offer(principal, existing.pk), version)
    elif do == "close":
        change = find_offer(principal, existing.pk)
        offer_actions.close_change_request(
            principal, change, form.get("reason", ""), precondition=form_precondition(form)
        )
    elif do == "reopen":
        offer_actions.reopen_change_request(principal, find_offer(principal, existing.pk))
    return here


def _offer_context(principal: Principal, fork: Project) -> dict[str, Any]:
    fork_link = fork_to_offer(principal, fork)
    offers = offers_of(principal, fork)
    return {
        "project": fork,
        "origin": None if fork_link is None else fork_link.origin,
        "rows": [ChangeRequestRow(each, CHANGE_TAGS[ChangeState(each.state)]) for each in offers],
        "versions": versions_of(fork)[:VERSIONS_SHOWN],
        "may_offer": can(principal, Verb.EDIT, fork),
    }


def _change_of(request: HttpRequest, organisation: str, name: str, number: int) -> tuple[Project, ChangeRequest]:
    principal = principal_of(request)
    project = project_of(request, organisation, name, Verb.SEE)
    find = find_numbered_change_request if can(principal, Verb.READ, project) else find_numbered_offer
    return project, find(principal, project, number)


def _page(
    principal: Principal, project: Project, change: ChangeRequest, query: QueryDict
) -> tuple[str, dict[str, Any]]:
    """The template and what it needs."""
    if can(principal, Verb.READ, project):
        return "changes/change.html", _context(principal, project, change, query)
    return "changes/offered.html", _offered_context(principal, project, change, query)


def _shared_facts(principal: Principal, project: Project, change: ChangeRequest, which: ThreadFilter) -> dict[str, Any]:
    """Returns the facts that both sides may see."""
    rounds = rounds_of(change)
    before, last = rounds[-2].version if len(rounds) > 1 else None, rounds[-1].version if rounds else None
    return {
        "project": project,
        "change": change,
        "seen_source": seen_source(principal, change),
        "look": CHANGE_TAGS[ChangeState(change.state)],
        "rounds": rounds,
        "since": version_view(before, last) if before is not None and last is not None else None,
        "before": before,
        "is_author": change.author_id == principal.pk,
        "closed_it": change.author_id == change.decided_by_id == principal.pk,
        "may_offer_newer": change.is_open and offers_it(principal, change, Verb.EDIT),
        "etag": etag_of(offer_facets(change)),
        "respond": f"{change.get_absolute_url()}/respond",
        "talk_url": f"{change.get_absolute_url()}/conversation",
        **_talk(principal, change, which),
    }


def _offered_context(principal: Principal, project: Project, change: ChangeRequest, query: QueryDict) -> dict[str, Any]:
    facts = _shared_facts(principal, project, change, threads_filter(query))
    has_files = change.base is not None and change.offered is not None
    edits_source = offers_it(principal, change, Verb.EDIT)
    return facts | {
        "view": version_view(change.base, change.offered) if has_files else None,  # type: ignore[arg-type]
        "may_close": facts["is_author"] and edits_source,
        "may_reopen": facts["closed_it"] and edits_source,
        "events_of": change.source,
    }


def _context(principal: Principal, project: Project, change: ChangeRequest, query: QueryDict) -> dict[str, Any]:
    may_edit = can(principal, Verb.EDIT, project)
    facts = _shared_facts(principal, project, change, threads_filter(query))
    context = {
        **facts,
        "may_edit": may_edit,
        "may_close": may_edit or facts["is_author"],
        "may_reopen": may_edit or facts["closed_it"],
        "may_ask_changes": change.is_open and _asks_another(facts, change) and can(principal, Verb.REVIEW, project),
        **changed_model_facts(principal, project, files_of(change.base), files_of(change.offered)),
    }
    if not change.is_open:
        return context | after_merge(principal, project, change)
    context["previews"] = served_changes.call(change)
    try:
        merging = merging_of(change)
    except (Conflict, Invalid) as error:
        return context | {"unread": error, "etag": etag_of(conflict_facets(change))}
    context |= _merging(principal, project, change, merging)
    keys = query.getlist("keys") if query.get("do") == "take" else None
    return context | {"selection": selection_view(principal, project, change, context["build"], keys)}


def _asks_another(facts: dict[str, Any], change: ChangeRequest) -> bool:
    """Returns whether somebody else than the person writes what is offered: an agent does, also for its own person."""
    return not facts["is_author"] or bool(change.agent_name)


def _merging(principal: Principal, project: Project, change: ChangeRequest, merging: Merging) -> dict[str, Any]:
    build = current_build(change, merging)
    is_built = build is not None and build.state == JobState.SUCCEEDED and build.artefact is not None
    facts = rune_facts(principal, build) if build is not None and is_built else {}
    missing = missing_to_merge(change, merging)
    conflicts = shown_conflicts(merging, side_words(change))
    return {
        **facts,
        "etag": etag_of(merge_facets(change, merging)),
        "merging": merging,
        "view": merge_view(project, merging),
        "pipeline": facts.get("pipeline"),
        "conflicts": conflicts,
        "resolved": sum(each.chosen_side is not None for each in conflicts),
        "to_choose": next((each.conflict.key for each in conflicts if each.chosen_side is None), None),
        "left": len(merging.open_conflicts),
        "is_nothing": not merging.open_conflicts and merging.is_nothing,
        "build": build,
        "old_build": change.build if build is None else None,
        "is_unfinished": build is not None and not build.is_over,
        "is_built": is_built,
        "steps": _steps(build, merging),
        "reviews": _reviews(principal, build) if build is not None and is_built else [],
        "may_ask": can(principal, Verb.ASK, project),
        "is_ready": not merging.open_conflicts and not merging.is_nothing and not missing,
        "may_override": can(principal, Verb.OVERRIDE_GATE, project) and bool(missing) and not merging.open_conflicts,
        "after": (versions_of(project).values_list("number", flat=True).first() or 0) + 1,
    }


def _steps(build: Build | None, merging: Merging) -> list[GateStep]:
    """Returns the steps that are done and missing, in order."""
    left = len(merging.open_conflicts)
    steps = []
    if merging.conflicts:
        text = f"{counted(left, 'conflict')} left" if left else "No conflict left"
        steps.append(GateStep(not left, text, left_in_words(merging)))
    if build is None:
        steps.append(
            GateStep(False, "The merged result is not built", "" if left else "Build it to try and review it.")
        )
        return steps
    number = f"Build {build.number}"
    if not build.is_over:
        steps.append(GateStep(False, "The merged result is being built", number))
    elif build.state != JobState.SUCCEEDED or build.artefact is None:
        steps.append(GateStep(False, "The merged result does not build", f"{number} {build.state}."))
    else:
        steps.append(GateStep(True, "The merged result builds", number))
        steps.extend(steps_of(demands_to_merge(build)))
    return steps


def _reviews(principal: Principal, build: Build) -> list[ShownReview]:
    about = reviews_about(principal, build)
    reviews = list(complete(Review.objects.visible_to(principal).filter(pk__in=[each.pk for each in about])))
    verdicts = standing_verdicts(reviews)
    return [ShownReview(each, STATE_TAGS[state_of(each, verdicts[each.pk])]) for each in reviews]


def _talk(principal: Principal, change: ChangeRequest, which: ThreadFilter) -> dict[str, Any]:
    return request_talk_facts(principal, change, threads_on_request(principal, change), which)
