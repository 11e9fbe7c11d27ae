"""Which projects use published blocks: those whose newest saved version has a lock that names one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.core.cache import caches
from django.db.models import OuterRef, Subquery
from django.db.models.fields.json import KT

from forge.core.actors import Actor
from forge.core.blobs import read_blob
from forge.core.errors import Damaged, NotFound
from forge.projects.models import Project, Version
from rune.blocks.shared_path import SharedName, SharedPath, parse_shared_path, version_key
from rune.runefile.lock import parse_lock

MOST_PROJECTS = 1000
"""Projects whose locks are looked at, those that changed last first."""
LONGEST_LOCK = 64 * 1024
"""Bytes of a lock that is read; a line has about a hundred."""


@dataclass(frozen=True)
class BlockUse:
    """That a project uses a version of a block."""

    project: Project
    version: str


def users_of(actor: Actor, blocks: Collection[SharedName]) -> Mapping[SharedName, tuple[BlockUse, ...]]:
    """The projects of the person's own that use these blocks, by name; a project that uses two versions is there twice.
    A project that somebody has no role in is told to nobody, though it be public: its files are its own."""
    newest = Version.objects.filter(project=OuterRef("pk")).order_by("-number")
    lock = newest.annotate(lock=KT("manifest__rune.lock__digest"), size=KT("manifest__rune.lock__size"))
    projects = (
        Project.objects.of_member(actor)
        .select_related("organisation")
        .annotate(lock=Subquery(lock.values("lock")[:1]), lock_size=Subquery(lock.values("size")[:1]))
        .filter(lock__isnull=False)
        .order_by("-changed")[:MOST_PROJECTS]
    )
    found: dict[SharedName, list[BlockUse]] = {name: [] for name in blocks}
    for project in projects:
        if int(project.lock_size) > LONGEST_LOCK:
            continue
        for path in _named(project.lock):
            if path.block in found:
                found[path.block].append(BlockUse(project, path.version))
    return {
        name: tuple(sorted(uses, key=lambda use: (use.project.full_name, version_key(use.version))))
        for name, uses in found.items()
    }


def _named(digest: str) -> tuple[SharedPath, ...]:
    """What the lock with these bytes names. It is kept by its digest, which tells nobody who has it."""
    key = f"lock:{digest}"
    kept: tuple[str, ...] | None = caches["process"].get(key)
    if kept is None:
        try:
            kept = tuple(map(str, parse_lock(read_blob(digest).decode("utf-8", "replace")).digests))
        except (NotFound, Damaged):
            kept = ()
        caches["process"].set(key, kept)
    return tuple(path for path in map(parse_shared_path, kept) if path is not None)
