"""Notices as sentences. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forge.core.events.announcements import NoticeTopic, fill
from forge.notices.rules import NoticeCause
from rune.wording import counted

Facts = Mapping[str, Any]
"""The stored values of a notice's sentence, with its `title` and the key of its `message`."""


def title(facts: Facts) -> str:
    """Returns the name of the thing."""
    return str(facts["title"])


def sentence(topic: NoticeTopic | None, reason: NoticeCause, who: str, facts: Facts, events: int = 1) -> str:
    """Returns what the newest event was, and how many more there are. `who` acted, "" where a machine did.

    A topic that no app declares any more has no sentence but the name of the thing.
    """
    template = topic.messages.get(str(facts.get("message"))) if topic else None
    your = "your" if reason is NoticeCause.REQUESTED else "a"
    # Values are put in last, so a brace in one is text.
    text = title(facts) if template is None else fill(template, {**facts, "who": who or "Someone", "your": your})
    return text if events < 2 else f"{text} · and {counted(events - 1, 'more event')}"


def action(topic: NoticeTopic | None, reason: NoticeCause) -> str:
    """Returns the label of the button of the next step."""
    if topic is None:
        return "Open"
    return (topic.addressee_action if reason is NoticeCause.REQUESTED else "") or topic.action
