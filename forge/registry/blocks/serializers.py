"""Published blocks as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, TypedDict

from forge.core.api.acts import ActAnswer
from forge.core.api.json_types import Timestamp
from forge.registry.blocks.access import PublishedFiles, files_of
from forge.registry.blocks.etag_facets import block_facets
from forge.registry.models import BlockVersion
from rune.blocks.shared_path import SharedName


class BlockVersionJson(TypedDict):
    """A version of a block."""

    path: Annotated[str, "how a Runefile names it: acme/sounds#smooth@1.2"]
    version: str
    digest: Annotated[str, "of its manifest; what rune.lock says"]
    created: Timestamp
    author: Annotated[str, "who published it; empty where they left"]
    notes: Annotated[str, "what is new in it, in Markdown"]
    deprecated: Timestamp | None
    deprecation: Annotated[str, "why its project advises against it; empty while it does not"]
    successor: Annotated[str, "what to take in its place, as a Runefile names it; empty where nothing is named"]
    withdrawn: Timestamp | None
    withdrawal: Annotated[str, "why it was taken back; empty while it was not. No list has one that was"]
    file: Annotated[str, "where its source stands in its project"]
    from_version: Annotated[int, "the project's version that it was published from"]


class PublishedBlockJson(TypedDict):
    """A block that a project published, with its versions, the newest first."""

    name: Annotated[str, "acme/sounds#smooth"]
    organisation: str
    project: str
    block: str
    summary: str
    versions: list[BlockVersionJson]


class PublishedBlocksJson(TypedDict):
    """Blocks that were published, by their names."""

    blocks: list[PublishedBlockJson]


class UsableBlocksJson(PublishedBlocksJson):
    """The blocks that a project can use. `files` are what the language service reads of them, by their paths."""

    files: dict[str, str]


class BlockFilesJson(BlockVersionJson):
    """A version of a block with its files, by their names."""

    files: dict[str, str]


def block_to_json(block: BlockVersion) -> BlockVersionJson:
    """A version of a block."""
    return {
        "path": str(block.shared_path),
        "version": block.version,
        "digest": block.manifest.blob_id,
        "created": block.created.isoformat(),
        "author": str(block.author or ""),
        "notes": block.notes,
        "deprecated": block.deprecated.isoformat() if block.deprecated else None,
        "deprecation": block.deprecation,
        "successor": block.successor,
        "withdrawn": block.withdrawn.isoformat() if block.withdrawn else None,
        "withdrawal": block.withdrawal,
        "file": block.path,
        "from_version": block.source_version.number,
    }


PUBLISHED_BLOCK = ActAnswer(block_to_json, status=201)
BLOCK = ActAnswer(block_to_json, block_facets)


def blocks_to_json(blocks: Iterable[BlockVersion]) -> PublishedBlocksJson:
    """Blocks with their versions, in the order in which they come."""
    by_name: dict[SharedName, list[BlockVersion]] = {}
    for block in blocks:
        by_name.setdefault(block.shared_name, []).append(block)
    return {"blocks": [_published_block_to_json(name, versions) for name, versions in by_name.items()]}


def block_files_to_json(block: BlockVersion) -> BlockFilesJson:
    """A version of a block with its files."""
    files: PublishedFiles = files_of(block)
    return {**block_to_json(block), "files": dict(files.texts)}


def usable_to_json(blocks: Iterable[BlockVersion], files: Mapping[str, str]) -> UsableBlocksJson:
    """The blocks that a project can use."""
    return {**blocks_to_json(blocks), "files": dict(files)}


def _published_block_to_json(name: SharedName, versions: list[BlockVersion]) -> PublishedBlockJson:
    return {
        "name": str(name),
        "organisation": name.organisation,
        "project": name.project,
        "block": name.name,
        "summary": versions[0].summary,
        "versions": [block_to_json(each) for each in versions],
    }
