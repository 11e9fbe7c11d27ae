"""Notices in words. Pure: `facts` are what `forge.notices.happenings` wrote down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forge.notices.rules import Kind, Reason
from rune.wording import counted

Facts = Mapping[str, Any]


def title(facts: Facts) -> str:
    """What the thing is called."""
    return str(facts["title"])


def sentence(kind: Kind, reason: Reason, who: str, facts: Facts, events: int = 1) -> str:
    """What happened last, and how much more there is. `who` acted, "" where a machine did."""
    said = _template(kind, reason, facts).format_map({**facts, "who": who or "Someone"})
    return said if events < 2 else f"{said} · and {counted(events - 1, 'more event')}"


def action(kind: Kind, reason: Reason) -> str:
    """The one next step, as its button says it."""
    if kind is Kind.REVIEW_ASKED and reason is Reason.ASKED:
        return "Review"
    return {
        Kind.MENTION: "Answer",
        Kind.BUILD_FAILED: "See why",
        Kind.WEBHOOK_STOPPED: "See why",
        Kind.TAKEN_DOWN: "See why",
    }.get(kind, "Open")


def _template(kind: Kind, reason: Reason, facts: Facts) -> str:
    """The sentence with names of facts in it. What facts say is put in later, and is read as text alone."""
    match kind:
        case Kind.REVIEW_ASKED:
            whose = "your" if reason is Reason.ASKED else "a"
            if facts["round"] == 1:
                return f"{{who}} asks for {whose} review of build {{build}}"
            return f"{{who}} asks for {whose} review again: round {{round}}, build {{build}}"
        case Kind.REVIEW_CLOSED:
            return "{who} closed the review"
        case Kind.VERDICT:
            return _VERDICTS[facts["change"]]
        case Kind.COMMENT:
            if facts.get("guest"):
                return "{guest} (guest) commented"
            return "{who} took your suggestion into the files" if facts.get("taken") else "{who} commented"
        case Kind.MENTION:
            return "{who} mentioned you"
        case Kind.BUILD_FAILED:
            return "{error}" if facts["error"] else "The build failed"
        case Kind.PUBLISHED:
            return "{who} published build {build} as {tag}"
        case Kind.CHANGES:
            return _CHANGES[facts["change"]]
        case Kind.WEBHOOK_STOPPED:
            return "{host} took nothing for days, so nothing more is sent there"
        case Kind.TAKEN_DOWN:
            return _TAKEN_DOWN[facts["change"]]


_TAKEN_DOWN = {
    "taken-down": "The operator of this server took it down",
    "put-back": "The operator of this server put it back",
    "refused": "The operator of this server leaves it down",
}
_CHANGES = {
    "offered": "{who} offers changes",
    "newer": "{who} offers newer files",
    "built": "{who} builds the merged result",
    "merged": "{who} merged it",
    "undone": "{who} undid the merge",
    "closed": "{who} closed it",
    "changes": "{who} asks for changes",
    "reopened": "{who} opened it again",
}
_VERDICTS = {
    "approved": "{who} approved build {build}",
    "changes": "{who} asks for changes to build {build}",
    "undone": "{who} took the verdict on build {build} back",
}
