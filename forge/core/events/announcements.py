"""Products of an event besides a message to sockets: an activity entry, notices, a message to webhooks. Pure.

An app declares these with the type of the event, in its `announcements.py`. Activity, notices and webhooks read the
declarations, so they know nothing of builds, reviews or publications.

Sentences are templates: `{name}` is a value of the event's payload, or one that the function beside the sentence adds
and the declaration lists in `values`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any, Generic, TypeVar
from uuid import UUID

from forge.core.events.errors import WrongEvent

D = TypeVar("D", bound=Mapping[str, Any])
"""The payload of an event: a `TypedDict`."""

Values = Mapping[str, Any]


@dataclass(frozen=True)
class StoredEvent(Generic[D]):
    """An event of the log, as the functions of an announcement read it."""

    data: D
    """The stored payload: keys that are not required are absent."""
    holder: UUID
    """The id of the project or organisation to whose subscribers the event is sent."""
    actor: UUID | None
    """The person who acted; None for the installation."""


# -- activity


@dataclass(frozen=True)
class ActivitySentence:
    """The sentence of an activity entry of one kind, after the name of the person: "published", "keywords 1.4.0".

    `{project}` is the name of the project. A `rest` that begins with a dot follows the count of a repeated entry.
    """

    verb: str
    thing: str = "{project}"
    """The name of the subject, and its page."""
    rest: str = ""
    path: str = "/studio"
    """The page of it, below the address of the project."""

    @property
    def templates(self) -> tuple[str, ...]:
        """All texts that hold names of values."""
        return (self.verb, self.thing, self.rest, self.path)


@dataclass(frozen=True)
class ActivityEntry:
    """An act of one person. Entries of one person, kind and subject within an hour are stored as one."""

    kind: str
    """A key of `ActivityAnnouncement.sentences`."""
    subject: str = ""
    """The subject of the entry, such as the tag of a publication; it distinguishes entries of one kind."""
    values: Values = field(default_factory=dict)
    person: UUID | None = None
    """The person who did it; None is the person who acted in the event."""
    agent: UUID | None = None
    """The agent that did it for the person; None is the one that acted in the event, if one did."""
    project: UUID | None = None
    """The project, where the event is of the stream of its organisation."""
    act: str = ""
    """The key of the act, where several events tell of one: it is counted once. "" where each event is an act."""


@dataclass(frozen=True)
class ActivityAnnouncement(Generic[D]):
    """The activity entries of a type of event."""

    sentences: Mapping[str, ActivitySentence]
    """The sentences by kind, under which entries are stored: a kind belongs to one type of event."""
    entry: Callable[[StoredEvent[D]], ActivityEntry | None]
    values: tuple[str, ...] = ()
    """The names of values that `entry` adds to those of the payload."""


# -- notices


@dataclass(frozen=True)
class NoticeTopic:
    """The topic of a group of notices: its icon, its sentences and the label of its button.

    In a sentence `{who}` is the name of the person who acted, and `{your}` is "your" for addressees, else "a".
    """

    name: str
    """The `kind` of a notice in the API and in its table."""
    icon: str
    messages: Mapping[str, str]
    """Sentences by a key, which a draft chooses."""
    values: tuple[str, ...] = ()
    """The names of values that drafts add to those of the payload."""
    action: str = "Open"
    addressee_action: str = ""
    """The label of the button for addressees, where it is another."""
    for_addressees: NoticeTopic | None = None
    """The topic that addressees get instead, which has one message: somebody whom a comment mentions is mentioned."""
    ignores_mute: bool = False
    """Whether people hear of it who muted the thing."""


@dataclass(frozen=True)
class NoticeDraft:
    """A notice before it is known who gets it."""

    topic: NoticeTopic
    message: str
    """A key of the topic's messages."""
    title: str
    """The name of the thing."""
    subject: str
    """The key of the thing: a person has one notice about it."""
    path: str
    """The page of the thing, below the address of the project or organisation."""
    values: Values = field(default_factory=dict)
    addressees: frozenset[UUID] = frozenset()
    """The people of whom it requests something: a verdict, an answer."""
    participants: frozenset[UUID] = frozenset()
    """The owners of the subject, and those who take part in it."""
    is_for_watchers: bool = True
    """Whether people get it who watch the whole project."""


@dataclass(frozen=True)
class NoticeAnnouncement(Generic[D]):
    """The notices of a type of event."""

    topics: tuple[NoticeTopic, ...]
    draft: Callable[[StoredEvent[D]], NoticeDraft | None]


# -- webhooks


@dataclass(frozen=True)
class WebhookTopic:
    """A group of events that the owners of a webhook can choose."""

    name: str
    label: str


@dataclass(frozen=True)
class PlaceAddress:
    """The project or the organisation of an event, as messages name it."""

    id: UUID
    name: str
    """The name with its organisation, `acme/kitchen`, or that of the organisation."""
    url: str
    """The address of its page, with the host."""


@dataclass(frozen=True)
class WebhookMessage:
    """A message to webhooks, without its time, place and actor."""

    type: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class WebhookAnnouncement(Generic[D]):
    """The messages to webhooks of a type of event."""

    topic: WebhookTopic
    types: tuple[str, ...]
    """All types of messages that `message` returns."""
    message: Callable[[StoredEvent[D], PlaceAddress], WebhookMessage | None]


# -- templates

ACTIVITY_NAMES = frozenset({"project"})
NOTICE_NAMES = frozenset({"who", "your"})


def names_in(*templates: str) -> frozenset[str]:
    """Returns the names of the values that templates hold."""
    return frozenset(name for text in templates for _, name, _, _ in Formatter().parse(text) if name)


def fill(template: str, values: Values) -> str:
    """Puts values into a template. A value that a row of an older release lacks is left out."""
    return Formatter().vformat(template, (), _Lenient(values))


class _Lenient(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""


def values_for(names: Collection[str], payload: Values, values: Values) -> dict[str, Any]:
    """Returns the values of these names, from a payload and what a function added. Raises `WrongEvent`."""
    all_values = {**payload, **values}
    if missing := set(names) - set(all_values):
        raise WrongEvent(f"A sentence needs the value {', '.join(sorted(missing))}, which nothing has.")
    return {name: all_values[name] for name in sorted(names)}


def activity_values(
    announcement: ActivityAnnouncement[Any], entry: ActivityEntry, payload: Mapping[str, Any]
) -> dict[str, Any]:
    """Returns what is stored of an entry for its sentence. Raises `WrongEvent` for one that is not as declared."""
    if entry.kind not in announcement.sentences:
        raise WrongEvent(f"{entry.kind} is not a declared kind of activity.")
    return values_for(names_in(*announcement.sentences[entry.kind].templates) - ACTIVITY_NAMES, payload, entry.values)


def notice_values(
    announcement: NoticeAnnouncement[Any], draft: NoticeDraft, payload: Mapping[str, Any]
) -> dict[str, Any]:
    """Returns what is stored of a draft for its sentence. Raises `WrongEvent` for one that is not as declared."""
    if draft.topic not in announcement.topics:
        raise WrongEvent(f"{draft.topic.name} is not a declared topic of this event.")
    if draft.message not in draft.topic.messages:
        raise WrongEvent(f"The topic {draft.topic.name} has no message {draft.message}.")
    return values_for(names_in(draft.topic.messages[draft.message]) - NOTICE_NAMES, payload, draft.values)


def problems_of(
    payload: Collection[str],
    activity: ActivityAnnouncement[Any] | None,
    notice: NoticeAnnouncement[Any] | None,
    webhook: WebhookAnnouncement[Any] | None,
) -> Iterator[str]:
    """Yields what is wrong with the announcements of an event that has these keys in its payload."""
    if activity is not None:
        if not activity.sentences:
            yield "its activity has no sentence"
        known_names = ACTIVITY_NAMES.union(payload, activity.values)
        for kind, sentence in activity.sentences.items():
            yield from _unknown(f"the activity {kind}", names_in(*sentence.templates) - known_names)
    if notice is not None:
        if not notice.topics:
            yield "its notice has no topic"
        for topic in notice.topics:
            if not topic.messages:
                yield f"the topic {topic.name} has no message"
            known_names = NOTICE_NAMES.union(payload, topic.values)
            yield from _unknown(f"the notice {topic.name}", names_in(*topic.messages.values()) - known_names)
    if webhook is not None and not webhook.types:
        yield "its webhook message has no type"


def _unknown(place: str, names: Collection[str]) -> Iterator[str]:
    if names:
        yield f"{place} names {', '.join(sorted(names))}, which the payload lacks"
