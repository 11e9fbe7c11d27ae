"""The proc-blocks that other projects published, found by `acme/sounds#smooth@1.2` among what is mounted.

`rune.lock` says which bytes are meant. Where it says nothing of a block, what the shelf offers is looked at, so that
types are known; `check` then asks for the line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property, lru_cache

from rune.blocks.artefact import BadArtefact, read_block_manifest
from rune.blocks.mounts import NotThese, Shelf, ShelfVersion, read_mounted, read_shelf
from rune.blocks.shared_path import SharedName, SharedPath
from rune.blocks.signature import Arguments, Block, BlockError, BlockOutput
from rune.project.files import ProjectFiles
from rune.source.runefile.blocks.broken_block import BrokenBlock
from rune.source.runefile.blocks.lock import Lock, read_lock
from rune.tensor import TensorType
from rune.wording import plain

_CACHE_SIZE = 128
Outputs = Callable[[tuple[TensorType, ...], Arguments], tuple[BlockOutput, ...]]


class Trouble(Enum):
    """The reason why a block of another project cannot be used."""

    UNKNOWN = "unknown"
    """The block, or this version of it, is not known here: there is none, or the project may not use it."""
    NOT_FETCHED = "not fetched"
    """The lock names its bytes, and they are not here."""
    NOT_LOCKED = "not locked"
    """The block is known, and the lock does not name it."""
    OTHER_BYTES = "other bytes"
    """The bytes under its digest have another one, or are no block of this name and version."""


@dataclass(frozen=True)
class SharedBlock:
    """A block of another project and the digest of what it was read from."""

    path: SharedPath
    digest: str
    source: str
    block: Block


class SharedBlocks:
    """The blocks of other projects that a project can use."""

    def __init__(self, files: ProjectFiles) -> None:
        self._files = files

    @cached_property
    def lock(self) -> Lock:
        return read_lock(self._files)

    @cached_property
    def shelf(self) -> Shelf:
        return read_shelf(self._files)

    def find(self, path: SharedPath) -> SharedBlock | None:
        """The block, whether it is locked or not; None where its bytes are not here."""
        block, shelf_version = self._looked_up(path), self.shelf_version(path)
        if not isinstance(block, SharedBlock):
            return None
        return (
            block if shelf_version is None or not shelf_version.deprecation else _advised_against(block, shelf_version)
        )

    def trouble(self, path: SharedPath) -> Trouble | None:
        """Returns the reason why a project cannot use a block; None where it can."""
        result = self._looked_up(path)
        if isinstance(result, SharedBlock):
            return None if path in self.lock.digests else Trouble.NOT_LOCKED
        return result

    def shelf_version(self, path: SharedPath) -> ShelfVersion | None:
        """Returns the shelf's entry of a version."""
        return next((each for each in self.versions(path.block) if each.version == path.version), None)

    def versions(self, block: SharedName) -> tuple[ShelfVersion, ...]:
        """The versions of a block that the shelf has, the newest first."""
        return self.shelf.get(block, ())

    def best(self, block: SharedName) -> ShelfVersion | None:
        """The newest version that nobody advises against, or else the newest."""
        versions = self.versions(block)
        return next((each for each in versions if not each.deprecation), versions[0] if versions else None)

    @property
    def names(self) -> tuple[str, ...]:
        """The paths of the blocks on the shelf, each with its best version, of those whose bytes are here."""
        best = ((block, self.best(block)) for block in sorted(self.shelf))
        paths = (SharedPath(block, version.version) for block, version in best if version is not None)
        return tuple(str(path) for path in paths if self.find(path) is not None)

    def _looked_up(self, path: SharedPath) -> SharedBlock | Trouble:
        shelf_version, locked_digest = self.shelf_version(path), self.lock.digests.get(path)
        digest = locked_digest or (shelf_version.digest if shelf_version else None)
        if digest is None:
            return Trouble.UNKNOWN
        try:
            manifest = read_mounted(self._files, digest)
            if manifest is None:
                return Trouble.NOT_FETCHED if locked_digest else Trouble.NOT_LOCKED
            content = read_block_manifest(manifest)
            if (content.name, content.version) != (path.block.name, path.version):
                return Trouble.OTHER_BYTES
            source = read_mounted(self._files, content.source)
            if source is None:
                return Trouble.NOT_FETCHED if locked_digest else Trouble.NOT_LOCKED
            block = _read(path, digest, source.decode())
        except (NotThese, BadArtefact, UnicodeDecodeError):
            return Trouble.OTHER_BYTES
        return block or Trouble.OTHER_BYTES


@lru_cache(_CACHE_SIZE)
def _read(path: SharedPath, digest: str, source: str) -> SharedBlock | None:
    """The block of a text; None for one whose signature is wrong, which nobody can publish."""
    # The compiler of blocks is imported for projects that have some.
    from rune.pyblock.checking.block import read_file
    from rune.source.runefile.blocks.python_block import python_block

    signature = read_file(path.file, source).signature
    if signature is None:
        return None
    block = python_block(path.file, source, signature, lambda _problems: None, f"A block of {path.block}.")
    return SharedBlock(path, digest, source, replace(block, outputs=_with_stage_errors(path, block)))


def _advised_against(shared_block: SharedBlock, shelf_version: ShelfVersion) -> SharedBlock:
    """A block whose summary and page say first that another should be taken, wherever they are shown."""
    deprecation = f"Deprecated: {plain(shelf_version.advice)}"
    block = replace(
        shared_block.block,
        summary=f"{deprecation} {shared_block.block.summary}",
        page=f"{deprecation}\n\n{shared_block.block.page}",
    )
    return replace(shared_block, block=block)


def _with_stage_errors(path: SharedPath, block: Block) -> Outputs:
    """The block's outputs. A problem of its text is reported where it is used: this project cannot fix that file."""

    def outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
        try:
            return block.outputs(inputs, arguments)
        except BrokenBlock as error:
            raise BlockError(f"{path} cannot be compiled for what comes in: {error.message}") from error

    return outputs
