"""The hooks of this floor; higher floors register functions in their `AppConfig.ready`.

`document_changed` is a signal, sent once the update is committed. The others are hooks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from django.dispatch import Signal

from forge.core.actors import Actor
from forge.core.api.json_types import Uuid
from forge.core.hooks import Hook
from forge.core.preconditions import Facet
from forge.projects.models import Project, Version

document_changed = Signal()
"""A signal that is sent after commit with `project_id`, `sequence`, `update` (bytes), `author_id` and `origin`.

`origin` is "api" for a write that no socket has seen yet, and whatever the caller of `append_update` said otherwise.
"""

state_parts: Hook[[Project, Actor], Mapping[str, Any]] = Hook()
"""Parts of a project's current state: builds gives `preview` and `builds`, the registry `tags`."""

sharing_obstacles: Hook[[Project], Sequence[str]] = Hook()
"""Sentences about what keeps a project's published files from being shared: the registry searches them for secrets.
Called outside of transactions."""

name_assigned: Hook[[Project, str], None] = Hook()
"""A project that is there gets a name, in this transaction: by renaming or restoring it. The registry takes its
published versions along, and raises `NameInUse` where they would come to mean other bytes."""


@dataclass(frozen=True)
class CardFacts:
    """The facts on a project's card beside its name."""

    tag: str = ""
    tag_kind: str = ""
    """The colour of the tag, one of "", "ok", "info", "warn", "bad"."""
    warnings: int = 0
    """The warnings of the newest text, where it has no errors."""
    outline: Mapping[str, Any] = field(default_factory=dict)
    """The pipeline's outline, `nodes` and `wires` as `rune.source.runefile.outline_to_json` gives them; empty
    without one."""
    size: int | None = None
    """Bytes of the rune of the last build that succeeded."""


@dataclass(frozen=True)
class CardQuality:
    """The quality of a project's newest model: the share in percent, and a sentence with its count and its split."""

    percent: str
    sentence: str


@dataclass(frozen=True)
class CardVerdict:
    """The verdict of reviewers on a project's newest judged build, for its card."""

    text: str
    kind: str
    """The colour, one of "", "ok", "info", "warn"."""


@dataclass(frozen=True)
class PublishedVersions:
    """The versions that a project published: what somebody who names no tag gets, and all of them with their tags."""

    usual: Version
    tagged_versions: Sequence[tuple[Version, Sequence[str]]]


published_versions: Hook[[Actor, Project], PublishedVersions | None] = Hook()
"""Returns a project's published versions for somebody who may see its page; the registry registers it."""

card_verdicts: Hook[[Sequence[UUID]], Mapping[UUID, CardVerdict]] = Hook()
"""The verdicts on many projects at once, by project; reviews tells."""

card_qualities: Hook[[Sequence[UUID]], Mapping[UUID, CardQuality]] = Hook()
"""Returns how good the newest models of projects are; nothing for one whose model nobody judged."""

card_facts: Hook[[Sequence[UUID]], Mapping[UUID, CardFacts]] = Hook()
"""Facts about many projects at once, by project; one query for all, never one a project."""


@dataclass(frozen=True)
class PendingItem:
    """Something that waits for a person: a build to review, a failure to look at."""

    title: str
    detail: str
    url: str
    action: str
    icon: str
    since: datetime


@dataclass(frozen=True)
class PendingItems:
    """The decisions that wait for a person, and those that the person waits for."""

    for_me: Sequence[PendingItem] = ()
    for_others: Sequence[PendingItem] = ()


pending_items: Hook[[Actor], PendingItems] = Hook()
"""Builds and reviews tell. Both sides at once, because both are of the same rows."""


class VersionPartsJson(TypedDict, total=False):
    """The parts of a version's JSON that floors above add."""

    builds: list[VersionBuildJson]
    tags: list[str]


class VersionBuildJson(TypedDict):
    """A numbered build of a version."""

    id: Uuid
    number: int
    state: str
    url: str


deletion_facets: Hook[[Project], Sequence[Facet]] = Hook()
"""Hooks for higher floors' parts of a deleted project, and for public parts of an opened one: the registry gives
its tags."""

version_parts: Hook[[Sequence[UUID]], Mapping[UUID, VersionPartsJson]] = Hook()
"""Parts of versions' JSON, by version: builds gives `builds`, the registry `tags`."""

file_summaries: Hook[[UUID, Mapping[str, Mapping[str, Any]], Mapping[str, bytes]], Mapping[str, Any]] = Hook()
"""The summary of an organisation's files, given a manifest and the texts that no store has: compute gives `outline`,
`errors` and `models` by path, each described and with its `memory` and `quantisation`, or with `error` where that takes
too long."""
