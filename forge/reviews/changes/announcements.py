"""The events of change requests, what becomes of them, and the sentences of the audit log about them.

A change request has two streams: of the project to which it is offered, and of the fork, whose readers may not know of
its origin (docs/adr/0102).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Annotated, TypedDict
from uuid import UUID

from forge.accounts.models import User
from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.accounts.permissions import Verb
from forge.accounts.project_people import ids_of_team, team_of
from forge.core.api.json_types import Uuid, choices
from forge.core.audit.messages import AuditSentences, AuditTopic, Thing, ids_among, things_named
from forge.core.audit.messages import declare as declare_sentences
from forge.core.events.announcements import (
    ActivityAnnouncement,
    ActivityEntry,
    ActivitySentence,
    NoticeAnnouncement,
    NoticeDraft,
    NoticeTopic,
    StoredEvent,
)
from forge.core.events.declarations import EventType, NewEvent, StreamKind, declare
from forge.projects.models import Visibility
from forge.reviews.changes.models import ChangeRequest
from forge.reviews.participants import known_people, speakers


class ChangeStep(StrEnum):
    """A step of a change request."""

    OFFERED = "offered"
    NEWER = "newer"
    """Newer files of the fork are offered."""
    SELECTED = "selected"
    """Somebody of the project chose which changes are taken."""
    RESOLVED = "resolved"
    """A conflict was resolved, or all are open again."""
    BUILT = "built"
    """The merged result is being built."""
    MERGED = "merged"
    UNDONE = "undone"
    """The merge was undone, and it is open again."""
    CLOSED = "closed"
    REOPENED = "reopened"
    CHANGES = "changes"
    """Changes are requested: the author has to offer newer files."""


class ChangeRequestChangedJson(TypedDict):
    """A change request was opened or changed."""

    change_request: Uuid
    number: int
    title: str
    change: Annotated[str, choices("ChangeStep", ChangeStep)]
    by: PersonJson | None


class OfferChangedJson(TypedDict):
    """An offer of this fork changed. The event does not name the project to which it is offered."""

    change_request: Uuid
    title: str
    change: Annotated[str, choices("ChangeStep", ChangeStep)]


CHANGES = NoticeTopic(
    "changes",
    icon="git-pull-request",
    messages={
        ChangeStep.OFFERED: "{who} offers changes",
        ChangeStep.NEWER: "{who} offers newer files",
        ChangeStep.SELECTED: "{who} chose which changes are taken",
        ChangeStep.BUILT: "{who} builds the merged result",
        ChangeStep.MERGED: "{who} merged it",
        ChangeStep.UNDONE: "{who} undid the merge",
        ChangeStep.CLOSED: "{who} closed it",
        ChangeStep.CHANGES: "{who} asks for changes",
        ChangeStep.REOPENED: "{who} reopened it",
    },
)
_ACTIVITY_KINDS: Mapping[str, str] = {
    ChangeStep.OFFERED: "change-offered",
    ChangeStep.MERGED: "change-merged",
    ChangeStep.CLOSED: "change-closed",
}
_STEPS_FOR_MAINTAINERS = frozenset({ChangeStep.OFFERED, ChangeStep.NEWER, ChangeStep.REOPENED})
_STEPS_FOR_THE_AUTHOR = frozenset(
    {ChangeStep.MERGED, ChangeStep.UNDONE, ChangeStep.CLOSED, ChangeStep.REOPENED, ChangeStep.CHANGES}
)


def _activity(event: StoredEvent[ChangeRequestChangedJson]) -> ActivityEntry | None:
    """Returns an entry for an offer and its end; the steps between have none."""
    kind = _ACTIVITY_KINDS.get(event.data["change"])
    if kind == "change-offered" and (request := _request_of(event.data["change_request"])) and request.agent_name:
        kind = "change-offered-by-agent"
    return ActivityEntry(kind, event.data["change_request"]) if kind else None


def _request_of(request_id: str) -> ChangeRequest | None:
    requests = ChangeRequest.objects.select_related("project", "source__draft", "author")
    return requests.filter(pk=request_id).first()


def _by_agent(request: ChangeRequest) -> str:
    """Returns who wrote it where that was an agent: ` by Claude for Ana`."""
    return f" by {request.agent_name} for {request.author or 'someone who left'}" if request.agent_name else ""


def _notice(event: StoredEvent[ChangeRequestChangedJson]) -> NoticeDraft | None:
    """Tells of an offer those who maintain the project, and of the rest those who take part."""
    request = _request_of(event.data["change_request"])
    step = ChangeStep(event.data["change"])
    if request is None or step is ChangeStep.RESOLVED:
        return None
    people = {request.author_id, request.decided_by_id, *speakers(request.subject)}
    if step in _STEPS_FOR_MAINTAINERS:
        people |= {mate.user.pk for mate in team_of(request.project, Verb.MANAGE)}
    return NoticeDraft(
        CHANGES,
        step,
        title=f"Change request {request.number}{_by_agent(request)}: {request.title}",
        subject=request.subject,
        path=f"/change-requests/{request.number}",
        addressees=known_people({request.author_id} if step is ChangeStep.CHANGES else ()),
        participants=known_people(people),
    )


def _offer_notice(event: StoredEvent[OfferChangedJson]) -> NoticeDraft | None:
    """Tells the author what became of an offer, and asks them for changes."""
    request = _request_of(event.data["change_request"])
    step = ChangeStep(event.data["change"])
    if request is None or step not in _STEPS_FOR_THE_AUTHOR:
        return None
    author = people_of_the_fork(request, {request.author_id})
    addressees = author if step is ChangeStep.CHANGES else frozenset[UUID]()
    return offer_draft(CHANGES, step, request, addressees=addressees, participants=author)


def offer_draft(
    topic: NoticeTopic,
    message: str,
    request: ChangeRequest,
    *,
    addressees: frozenset[UUID],
    participants: frozenset[UUID],
) -> NoticeDraft:
    """Returns the draft of a notice on the fork. Watchers of the fork get none: they may not know of its origin."""
    return NoticeDraft(
        topic,
        message,
        title=f"Offer: {request.title}",
        subject=f"offer:{request.pk}",
        path=f"/offer?request={request.pk}",
        addressees=addressees,
        participants=participants,
        is_for_watchers=False,
    )


def people_of_the_fork(request: ChangeRequest, people: Iterable[UUID | None]) -> frozenset[UUID]:
    """Returns those who get a notice on the fork: people of the project get it there, and nobody hears of a project
    that they may not open."""
    project = request.project
    if project.visibility == Visibility.PRIVATE or project.taken_down is not None:
        return frozenset()
    return known_people(people) - ids_of_team(project.organisation_id, project.pk)


_PAGE = "/change-requests/{number}"
CHANGE_REQUEST_CHANGED = declare(
    EventType(
        "change_request.changed",
        StreamKind.PROJECT,
        ChangeRequestChangedJson,
        # A build of its files is called after it until it is merged.
        ("change_requests", "state"),
        audit=AuditSentences(
            AuditTopic.REVIEWS,
            {
                "change.offer": "offered {change_request} to {project}",
                "change.bring": "brought {change_request} to {project} from {place}",
                "change.newer": "offered newer files in {change_request} of {project}",
                "change.select": "chose {count} of {all} changes of {change_request} of {project}",
                "change.resolve": "resolved a conflict of {change_request} of {project} in {file}: {side}",
                "change.start_over": "reopened all conflicts of {change_request} of {project}",
                "change.build": "built the merged result of {change_request} of {project}, as build {build_number}",
                "change.merge": "merged {change_request} into {project}, as version {version}",
                "change.undo": "undid the merge of {change_request} of {project}",
                "change.close": "closed {change_request} of {project}",
                "change.reopen": "reopened {change_request} of {project}",
                "change.ask": "requested changes to {change_request} of {project}",
            },
        ),
        activity=ActivityAnnouncement(
            {
                "change-offered": ActivitySentence("offered changes to", path=_PAGE),
                "change-offered-by-agent": ActivitySentence("had an assistant offer changes to", path=_PAGE),
                "change-merged": ActivitySentence("merged", rest="change request {number}", path=_PAGE),
                "change-closed": ActivitySentence("closed", rest="change request {number}", path=_PAGE),
            },
            _activity,
        ),
        notice=NoticeAnnouncement((CHANGES,), _notice),
    )
)
OFFER_CHANGED = declare(
    EventType(
        "offer.changed",
        StreamKind.PROJECT,
        OfferChangedJson,
        ("offers", "versions"),
        notice=NoticeAnnouncement((CHANGES,), _offer_notice),
    )
)

# Actions that write no event.
declare_sentences(
    AuditTopic.REVIEWS, {"change.give": "offered version {version} of {project} to the project that it was forked from"}
)


def change_event(request: ChangeRequest, step: ChangeStep, person: User | None) -> NewEvent:
    """Returns the event of a change request for the project to which it is offered."""
    return CHANGE_REQUEST_CHANGED(
        change_request=str(request.pk),
        number=request.number,
        title=request.title,
        change=step.value,
        by=person_to_json(person) if person else None,
    )


def offer_event(request: ChangeRequest, step: ChangeStep) -> NewEvent:
    """Returns the event of a change request for the fork."""
    return OFFER_CHANGED(change_request=str(request.pk), title=request.title, change=step.value)


@things_named.register
def names(keys: Collection[str]) -> Mapping[str, Thing]:
    """Returns the names of change requests."""
    ids = ids_among(keys, "change_request")
    requests = ChangeRequest.objects.select_related("project__organisation").filter(pk__in=ids) if ids else ()
    return {
        each.subject: Thing(f"change request {each.number}", "" if each.project.deleted_at else each.get_absolute_url())
        for each in requests
    }
