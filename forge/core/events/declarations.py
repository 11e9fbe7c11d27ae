"""The types of events. Each app declares its own, with all that becomes of one, in `announcements.py`.

A declaration is the one place of an event: mypy checks the code that writes one, the description of the API shows its
payload and the front end's types are made from that; activity, notices, webhooks and the audit log read the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, NotRequired, ParamSpec, TypeVar, cast, get_origin, get_type_hints

from forge.core.audit.messages import AuditSentences
from forge.core.audit.messages import declare as declare_sentences
from forge.core.events.announcements import (
    ActivityAnnouncement,
    ActivitySentence,
    D,
    NoticeAnnouncement,
    NoticeTopic,
    WebhookAnnouncement,
    WebhookTopic,
    problems_of,
)
from forge.core.events.errors import WrongEvent

P = ParamSpec("P")

EVERYTHING = "everything"
"""The resources that are read again when permissions may have changed."""


class StreamKind(StrEnum):
    """The subject of a log: the first part of a stream's key."""

    PROJECT = "project"
    ORGANISATION = "organisation"
    PERSON = "user"
    INBOX = "inbox"
    """Notices, of a person or of all members of an organisation: apart from their own streams, which end sockets."""
    JOBS = "jobs"
    """Jobs of an organisation: apart from its own stream, which every studio hears."""


@dataclass(frozen=True)
class NewEvent:
    """An event before it has a number."""

    type: EventType[Any, Any]
    payload: Mapping[str, Any]

    @property
    def stored_payload(self) -> dict[str, Any]:
        """The part of the payload that the log keeps."""
        return {name: value for name, value in self.payload.items() if name not in self.type.transient}


@dataclass(frozen=True, eq=False)
class EventType(Generic[P, D]):
    """A type of event: its stream, its payload, and what becomes of one. It is called with the payload of one event.

    `payload` is a `TypedDict` of the type's own, which is documented. A key that is not required goes with the message
    and is not stored: a client that reads the event from the log lacks it, and asks.
    """

    name: str
    stream: StreamKind
    payload: Callable[P, D]
    read_again: tuple[str, ...] = ()
    """The resources that a client reads again, because the event does not contain them: names as in the reference."""
    audit: AuditSentences | None = None
    """The sentences of the actions that write it."""
    activity: ActivityAnnouncement[D] | None = None
    notice: NoticeAnnouncement[D] | None = None
    webhook: WebhookAnnouncement[D] | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> NewEvent:
        return NewEvent(self, self.payload(*args, **kwargs))

    @property
    def payload_type(self) -> type[Any]:
        """The `TypedDict`, as a type."""
        return cast("type[Any]", self.payload)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The keys of the payload, in the order of the declaration."""
        return tuple(get_type_hints(self.payload_type))

    @cached_property
    def transient(self) -> frozenset[str]:
        """The keys that go with the message and are not stored."""
        hints = get_type_hints(self.payload_type, include_extras=True)
        return frozenset(name for name, hint in hints.items() if get_origin(hint) is NotRequired)

    def check(self, stream: str, payload: Mapping[str, Any]) -> None:
        """Compares a stream and the keys of a payload with the declaration. Raises `WrongEvent`."""
        if stream.partition(":")[0] != self.stream:
            raise WrongEvent(f"{self.name} is an event of a {self.stream}, not of a {stream}.")
        if missing := set(self.fields) - self.transient - set(payload):
            raise WrongEvent(f"{self.name} lacks {', '.join(sorted(missing))}.")
        if unknown := set(payload) - set(self.fields):
            raise WrongEvent(f"The payload of {self.name} has no {', '.join(sorted(unknown))}.")


T = TypeVar("T")


class Declarations:
    """All types of events, and the kinds and topics that they declare."""

    def __init__(self, other: Declarations | None = None) -> None:
        self.types: dict[tuple[str, str], EventType[Any, Any]] = dict(other.types) if other else {}
        self.activity_sentences: dict[str, ActivitySentence] = dict(other.activity_sentences) if other else {}
        self.notice_topics: dict[str, NoticeTopic] = dict(other.notice_topics) if other else {}
        self.webhook_topics: dict[str, WebhookTopic] = dict(other.webhook_topics) if other else {}

    def add(self, event_type: EventType[Any, Any]) -> None:
        """Adds a type. Raises `WrongEvent`."""
        key = (event_type.stream, event_type.name)
        if key in self.types:
            raise WrongEvent(f"{event_type.name} of a {event_type.stream} is declared twice.")
        for problem in _problems(event_type):
            raise WrongEvent(f"{event_type.name} is not declared rightly: {problem}.")
        for kind, sentence in event_type.activity.sentences.items() if event_type.activity else ():
            _put(self.activity_sentences, kind, sentence, "activity")
        for topic in event_type.notice.topics if event_type.notice else ():
            for each in filter(None, (topic, topic.for_addressees)):
                _put(self.notice_topics, each.name, each, "topic of notices")
        if event_type.webhook is not None:
            topic_of_webhooks = event_type.webhook.topic
            _put(self.webhook_topics, topic_of_webhooks.name, topic_of_webhooks, "topic of webhooks")
        if event_type.audit is not None:
            declare_sentences(event_type.audit.topic, event_type.audit.sentences)
        self.types[key] = event_type


def _problems(event_type: EventType[Any, Any]) -> Iterator[str]:
    stored_keys = set(event_type.fields) - event_type.transient
    yield from problems_of(stored_keys, event_type.activity, event_type.notice, event_type.webhook)
    if (event_type.activity or event_type.notice or event_type.webhook) and event_type.stream not in (
        StreamKind.PROJECT,
        StreamKind.ORGANISATION,
    ):
        yield "activity, notices and webhooks are of a project or an organisation"


def _put(by_name: dict[str, T], name: str, value: T, kind: str) -> None:
    """Puts what has a name, which several types of events may share. Raises `WrongEvent` for two of one name."""
    if by_name.setdefault(name, value) is not value:
        raise WrongEvent(f"The {kind} {name} is declared twice.")


_declarations = Declarations()


def declare(event_type: EventType[P, D]) -> EventType[P, D]:
    """Declares a type of event. Raises `WrongEvent` for a second one of its name, and for wrong announcements."""
    _declarations.add(event_type)
    return event_type


def declared_types() -> tuple[EventType[Any, Any], ...]:
    """Returns all declared types, by stream and name."""
    return tuple(_declarations.types[key] for key in sorted(_declarations.types))


def find_type(stream: str, name: str) -> EventType[Any, Any] | None:
    """Returns the type of this name of events of the stream; None for one that no app declares any more."""
    return _declarations.types.get((stream.partition(":")[0], name))


def find_activity_sentence(kind: str) -> ActivitySentence | None:
    """Returns the sentence of a kind of activity; None for one that no app declares any more."""
    return _declarations.activity_sentences.get(kind)


def activity_kinds() -> tuple[str, ...]:
    """Returns the kinds of activity entries."""
    return tuple(sorted(_declarations.activity_sentences))


def find_notice_topic(name: str) -> NoticeTopic | None:
    """Returns the topic of this name; None for one that no app declares any more."""
    return _declarations.notice_topics.get(name)


def notice_topics() -> tuple[str, ...]:
    """Returns the names of the topics of notices."""
    return tuple(sorted(_declarations.notice_topics))


def webhook_topics() -> Mapping[str, WebhookTopic]:
    """Returns what webhooks may be sent, by name."""
    return dict(sorted(_declarations.webhook_topics.items()))
