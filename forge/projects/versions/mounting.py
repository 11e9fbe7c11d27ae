"""The blocks of other projects that a project's lock names, among its files while the toolchain reads them.

What is mounted is in no version and in no digest: the lock says which bytes are meant, and is a file of the project.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from forge.core.actors import Actor
from forge.core.blobs.store import read_blob
from forge.core.errors import NotFound
from forge.core.hooks import Hook
from forge.projects.models import Project
from forge.projects.versions.store import Manifest
from rune.blocks.mounts import mounted_path
from rune.digests import digest_of
from rune.source.runefile.blocks.lock import LOCK_FILE, parse_lock

LARGEST_LOCK = 256 * 1024
"""Bytes of a lock that is read."""

published_blocks: Hook[[Project, Collection[str]], Mapping[str, int]] = Hook()
"""Returns the digests of published blocks, among these, that a project may use, with those of their sources, and the
sizes of all; the registry tells."""


usable_texts: Hook[[Actor, Project], Mapping[str, str]] = Hook()
"""The blocks that somebody can use in a project, for the language service: their paths and texts; the registry tells.
It changes with time and with who asks, so that a question of now has it, and a build never."""


def with_usable(
    actor: Actor, project: Project, manifest: Manifest, texts: Mapping[str, bytes]
) -> tuple[Manifest, Mapping[str, bytes]]:
    """A project's files of now with the blocks that somebody can use in it, for a question of theirs."""
    usable = {
        path: text.encode()
        for texts_by_path in usable_texts.call(actor, project)
        for path, text in texts_by_path.items()
    }
    usable_files = {path: {"digest": digest_of(data), "size": len(data)} for path, data in usable.items()}
    return {**manifest, **usable_files}, {**texts, **usable}


def with_blocks(project: Project, manifest: Manifest, texts: Mapping[str, bytes] | None = None) -> Manifest:
    """A manifest of a project's files with the blocks that its lock names; `texts` are files that no store has."""
    lock = _lock_of(manifest, texts or {})
    digests = set(parse_lock(lock).digests.values()) if lock else set()
    if not digests:
        return manifest
    sizes = {
        digest: size
        for sizes_by_digest in published_blocks.call(project, digests)
        for digest, size in sizes_by_digest.items()
    }
    return {**manifest, **{mounted_path(digest): {"digest": digest, "size": size} for digest, size in sizes.items()}}


def _lock_of(manifest: Manifest, texts: Mapping[str, bytes]) -> str:
    lock_file = manifest.get(LOCK_FILE)
    if lock_file is None or lock_file["size"] > LARGEST_LOCK:
        return ""
    if LOCK_FILE in texts:
        return texts[LOCK_FILE].decode("utf-8-sig", "replace")
    try:
        return read_blob(lock_file["digest"]).decode("utf-8-sig", "replace")
    except NotFound:
        return ""
