"""Says which projects use published blocks: those whose running preview was built with one. Of a project that nobody
opened for long it is its newest saved version whose lock names one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import caches
from django.db.models import JSONField, OuterRef, Q, Subquery
from django.db.models.fields.json import KT

from forge.builds.models import Preview
from forge.core.actors import Actor
from forge.core.blobs.store import read_blob
from forge.core.errors import BytesDamaged, NotFound
from forge.projects.models import Project, Version
from rune.blocks.shared_path import SharedName, SharedPath, parse_shared_path, version_key
from rune.source.runefile.blocks.lock import parse_lock

MOST_PROJECTS = 1000
"""Projects whose locks are looked at, those that changed last first."""
LONGEST_LOCK = 64 * 1024
"""Bytes of a lock that is read; a line has about a hundred."""


@dataclass(frozen=True)
class BlockUse:
    """A use of a version of a block by a project."""

    project: Project
    version: str


def users_of(actor: Actor, blocks: Collection[SharedName]) -> Mapping[SharedName, tuple[BlockUse, ...]]:
    """The projects of the person's own that use these blocks, by name; a project that uses two versions is there twice.
    A project in which the reader has no role is not listed, even a public one: its files are its own."""
    newest = Version.objects.filter(project=OuterRef("pk"), is_proposed=False).order_by("-number")
    lock = newest.annotate(lock=KT("manifest__rune.lock__digest"), size=KT("manifest__rune.lock__size"))
    preview = Preview.objects.plain().filter(project=OuterRef("pk"), build__artefact__isnull=False)
    projects = (
        Project.objects.of_member(actor)
        .select_related("organisation")
        .annotate(
            lock=Subquery(lock.values("lock")[:1]),
            lock_size=Subquery(lock.values("size")[:1]),
            built_with=Subquery(preview.values("build__artefact__report__blocks")[:1], output_field=JSONField()),
        )
        .filter(Q(lock__isnull=False) | Q(built_with__isnull=False))
        .order_by("-changed")[:MOST_PROJECTS]
    )
    users: dict[SharedName, list[BlockUse]] = {name: [] for name in blocks}
    for project in projects:
        for path in _used(project):
            if path.block in users:
                users[path.block].append(BlockUse(project, path.version))
    return {
        name: tuple(sorted(uses, key=lambda use: (use.project.full_name, version_key(use.version))))
        for name, uses in users.items()
    }


def _used(project: Any) -> Iterable[SharedPath]:
    if project.built_with is not None:
        paths = (parse_shared_path(str(each["path"])) for each in project.built_with)
        return (path for path in paths if path is not None)
    return _locked_paths(project.lock) if int(project.lock_size) <= LONGEST_LOCK else ()


def _locked_paths(digest: str) -> tuple[SharedPath, ...]:
    """Returns the blocks in the lock with these bytes. It is cached by its digest, which does not tell who has it."""
    key = f"lock:{digest}"
    names: tuple[str, ...] | None = caches["process"].get(key)
    if names is None:
        try:
            names = tuple(map(str, parse_lock(read_blob(digest).decode("utf-8", "replace")).digests))
        except (NotFound, BytesDamaged):
            names = ()
        caches["process"].set(key, names)
    return tuple(path for path in map(parse_shared_path, names) if path is not None)
