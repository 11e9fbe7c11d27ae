"""From an event to what somebody did. One function for each type of event; a type without one is no activity.

What a machine did by itself is nobody's deed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from forge.activity.kinds import ActivityKind, Deed
from forge.builds.events import BUILD_CHANGED
from forge.builds.models import State
from forge.core.events.declarations import StreamKind
from forge.core.models import Event
from forge.projects.events import (
    ORGANISATION_PROJECT_CREATED,
    ORGANISATION_PROJECT_DELETED,
    ORGANISATION_PROJECT_RESTORED,
    SAMPLES_CHANGED,
    VERSION_SAVED,
)
from forge.projects.models import Project
from forge.registry.events import TAG_PUBLISHED
from forge.reviews.events import (
    CHANGE_REQUEST_CHANGED,
    REVIEW_ASKED,
    REVIEW_CHANGED,
    THREAD_CHANGED,
    BuildJudged,
    ChangeStep,
    ReviewStep,
    ThreadStep,
)
from forge.reviews.models import AnchoredThread

Reading = Callable[[Event, UUID], Deed | None]
"""Given an event and who acted."""

readings: dict[tuple[str, str], Reading] = {}
"""By the kind of the stream and the type of the event."""


def reads(event_type: Any) -> Callable[[Reading], Reading]:
    """Registers the function that reads events of a type."""

    def put(reading: Reading) -> Reading:
        readings[event_type.stream, event_type.name] = reading
        return reading

    return put


def who_acted(event: Event) -> UUID | None:
    """Who did what an event tells: of a build that a worker ended, who asked for it."""
    if (event.stream_id.partition(":")[0], event.type) == (StreamKind.PROJECT, BUILD_CHANGED.name):
        person = event.data["build"]["requested_by"]
        return UUID(person["id"]) if person else None
    return event.actor_id


@reads(ORGANISATION_PROJECT_CREATED)
def created(event: Event, person: UUID) -> Deed:
    project = event.data["project"]
    return Deed(ActivityKind.CREATED, person, project, project=UUID(project))


@reads(ORGANISATION_PROJECT_RESTORED)
def restored(event: Event, person: UUID) -> Deed:
    project = event.data["project"]
    return Deed(ActivityKind.RESTORED, person, project, project=UUID(project))


@reads(ORGANISATION_PROJECT_DELETED)
def deleted(event: Event, person: UUID) -> Deed:
    """Of the organisation: the project is seen by nobody from here on, and its name is all that is told."""
    project = event.data["project"]
    name = Project.objects.values_list("name", flat=True).get(pk=project)
    return Deed(ActivityKind.DELETED, person, project, {"name": name})


@reads(VERSION_SAVED)
def saved(event: Event, person: UUID) -> Deed:
    number = event.data["number"]
    return Deed(ActivityKind.SAVED, person, f"version:{number}", {"number": number})


@reads(SAMPLES_CHANGED)
def changed_samples(event: Event, person: UUID) -> Deed:
    return Deed(ActivityKind.SAMPLES, person)


@reads(BUILD_CHANGED)
def build_ended(event: Event, person: UUID) -> Deed | None:
    """A build counts when it ends: by then it is known how."""
    build = event.data["build"]
    if build["state"] not in (State.SUCCEEDED, State.FAILED, State.LOST):
        return None
    return Deed(ActivityKind.BUILT, person, "", {"build": build["number"], "failed": build["state"] != State.SUCCEEDED})


@reads(REVIEW_ASKED)
def review_moved(event: Event, person: UUID) -> Deed | None:
    kinds = {
        ReviewStep.ASKED: ActivityKind.ASKED,
        ReviewStep.ROUND: ActivityKind.CONTINUED,
        ReviewStep.CLOSED: ActivityKind.CLOSED,
    }
    kind = kinds.get(ReviewStep(event.data["change"]))
    return Deed(kind, person, event.data["review"], {"review": event.data["number"]}) if kind else None


@reads(REVIEW_CHANGED)
def judged(event: Event, person: UUID) -> Deed | None:
    """A verdict that is taken back is no news by itself."""
    kinds = {BuildJudged.APPROVED: ActivityKind.APPROVED, BuildJudged.CHANGES: ActivityKind.OBJECTED}
    kind = kinds.get(BuildJudged(event.data["change"]))
    return Deed(kind, person, event.data["build"], {"build": event.data["number"]}) if kind else None


@reads(THREAD_CHANGED)
def said(event: Event, person: UUID) -> Deed | None:
    kinds = {ThreadStep.COMMENT: ActivityKind.COMMENTED, ThreadStep.TAKEN: ActivityKind.TOOK}
    kind = kinds.get(ThreadStep(event.data["change"]))
    if kind is None:
        return None
    thread = (
        AnchoredThread.objects.select_related("review", "build", "change_request")
        .filter(pk=event.data["thread"])
        .first()
    )
    if thread is None:
        return None
    about = thread.review or thread.about
    what = "review" if thread.review else "change_request" if thread.change_request else "build"
    return Deed(kind, person, about.subject, {what: about.number})


@reads(TAG_PUBLISHED)
def published(event: Event, person: UUID) -> Deed:
    tag = event.data["tag"]
    return Deed(ActivityKind.PUBLISHED, person, f"tag:{tag}", {"tag": tag})


@reads(CHANGE_REQUEST_CHANGED)
def change_request_moved(event: Event, person: UUID) -> Deed | None:
    """What is chosen on the way to a merge is no news by itself."""
    kinds = {
        ChangeStep.OFFERED: ActivityKind.OFFERED,
        ChangeStep.MERGED: ActivityKind.MERGED,
        ChangeStep.CLOSED: ActivityKind.DECLINED,
    }
    kind = kinds.get(ChangeStep(event.data["change"]))
    facts = {"change_request": event.data["number"]}
    return Deed(kind, person, event.data["change_request"], facts) if kind else None
