"""How entries of the audit log read: each app declares the words of its own actions, and names what they are about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from forge.core.hooks import Hook


class Topic(StrEnum):
    """What an entry is about, for whoever looks for some of them."""

    SIGN_INS = "sign-ins"
    ACCOUNTS = "accounts"
    TOKENS = "tokens"
    MEMBERS = "members"
    ORGANISATION = "organisation"
    PROJECTS = "projects"
    FILES = "files"
    BUILDS = "builds"
    REVIEWS = "reviews"
    PUBLISHING = "publishing"
    DOWNLOADS = "downloads"
    REFUSALS = "refusals"
    MODERATION = "moderation"
    LOG = "audit-log"


@dataclass(frozen=True)
class Words:
    """An action's topic, and what it did: the rest of a sentence that begins with who acted.

    `{name}` is a value of the entry's data. `{project}`, `{organisation}`, `{person}`, `{member}`, `{team}`, `{build}`
    and `{review}` are things, which are named as they are called today; `{changes}` says what `before` and `after`
    differ in.
    """

    topic: Topic
    text: str


@dataclass(frozen=True)
class Thing:
    """What an entry is about, as it is called today, and its page if it has one."""

    name: str
    url: str = ""


things_named: Hook[[Collection[str]], Mapping[str, Thing]] = Hook()
"""Given keys such as `project:<id>`, each function names those that it knows; what is gone has no name."""

_words: dict[str, Words] = {}


def declare(topic: Topic, actions: Mapping[str, str]) -> None:
    """Gives actions about a topic their words."""
    for name, text in actions.items():
        _words[name] = Words(topic, text)


def declared() -> Mapping[str, Words]:
    """The words of all actions, by name."""
    return _words


def actions_of(topic: Topic) -> list[str]:
    """The actions about a topic."""
    return sorted(name for name, words in _words.items() if words.topic is topic)


def name_things(keys: Collection[str]) -> dict[str, Thing]:
    """The things of these keys that are still there: one question to each app, however many there are."""
    things: dict[str, Thing] = {}
    for answer in things_named.call(keys):
        things |= answer
    return things


def ids_among(keys: Collection[str], kind: str) -> list[UUID]:
    """The ids of the keys of one kind: of `project:<id>` for `project`. What is no id is left out."""
    return [identifier for key in keys if key.startswith(f"{kind}:") and (identifier := _uuid(key.partition(":")[2]))]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
