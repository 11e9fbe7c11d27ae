"""The blocks that somebody can use in a project, for the language service of a page: their names and texts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from forge.core.actors import Actor
from forge.core.blobs.store import read_blob
from forge.core.errors import BytesDamaged, NotFound
from forge.projects.models import Project
from forge.projects.versions.mounting import published_blocks
from forge.projects.versions.store import WorkingTree, working_tree
from forge.registry.blocks.access import shelf_of, usable_blocks
from forge.registry.models import BlockVersion
from rune.blocks.mounts import SHELF, Shelf, ShelfVersion, mounted_path, shelf_text
from rune.blocks.shared_path import SharedPath, shared_paths_in
from rune.source.runefile import RUNEFILE_NAMES
from rune.source.runefile.blocks.lock import LOCK_FILE, parse_lock

MOST_TEXTS = 400
"""Blocks of which the text is given; of further ones a page knows only that they are there."""


def usable_files(actor: Actor, project: Project) -> tuple[list[BlockVersion], dict[str, str]]:
    """The blocks that somebody can use in a project, and the files that are mounted for them: those that its lock
    names, those that its Runefile names, and of all others the version that the palette offers."""
    tree = working_tree(project)
    named_paths = shared_paths_in("\n".join(_texts(tree)))
    lock = parse_lock(tree.texts.get(LOCK_FILE, b"").decode("utf-8", "replace"))
    blocks = usable_blocks(actor, project, named_paths, lock.digests)
    shelf = shelf_of(blocks)
    digests = dict.fromkeys([*lock.digests.values(), *_named_digests(shelf, named_paths), *_offered_digests(shelf)])
    sizes = [
        shared_digest for each in published_blocks.call(project, list(digests)[:MOST_TEXTS]) for shared_digest in each
    ]
    files = {mounted_path(digest): text for digest in sizes if (text := _text(digest)) is not None}
    return blocks, {SHELF: shelf_text(shelf), **files}


def usable_texts_of(actor: Actor, project: Project) -> Mapping[str, str]:
    """Returns the texts for `forge.projects.versions.mounting.usable_texts`; empty if there is no usable block."""
    blocks, files = usable_files(actor, project)
    return files if blocks or len(files) > 1 else {}


def _texts(tree: WorkingTree) -> list[str]:
    names = (*RUNEFILE_NAMES, LOCK_FILE)
    return [tree.texts[name].decode("utf-8", "replace") for name in names if name in tree.texts]


def _named_digests(shelf: Shelf, named_paths: tuple[SharedPath, ...]) -> list[str]:
    return [each.digest for path in named_paths for each in shelf.get(path.block, ()) if each.version == path.version]


def _offered_digests(shelf: Shelf) -> list[str]:
    return [_best(versions).digest for versions in shelf.values()]


def _best(versions: tuple[ShelfVersion, ...]) -> ShelfVersion:
    return next((each for each in versions if not each.deprecation), versions[0])


def _text(digest: str) -> str | None:
    try:
        return _stored_text(digest)
    except (NotFound, BytesDamaged, UnicodeDecodeError):
        return None


@lru_cache(MOST_TEXTS)
def _stored_text(digest: str) -> str:
    """The text with this digest, which who asks was found to read. It is kept: each question of the language has it."""
    return read_blob(digest).decode()
