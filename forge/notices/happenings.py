"""From an event to a happening: what it tells of, and whom it concerns. One function for each type of event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from forge.accounts.models import Membership, Role
from forge.accounts.permissions import Verb
from forge.accounts.project_people import ids_of_team, team_of
from forge.builds.events import BUILD_CHANGED
from forge.builds.models import Build, State
from forge.core.models import Comment, Event
from forge.moderation.events import PROJECT_TAKEN_DOWN
from forge.notices.rules import Happening, Kind
from forge.projects.models import Project, Visibility
from forge.registry.events import TAG_PUBLISHED
from forge.reviews.events import (
    CHANGE_REQUEST_CHANGED,
    OFFER_CHANGED,
    OFFER_THREAD_CHANGED,
    REVIEW_ASKED,
    REVIEW_CHANGED,
    THREAD_CHANGED,
    BuildJudged,
    ChangeStep,
    ReviewStep,
    ThreadStep,
)
from forge.reviews.models import AnchoredThread, ChangeRequest, Review, Round, Verdict
from forge.reviews.rounds.access import complete, groups_of, newest_round, standing_verdicts
from forge.reviews.rounds.decision import waited_for
from forge.webhooks.events import WEBHOOK_STOPPED

LONGEST_ERROR = 200
"""Characters of a build's error that a notice tells."""

Reading = Callable[[Event], Happening | None]

readings: dict[str, Reading] = {}
"""By the type of the event. What has none gives no notice."""


def reads(event_type: Any) -> Callable[[Reading], Reading]:
    """Registers the function that reads events of a type."""

    def put(reading: Reading) -> Reading:
        readings[event_type.name] = reading
        return reading

    return put


@reads(BUILD_CHANGED)
def build_ended(event: Event) -> Happening | None:
    """A build that failed concerns who asked for it. One that succeeded is seen where it was asked for."""
    build = event.data["build"]
    if build["state"] not in (State.FAILED, State.LOST):
        return None
    person = build["requested_by"]
    error = str(build["error"] or "").partition("\n")[0][:LONGEST_ERROR]
    return Happening(
        Kind.BUILD_FAILED,
        f"build:{build['id']}",
        f"/builds/{build['number']}",
        {"title": f"Build {build['number']}", "build": build["number"], "error": error},
        concerned=frozenset({UUID(person["id"])} if person else ()),
    )


@reads(TAG_PUBLISHED)
def published(event: Event) -> Happening | None:
    """A publication concerns who asked for the build, and who judged its bytes."""
    tag, number = event.data["tag"], event.data["build_number"]
    build = Build.objects.select_related("artefact").filter(project=_project_of(event), number=number).first()
    concerned: set[UUID | None] = set()
    if build is not None and build.artefact is not None:
        judges = Verdict.objects.standing().filter(project=build.project_id, rune_digest=build.artefact.digest)
        concerned = {build.requested_by_id, *judges.values_list("user", flat=True)}
    return Happening(
        Kind.PUBLISHED,
        f"tag:{_project_of(event)}:{tag}",
        f"?tag={tag}",
        {"title": f"Version {tag}", "tag": tag, "build": number},
        concerned=_people(concerned),
    )


@reads(REVIEW_ASKED)
def review_moved(event: Event) -> Happening | None:
    """Asking concerns those who are waited for; the rest, those who take part."""
    review = complete(Review.objects.all()).filter(pk=event.data["review"]).first()
    if review is None:
        return None
    step = ReviewStep(event.data["change"])
    asks = step in (ReviewStep.ASKED, ReviewStep.ROUND, ReviewStep.REVIEWERS)
    last = newest_round(review)
    addressees = waited_for(groups_of(review), standing_verdicts([review])[review.pk]) if asks else frozenset[UUID]()
    return Happening(
        Kind.REVIEW_CLOSED if step is ReviewStep.CLOSED else Kind.REVIEW_ASKED,
        review.subject,
        f"/reviews/{review.number}",
        {"title": review.title, "build": last.build.number, "round": last.number},
        asked=addressees,
        # Who hears that others are asked now was asked before.
        concerned=frozenset() if step is ReviewStep.REVIEWERS else _taking_part(review),
    )


@reads(REVIEW_CHANGED)
def judged(event: Event) -> Happening | None:
    """A verdict concerns who built it and who asked about it."""
    build = Build.objects.select_related("artefact").filter(pk=event.data["build"]).first()
    if build is None:
        return None
    change = BuildJudged(event.data["change"])
    review = _review_of(build)
    if review is None:
        facts = _about_build(build) | {"change": change.value}
        concerned = _people({build.requested_by_id})
        return Happening(Kind.VERDICT, build.subject, f"/builds/{build.number}", facts, concerned=concerned)
    return Happening(
        Kind.VERDICT,
        review.subject,
        f"/reviews/{review.number}",
        {"title": review.title, "build": build.number, "change": change.value},
        concerned=_people({review.asked_by_id, build.requested_by_id}),
    )


@reads(THREAD_CHANGED)
def said(event: Event) -> Happening | None:
    """A comment concerns those who take part, and asks those whom it mentions. A suggestion that is taken concerns who
    made it; what else ends or mends a thread tells nobody."""
    step, mentioned = ThreadStep(event.data["change"]), frozenset(map(UUID, event.data["mentioned"]))
    threads = AnchoredThread.objects.select_related("review", "build", "change_request__project", "suggestion")
    thread = threads.filter(pk=event.data["thread"]).first()
    is_applied = step is ThreadStep.TAKEN
    if thread is None or (step is not ThreadStep.COMMENT and not is_applied and not mentioned):
        return None
    about: Review | Build | ChangeRequest = thread.review or thread.about
    facts: dict[str, Any]
    if isinstance(about, Review):
        taking_part, facts = _taking_part(about), {"title": about.title}
        path = f"/reviews/{about.number}"
    elif isinstance(about, ChangeRequest):
        taking_part = _people({about.author_id, about.decided_by_id, *_speakers(about.subject)})
        facts, path = {"title": about.title}, f"/change-requests/{about.number}"
    else:
        taking_part, facts = _people({about.requested_by_id, *_speakers(about.subject)}), _about_build(about)
        path = f"/builds/{about.number}"
    concerned = taking_part if step is ThreadStep.COMMENT else frozenset[UUID]()
    last = thread.thread.comments.last()
    if step is ThreadStep.COMMENT and last is not None and last.guest_name:
        facts = facts | {"guest": last.guest_name}
    if is_applied:
        concerned, facts = _people({thread.suggestion.author_id}), facts | {"taken": True}
    return Happening(Kind.COMMENT, about.subject, path, facts, asked=mentioned, concerned=concerned)


@reads(CHANGE_REQUEST_CHANGED)
def change_request_moved(event: Event) -> Happening | None:
    """An offer concerns who maintains the project; the rest, those who take part."""
    request = ChangeRequest.objects.select_related("project").filter(pk=event.data["change_request"]).first()
    step = ChangeStep(event.data["change"])
    if request is None or step is ChangeStep.RESOLVED:
        return None
    taking_part = {request.author_id, request.decided_by_id, *_speakers(request.subject)}
    if step in (ChangeStep.OFFERED, ChangeStep.NEWER, ChangeStep.REOPENED):
        taking_part |= {mate.user.pk for mate in team_of(request.project, Verb.MANAGE)}
    facts = {"title": f"Change request {request.number}: {request.title}", "change": step.value}
    path = f"/change-requests/{request.number}"
    addressees = _people({request.author_id}) if step is ChangeStep.CHANGES else frozenset[UUID]()
    return Happening(Kind.CHANGES, request.subject, path, facts, asked=addressees, concerned=_people(taking_part))


@reads(OFFER_CHANGED)
def offer_moved(event: Event) -> Happening | None:
    """What becomes of an offer concerns who made it; that changes are asked for asks them."""
    request = ChangeRequest.objects.select_related("project").filter(pk=event.data["change_request"]).first()
    step = ChangeStep(event.data["change"])
    if request is None or step not in _STEPS_FOR_THE_AUTHOR:
        return None
    author = _of_the_fork_alone(request, {request.author_id})
    facts = {"title": f"Offer: {request.title}", "change": step.value}
    addressees = author if step is ChangeStep.CHANGES else frozenset[UUID]()
    return _of_an_offer(Kind.CHANGES, request, facts, addressees=addressees, concerned=author)


@reads(OFFER_THREAD_CHANGED)
def said_of_an_offer(event: Event) -> Happening | None:
    """A comment on what a fork offers concerns those of the fork who take part, and asks those whom it mentions."""
    step, mentioned = ThreadStep(event.data["change"]), set[UUID | None](map(UUID, event.data["mentioned"]))
    request = ChangeRequest.objects.select_related("project").filter(pk=event.data["change_request"]).first()
    if request is None or (step is not ThreadStep.COMMENT and not mentioned):
        return None
    taking_part = {request.author_id, *_speakers(request.subject)} if step is ThreadStep.COMMENT else set()
    return _of_an_offer(
        Kind.COMMENT,
        request,
        {"title": f"Offer: {request.title}"},
        addressees=_of_the_fork_alone(request, mentioned),
        concerned=_of_the_fork_alone(request, taking_part),
    )


_STEPS_FOR_THE_AUTHOR = frozenset(
    {ChangeStep.MERGED, ChangeStep.UNDONE, ChangeStep.CLOSED, ChangeStep.REOPENED, ChangeStep.CHANGES}
)


def _of_an_offer(
    kind: Kind, request: ChangeRequest, facts: dict[str, Any], addressees: frozenset[UUID], concerned: frozenset[UUID]
) -> Happening:
    path = f"/offer?request={request.pk}"
    # Colleagues who watch the fork may not know of its origin.
    return Happening(kind, f"offer:{request.pk}", path, facts, addressees, concerned, is_for_watchers=False)


def _of_the_fork_alone(request: ChangeRequest, people: set[UUID | None]) -> frozenset[UUID]:
    """Those who are told on the fork's stream: who is of the project is told there, and nobody of what they may not
    open."""
    project = request.project
    if project.visibility == Visibility.PRIVATE or project.taken_down is not None:
        return frozenset()
    return _people(people) - ids_of_team(project.organisation_id, project.pk)


@reads(PROJECT_TAKEN_DOWN)
def taken_down(event: Event) -> Happening | None:
    """What becomes of a project's public page asks those who may appeal to look."""
    project = Project.objects.filter(pk=_project_of(event)).first()
    if project is None:
        return None
    facts = {"title": f"The public page of {project.name}", "change": event.data["change"]}
    addressees = frozenset(mate.user.pk for mate in team_of(project, Verb.MANAGE))
    return Happening(Kind.TAKEN_DOWN, f"take-down:{project.pk}", "", facts, asked=addressees, is_for_watchers=False)


@reads(WEBHOOK_STOPPED)
def webhook_stopped(event: Event) -> Happening:
    """A webhook that took nothing for days asks the owners to look."""
    key = event.data["webhook"]
    return Happening(
        Kind.WEBHOOK_STOPPED,
        f"webhook:{key}",
        f"/-/settings/webhooks/{key}",
        {"title": f"The webhook to {event.data['host']} was stopped", "host": event.data["host"]},
        asked=_owners_of(UUID(event.stream_id.partition(":")[2])),
    )


def _owners_of(organisation: UUID) -> frozenset[UUID]:
    owners = Membership.objects.filter(organisation=organisation, role=Role.OWNER)
    return frozenset(owners.values_list("user", flat=True))


def _about_build(build: Build) -> dict[str, Any]:
    return {"title": f"Build {build.number}", "build": build.number}


def _review_of(build: Build) -> Review | None:
    """The open review that judges the build's bytes."""
    if build.artefact is None:
        return None
    rounds = Round.objects.filter(review__project=build.project_id, review__closed=None)
    newest = rounds.filter(build__artefact__digest=build.artefact.digest).select_related("review").last()
    return newest.review if newest else None


def _taking_part(review: Review) -> frozenset[UUID]:
    """Who asked, who was asked, and who spoke."""
    reviewers = {person.pk for group in review.groups.all() for person in group.people.all()}
    return _people({review.asked_by_id, *reviewers, *_speakers(review.subject)})


def _speakers(subject: str) -> set[UUID | None]:
    return set(Comment.objects.filter(thread__subject=subject).values_list("author", flat=True))


def _people(ids: set[UUID | None]) -> frozenset[UUID]:
    return frozenset(person for person in ids if person is not None)


def _project_of(event: Event) -> UUID:
    return UUID(event.stream_id.partition(":")[2])
