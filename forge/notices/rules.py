"""The recipients of notices, and the times of their emails. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from forge.core.events.announcements import NoticeDraft, NoticeTopic


class NoticeCause(StrEnum):
    """The reason why a person gets a notice."""

    REQUESTED = "requested"
    """The thing asks the person for something: a verdict, an answer."""
    MINE = "mine"
    """The thing is about what the person asked for, built, or takes part in."""
    WATCHING = "watching"
    """The person watches the whole project."""


class Level(StrEnum):
    """A level of notices of a project."""

    OFF = "off"
    MINE = "mine"
    ALL = "all"


class MailChoice(StrEnum):
    """A choice of email."""

    REQUESTED_AND_DIGEST = "requested-and-digest"
    REQUESTED = "requested"
    DIGEST = "digest"
    NONE = "none"


@dataclass(frozen=True)
class Audience:
    """The people who might hear of something, and what they want."""

    members: frozenset[UUID]
    """The people who may read it."""
    levels: Mapping[UUID, Level] = field(default_factory=dict)
    muted_by: frozenset[UUID] = frozenset()
    """The people who want to hear nothing more of this thing."""


MAIL_AFTER = timedelta(minutes=1)
"""How long somebody has to see a notice before an email tells of it: events that follow each other give one."""
DIGEST_AT = time(6, 0)
"""The time when the daily digest is sent, in UTC."""


def recipients(draft: NoticeDraft, actor: UUID | None, audience: Audience) -> Mapping[UUID, NoticeCause]:
    """Returns who gets a notice, and why. Nobody gets one of their own act, of what they may not read, or of what they
    muted; but somebody who is mentioned by name gets it of a muted thing too."""
    reasons: dict[UUID, NoticeCause] = {}
    for person in audience.members - ({actor} if actor else set()):
        level = audience.levels.get(person, Level.MINE)
        reason = _reason(draft, person, level)
        if reason is None or level is Level.OFF:
            continue
        if person not in audience.muted_by or topic_and_message(draft, reason)[0].ignores_mute:
            reasons[person] = reason
    return reasons


def topic_and_message(draft: NoticeDraft, reason: NoticeCause) -> tuple[NoticeTopic, str]:
    """Returns the topic and the key of the message for somebody who gets the notice for this reason."""
    other = draft.topic.for_addressees
    if reason is NoticeCause.REQUESTED and other is not None:
        return other, next(iter(other.messages))
    return draft.topic, draft.message


def _reason(draft: NoticeDraft, person: UUID, level: Level) -> NoticeCause | None:
    if person in draft.addressees:
        return NoticeCause.REQUESTED
    if person in draft.participants:
        return NoticeCause.MINE
    return NoticeCause.WATCHING if level is Level.ALL and draft.is_for_watchers else None


def stronger(first: NoticeCause, second: NoticeCause) -> NoticeCause:
    """Returns the stronger of the reasons of two events that one unread notice covers."""
    order: Set[NoticeCause] = {first, second}
    return next(reason for reason in (NoticeCause.REQUESTED, NoticeCause.MINE, NoticeCause.WATCHING) if reason in order)


def mail_due(reason: NoticeCause, choice: MailChoice, now: datetime) -> datetime | None:
    """Returns when an email about a new notice is due; None where none is sent."""
    if choice is MailChoice.NONE:
        return None
    if reason is NoticeCause.REQUESTED and choice is not MailChoice.DIGEST:
        return now + MAIL_AFTER
    return None if choice is MailChoice.REQUESTED else next_digest(now)


def next_digest(now: datetime) -> datetime:
    """Returns when the next daily digest is sent."""
    today = now.replace(hour=DIGEST_AT.hour, minute=DIGEST_AT.minute, second=0, microsecond=0)
    return today if now < today else today + timedelta(days=1)
