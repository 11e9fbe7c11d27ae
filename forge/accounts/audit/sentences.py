"""Entries of the audit log as sentences, in which people, projects and builds are named as they are called today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any

from forge.accounts.principals import PrincipalKind
from forge.core.audit.messages import Thing, audit_sentences, name_things
from forge.core.models import AuditEntry

_MISSING: Mapping[str, str] = {
    "project": "a deleted project",
    "organisation": "a deleted organisation",
    "person": "someone whose account was deleted",
    "member": "someone whose account was deleted",
    "team": "a deleted team",
    "build": "a build",
    "review": "a review",
    "change_request": "a change request",
}
"""Text for a thing that no longer has a name."""

NAMED_CREDENTIALS: Mapping[str, str] = {PrincipalKind.TOKEN: "a", PrincipalKind.AGENT: "an"}
"""The kinds of actors that have a name of their own beside that of their person, with the article of each."""

_NUMBERED_KINDS = frozenset({"build", "review", "change_request"})
"""Text for a thing that is identified by the number in its entry and no longer has a name."""

LONGEST_VALUE = 200
"""Characters of one value of an entry in a sentence; all of it is in the data."""


@dataclass(frozen=True)
class SentencePart:
    """A piece of a sentence, with the page of the thing that it names, if it has one."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class RenderedEntry:
    """An entry as a sentence."""

    entry: AuditEntry
    who: str
    by: str
    """The token, the agent or the pass that acted in the person's name; "" for a person's own hands."""
    parts: tuple[SentencePart, ...]
    """The rest of the sentence, after the actor."""
    project: Thing | None

    @property
    def sentence(self) -> str:
        """The whole of it as text."""
        return f"{self.who} {''.join(part.text for part in self.parts)}."


def render_entries(entries: Sequence[AuditEntry]) -> list[RenderedEntry]:
    """The entries as sentences. Each kind of thing is asked for once, however many entries there are."""
    things = name_things({key for entry in entries for key in _keys(entry)})
    return [_render(entry, things) for entry in entries]


def _keys(entry: AuditEntry) -> Iterator[str]:
    """The keys of all things that the entry's sentence may name."""
    yield entry.subject
    yield from (key for key in _places(entry).values() if key)
    if entry.principal_kind in NAMED_CREDENTIALS:
        yield f"{entry.principal_kind}:{entry.principal_id}"


def _places(entry: AuditEntry) -> dict[str, str]:
    """Returns the key of each thing that a sentence may name."""
    member, team = entry.data.get("member"), entry.data.get("team")
    return {
        "project": f"project:{entry.project}" if entry.project else "",
        "organisation": f"organisation:{entry.organisation}" if entry.organisation else "",
        "person": entry.subject if entry.subject.startswith("user:") else "",
        "member": f"user:{member}" if member else "",
        "team": f"team:{team}" if team else "",
        "build": entry.subject if entry.subject.startswith("build:") else "",
        "review": entry.subject if entry.subject.startswith("review:") else "",
        "change_request": entry.subject if entry.subject.startswith("change_request:") else "",
    }


def _render(entry: AuditEntry, things: Mapping[str, Thing]) -> RenderedEntry:
    sentence = audit_sentences().get(entry.action)
    parts = _parts(sentence.text, entry, things) if sentence else [SentencePart(f"did {entry.action}")]
    project = things.get(f"project:{entry.project}") if entry.project else None
    return RenderedEntry(entry, _who(entry), _by(entry, things), tuple(parts), project)


def _who(entry: AuditEntry) -> str:
    if entry.actor is not None:
        return str(entry.actor)
    if entry.principal_kind == PrincipalKind.INSTALLATION:
        return "The installation"
    if entry.principal_kind == PrincipalKind.GUEST:
        return f"{entry.data.get('guest') or 'Someone'} (guest)"
    return "Someone" if entry.principal_kind == PrincipalKind.VISITOR else "Someone whose account was deleted"


def _by(entry: AuditEntry, things: Mapping[str, Thing]) -> str:
    if entry.principal_kind in NAMED_CREDENTIALS:
        kind = entry.principal_kind
        credential = things.get(f"{kind}:{entry.principal_id}")
        return f"{kind} {credential.name}" if credential else f"{NAMED_CREDENTIALS[kind]} {kind} that was deleted"
    return "a phone" if entry.principal_kind == PrincipalKind.PHONE_PASS else ""


def _parts(text: str, entry: AuditEntry, things: Mapping[str, Thing]) -> Iterator[SentencePart]:
    places = _places(entry)
    for literal, field, _, _ in Formatter().parse(text):
        if literal:
            yield SentencePart(literal)
        if field in places:
            thing = things.get(places[field])
            yield SentencePart(thing.name, thing.url) if thing else SentencePart(_missing(entry, field))
        elif field == "changes":
            yield SentencePart("; ".join(_changes(entry.data)) or "nothing")
        elif field:
            yield SentencePart(_value(entry.data.get(field)))


def _missing(entry: AuditEntry, field: str) -> str:
    """Returns the text for a thing without a name: the one that the entry itself has, if any."""
    number = entry.data.get("number")
    return f"{field.replace('_', ' ')} {number}" if field in _NUMBERED_KINDS and number else _MISSING[field]


def _changes(data: Mapping[str, Any]) -> Iterator[str]:
    before, after = data.get("before"), data.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        for name in after:
            if before.get(name) != after[name]:
                yield f"{name} from {_value(before.get(name))} to {_value(after[name])}"


def _value(value: Any) -> str:
    """A value on one line; what is missing or empty can be seen to be so."""
    if isinstance(value, list | tuple):
        value = ", ".join(str(each) for each in value)
    text = " ".join(str(value).split()) if value not in (None, "") else "nothing"
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
