"""The events of reviews and verdicts, what becomes of them, and the sentences of the audit log about them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Annotated, TypedDict
from uuid import UUID

from forge.accounts.people.serializers import PersonJson
from forge.builds.models import Build
from forge.core.api.json_types import Uuid, choices
from forge.core.audit.messages import AuditSentences, AuditTopic, Thing, ids_among, things_named
from forge.core.events.announcements import (
    ActivityAnnouncement,
    ActivityEntry,
    ActivitySentence,
    NoticeAnnouncement,
    NoticeDraft,
    NoticeTopic,
    PlaceAddress,
    StoredEvent,
    WebhookAnnouncement,
    WebhookMessage,
    WebhookTopic,
)
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.reviews.models import Review, Round
from forge.reviews.participants import known_people, review_participants
from forge.reviews.rounds.access import complete, groups_of, newest_round, standing_verdicts
from forge.reviews.rounds.decision import waited_for


class VerdictChange(StrEnum):
    """A change of the verdict on a build."""

    APPROVED = "approved"
    CHANGES = "changes"
    """Changes are requested."""
    UNDONE = "undone"
    """A verdict was withdrawn."""


class ReviewStep(StrEnum):
    """A step of a review."""

    REQUESTED = "requested"
    ROUND = "round"
    REVIEWERS = "reviewers"
    CLOSED = "closed"
    DUE_SOON = "due-soon"
    OVERDUE = "overdue"


class ReviewChangedJson(TypedDict):
    """Someone gave a verdict on a build or withdrew it."""

    build: Uuid
    number: int
    change: Annotated[str, choices("VerdictChange", VerdictChange)]
    by: PersonJson | None


class ReviewRequestedJson(TypedDict):
    """A review was requested, continued with a new round, changed or closed, is due soon or is overdue."""

    review: Uuid
    number: int
    change: Annotated[str, choices("ReviewStep", ReviewStep)]
    by: PersonJson | None


REVIEWS_AND_VERDICTS = WebhookTopic("review", "Reviews and verdicts")

# -- verdicts

VERDICTS = NoticeTopic(
    "verdict",
    icon="check",
    messages={
        VerdictChange.APPROVED: "{who} approved build {build}",
        VerdictChange.CHANGES: "{who} asks for changes to build {build}",
        VerdictChange.UNDONE: "{who} withdrew the verdict on build {build}",
    },
    values=("build",),
)
_VERDICT_KINDS: Mapping[str, str] = {
    VerdictChange.APPROVED: "approved",
    VerdictChange.CHANGES: "changes-requested",
}


def _verdict_activity(event: StoredEvent[ReviewChangedJson]) -> ActivityEntry | None:
    """Returns an entry for a verdict; one that was withdrawn has none."""
    kind = _VERDICT_KINDS.get(event.data["change"])
    return ActivityEntry(kind, event.data["build"], act=event.data["build"]) if kind else None


def _verdict_notice(event: StoredEvent[ReviewChangedJson]) -> NoticeDraft | None:
    """Sends a verdict to the people who requested the build and the review of its bytes. Who has to change something is
    asked to, so an email goes out at once."""
    build = Build.objects.select_related("artefact").filter(pk=event.data["build"]).first()
    if build is None:
        return None
    review = _open_review_of(build)
    thing: Build | Review = review or build
    people = known_people({build.requested_by_id, review.requested_by_id if review else None})
    return NoticeDraft(
        VERDICTS,
        event.data["change"],
        title=review.title if review else f"Build {build.number}",
        subject=thing.subject,
        path=f"/reviews/{review.number}" if review else f"/builds/{build.number}",
        values={"build": build.number},
        addressees=people if event.data["change"] == VerdictChange.CHANGES else frozenset(),
        participants=people,
    )


def _open_review_of(build: Build) -> Review | None:
    """Returns the open review that judges the build's bytes."""
    if build.artefact is None:
        return None
    rounds = Round.objects.filter(review__project=build.project_id, review__closed=None)
    newest = rounds.filter(build__artefact__digest=build.artefact.digest).select_related("review").last()
    return newest.review if newest else None


def _verdict_message(event: StoredEvent[ReviewChangedJson], project: PlaceAddress) -> WebhookMessage:
    number = event.data["number"]
    build = {"id": event.data["build"], "number": number, "url": f"{project.url}/builds/{number}"}
    return WebhookMessage("review.verdict", {"verdict": event.data["change"], "build": build})


REVIEW_CHANGED = declare(
    EventType(
        "review.changed",
        StreamKind.PROJECT,
        ReviewChangedJson,
        ("reviews",),
        audit=AuditSentences(
            AuditTopic.REVIEWS,
            {
                "review.verdict": "gave the verdict {verdict} on {build} of {project}",
                "review.verdict_undone": "withdrew the verdict {verdict} on {build} of {project}",
            },
        ),
        activity=ActivityAnnouncement(
            {
                "approved": ActivitySentence("approved", rest="build {number}", path="/builds/{number}"),
                "changes-requested": ActivitySentence(
                    "requested changes to", rest="build {number}", path="/builds/{number}"
                ),
            },
            _verdict_activity,
        ),
        notice=NoticeAnnouncement((VERDICTS,), _verdict_notice),
        webhook=WebhookAnnouncement(REVIEWS_AND_VERDICTS, ("review.verdict",), _verdict_message),
    )
)

# -- reviews

REVIEW_REQUESTS = NoticeTopic(
    "review-requested",
    icon="eye",
    messages={
        "first-round": "{who} asks for {your} review of build {build}",
        "later-round": "{who} asks for {your} review again: round {round}, build {build}",
    },
    values=("build", "round"),
    addressee_action="Review",
)
REMINDERS = NoticeTopic(
    "review-due",
    icon="clock",
    messages={
        ReviewStep.DUE_SOON: "Your review of build {build} is due on {due}",
        ReviewStep.OVERDUE: "Your review of build {build} was due on {due}",
    },
    values=("build", "due"),
    addressee_action="Review",
)
CLOSED_REVIEWS = NoticeTopic("review-closed", icon="ban", messages={"closed": "{who} closed the review"})
_REVIEW_KINDS: Mapping[str, str] = {
    ReviewStep.REQUESTED: "review-requested",
    ReviewStep.ROUND: "review-continued",
    ReviewStep.CLOSED: "review-closed",
}
_REVIEW_MESSAGES: Mapping[str, str] = {
    ReviewStep.REQUESTED: "review.requested",
    ReviewStep.ROUND: "review.round",
    ReviewStep.CLOSED: "review.closed",
}


def _review_activity(event: StoredEvent[ReviewRequestedJson]) -> ActivityEntry | None:
    kind = _REVIEW_KINDS.get(event.data["change"])
    return ActivityEntry(kind, event.data["review"]) if kind else None


def _review_notice(event: StoredEvent[ReviewRequestedJson]) -> NoticeDraft | None:
    """Asks those whose verdict is missing, and tells those who take part."""
    review = complete(Review.objects.all()).filter(pk=event.data["review"]).first()
    if review is None:
        return None
    step, last = ReviewStep(event.data["change"]), newest_round(review)
    is_closed = step is ReviewStep.CLOSED
    reviewers = frozenset[UUID]()
    if not is_closed:
        reviewers = waited_for(groups_of(review), standing_verdicts([review])[review.pk])
    if step in (ReviewStep.DUE_SOON, ReviewStep.OVERDUE):
        due = f"{review.due.day} {review.due:%B}" if review.due else ""
        return NoticeDraft(
            REMINDERS,
            step,
            title=review.title,
            subject=review.subject,
            path=f"/reviews/{review.number}",
            values={"build": last.build.number, "due": due},
            addressees=reviewers,
            # Who asked hears that it is overdue: they can ask others.
            participants=known_people({review.requested_by_id}) if step is ReviewStep.OVERDUE else frozenset(),
        )
    first_or_later = "first-round" if last.number == 1 else "later-round"
    return NoticeDraft(
        CLOSED_REVIEWS if is_closed else REVIEW_REQUESTS,
        "closed" if is_closed else first_or_later,
        title=review.title,
        subject=review.subject,
        path=f"/reviews/{review.number}",
        values={"build": last.build.number, "round": last.number},
        addressees=reviewers,
        # Other reviewers are no news to those who take part: they got the request before.
        participants=frozenset() if step is ReviewStep.REVIEWERS else review_participants(review),
    )


def _review_message(event: StoredEvent[ReviewRequestedJson], project: PlaceAddress) -> WebhookMessage | None:
    kind = _REVIEW_MESSAGES.get(event.data["change"])
    review = Review.objects.filter(pk=event.data["review"]).first() if kind else None
    if kind is None or review is None:
        return None
    last = review.rounds.select_related("build").last()
    data = {
        "id": str(review.pk),
        "number": review.number,
        "title": review.title,
        "round": last.number if last else None,
        "build_number": last.build.number if last else None,
        "url": f"{project.url}/reviews/{review.number}",
    }
    return WebhookMessage(kind, {"review": data})


_REVIEW_PAGE = "/reviews/{number}"
REVIEW_REQUESTED = declare(
    EventType(
        "review.requested",
        StreamKind.PROJECT,
        ReviewRequestedJson,
        ("requests",),
        audit=AuditSentences(
            AuditTopic.REVIEWS,
            {
                "organisation.rules": "changed the rules for publishing of {organisation}: {changes}",
                "review.ask": "requested {review} of {project}, on build {build_number}",
                "review.await": "requested a review of {build} of {project}, once it succeeds",
                "review.await_end": "took back the request for a review of {build} of {project}",
                "review.round": "continued {review} of {project} with build {build_number}, in round {round}",
                "review.reviewers": "changed the reviewers of {review} of {project}",
                "review.close": "closed {review} of {project}",
                "review.accept": "joined {review} of {project} as one of its reviewers",
            },
        ),
        activity=ActivityAnnouncement(
            {
                "review-requested": ActivitySentence("asked for a review of", path=_REVIEW_PAGE),
                "review-continued": ActivitySentence("continued the review of", path=_REVIEW_PAGE),
                "review-closed": ActivitySentence("closed a review of", path=_REVIEW_PAGE),
            },
            _review_activity,
        ),
        notice=NoticeAnnouncement((REVIEW_REQUESTS, REMINDERS, CLOSED_REVIEWS), _review_notice),
        webhook=WebhookAnnouncement(REVIEWS_AND_VERDICTS, tuple(_REVIEW_MESSAGES.values()), _review_message),
    )
)


@things_named.register
def names(keys: Collection[str]) -> Mapping[str, Thing]:
    """Returns the names of reviews."""
    ids = ids_among(keys, "review")
    reviews = Review.objects.select_related("project__organisation").filter(pk__in=ids) if ids else ()
    return {
        each.subject: Thing(f"review {each.number}", "" if each.project.deleted_at else each.get_absolute_url())
        for each in reviews
    }
