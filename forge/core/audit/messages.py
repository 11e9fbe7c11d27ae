"""The sentences of the audit log: each app declares those of its own actions, and names their things.

The sentence of an action stands in `announcements.py`: with the type of event that the action writes, or alone where it
writes none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import models

from forge.core.hooks import Hook


class AuditTopic(models.TextChoices):
    """The topic of an entry, and its label in the filter."""

    SIGN_INS = "sign-ins", "Sign-ins and phones"
    ACCOUNTS = "accounts", "Accounts and passwords"
    TOKENS = "tokens", "Tokens"
    MEMBERS = "members", "Members and invitations"
    ORGANISATION = "organisation", "The organisation"
    PROJECTS = "projects", "Projects"
    FILES = "files", "Files, versions and samples"
    BUILDS = "builds", "Builds"
    REVIEWS = "reviews", "Reviews"
    PUBLISHING = "publishing", "Publishing"
    DOWNLOADS = "downloads", "Downloads"
    DEVICES = "devices", "Devices"
    REFUSALS = "refusals", "Refusals"
    LOG = "audit-log", "This log"


@dataclass(frozen=True)
class AuditSentence:
    """An action's topic, and what it did: the rest of a sentence that begins with who acted.

    `{name}` is a value of the entry's data. `{project}`, `{organisation}`, `{person}`, `{member}`, `{team}`, `{build}`,
    `{review}` and `{change_request}` are things, which are named as they are called today; `{changes}` says what
    `before` and `after` differ in.
    """

    topic: AuditTopic
    text: str


@dataclass(frozen=True)
class AuditSentences:
    """The sentences of actions about one topic, by the name of the action."""

    topic: AuditTopic
    sentences: Mapping[str, str]


@dataclass(frozen=True)
class Thing:
    """The subject of an entry, with its current name, and its page if it has one."""

    name: str
    url: str = ""


things_named: Hook[[Collection[str]], Mapping[str, Thing]] = Hook()
"""Given keys such as `project:<id>`, each function names those that it knows; what is gone has no name."""


class SentenceDeclaredTwice(TypeError):
    """Two sentences are declared for one action."""


_sentences: dict[str, AuditSentence] = {}


def declare(topic: AuditTopic, actions: Mapping[str, str]) -> None:
    """Gives actions about a topic their sentences. Raises `SentenceDeclaredTwice`."""
    for name, text in actions.items():
        if name in _sentences:
            raise SentenceDeclaredTwice(f"The action {name} has a sentence already.")
        _sentences[name] = AuditSentence(topic, text)


def audit_sentences() -> Mapping[str, AuditSentence]:
    """Returns the sentences of all actions, by name."""
    return _sentences


def actions_of(topic: AuditTopic) -> list[str]:
    """Returns the actions about a topic."""
    return sorted(name for name, sentence in _sentences.items() if sentence.topic is topic)


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
