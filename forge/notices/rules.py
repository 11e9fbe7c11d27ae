"""Who hears of what, and when by email. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID


class Kind(StrEnum):
    """What happened."""

    REVIEW_ASKED = "review-asked"
    REVIEW_CLOSED = "review-closed"
    VERDICT = "verdict"
    COMMENT = "comment"
    MENTION = "mention"
    BUILD_FAILED = "build-failed"
    PUBLISHED = "published"
    CHANGES = "changes"
    """Of a change request."""
    WEBHOOK_STOPPED = "webhook-stopped"
    TAKEN_DOWN = "taken-down"
    """The public page of a project was taken down, or what came of that."""


class Reason(StrEnum):
    """Why somebody hears of it."""

    ASKED = "asked"
    """It asks them for something: a verdict, an answer."""
    MINE = "mine"
    """It is about what they asked for, built, or take part in."""
    WATCHING = "watching"
    """They watch the whole project."""


class Level(StrEnum):
    """Of what of a project somebody wants to hear."""

    OFF = "off"
    MINE = "mine"
    ALL = "all"


class MailChoice(StrEnum):
    """What somebody gets by email."""

    ASKED_AND_DIGEST = "asked-and-digest"
    ASKED = "asked"
    DIGEST = "digest"
    NONE = "none"


@dataclass(frozen=True)
class Happening:
    """One event, with those whom it concerns."""

    kind: Kind
    subject: str
    path: str
    facts: Mapping[str, Any]
    asked: frozenset[UUID] = frozenset()
    """Those of whom it asks something."""
    concerned: frozenset[UUID] = frozenset()
    """Those whose thing it is, or who take part in it."""
    is_for_watchers: bool = True
    """Whether those hear of it who watch the whole project."""


@dataclass(frozen=True)
class Audience:
    """Who might hear of something, and what they want."""

    members: frozenset[UUID]
    """Those who may read it."""
    levels: Mapping[UUID, Level] = field(default_factory=dict)
    muted: frozenset[UUID] = frozenset()
    """Those who want to hear nothing more of this thing."""


MAIL_AFTER = timedelta(minutes=1)
"""How long somebody has to see a notice before an email tells of it: events that follow each other give one."""
DIGEST_AT = time(6, 0)
"""When the daily digest goes out, in UTC."""


def recipients(happening: Happening, actor: UUID | None, audience: Audience) -> Mapping[UUID, Reason]:
    """Who gets a notice, and why. Nobody hears of their own act, of what they may not read, or of what they muted;
    but whoever is mentioned by name hears of it in a muted thing too."""
    reasons: dict[UUID, Reason] = {}
    for person in audience.members - ({actor} if actor else set()):
        level = audience.levels.get(person, Level.MINE)
        reason = _reason(happening, person, level)
        if reason is None or level is Level.OFF:
            continue
        if person not in audience.muted or kind_for(happening, reason) is Kind.MENTION:
            reasons[person] = reason
    return reasons


def kind_for(happening: Happening, reason: Reason) -> Kind:
    """What it is to somebody who hears of it for a reason: a comment that asks them mentions them."""
    is_mention = happening.kind is Kind.COMMENT and reason is Reason.ASKED
    return Kind.MENTION if is_mention else happening.kind


def _reason(happening: Happening, person: UUID, level: Level) -> Reason | None:
    if person in happening.asked:
        return Reason.ASKED
    if person in happening.concerned:
        return Reason.MINE
    return Reason.WATCHING if level is Level.ALL and happening.is_for_watchers else None


def stronger(first: Reason, second: Reason) -> Reason:
    """Of the reasons of two events that one unread notice tells of, the one that counts."""
    order: Set[Reason] = {first, second}
    return next(reason for reason in (Reason.ASKED, Reason.MINE, Reason.WATCHING) if reason in order)


def mail_due(reason: Reason, choice: MailChoice, now: datetime) -> datetime | None:
    """When an email tells of a notice that is made now; None where none does."""
    if choice is MailChoice.NONE:
        return None
    if reason is Reason.ASKED and choice is not MailChoice.DIGEST:
        return now + MAIL_AFTER
    return None if choice is MailChoice.ASKED else next_digest(now)


def next_digest(now: datetime) -> datetime:
    """When the next daily digest goes out."""
    today = now.replace(hour=DIGEST_AT.hour, minute=DIGEST_AT.minute, second=0, microsecond=0)
    return today if now < today else today + timedelta(days=1)
