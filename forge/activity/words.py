"""What people did, in words. Pure: `facts` are what `forge.activity.readings` wrote down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forge.activity.kinds import ActivityKind

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Sentence:
    """The rest of a sentence that begins with who did it: "published", "keywords 1.4.0", ""."""

    verb: str
    thing: str
    """What is named, and where its link leads."""
    rest: str = ""


def sentence(kind: ActivityKind, facts: Facts, times: int, name: str) -> Sentence:
    """What somebody did in a project of this name."""
    text = _sentence(kind, facts, name)
    if times == 1:
        return text
    often = "twice" if times == 2 else f"{times} times"
    # Of several builds it is said how often first, and then how the last one ended.
    rest = f"{often} {text.rest}" if kind is ActivityKind.BUILT else ", ".join(filter(None, (text.rest, often)))
    return Sentence(text.verb, text.thing, rest.strip())


def path(kind: ActivityKind, facts: Facts) -> str:
    """Where it is read, below the address of its project; "" for the project's own page."""
    if kind is ActivityKind.PUBLISHED:
        return f"?tag={facts['tag']}"
    if "review" in facts:
        return f"/reviews/{facts['review']}"
    if "change_request" in facts:
        return f"/change-requests/{facts['change_request']}"
    return f"/builds/{facts['build']}" if "build" in facts else "/studio"


def _sentence(kind: ActivityKind, facts: Facts, name: str) -> Sentence:
    match kind:
        case ActivityKind.CREATED | ActivityKind.RESTORED:
            return Sentence(kind.value, name)
        case ActivityKind.DELETED:
            return Sentence("deleted", str(facts["name"]))
        case ActivityKind.SAVED:
            return Sentence("saved", name, f"as version {facts['number']}")
        case ActivityKind.SAMPLES:
            return Sentence("changed the samples of", name)
        case ActivityKind.BUILT:
            return Sentence("built", name, f"· build {facts['build']} failed" if facts["failed"] else "")
        case ActivityKind.ASKED:
            return Sentence("asked for a review of", name)
        case ActivityKind.CONTINUED:
            return Sentence("continued the review of", name)
        case ActivityKind.CLOSED:
            return Sentence("closed a review of", name)
        case ActivityKind.APPROVED:
            return Sentence("approved", name, f"build {facts['build']}")
        case ActivityKind.OBJECTED:
            return Sentence("requested changes to", name, f"build {facts['build']}")
        case ActivityKind.COMMENTED:
            return Sentence("commented on", name, _what(facts))
        case ActivityKind.TOOK:
            return Sentence("took a suggestion into", name)
        case ActivityKind.PUBLISHED:
            return Sentence("published", f"{name} {facts['tag']}")
        case ActivityKind.OFFERED:
            return Sentence("offered changes to", name)
        case ActivityKind.MERGED:
            return Sentence("merged", name, _what(facts))
        case ActivityKind.DECLINED:
            return Sentence("closed", name, _what(facts))


def _what(facts: Facts) -> str:
    if "change_request" in facts:
        return f"change request {facts['change_request']}"
    return f"review {facts['review']}" if "review" in facts else f"build {facts['build']}"
