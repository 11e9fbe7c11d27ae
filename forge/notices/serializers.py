"""Notices, and what a person wants to hear of, as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.core.events.declarations import find_notice_topic, notice_topics
from forge.notices.delivery.messages import action, sentence, title
from forge.notices.models import Notice
from forge.notices.rules import Level, MailChoice, NoticeCause


class NoticeJson(TypedDict):
    """A notice of something that concerns a person; there is one for each thing, about the newest of its events."""

    id: Uuid
    kind: Annotated[str, choices("NoticeKind", notice_topics())]
    reason: Annotated[str, choices("NoticeReason", NoticeCause)]
    project: Annotated[str | None, "organisation and name; null for what is of an organisation alone"]
    title: str
    text: str
    action: Annotated[str, "the next step, in words"]
    url: str
    actor: PersonJson | None
    events: Annotated[int, "how many events it tells of, since it was read last"]
    created: Timestamp
    changed: Timestamp
    read: Timestamp | None
    done: Timestamp | None


class InboxJson(TypedDict):
    """The number of unread notices, and which of them come by email too."""

    unread: int
    mail: Annotated[str, choices("MailChoice", MailChoice)]


class WatchedJson(TypedDict):
    """The level of notices of a project: none, one's own, or all."""

    level: Annotated[str, choices("WatchLevel", Level)]


def notice_to_json(notice: Notice) -> NoticeJson:
    """A notice, found by `forge.notices.access.notices_of`."""
    topic, reason = find_notice_topic(notice.kind), NoticeCause(notice.reason)
    return {
        "id": str(notice.pk),
        "kind": notice.kind,
        "reason": reason.value,
        "project": notice.project.full_name if notice.project else None,
        "title": title(notice.facts),
        "text": sentence(topic, reason, str(notice.actor or ""), notice.facts, notice.events),
        "action": action(topic, reason),
        "url": notice.get_absolute_url(),
        "actor": person_to_json(notice.actor) if notice.actor else None,
        "events": notice.events,
        "created": notice.created.isoformat(),
        "changed": notice.changed.isoformat(),
        "read": notice.read.isoformat() if notice.read else None,
        "done": notice.done.isoformat() if notice.done else None,
    }
